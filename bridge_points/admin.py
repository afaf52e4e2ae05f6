"""Bridge points and line tests, to look at: the portal's own pages change them, with their locks."""

from django.contrib import admin

from accounts.admin import LookOnly, ReadOnlyAdmin
from bridge_points.models import BridgePoint, LineTest


class LineTestInline(LookOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Every test of the point."""

    model = LineTest
    fields = ("at", "result", "note", "tested_by")
    extra = 0


@admin.register(BridgePoint)
class BridgePointAdmin(ReadOnlyAdmin):
    """Where a meeting takes place."""

    list_display = ("unit", "meeting", "tier", "venue", "chair", "technician", "connects")
    list_filter = ("meeting", "tier", "connects")
    list_select_related = ("unit", "meeting")
    search_fields = ("unit__search", "venue", "chair")
    list_per_page = 60
    inlines = (LineTestInline,)
