"""A point's line: every test of it, and where it stands in telecom's queue."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.fields import LineField

CALL_LASTS = timedelta(minutes=5)
"""A technician who took a point and recorded nothing holds it no longer than this."""


class LineState(models.TextChoices):
    """How far the test of a point's line is, for those who test."""

    NOT_CALLED = "chua-goi", "Chưa gọi"
    CALLING = "dang-goi", "Đang gọi"
    RETEST = "thu-lai", "Cần thử lại"
    GOOD = "good", "Hình và tiếng tốt"
    PICTURE_ONLY = "picture", "Chỉ có hình"
    SOUND_ONLY = "sound", "Chỉ có tiếng"
    FAILED = "failed", "Không kết nối được"


class LineTest(models.Model):
    """One test of one point's line (*chạy thử đường truyền*); every test is kept, none is changed.

    ``key`` is made with the form: what a telephone on a bad line sends twice is one test. ``at`` is
    PostgreSQL's hour; ``phone_at`` what the technician's telephone took for the hour, only noted.
    """

    class Result(models.TextChoices):
        """What was seen and heard."""

        GOOD = "good", "Hình và tiếng tốt"
        PICTURE_ONLY = "picture", "Chỉ có hình"
        SOUND_ONLY = "sound", "Chỉ có tiếng"
        FAILED = "failed", "Không kết nối được"

    point = models.ForeignKey(
        "bridge_points.BridgePoint", on_delete=models.CASCADE, related_name="line_tests"
    )
    at = models.DateTimeField("Lúc")
    result = models.CharField("Kết quả", max_length=10, choices=Result)
    note = LineField("Ghi chú", max_length=300, blank=True)
    tested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    key = models.UUIDField(null=True, unique=True, editable=False)
    phone_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = "lần thử đường truyền"
        verbose_name_plural = "lần thử đường truyền"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["point", "-at"], name="last_test_of_a_point")]

    def __str__(self) -> str:
        """The result."""
        return self.get_result_display()


class PointLine(models.Model):
    """Where a point stands in telecom's queue; made when something is first said of it.

    A table of its own: what units declare of their points has its own version and its own lock.
    """

    point = models.OneToOneField(
        "bridge_points.BridgePoint", on_delete=models.CASCADE, related_name="line", primary_key=True
    )
    position = models.PositiveIntegerField("Thứ tự gọi", null=True)
    ready_at = models.DateTimeField("Sẵn sàng lúc", null=True)
    """The point says that it is ready and waits; the next test takes it away."""

    retest_at = models.DateTimeField("Cần thử lại từ", null=True)
    calling_since = models.DateTimeField("Gọi từ", null=True)
    calling_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "hàng chờ thử"
        verbose_name_plural = "hàng chờ thử"
        constraints = [
            models.CheckConstraint(
                condition=Q(calling_by__isnull=True) | Q(calling_since__isnull=False),
                name="who_calls_calls_since",
            ),
        ]

    def __str__(self) -> str:
        """Of which point."""
        return str(self.point_id)
