"""Export jobs and downloads, what is made by a schedule, and the template of workbooks."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.files.staff_templates import StaffTemplate
from accounts.permissions import Right, may
from invitations.models import Meeting
from reports.freezes import BoardDownload as BoardDownload
from reports.freezes import Freeze as Freeze
from reports.freezes import SystemReading as SystemReading
from reports.result_models import ResultDownload as ResultDownload
from reports.result_models import ResultDraft as ResultDraft
from reports.result_models import ResultTemplate as ResultTemplate
from reports.result_models import ResultVersion as ResultVersion
from reports.tallies import Tally as Tally

if TYPE_CHECKING:
    from accounts.models import User


KEPT = timedelta(days=7)
"""How long the file of a job is offered; its row stays."""


class ExportJobQuerySet(models.QuerySet["ExportJob"]):
    """Which jobs."""

    def visible_to(self, user: User) -> ExportJobQuerySet:
        """Those of the meetings that ``user`` sees, for who may export."""
        if may(user, Right.EXPORT):
            return self.filter(meeting__in=Meeting.objects.visible_to(user))
        if may(user, Right.EXPORT_POINTS):
            return self.filter(meeting__in=Meeting.objects.visible_to(user), kind=ExportJob.Kind.POINTS)
        return self.none()

    def under_way(self) -> ExportJobQuerySet:
        """Those asked for and neither ready nor given up."""
        return self.filter(state__in=ExportJob.UNDER_WAY)

    def ready(self) -> ExportJobQuerySet:
        """Those whose whole file is there."""
        return self.filter(state=ExportJob.State.DONE)

    def outdated(self) -> ExportJobQuerySet:
        """Those whose file was kept long enough."""
        return self.ready().filter(finished_at__lt=Now() - KEPT)

    def abandoned(self) -> ExportJobQuerySet:
        """Those that nobody works at: waiting, or with a lease that ran out."""
        return self.filter(
            Q(state=ExportJob.State.QUEUED) | Q(state=ExportJob.State.RUNNING, lease_until__lt=Now())
        )


class ExportJob(models.Model):
    """One file asked for, a workbook or an archive: made in the background, offered when it is whole.

    A worker holds a job by its ``lease``, a token that stands in every later write: a worker that lost
    its job to another one changes nothing any more.
    """

    class Kind(models.TextChoices):
        """What is exported."""

        DELEGATES = "delegates", "Bảng tổng hợp đại biểu"
        BY_UNIT = "by_unit", "Đại biểu, mỗi đơn vị một trang tính"
        BY_POINT = "by_point", "Đại biểu, mỗi điểm cầu một trang tính"
        BY_ROLE = "by_role", "Đại biểu, mỗi thành phần một trang tính"
        CHANGES = "changes", "Thay đổi từ lần tải trước"
        NUMBERS = "numbers", "Số lượng đại biểu"
        POINTS = "points", "Danh sách điểm cầu"
        CONTACTS = "contacts", "Danh sách đầu mối"
        SILENT_UNITS = "silent_units", "Đơn vị chưa gửi"
        OFFICIAL = "official", "Danh sách chính thức đã chốt"
        AMENDED = "amended", "Danh sách đã chốt, gộp bổ sung"
        LETTERS = "letters", "Giấy mời từng đơn vị"
        LETTERS_STATE = "letters_state", "Giấy mời từng đơn vị (thể thức nhà nước)"
        ARCHIVE = "archive", "Gói lưu trữ hội nghị"

    class Form(models.TextChoices):
        """As what kind of file."""

        XLSX = "xlsx", "Excel"
        CSV = "csv", "CSV"
        PDF = "pdf", "PDF"
        ZIP = "zip", "ZIP"

    class State(models.TextChoices):
        """``queued → running → done | failed``; a person may cancel it; a file is kept some days."""

        QUEUED = "queued", "Đang chờ"
        RUNNING = "running", "Đang tạo"
        DONE = "done", "Đã xong"
        FAILED = "failed", "Không tạo được"
        CANCELLED = "cancelled", "Đã dừng"
        EXPIRED = "expired", "Đã xóa sau 7 ngày"

    UNDER_WAY = (State.QUEUED, State.RUNNING)
    LETTERS_ALL = (Kind.LETTERS, Kind.LETTERS_STATE)
    ZIPPED = (*LETTERS_ALL, Kind.ARCHIVE)
    OF_FREEZE = (Kind.OFFICIAL, Kind.AMENDED)
    """Kinds that are made of what was frozen, and not of live rows."""
    OF_DELEGATES = (Kind.DELEGATES, Kind.BY_UNIT, Kind.BY_POINT, Kind.BY_ROLE, Kind.CHANGES)
    """Kinds whose file holds every delegate; later changes are told against the one downloaded last."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="exports")
    kind = models.CharField("Nội dung", max_length=16, choices=Kind, default=Kind.DELEGATES)
    form = models.CharField("Dạng tệp", max_length=4, choices=Form, default=Form.XLSX)
    state = models.CharField("Trạng thái", max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField("Đã ghi", default=0)
    total = models.PositiveIntegerField("Tổng số dòng", default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="Người yêu cầu"
    )
    asked_at = models.DateTimeField("Yêu cầu lúc", db_default=Now())
    started_at = models.DateTimeField("Bắt đầu lúc", null=True, blank=True)
    finished_at = models.DateTimeField("Xong lúc", null=True, blank=True)
    file = models.CharField("Tệp", max_length=120, blank=True)
    size = models.PositiveBigIntegerField("Dung lượng", null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    error = models.CharField("Lỗi", max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField("Số lần làm", default=0)
    fingerprint = models.CharField(max_length=64, blank=True, editable=False)
    """Of all that the file shows (``reports.fingerprint``), as the picture was that it was made of."""
    baseline = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    """The file that changes are told against."""
    schedule = models.ForeignKey(
        "ExportSchedule", on_delete=models.SET_NULL, null=True, blank=True, related_name="jobs"
    )
    slot = models.DateTimeField("Theo lịch lúc", null=True, blank=True)
    mail_until = models.DateTimeField(null=True, blank=True, editable=False)
    """While it lasts, a worker is sending the link."""
    mailed_at = models.DateTimeField("Báo lúc", null=True, blank=True)
    lease = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        verbose_name = "tệp tổng hợp"
        verbose_name_plural = "tệp tổng hợp"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "kind", "form", "asked_by"],
                condition=Q(state__in=["queued", "running"]),
                name="one_export_under_way_per_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(finished_at__isnull=False, size__isnull=False) & ~Q(file="") & ~Q(sha256=""),
                name="finished_export_has_its_file",
            ),
            models.UniqueConstraint(fields=["schedule", "slot"], name="one_export_per_slot"),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(lease__isnull=False, lease_until__isnull=False),
                name="running_export_has_a_lease",
            ),
        ]

    def __str__(self) -> str:
        """What, and for which meeting."""
        return f"{self.get_kind_display()} · {self.meeting}"

    @property
    def is_under_way(self) -> bool:
        """Somebody waits for it."""
        return self.state in self.UNDER_WAY

    @property
    def counted(self) -> str:
        """What its progress counts."""
        if self.kind == self.Kind.ARCHIVE:
            return "lần gửi"
        return "đơn vị" if self.kind in self.LETTERS_ALL else "dòng"

    @property
    def may_be_retried(self) -> bool:
        """It came to nothing, or its file is gone."""
        return self.state in (self.State.FAILED, self.State.CANCELLED, self.State.EXPIRED)

    @property
    def kept_until(self) -> datetime | None:
        """Until when its file is offered."""
        return self.finished_at + KEPT if self.is_ready and self.finished_at else None

    @property
    def is_ready(self) -> bool:
        """The whole file is there."""
        return self.state == self.State.DONE


