"""What units declared, to look at: every change goes through the services, which lock, count and record."""

from django.contrib import admin

from accounts.admin import LookOnly, ReadOnlyAdmin
from registrations.models import Attempt, Change, Delegate, Extension, Registration, Submission


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
