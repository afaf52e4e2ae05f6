"""The state of a meeting that was frozen, and who took rows of the board or of the list away."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from invitations.models import Meeting
from registrations.models import Submission


class Freeze(models.Model):
    """The list as it stood at one moment (*bản chốt*): number 0 is the official one, 1, 2, … its supplements.

    ``content`` names the submissions it consists of; these are snapshots that nothing alters. Rows are
    only ever added. ``holds_at`` is the last moment at which the list was looked at and found the same.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="freezes")
    number = models.PositiveSmallIntegerField()
    as_of = models.DateTimeField()
    made_at = models.DateTimeField(db_default=Now())
    holds_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)
    content = models.JSONField()
    units = models.PositiveIntegerField()
    submitted = models.PositiveIntegerField()
    declared = models.PositiveIntegerField()
    named = models.PositiveIntegerField()
    points = models.PositiveIntegerField()

    class Meta:
        verbose_name = "bản chốt"
        verbose_name_plural = "bản chốt"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="freezes_are_numbered"),
            models.CheckConstraint(
                condition=Q(holds_at__gte=models.F("as_of")), name="a_freeze_holds_from_its_moment"
            ),
        ]

    def __str__(self) -> str:
        """Which list it is."""
        return f"Bổ sung số {self.number}" if self.number else "Danh sách chính thức"

    @property
    def code(self) -> str:
        """The beginning of the hash, as one reads it to somebody: "3FA9-01BC"."""
        return f"{self.sha256[:4]}-{self.sha256[4:8]}".upper()

    @property
    def lines(self) -> dict[str, dict[str, Any]]:
        """What stands in the list, by unit."""
        return {line["unit"]: line for line in self.content["units"]}

    @property
    def submissions(self) -> models.QuerySet[Submission]:
        """The submissions that the list consists of."""
        codes = [line["code"] for line in self.content["units"] if line["code"]]
        return Submission.objects.filter(registration__invitation__meeting=self.meeting_id, code__in=codes)


class BoardDownload(models.Model):
    """One person took rows of the board home; rows are only ever added."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="Người tải"
    )
    at = models.DateTimeField("Lúc", db_default=Now())
    kind = models.CharField("Tệp", max_length=4)
    narrowed = models.CharField("Lọc", max_length=300, blank=True)
    rows = models.PositiveIntegerField("Số dòng")

    class Meta:
        verbose_name = "lượt tải từ bảng"
        verbose_name_plural = "lượt tải từ bảng"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        """Who and what."""
        return f"{self.user}: {self.meeting}"


class SystemReading(models.Model):
    """Another software took a part of the list of delegates; rows are only ever added."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="Phần mềm"
    )
    at = models.DateTimeField("Lúc", db_default=Now())
    rows = models.PositiveIntegerField("Số dòng")
    since = models.CharField("Thay đổi từ", max_length=40, blank=True)

    class Meta:
        verbose_name = "lượt phần mềm đọc đại biểu"
        verbose_name_plural = "lượt phần mềm đọc đại biểu"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        """Who and what."""
        return f"{self.user}: {self.meeting}"
