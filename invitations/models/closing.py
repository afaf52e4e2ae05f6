"""A meeting is closed, and may be opened again with a reason: every turn is kept."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.fields import LineField
from invitations.models.meeting import Meeting


class Closing(models.Model):
    """One turn of a meeting: closed, or opened again; rows are only ever added."""

    class What(models.TextChoices):
        """Which turn."""

        CLOSED = "closed", "Đóng hội nghị"
        REOPENED = "reopened", "Mở lại hội nghị"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="closings")
    what = models.CharField(max_length=8, choices=What)
    at = models.DateTimeField("Lúc")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reason = LineField("Lý do", max_length=600, blank=True)

    class Meta:
        verbose_name = "lần đóng, mở hội nghị"
        verbose_name_plural = "lần đóng, mở hội nghị"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(what="closed") | ~Q(reason=""), name="reopening_says_why"),
        ]

    def __str__(self) -> str:
        """What was done."""
        return self.get_what_display()
