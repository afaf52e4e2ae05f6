"""The outbox: one row per message that is due to one recipient, and every attempt to send it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Unit
from accounts.permissions import Right, may
from accounts.vietnamese import folded
from invitations.models import Meeting

if TYPE_CHECKING:
    from accounts.models import User


class Channel(models.TextChoices):
    """How a message travels."""

    MAIL = "mail", "Thư điện tử"
    SMS = "sms", "Tin nhắn SMS"
    ZALO = "zalo", "Zalo"
    PORTAL = "portal", "Trên cổng"
    CALL = "call", "Gọi điện"


class ReminderQuerySet(models.QuerySet["Reminder"]):
    """Which messages."""

    def visible_to(self, user: User) -> ReminderQuerySet:
        """All for who reads the outbox; nothing for the others."""
        return self if may(user, Right.READ_OUTBOX) else self.none()

    def told_to(self, user: User) -> ReminderQuerySet:
        """What went out, or failed to, to the unit of ``user`` and to those below it."""
        if not may(user, Right.READ_SENT) or user.unit is None:
            return self.none()
        told = (Reminder.State.SENT, Reminder.State.UNKNOWN, Reminder.State.FAILED)
        return self.filter(unit__path__startswith=user.unit.path, state__in=told)

    def due(self, at: datetime) -> ReminderQuerySet:
        """Those to be sent, or settled, at ``at`` that no living sender holds; the longest due first.

        What the plan of a paused meeting wrote waits, unless a person asked for it.
        """
        free = Q(lease_until__isnull=True) | Q(lease_until__lte=at)
        paused = Meeting.objects.filter(reminder_policy__paused_at__isnull=False)
        waits = Q(meeting__in=paused, asked_at__isnull=True, step__isnull=False)
        return self.filter(free, ~waits, state__in=Reminder.TO_DO, due_at__lte=at).order_by("due_at", "pk")

    def held(self, *, by: uuid.UUID) -> ReminderQuerySet:
        """Those that nobody else has claimed since ``by`` did: the fence before every later write."""
        return self.filter(lease_token=by)

    def abandoned(self, at: datetime) -> ReminderQuerySet:
        """Those whose sender started and fell silent: nobody knows whether they went out."""
        return self.filter(state=Reminder.State.SENDING, lease_until__lte=at)

    def search(self, text: str) -> ReminderQuerySet:
        """Messages to units whose name holds ``text``, marks or no marks."""
        return self.filter(unit__search__contains=folded(text))


class Reminder(models.Model):
    """One message due to one recipient (*nhắc*).

    ``slot`` is the instant the message stands for and never changes; ``due_at`` begins there and
    moves on when a server asks to try later. ``recipient`` holds all addresses of a unit, with a
    comma between two: a unit with two clerks gets one mail, not two.
    """

    Channel = Channel

    class Kind(models.TextChoices):
        """What it is about."""

        BEFORE = "before", "Sắp đến hạn"
        OVERDUE = "overdue", "Quá hạn"
        DIGEST = "digest", "Tổng hợp cho văn phòng"
        BY_HAND = "by_hand", "Văn phòng nhắc"
        LETTER = "letter", "Giấy mời"
        CHANGE = "change", "Thay đổi, hoãn, hủy"
        LINE_TEST = "linetest", "Sắp chạy thử đường truyền"
        UNTESTED = "untested", "Đường truyền chưa thử tốt"
        SESSION = "session", "Sắp khai mạc"
        PRESENCE = "presence", "Chưa báo điểm danh"
        REPORT = "report", "Báo cáo kết quả"

    class State(models.TextChoices):
        """``pending → sending → sent | failed | unknown``; back to pending; cancelled from either side."""

        PENDING = "pending", "Chờ gửi"
        SENDING = "sending", "Đang gửi"
        SENT = "sent", "Đã gửi"
        FAILED = "failed", "Không gửi được"
        UNKNOWN = "unknown", "Chưa rõ đã đến"
        CANCELLED = "cancelled", "Không cần gửi"

    TO_DO = (State.PENDING, State.UNKNOWN)
    """States in which a sender has something to do."""

    class Objection(models.TextChoices):
        """Why a planned message is not sent after all."""

        ANSWERED = "answered", "Đơn vị đã gửi đăng ký"
        DECLINED = "declined", "Đơn vị báo không tham dự"
        NEWER = "newer", "Đã có bản giấy mời mới hơn"
        SUPERSEDED = "superseded", "Đã qua mốc này, lần nhắc sau thay thế"
        MOVED = "moved", "Hạn đã thay đổi"
        NOT_OPEN = "not_open", "Hội nghị không nhận đăng ký"
        NOT_CALLED = "not_called", "Đơn vị không còn trong danh sách mời"
        WITHDRAWN = "withdrawn", "Văn phòng hủy lần nhắc này"
        LIMIT = "limit", "Người nhận đã đủ số lần nhắc trong ngày"
        TESTED = "tested", "Các điểm cầu đã thử tốt"
        REPORTED = "reported", "Các điểm cầu đã báo điểm danh"
        TOLD = "told", "Đơn vị đã gửi báo cáo kết quả"
        OTHER_WAY = "other_way", "Đã gửi bằng cách khác"

    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, related_name="reminders", verbose_name="Hội nghị", db_index=False
    )
    """Found by the index of ``one_message_per_slot``, which begins with it."""
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reminders",
        verbose_name="Đơn vị",
    )
    channel = models.CharField("Cách gửi", max_length=8, choices=Channel, default=Channel.MAIL)
    kind = models.CharField("Loại", max_length=8, choices=Kind)
    slot = models.DateTimeField("Mốc")
    due_at = models.DateTimeField("Gửi lúc")
    recipient = models.CharField("Địa chỉ", max_length=1000, blank=True)
    level = models.CharField("Cấp nhận", max_length=8, blank=True)
    """Whom at the unit it reaches (``Level``); "" for the office's own."""
    recipient_name = models.CharField("Người nhận", max_length=200)
    subject = models.CharField("Tiêu đề", max_length=300)
    body = models.TextField("Nội dung")
    message_id = models.CharField(max_length=120, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    step = models.ForeignKey(
        "reminders.Step", on_delete=models.SET_NULL, null=True, blank=True, related_name="reminders"
    )
    instead_of = models.OneToOneField(
        "self", on_delete=models.SET_NULL, null=True, blank=True, related_name="taken_over_by"
    )
    """The message of another channel that could not go out, and whose place this one takes."""

    state = models.CharField("Tình trạng", max_length=10, choices=State, default=State.PENDING)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    lease_token = models.UUIDField(null=True, blank=True, editable=False)
    attempts = models.PositiveSmallIntegerField("Số lần gửi", default=0)
    sent_at = models.DateTimeField("Đã gửi lúc", null=True, blank=True)
    gateway_id = models.CharField("Mã của cổng nhắn tin", max_length=80, blank=True)
    delivered_at = models.DateTimeField("Đến máy lúc", null=True, blank=True)
    objection = models.CharField("Vì sao không gửi", max_length=12, choices=Objection, blank=True)
    failure = models.CharField("Vì sao không gửi được", max_length=300, blank=True)
    asked_at = models.DateTimeField("Nhắc tay lúc", null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )

    asked_why = models.CharField("Lý do gửi lại", max_length=300, blank=True)

    objects = ReminderQuerySet.as_manager()

    class Meta:
        verbose_name = "lần nhắc"
        verbose_name_plural = "lần nhắc"
        ordering = ["-due_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["message_id"], name="message_id_is_of_one"),
            models.UniqueConstraint(
                fields=["meeting", "unit", "channel", "kind", "slot", "recipient"],
                nulls_distinct=False,
                name="one_message_per_slot",
            ),
            models.CheckConstraint(
                condition=Q(kind="digest", unit__isnull=True) | (Q(unit__isnull=False) & ~Q(kind="digest")),
                name="only_the_digest_has_no_unit",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending", "sent", "failed", "unknown", "cancelled"]),
                name="reminder_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state="sending") | Q(lease_until__isnull=False, lease_token__isnull=False),
                name="who_sends_holds_a_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "sent", "unknown"])
                | (Q(attempts__gte=1) & ~Q(recipient="")),
                name="what_was_tried_has_an_attempt_and_an_address",
            ),
            models.CheckConstraint(
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
                name="sent_has_its_moment",
            ),
            models.CheckConstraint(
                condition=(Q(state="cancelled") & ~Q(objection=""))
                | (~Q(state="cancelled") & Q(objection="")),
                name="cancelled_says_why",
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(failure=""), name="failed_says_why"),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], condition=Q(state__in=["pending", "unknown"]), name="reminders_to_do"
            ),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="reminders_under_way"),
            models.Index(fields=["-due_at", "-id"], name="outbox_by_time"),
            models.Index(
                fields=["asked_by"], condition=Q(asked_by__isnull=False), name="reminders_by_who_asked"
            ),
            models.Index(fields=["gateway_id"], condition=~Q(gateway_id=""), name="reminders_by_gateway"),
        ]

    def __str__(self) -> str:
        """Kind and recipient."""
        return f"{self.get_kind_display()}: {self.recipient_name}"

    CHIPS = {
        State.PENDING: "invited",
        State.SENDING: "draft",
        State.SENT: "submitted",
        State.FAILED: "late",
        State.UNKNOWN: "returned",
        State.CANCELLED: "seen",
    }

    @property
    def chip(self) -> str:
        """The mark of the look that stands for the state: fuller as it goes, red where someone must act."""
        return self.CHIPS[self.State(self.state)]

    @property
    def why(self) -> str:
        """Why it was not sent, in words; "" where there is nothing to explain."""
        return self.get_objection_display() or self.failure

    @property
    def addresses(self) -> list[str]:
        """The recipient's addresses, one by one."""
        return [address for address in self.recipient.split(", ") if address]

    @property
    def can_be_resent(self) -> bool:
        """It failed for good; somebody may try again."""
        return self.state == self.State.FAILED


