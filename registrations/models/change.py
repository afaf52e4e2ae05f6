"""Every change of a registration."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models

from accounts.fields import spaced
from registrations.models.registration import Registration


class Change(models.Model):
    """One thing that was changed in a registration, by whom and when; rows are only ever added.

    ``before`` and ``after`` hold the values of the row, so that a stale save can show both texts and
    a removal can be taken back.
    """

    class Kind(models.TextChoices):
        """What was touched."""

        HEADCOUNT = "headcount", "số lượng"
        POINT = "point", "điểm cầu"
        DELEGATE_ADDED = "added", "thêm đại biểu"
        DELEGATE_CHANGED = "changed", "sửa đại biểu"
        DELEGATE_REMOVED = "removed", "xóa đại biểu"
        SUBMITTED = "submitted", "gửi đăng ký"
        RETURNED = "returned", "trả lại"
        EXTENDED = "extended", "gia hạn"
        ASKED = "asked", "xin gia hạn"
        REFUSED = "refused", "không cho gia hạn"
        SCAN_ADDED = "scan", "đính kèm bản ký"
        SCAN_REMOVED = "unscan", "xóa bản ký"
        PAIRED = "paired", "xem tên trùng"
        DOWNLOADED = "taken", "tải tệp về"

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    what = models.CharField(max_length=300)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = "thay đổi"
        verbose_name_plural = "thay đổi"
        ordering = ["-version", "-pk"]
        indexes = [
            models.Index(fields=["registration", "-version"], name="changes_of_a_registration"),
            models.Index(fields=["-at"], name="changes_by_time"),
        ]

    def __str__(self) -> str:
        """What was done."""
        return f"{self.get_kind_display()}: {self.what}"

    @property
    def before_words(self) -> str:
        """The text before, on one line."""
        return _in_words(self.before)

    @property
    def after_words(self) -> str:
        """The text after, on one line."""
        return _in_words(self.after)


TYPED = (
    "full_name",
    "position",
    "organisation",
    "phone",
    "note",
    "venue",
    "chair",
    "technician",
    "technician_phone",
)
"""What a person types in a row, in the order of the form; JSON columns keep none."""


def _in_words(values: Any) -> str:
    """The values of a row that a person typed, and whether a point connects, in the order of the form."""
    if isinstance(values, dict):
        words = [spaced(values[name]) for name in TYPED if values.get(name)]
        if "connects" in values:
            words.insert(0, "kết nối" if values["connects"] else "không kết nối")
        return " · ".join(words)
    return "" if values is None else str(values)
