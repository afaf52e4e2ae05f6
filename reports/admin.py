"""Export jobs and downloads, to look at."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from reports.models import Download, ExportJob, ExportSchedule, SystemReading, WorkbookTemplate


class ReadOnlyAdmin(admin.ModelAdmin[Model]):
    """A record: nothing is added, altered or removed by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Whoever gets into the admin site."""
        return True


@admin.register(ExportJob)
class ExportJobAdmin(ReadOnlyAdmin):
    """Every workbook asked for."""

    list_display = ("kind", "form", "meeting", "state", "asked_by", "asked_at", "finished_at", "size")
    list_filter = ("state",)
    list_select_related = ("meeting", "asked_by")


@admin.register(Download)
class DownloadAdmin(ReadOnlyAdmin):
    """Who took what, when."""

    list_display = ("job", "user", "at")
    list_select_related = ("job__meeting", "user")


@admin.register(SystemReading)
class SystemReadingAdmin(ReadOnlyAdmin):
    """Which software took how many delegates, when."""

    list_display = ("user", "meeting", "at", "rows", "since")
    list_select_related = ("meeting", "user")


@admin.register(ExportSchedule)
class ExportScheduleAdmin(ReadOnlyAdmin):
    """What is made by a schedule, for whom."""

    list_display = ("__str__", "kind", "form", "meeting", "user", "made_at", "stopped_at")
    list_select_related = ("meeting", "user")


@admin.register(WorkbookTemplate)
class WorkbookTemplateAdmin(ReadOnlyAdmin):
    """Every template that was used."""

    list_display = ("name", "uploaded_by", "uploaded_at", "withdrawn_at")
    list_select_related = ("uploaded_by",)
