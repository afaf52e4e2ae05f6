"""A person's private calendar address."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class CalendarFeed(models.Model):
    """The secret address under which a person's calendar program reads the meetings; one per person."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_feed"
    )
    token = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField("Đọc gần nhất", null=True, blank=True)

    class Meta:
        verbose_name = "lịch riêng"
        verbose_name_plural = "lịch riêng"

    def __str__(self) -> str:
        """Whose it is; the token stays out of lists."""
        return str(self.user)