class Download(models.Model):
    """One person took one file; rows are only ever added, and hold the job and the person to them."""

    job = models.ForeignKey(ExportJob, on_delete=models.PROTECT, related_name="downloads")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="Người tải"
    )
    at = models.DateTimeField("Lúc", db_default=Now())

    class Meta:
        verbose_name = "lượt tải"
        verbose_name_plural = "lượt tải"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["job", "-at"], name="downloads_of_a_job")]

    def __str__(self) -> str:
        """Who and what."""
        return f"{self.user}: {self.job}"


class ExportSchedule(models.Model):
    """A file that somebody wants again and again, or once the deadline is over: made without being asked for.

    Each time is a ``slot``; a slot has one job, however many beats run.
    """

    class When(models.TextChoices):
        """What decides the slots."""

        DAILY = "daily", "Mỗi ngày"
        DEADLINE = "deadline", "Sau hạn đăng ký"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="export_schedules")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name="Người nhận"
    )
    kind = models.CharField("Nội dung", max_length=16, choices=ExportJob.Kind)
    form = models.CharField("Dạng tệp", max_length=4, choices=ExportJob.Form, default=ExportJob.Form.XLSX)
    when = models.CharField("Khi nào", max_length=8, choices=When)
    time = models.TimeField("Lúc", null=True, blank=True)
    minutes = models.PositiveSmallIntegerField("Số phút sau hạn", null=True, blank=True)
    made_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "lịch tạo tệp"
        verbose_name_plural = "lịch tạo tệp"
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(when="daily", time__isnull=False, minutes__isnull=True)
                | Q(when="deadline", time__isnull=True, minutes__isnull=False),
                name="schedule_says_when",
            ),
            models.UniqueConstraint(
                fields=["meeting", "user", "kind", "form", "when", "time", "minutes"],
                condition=Q(stopped_at__isnull=True),
                nulls_distinct=False,
                name="one_schedule_of_a_kind",
            ),
        ]

    def __str__(self) -> str:
        """When."""
        if self.when == self.When.DAILY:
            return f"Mỗi ngày {self.time:%H:%M}"
        return f"Hạn đăng ký + {self.minutes} phút"


def _template_name(template: WorkbookTemplate, name: str) -> str:
    """A name nobody can guess and nobody chose."""
    return f"templates/{uuid.uuid4().hex}.xlsx"


class WorkbookTemplate(StaffTemplate):
    """A template workbook that staff put in the place of the portal's own; the newest is used."""

    LOCK = 0x7874

    file = models.FileField(upload_to=_template_name)

    class Meta(StaffTemplate.Meta):
        verbose_name = "mẫu bảng tính"
        verbose_name_plural = "mẫu bảng tính"
