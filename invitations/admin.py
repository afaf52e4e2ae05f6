"""Meetings and their letters, to look at: the editor changes them, part by part, with its locks.

Corrected by hand are only the address and the short name of a meeting, which no page offers.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import LookOnly, ReadOnlyAdmin, StaffAdmin
from invitations.models import (
    Answer,
    AssignedUnit,
    Assignment,
    Audience,
    CalendarFeed,
    Invitation,
    InvitedRole,
    LetterIssue,
    LetterTemplate,
    Material,
    MaterialOpening,
    Meeting,
)


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


class AnswerInline(LookOnly, admin.TabularInline):  # type: ignore[type-arg]
    """What units answered to the version."""

    model = Answer
    fields = ("invitation", "kind", "reason", "at", "by")
    extra = 0

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """With the names that each line shows."""
        return super().get_queryset(request).select_related("invitation__unit", "invitation__meeting", "by")


@admin.register(LetterIssue)
class LetterIssueAdmin(ReadOnlyAdmin):
    """The versions of the letter as they went out; what each says stands on the meeting's own pages."""

    list_display = ("meeting", "number", "kind", "asks_again", "reason", "issued_at", "issued_by")
    list_filter = ("kind", "meeting")
    list_select_related = ("meeting", "issued_by")
    fields = (*list_display, "sha256")
    inlines = (AnswerInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the whole letter in each row."""
        return super().get_queryset(request).defer("content", "changes")


@admin.register(Answer)
class AnswerAdmin(ReadOnlyAdmin):
    """Every answer of a unit, also those that a later version took back."""

    list_display = ("at", "unit", "kind", "issue", "reason", "by")
    list_filter = ("kind", "invitation__meeting")
    list_select_related = ("invitation__unit", "issue", "by")
    list_per_page = 60

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the whole letter in each row."""
        return super().get_queryset(request).defer("issue__content", "issue__changes")

    @admin.display(description="đơn vị")
    def unit(self, answer: Answer) -> str:
        """Whose answer."""
        return str(answer.invitation.unit)


@admin.register(LetterTemplate)
class LetterTemplateAdmin(ReadOnlyAdmin):
    """Word templates that were in use; they are changed on their own page, which tries them first."""

    list_display = ("name", "form", "uploaded_at", "uploaded_by", "withdrawn_at")
    list_filter = ("form",)
    list_select_related = ("uploaded_by",)
    fields = (*list_display, "sha256")


class MaterialOpeningInline(LookOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Which units opened it."""

    model = MaterialOpening
    fields = ("unit", "first_at", "first_by", "last_at", "times")
    extra = 0


@admin.register(Material)
class MaterialAdmin(ReadOnlyAdmin):
    """What is handed out; the file itself is given on the page of materials, which records who opens it."""

    list_display = ("title", "meeting", "name", "size", "released_at", "withdrawn_at", "uploaded_by")
    list_filter = ("meeting",)
    list_select_related = ("meeting", "uploaded_by")
    search_fields = ("title", "name")
    fields = (*list_display, "sha256", "audiences", "uploaded_at")
    inlines = (MaterialOpeningInline,)


@admin.register(CalendarFeed)
class CalendarFeedAdmin(ReadOnlyAdmin):
    """Who has a private calendar, and when a program last read it; its address is nobody else's."""

    list_display = ("user", "created_at", "read_at")
    list_select_related = ("user",)
    search_fields = ("user__username",)
    fields = list_display