class ReminderAttempt(models.Model):
    """One attempt to send: a row is added when it starts, completed once when it ends, never removed.

    A trigger of the database keeps to that (migration 0004): a meeting whose messages were attempted can
    therefore not be deleted.
    """

    class Outcome(models.TextChoices):
        """What came of it."""

        STARTED = "started", "Đang gửi"
        SENT = "sent", "Máy chủ gửi đã nhận"
        REFUSED = "refused", "Máy chủ gửi từ chối"
        LATER = "later", "Máy chủ gửi hẹn gửi lại sau"
        UNREACHABLE = "unreachable", "Không kết nối được máy chủ gửi"
        BLOCKED = "blocked", "Cổng gửi từ chối khóa, số dư hoặc tên thương hiệu"
        UNKNOWN = "unknown", "Mất liên lạc, chưa rõ đã đi"
        SKIPPED = "skipped", "Chưa gửi, hỏi lại rồi gửi sau"

    reminder = models.ForeignKey(Reminder, on_delete=models.CASCADE, related_name="tries")
    started_at = models.DateTimeField("Bắt đầu")
    ended_at = models.DateTimeField("Kết thúc", null=True, blank=True)
    outcome = models.CharField("Kết quả", max_length=12, choices=Outcome, default=Outcome.STARTED)
    detail = models.CharField("Trả lời của máy chủ", max_length=300, blank=True)

    class Meta:
        verbose_name = "lần gửi thư"
        verbose_name_plural = "lần gửi thư"
        ordering = ["started_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="started", ended_at__isnull=True)
                | (~Q(outcome="started") & Q(ended_at__isnull=False)),
                name="ended_attempt_has_its_outcome",
            ),
            models.UniqueConstraint(
                fields=["reminder"], condition=Q(outcome="started"), name="one_attempt_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        """What came of it."""
        return self.get_outcome_display()
