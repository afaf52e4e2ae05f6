"""What units declared, to look at: every change goes through the services, which lock, count and record."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import LookOnly, ReadOnlyAdmin
from registrations.models import (
    Attempt,
    Change,
    CommuneAnswer,
    CommuneLink,
    Delegate,
    Extension,
    ExtensionRequest,
    Registration,
    RosterColumns,
    RosterUpload,
    SamePerson,
    SignedScan,
    Submission,
)


class SubmissionInline(LookOnly, admin.TabularInline):  # type: ignore[type-arg]
    """Every receipt of the unit."""

    model = Submission
    fields = ("number", "code", "decided_at", "declared", "named", "points", "submitted_by")
    extra = 0


@admin.register(Registration)
class RegistrationAdmin(ReadOnlyAdmin):
    """How far each unit is."""

    list_display = ("unit", "meeting", "state", "version", "submitted_at", "changed_at", "changed_by")
    list_filter = ("state", "invitation__meeting")
    list_select_related = ("invitation__unit", "invitation__meeting", "changed_by")
    search_fields = ("invitation__unit__search",)
    list_per_page = 60
    inlines = (SubmissionInline,)

    @admin.display(description="đơn vị", ordering="invitation__unit__sort_key")
    def unit(self, registration: Registration) -> str:
        """Whose it is."""
        return str(registration.invitation.unit)

    @admin.display(description="hội nghị")
    def meeting(self, registration: Registration) -> str:
        """For which meeting."""
        return str(registration.invitation.meeting)


@admin.register(Delegate)
class DelegateAdmin(ReadOnlyAdmin):
    """Who comes."""

    list_display = ("full_name", "position", "organisation", "bridge_point", "rank")
    list_filter = ("registration__invitation__meeting",)
    list_select_related = ("bridge_point__unit",)
    search_fields = ("search",)
    list_per_page = 60


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """Receipts, with what was submitted."""

    list_display = ("code", "number", "decided_at", "declared", "named", "points", "submitted_by")
    list_filter = ("registration__invitation__meeting",)
    list_select_related = ("submitted_by",)
    search_fields = ("code", "sha256")
    list_per_page = 60


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    """Every press of the button "Gửi", accepted or refused."""

    list_display = ("decided_at", "unit", "result", "arrived_at", "deadline", "by")
    list_filter = ("result", "invitation__meeting")
    list_select_related = ("invitation__unit", "by")
    list_per_page = 60

    @admin.display(description="đơn vị")
    def unit(self, attempt: Attempt) -> str:
        """Who pressed it."""
        return str(attempt.invitation.unit)


@admin.register(Extension)
class ExtensionAdmin(ReadOnlyAdmin):
    """More time that was given, with the reason."""

    list_display = ("unit", "until", "reason", "granted_at", "granted_by")
    list_filter = ("invitation__meeting",)
    list_select_related = ("invitation__unit", "granted_by")

    @admin.display(description="đơn vị")
    def unit(self, extension: Extension) -> str:
        """To whom."""
        return str(extension.invitation.unit)


@admin.register(Change)
class ChangeAdmin(ReadOnlyAdmin):
    """The record of changes."""

    list_display = ("at", "unit", "kind", "what", "by")
    list_filter = ("kind", "registration__invitation__meeting")
    list_select_related = ("registration__invitation__unit", "by")
    list_per_page = 60

    @admin.display(description="đơn vị")
    def unit(self, change: Change) -> str:
        """Whose registration."""
        return str(change.registration.invitation.unit)


@admin.register(ExtensionRequest)
class ExtensionRequestAdmin(ReadOnlyAdmin):
    """More time that was asked for, and what became of it."""

    list_display = ("invitation", "asked_at", "asked_by", "state", "decided_at", "decided_by")
    list_filter = ("state", "invitation__meeting")
    list_select_related = ("invitation__unit", "invitation__meeting", "asked_by", "decided_by")
    list_per_page = 60


@admin.register(RosterUpload)
class RosterUploadAdmin(ReadOnlyAdmin):
    """Lists that were brought; what was read in them is too long for a page here."""

    list_display = ("name", "invitation", "uploaded_at", "uploaded_by", "added", "known", "taken_at")
    list_filter = ("invitation__meeting",)
    list_select_related = ("invitation__unit", "invitation__meeting", "uploaded_by")
    exclude = ("read",)
    list_per_page = 60

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave what was read where it is."""
        return super().get_queryset(request).defer("read")


@admin.register(RosterColumns)
class RosterColumnsAdmin(ReadOnlyAdmin):
    """How units have corrected the reading of their lists."""

    list_display = ("unit", "changed_at")
    list_select_related = ("unit",)


@admin.register(CommuneLink)
class CommuneLinkAdmin(ReadOnlyAdmin):
    """Links of communes. Their key is not shown: who has it may send."""

    list_display = ("unit", "invitation", "made_at", "made_by", "opened_at", "revoked_at", "revoked_by")
    list_filter = ("invitation__meeting",)
    list_select_related = ("unit", "invitation__unit", "invitation__meeting", "made_by", "revoked_by")
    list_per_page = 60


@admin.register(CommuneAnswer)
class CommuneAnswerAdmin(ReadOnlyAdmin):
    """What communes sent by their links."""

    list_display = ("link", "connects", "expected", "state", "arrived_at", "decided_at", "decided_by")
    list_filter = ("state", "link__invitation__meeting")
    list_select_related = ("link__unit", "decided_by")
    list_per_page = 60


@admin.register(SignedScan)
class SignedScanAdmin(ReadOnlyAdmin):
    """Signed papers beside submissions."""

    list_display = ("name", "submission", "size", "uploaded_at", "uploaded_by")
    list_filter = ("submission__registration__invitation__meeting",)
    list_select_related = ("submission", "uploaded_by")
    exclude = ("file",)
    list_per_page = 60


@admin.register(SamePerson)
class SamePersonAdmin(ReadOnlyAdmin):
    """What was decided of rows that look alike."""

    list_display = ("first", "second", "kind", "decided_at", "decided_by")
    list_filter = ("kind", "first__registration__invitation__meeting")
    list_select_related = ("first", "second", "decided_by")
    list_per_page = 60
