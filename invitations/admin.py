"""Meetings and their letters, to look at: the editor changes them, part by part, with its locks.

Corrected by hand are only the address and the short name of a meeting, which no page offers.
"""

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import LookOnly, ReadOnlyAdmin, StaffAdmin
from invitations.models import AssignedUnit, Assignment, Audience, Invitation, InvitedRole, Meeting


class AudienceInline(LookOnly, admin.TabularInline):  # type: ignore[type-arg]
    """The headings of the letter."""

    model = Audience
    fields = ("heading", "tier", "venue")
    extra = 0


@admin.register(Meeting)
class MeetingAdmin(StaffAdmin):
    """Meetings. A draft is deleted in its editor, a published one is called off there."""

    list_display = ("short_title", "number", "state", "registration_deadline", "published_at")
    list_filter = ("state",)
    search_fields = ("short_title", "title", "number")
    fields = ("short_title", "slug", "code", "state", "published_at", "registration_deadline")
    readonly_fields = ("code", "state", "published_at", "registration_deadline")
    inlines = (AudienceInline,)

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never: a meeting begins with its own form."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never: receipts hang on it."""
        return False


class InvitedRoleInline(LookOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Who is invited under the heading."""

    model = InvitedRole
    fields = ("position", "text", "short_text", "chairs", "open_ended")
    extra = 0


@admin.register(Audience)
class AudienceAdmin(ReadOnlyAdmin):
    """Headings with their roles."""

    list_display = ("heading", "tier", "meeting")
    list_filter = ("meeting", "tier")
    list_select_related = ("meeting",)
    search_fields = ("heading",)
    inlines = (InvitedRoleInline,)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who was called, when it was opened and confirmed, and by whom."""

    list_display = ("unit", "meeting", "audience", "sent_at", "seen_at", "confirmed_at", "confirmed_by")
    list_filter = ("meeting", "audience")
    list_select_related = ("unit", "meeting", "audience", "confirmed_by")
    search_fields = ("unit__search",)
    list_per_page = 60


class AssignedUnitInline(LookOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Which units it was given to."""

    model = AssignedUnit
    fields = ("unit", "state", "changed_at", "changed_by")
    extra = 0


@admin.register(Assignment)
class AssignmentAdmin(ReadOnlyAdmin):
    """What units were asked to do."""

    list_display = ("addressee", "kind", "due_at", "meeting")
    list_filter = ("meeting", "kind")
    list_select_related = ("meeting",)
    search_fields = ("addressee", "text")
    inlines = (AssignedUnitInline,)
