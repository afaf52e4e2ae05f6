"""What a conference is and whom it calls, part by part as a Giấy mời has it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.fields import LineField, ParagraphField, PhoneField
from accounts.models import Tier, Unit
from accounts.permissions import Right, Role, may
from invitations.deadlines import effective_deadline

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
        own = Invitation.objects.filter(meeting=models.OuterRef("pk"), sent_at__isnull=False)
        called = own.filter(
            Q(unit__path__startswith=user.unit.path) | Q(unit_id__in=user.unit.path.rstrip(".").split("."))
        )
        return published.filter(models.Exists(called))


class Meeting(models.Model):
    """One conference (*hội nghị*), with all that its letter says of it as a whole."""

    class State(models.TextChoices):
        """Where the meeting stands."""

        DRAFT = "draft", "Đang soạn"
        PUBLISHED = "published", "Đã công bố"
        CANCELLED = "cancelled", "Đã hủy"
        CLOSED = "closed", "Đã kết thúc"

    slug = models.SlugField("Mã trên địa chỉ", max_length=120, unique=True)
    code = models.CharField("Mã biên nhận", max_length=12, help_text="Đứng đầu mã biên nhận, ví dụ HT23.")
    title = ParagraphField("Tên hội nghị", max_length=1000)
    short_title = LineField("Tên gọn", max_length=160)
    opening = ParagraphField("Lời mở đầu", max_length=2000, blank=True)
    state = models.CharField("Trạng thái", max_length=12, choices=State, default=State.DRAFT, editable=False)

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

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = "hội nghị"
        verbose_name_plural = "hội nghị"
        ordering = ["-registration_deadline", "-pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
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
        constraints: ClassVar[list[models.BaseConstraint]] = [
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


class Audience(Part):
    """A heading of the letter with its invited roles: who sits at which kind of bridge point."""

    heading = LineField("Tiêu đề", max_length=300)
    tier = models.CharField("Cấp điểm cầu", max_length=12, choices=Tier)
    venue = LineField("Địa điểm", max_length=300, blank=True)
    note = LineField("Ghi chú trong giấy mời", max_length=600, blank=True)

    class Meta(Part.Meta):
        verbose_name = "nhóm điểm cầu"
        verbose_name_plural = "nhóm điểm cầu"

    def __str__(self) -> str:
        """The heading."""
        return self.heading


class InvitedRole(models.Model):
    """One line under an audience (*thành phần mời*)."""

    audience = models.ForeignKey(
        Audience, on_delete=models.CASCADE, related_name="roles", verbose_name="Nhóm điểm cầu"
    )
    position = models.PositiveSmallIntegerField("Thứ tự", default=0)
    text = LineField("Thành phần", max_length=600)
    short_text = LineField("Tên gọn trong bảng", max_length=80, blank=True)
    chairs = models.BooleanField("Mời chủ trì", default=False)
    open_ended = models.BooleanField("Cấp ủy được mở rộng", default=False)

    class Meta:
        verbose_name = "thành phần mời"
        verbose_name_plural = "thành phần mời"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        """The short text where there is one."""
        return self.short_text or self.text


class Chair(models.Model):
    """A person whom the letter names to chair a bridge point (*chủ trì*)."""

    audience = models.ForeignKey(
        Audience, on_delete=models.CASCADE, related_name="named_chairs", verbose_name="Nhóm điểm cầu"
    )
    position = models.PositiveSmallIntegerField("Thứ tự", default=0)
    name = LineField("Họ và tên", max_length=120)
    post = LineField("Chức vụ", max_length=300, blank=True)
    point = LineField("Chủ trì điểm cầu", max_length=200, blank=True)
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Đơn vị của điểm cầu",
    )

    class Meta:
        verbose_name = "người chủ trì"
        verbose_name_plural = "người chủ trì"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        """The name."""
        return self.name


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


class Assignment(Part):
    """What units are asked to do (*đề nghị*): one line of the letter's last section."""

    class Kind(models.TextChoices):
        """What sort of work it is."""

        MATERIALS = "materials", "Tài liệu, tổng hợp, báo cáo"
        HALL = "hall", "Hội trường"
        REGISTRATION = "registration", "Triệu tập, đăng ký"
        LINE = "line", "Đường truyền"
        POWER = "power", "Nguồn điện"
        PRESS = "reporters", "Phóng viên"
        OTHER = "other", "Việc khác"

    addressee = LineField("Đơn vị được đề nghị", max_length=300)
    text = ParagraphField("Nội dung", max_length=2000)
    kind = models.CharField("Loại việc", max_length=14, choices=Kind, default=Kind.OTHER)
    due_at = models.DateTimeField("Hạn", null=True, blank=True)
    units = models.ManyToManyField(
        Unit, through="AssignedUnit", related_name="assignments", verbose_name="Giao cho"
    )

    class Meta(Part.Meta):
        verbose_name = "đề nghị"
        verbose_name_plural = "đề nghị"

    def __str__(self) -> str:
        """Whom it concerns."""
        return self.addressee


