"""What is known of the ways out: whether each works, what gateways reported, the key that renews itself."""

from __future__ import annotations

from django.db import models

from reminders.models.reminder import Channel, Reminder


class ChannelState(models.Model):
    """How one channel is: a red one sends nothing until it is tried again, or somebody sets it right."""

    channel = models.CharField("Cách gửi", max_length=8, choices=Channel, primary_key=True)
    red_since = models.DateTimeField("Không gửi được từ", null=True, blank=True)
    why = models.CharField("Vì sao", max_length=300, blank=True)
    try_again_at = models.DateTimeField("Thử lại lúc", null=True, blank=True)
    faults = models.PositiveIntegerField("Lỗi liên tiếp", default=0)

    class Meta:
        verbose_name = "tình trạng cách gửi"
        verbose_name_plural = "tình trạng cách gửi"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(red_since__isnull=True, why="")
                | models.Q(red_since__isnull=False) & ~models.Q(why=""),
                name="a_red_channel_says_why",
            ),
        ]

    def __str__(self) -> str:
        """Which, and how it is."""
        return f"{self.get_channel_display()}: {self.why or 'hoạt động'}"


class DeliveryReport(models.Model):
    """What a gateway told afterwards of a message it had accepted; rows are only ever added."""

    reminder = models.ForeignKey(Reminder, on_delete=models.CASCADE, related_name="delivery_reports")
    at = models.DateTimeField("Lúc")
    delivered = models.BooleanField("Đã đến máy", null=True)
    code = models.CharField("Mã của nhà mạng", max_length=40)
    detail = models.CharField("Nguyên văn", max_length=300, blank=True)

    class Meta:
        verbose_name = "báo phát"
        verbose_name_plural = "báo phát"
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["reminder", "code"], name="one_report_of_a_kind"),
        ]

    def __str__(self) -> str:
        """The gateway's own code."""
        return self.code


class ZaloToken(models.Model):
    """The keys of one Zalo application: a refresh token is good once, the next comes with the answer."""

    app_id = models.CharField(max_length=40, primary_key=True)
    seed = models.CharField(max_length=64, editable=False)
    """SHA-256 of the refresh token of the settings this row began with."""
    access_token = models.TextField(editable=False)
    refresh_token = models.TextField(editable=False)
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "khóa Zalo"
        verbose_name_plural = "khóa Zalo"

    def __str__(self) -> str:
        """The application; never a key."""
        return self.app_id
