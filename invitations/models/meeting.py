"""The conference itself, its sessions and its hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.fields import LineField, ParagraphField, PhoneField
from accounts.permissions import Right, Role, may

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Which meetings."""

    def visible_to(self, user: User) -> MeetingQuerySet:
        """All for the office; what is published for the others; for a clerk, where the own units are called.

        A unit below a called one sees the meeting too: a commune is called through its district.
        """
        if may(user, Right.EDIT_MEETING):
            return self
        published = self.exclude(state=Meeting.State.DRAFT)
        if user.role != Role.CLERK:
            return published
        if user.unit is None:
            return self.none()
        return published.filter(
            Q(invitations__unit__path__startswith=user.unit.path)
            | Q(invitations__unit_id__in=user.unit.path.rstrip(".").split(".")),
            invitations__sent_at__isnull=False,
        ).distinct()

    def taking_registrations(self, at: datetime) -> MeetingQuerySet:
        """Those that are published and whose deadline has not passed at ``at``."""
        return self.filter(state=Meeting.State.PUBLISHED, registration_deadline__gte=at)


class Meeting(models.Model):
    """One conference (*hội nghị*), with all that its letter says of it as a whole."""

    class State(models.TextChoices):
        """Where the meeting stands."""

        DRAFT = "draft", "Đang soạn"
        PUBLISHED = "published", "Đã công bố"
        POSTPONED = "postponed", "Đã hoãn"
        CANCELLED = "cancelled", "Đã hủy"
        CLOSED = "closed", "Đã kết thúc"

    class Form(models.TextChoices):
        """Whose layout the letter has (*thể thức*)."""

        PARTY = "party", "Văn bản của Đảng"
        STATE = "state", "Văn bản hành chính nhà nước"

    slug = models.SlugField("Mã trên địa chỉ", max_length=120, unique=True)
    code = models.CharField(
        "Mã biên nhận",
        max_length=12,
        unique=True,
        validators=[RegexValidator(r"^[A-Z0-9]+$", "Mã chỉ gồm chữ in hoa không dấu và chữ số, ví dụ HT23.")],
        help_text="Đứng đầu mã biên nhận của mọi đơn vị, ví dụ HT23.",
    )
    title = ParagraphField("Tên hội nghị", max_length=1000)
    short_title = LineField("Tên gọn", max_length=160)
    opening = ParagraphField("Lời mở đầu", max_length=2000, blank=True)
    state = models.CharField("Trạng thái", max_length=12, choices=State, default=State.DRAFT, editable=False)

    form = models.CharField("Thể thức", max_length=8, choices=Form, default=Form.PARTY)
    issuer_parent = LineField("Cơ quan cấp trên", max_length=200, blank=True)
    issuer = LineField("Cơ quan ban hành", max_length=200)
    number = LineField("Số, ký hiệu", max_length=60, blank=True)
    place = LineField("Nơi ban hành", max_length=80, blank=True)
    issued_on = models.DateField("Ngày ban hành", null=True, blank=True)
    sign_on_behalf = LineField("Ký thay", max_length=200, blank=True, help_text="Ví dụ: T/L BAN THƯỜNG VỤ")
    sign_title = LineField("Chức vụ người ký", max_length=200, blank=True)
    sign_name = LineField("Người ký", max_length=120, blank=True)
    recipients = ParagraphField("Nơi nhận", max_length=4000, blank=True, help_text="Mỗi nơi một dòng.")

    duration_days = models.DecimalField("Số ngày", max_digits=3, decimal_places=1, null=True, blank=True)
    arrive_minutes_before = models.PositiveSmallIntegerField(
        "Có mặt trước (phút)", null=True, blank=True, validators=[MaxValueValidator(240)]
    )
    registration_deadline = models.DateTimeField("Hạn đăng ký")
    line_test_at = models.DateTimeField("Chạy thử đường truyền từ", null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    keep_days = models.PositiveSmallIntegerField("Giữ dữ liệu cá nhân (ngày)", null=True, editable=False)
    """Days after the closing; None for what the portal is set to (``PORTAL_KEEP_DAYS``)."""

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "hội nghị"
        verbose_name_plural = "hội nghị"
        ordering = ["-registration_deadline", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False),
                name="published_meeting_has_its_moment",
            ),
        ]

    def __str__(self) -> str:
        """The short title."""
        return self.short_title

    def get_absolute_url(self) -> str:
        """The page of the letter."""
        return reverse("meeting", args=[self.slug])

    @property
    def is_draft(self) -> bool:
        """Not yet published: only the office sees it."""
        return self.state == self.State.DRAFT

    @property
    def takes_registrations(self) -> bool:
        """Published and neither cancelled nor closed."""
        return self.state == self.State.PUBLISHED

    @property
    def recipient_lines(self) -> list[str]:
        """The addressees of the letter, one by one."""
        return [recipient for recipient in self.recipients.splitlines() if recipient]


class Part(models.Model):
    """A numbered part of a meeting; parts stand in the order of the letter."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="%(class)ss")
    position = models.PositiveSmallIntegerField("Thứ tự", default=0)

    class Meta:
        abstract = True
        ordering = ["position", "pk"]


class Session(models.Model):
    """A morning or an afternoon (*buổi*)."""

    class PartOfDay(models.TextChoices):
        """Before 12:00 morning, from 18:00 evening."""

        MORNING = "morning", "Buổi sáng"
        AFTERNOON = "afternoon", "Buổi chiều"
        EVENING = "evening", "Buổi tối"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="sessions")
    date = models.DateField("Ngày")
    part = models.CharField("Buổi", max_length=10, choices=PartOfDay)
    starts_at = models.TimeField("Từ", null=True, blank=True)
    ends_at = models.TimeField("Đến", null=True, blank=True)

    class Meta:
        verbose_name = "buổi"
        verbose_name_plural = "buổi"
        ordering = ["date", "starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "date", "part"],
                name="one_session_per_part_of_day",
                violation_error_message="Buổi này đã có trong hội nghị.",
            ),
            models.CheckConstraint(
                condition=Q(starts_at__isnull=True)
                | Q(ends_at__isnull=True)
                | Q(ends_at__gt=models.F("starts_at")),
                name="session_ends_after_start",
                violation_error_message="Giờ kết thúc phải sau giờ bắt đầu.",
            ),
        ]

    def __str__(self) -> str:
        """Part of day and date."""
        return f"{self.get_part_display()} {self.date:%d/%m/%Y}"


class Deadline(Part):
    """Something that is due by an hour, and to whom (*hạn*)."""

    at = models.DateTimeField("Hạn")
    what = LineField("Phải gửi", max_length=400)
    to = LineField("Gửi đến", max_length=400, blank=True)

    class Meta(Part.Meta):
        verbose_name = "hạn"
        verbose_name_plural = "hạn"

    def __str__(self) -> str:
        """What is due."""
        return self.what


class Contact(Part):
    """Whom to call about what (*đầu mối liên hệ*)."""

    name = LineField("Họ và tên", max_length=120)
    organisation = LineField("Cơ quan", max_length=200, blank=True)
    phone = PhoneField("Điện thoại")
    about = LineField("Về việc", max_length=200, blank=True)

    class Meta(Part.Meta):
        verbose_name = "đầu mối liên hệ"
        verbose_name_plural = "đầu mối liên hệ"

    def __str__(self) -> str:
        """The name."""
        return self.name