class AssignedUnitQuerySet(models.QuerySet["AssignedUnit"]):
    """Which shares of the work."""

    def visible_to(self, user: User) -> AssignedUnitQuerySet:
        """All for the office and propaganda; for the others those of the own unit and the units below it."""
        published = self.exclude(assignment__meeting__state=Meeting.State.DRAFT)
        if may(user, Right.EDIT_MEETING):
            return self
        if may(user, Right.READ_BOARD):
            return published
        if user.unit is None:
            return self.none()
        return published.filter(unit__path__startswith=user.unit.path)


class AssignedUnit(models.Model):
    """The share of one unit in an assignment, with how far it is."""

    class State(models.TextChoices):
        """How far the work is."""

        ASKED = "asked", "Chưa nhận"
        ACCEPTED = "accepted", "Đã nhận"
        DOING = "doing", "Đang làm"
        DONE = "done", "Xong"

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="shares")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assigned", verbose_name="Đơn vị")
    state = models.CharField("Tình trạng", max_length=10, choices=State, default=State.ASKED)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = AssignedUnitQuerySet.as_manager()

    class Meta:
        verbose_name = "việc được giao"
        verbose_name_plural = "việc được giao"
        ordering = ["assignment__position", "unit__position", "unit__sort_key"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["assignment", "unit"], name="one_share_per_unit"),
        ]

    def __str__(self) -> str:
        """Unit and work."""
        return f"{self.unit}: {self.assignment}"


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


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Which invitations."""

    def visible_to(self, user: User) -> InvitationQuerySet:
        """All for the office; those sent for propaganda; the own unit's and those below for a clerk."""
        if may(user, Right.INVITE):
            return self
        if not may(user, Right.READ_INVITATION):
            return self.none()
        sent = self.sent()
        if may(user, Right.READ_BOARD):
            return sent
        return sent.filter(unit__path__startswith=user.unit.path) if user.unit else self.none()

    def sent(self) -> InvitationQuerySet:
        """Those that went out when their meeting was published."""
        return self.filter(sent_at__isnull=False)


class Invitation(models.Model):
    """One unit called to one meeting (*thư mời gửi một đơn vị*): sent, seen, confirmed."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="invitations")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="invitations", verbose_name="Đơn vị"
    )
    audience = models.ForeignKey(
        Audience, on_delete=models.PROTECT, related_name="invitations", verbose_name="Nhóm điểm cầu"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "thư mời"
        verbose_name_plural = "thư mời"
        ordering = ["unit__position", "unit__sort_key", "pk"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["meeting", "unit"],
                name="one_invitation_per_unit",
                violation_error_message="Đơn vị này đã có trong danh sách mời.",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(sent_at__isnull=False), name="confirmed_was_sent"
            ),
        ]

    def __str__(self) -> str:
        """Unit and meeting."""
        return f"{self.unit} · {self.meeting}"

    def deadline(self, extended_until: datetime | None) -> datetime:
        """The hour by which this unit must submit (design, rule 3)."""

        return effective_deadline(self.meeting.registration_deadline, extended_until)
