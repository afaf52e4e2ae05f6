"""That the people of a meeting are gone: when, by whom, how many of each kind. The record stays."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from invitations.models.meeting import Meeting

GONE = "Đã xóa"
"""What stands where a person stood. What was empty stays empty, so that whatever counts what is filled in
counts the same afterwards."""


class Purge(models.Model):
    """The personal data of one meeting are being deleted, or are deleted (``ended_at``).

    ``kind`` and ``last`` say how far it is, and are written with what they speak of: whoever goes on after
    a kill leaves nothing out.
    """

    meeting = models.OneToOneField(Meeting, on_delete=models.PROTECT, related_name="purge")
    begun_at = models.DateTimeField("Bắt đầu lúc")
    ended_at = models.DateTimeField("Xong lúc", null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    """None where the retention time ran out and nobody asked."""
    counts = models.JSONField("Số dòng từng loại", default=dict)
    kind = models.CharField(max_length=40, blank=True)
    last = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "lần xóa dữ liệu cá nhân"
        verbose_name_plural = "lần xóa dữ liệu cá nhân"
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("begun_at")),
                name="a_purge_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        """Of which meeting."""
        return f"Xóa dữ liệu cá nhân {self.meeting}"
