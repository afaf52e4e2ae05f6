"""When who is reminded by which way: a meeting's policy and its steps, as rows that the office edits."""

from __future__ import annotations

from datetime import time, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.fields import LineField, ParagraphField
from invitations.models import Meeting
from reminders.models.reminder import Channel


class Level(models.TextChoices):
    """Whom a step reaches at a unit; where one has no address, the next takes its place."""

    CONTACT = "contact", "Đầu mối của đơn vị"
    LEADER = "leader", "Lãnh đạo đơn vị"
    ABOVE = "above", "Cấp trên của đơn vị"


class Policy(models.Model):
    """How one meeting chases the silent (*kế hoạch nhắc*): the hours, the limit, the pause, the steps."""

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="reminder_policy")
    quiet_from = models.TimeField("Không gửi từ", default=time(21, 0))
    quiet_until = models.TimeField("Gửi lại từ", default=time(6, 0))
    office_from = models.TimeField("Giờ làm việc từ", default=time(7, 0))
    office_until = models.TimeField("Giờ làm việc đến", default=time(17, 0))
    most_a_day = models.PositiveSmallIntegerField("Nhiều nhất mỗi người một ngày", default=6)
    digest_at = ArrayField(models.TimeField(), verbose_name="Giờ gửi tổng hợp", default=list, blank=True)
    paused_at = models.DateTimeField("Tạm dừng lúc", null=True, blank=True)
    paused_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = "kế hoạch nhắc"
        verbose_name_plural = "kế hoạch nhắc"
        constraints = [
            models.CheckConstraint(
                condition=Q(office_from__lt=F("office_until")),
                name="office_hours_run_forward",
                violation_error_message="Giờ làm việc phải kết thúc sau khi bắt đầu.",
            ),
            models.CheckConstraint(
                condition=Q(most_a_day__gte=1),
                name="a_day_has_room_for_one",
                violation_error_message="Mỗi ngày ít nhất một lần; muốn dừng hẳn, bấm Tạm dừng.",
            ),
        ]

    def __str__(self) -> str:
        """Of which meeting."""
        return f"Kế hoạch nhắc · {self.meeting}"


class Step(models.Model):
    """One step of a policy (*lần nhắc theo kế hoạch*): so long before or after an hour of the meeting."""

    class Anchor(models.TextChoices):
        """The hour a step is counted from."""

        DEADLINE = "deadline", "Hạn đăng ký của đơn vị"
        LINE_TEST = "linetest", "Giờ chạy thử đường truyền"
        SESSION = "session", "Giờ bắt đầu buổi đầu tiên"
        PRESENCE = "presence", "Hạn báo điểm danh của mỗi buổi"
        END = "end", "Kết thúc hội nghị"

    policy = models.ForeignKey(Policy, on_delete=models.CASCADE, related_name="steps")
    anchor = models.CharField("Tính từ", max_length=8, choices=Anchor, default=Anchor.DEADLINE)
    offset = models.DurationField("Cách", help_text="Âm: trước giờ ấy; dương: sau giờ ấy.")
    every = models.DurationField("Lặp lại mỗi", null=True, blank=True)
    times = models.PositiveSmallIntegerField("Nhiều nhất mấy lần", default=1)
    in_office_hours = models.BooleanField("Chỉ trong giờ làm việc", default=False)
    to = ArrayField(models.CharField(max_length=8, choices=Level), verbose_name="Gửi cho")
    channels = ArrayField(
        models.CharField(max_length=8, choices=Channel),
        verbose_name="Cách gửi, theo thứ tự",
        help_text="Cách đầu tiên có địa chỉ và đang hoạt động; không được thì dùng cách sau.",
    )
    subject = LineField("Tiêu đề", max_length=200)
    body = ParagraphField("Nội dung", max_length=4000)
    active = models.BooleanField("Đang dùng", default=True)

    class Meta:
        verbose_name = "mốc nhắc"
        verbose_name_plural = "mốc nhắc"
        ordering = ["anchor", "offset", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["policy", "anchor", "offset"],
                name="one_step_per_moment",
                violation_error_message="Kế hoạch đã có một mốc vào đúng lúc này.",
            ),
            models.CheckConstraint(
                condition=Q(every__isnull=True, times=1) | Q(every__gte=timedelta(minutes=10), times__gte=2),
                name="what_repeats_says_how_often",
                violation_error_message="Mốc lặp lại phải cách ít nhất 10 phút và ghi rõ nhiều nhất mấy lần.",
            ),
            models.CheckConstraint(
                condition=Q(to__len__gte=1, channels__len__gte=1),
                name="a_step_reaches_somebody_somehow",
                violation_error_message="Chọn ít nhất một người nhận và một cách gửi.",
            ),
        ]

    def __str__(self) -> str:
        """When."""
        return f"{self.get_anchor_display()} {self.offset}"
