"""Export jobs and downloads."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.permissions import Right, may
from invitations.models import Meeting

if TYPE_CHECKING:
    from accounts.models import User


class ExportJobQuerySet(models.QuerySet["ExportJob"]):
    """Which jobs."""

    def visible_to(self, user: User) -> ExportJobQuerySet:
        """Those of the meetings that ``user`` sees, for who may export."""
        if not may(user, Right.EXPORT):
            return self.none()
        return self.filter(meeting__in=Meeting.objects.visible_to(user))

    def under_way(self) -> ExportJobQuerySet:
        """Those asked for and neither ready nor given up."""
        return self.filter(state__in=ExportJob.UNDER_WAY)

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
        LETTERS = "letters", "Giấy mời từng đơn vị"
        LETTERS_STATE = "letters_state", "Giấy mời từng đơn vị (thể thức nhà nước)"

    class State(models.TextChoices):
        """``queued → running → done | failed``; a person may cancel before the end."""

        QUEUED = "queued", "Đang chờ"
        RUNNING = "running", "Đang tạo"
        DONE = "done", "Đã xong"
        FAILED = "failed", "Không tạo được"
        CANCELLED = "cancelled", "Đã dừng"

    UNDER_WAY = (State.QUEUED, State.RUNNING)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="exports")
    kind = models.CharField("Nội dung", max_length=16, choices=Kind, default=Kind.DELEGATES)
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
    lease = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ExportJobQuerySet.as_manager()

    class Meta:
        verbose_name = "tệp tổng hợp"
        verbose_name_plural = "tệp tổng hợp"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "kind", "asked_by"],
                condition=Q(state__in=["queued", "running"]),
                name="one_export_under_way_per_person",
            ),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(finished_at__isnull=False, size__isnull=False) & ~Q(file="") & ~Q(sha256=""),
                name="finished_export_has_its_file",
            ),
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
        return "dòng" if self.kind == self.Kind.DELEGATES else "đơn vị"

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
