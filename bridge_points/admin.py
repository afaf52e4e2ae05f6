"""Bridge points, line tests and incidents, to look at: the portal's pages change them, with their locks."""

from django.contrib import admin

from accounts.admin import LookOnly, ReadOnlyAdmin
from bridge_points.models import BridgePoint, Incident, IncidentEntry, LineTest, PointSignature


class LineTestInline(LookOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Every test of the point."""

    model = LineTest
    fields = ("at", "result", "note", "tested_by")
    extra = 0


class PointSignatureInline(LookOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Every signature for the point, the withdrawn ones too."""

    model = PointSignature
    fields = ("part", "signed_at", "signed_by", "withdrawn_at", "withdrawn_by", "reason")
    extra = 0


class IncidentEntryInline(LookOnly, admin.TabularInline):  # type: ignore[type-arg]
    """What happened, line by line."""

    model = IncidentEntry
    fields = ("at", "what", "text", "by")
    extra = 0


@admin.register(Incident)
class IncidentAdmin(ReadOnlyAdmin):
    """What went wrong at a point."""

    list_display = ("point", "kind", "opened_at", "closed_at", "minutes_lost", "done")
    list_filter = ("point__meeting", "kind")
    list_select_related = ("point__unit",)
    search_fields = ("point__unit__search",)
    list_per_page = 60
    inlines = (IncidentEntryInline,)


@admin.register(BridgePoint)
class BridgePointAdmin(ReadOnlyAdmin):
    """Where a meeting takes place."""

    list_display = ("unit", "meeting", "tier", "venue", "chair", "technician", "connects")
    list_filter = ("meeting", "tier", "connects")
    list_select_related = ("unit", "meeting")
    search_fields = ("unit__search", "venue", "chair")
    list_per_page = 60
    inlines = (LineTestInline, PointSignatureInline)
