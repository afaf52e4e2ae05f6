"""A person rang up: the way that is left when nothing else reaches a unit."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from accounts.fields import LineField, PhoneField
from accounts.models import Unit
from invitations.models import Meeting


class Call(models.Model):
    """Who was called about a meeting, by whom, when, with what result (*cuộc gọi*); rows are only ever added.

    ``key`` is made with the form: what a telephone on a bad line sends twice is one call.
    """

    class Result(models.TextChoices):
        """What came of it."""

        PROMISED = "promised", "Sẽ gửi đăng ký"
        TOLD = "told", "Đã nhắc, chưa hẹn"
        NO_ANSWER = "silent", "Không nghe máy"
        WRONG = "wrong", "Sai số"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="calls")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="calls")
    called_at = models.DateTimeField("Lúc")
    called_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    to_name = LineField("Người nghe", max_length=120, blank=True)
    phone = PhoneField("Số máy")
    result = models.CharField("Kết quả", max_length=8, choices=Result)
    note = LineField("Ghi chú", max_length=300, blank=True)
    key = models.UUIDField(unique=True, editable=False)

    class Meta:
        verbose_name = "cuộc gọi"
        verbose_name_plural = "cuộc gọi"
        ordering = ["-called_at", "-pk"]
        indexes = [models.Index(fields=["meeting", "unit", "-called_at"], name="calls_to_a_unit")]

    def __str__(self) -> str:
        """The result."""
        return self.get_result_display()
