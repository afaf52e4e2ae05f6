"""A message is sent again because somebody says why: the one that failed, or a new one with its text."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.clock import database_now
from accounts.models import User
from reminders.channels import is_set_up
from reminders.composing import message_id
from reminders.models import Reminder
from reminders.policy import LETTERS
from reminders.services import by_hand

State = Reminder.State
RESENT = (State.FAILED, State.SENT)
"""States in which somebody may send again: in the others a sender still has to do with the message."""

NO_REASON = "Ghi lý do gửi lại, để người sau biết vì sao đơn vị nhận hai lần."


@transaction.atomic
def resend(*, reminder_id: int, user: User, why: str, now: datetime | None = None) -> Reminder:
    """Put what failed back into the queue, to the address of today; of what was sent make a new message.

    Raises ``ValidationError``: without a reason, without an address, by a channel that is not set up, for
    a call, a letter that went out, what is on its way, and what was sent again within ten minutes.
    """
    why = why.strip()
    if not why:
        raise ValidationError(NO_REASON)
    locked = Reminder.objects.select_for_update(of=("self",)).select_related("unit", "meeting")
    reminder = locked.get(pk=reminder_id)
    if objection := _objection(reminder):
        raise ValidationError(objection)
    if reminder.state == State.FAILED:
        return by_hand.resend(reminder_id=reminder_id, user=user, why=why[:300])
    again = _once_more(reminder, now or database_now())
    again.asked_by, again.asked_why = user, why[:300]
    again.save()
    return again


def _objection(reminder: Reminder) -> str:
    if reminder.channel == Reminder.Channel.CALL:
        return "Đây là lần gọi điện: ghi kết quả ở Danh sách gọi."
    if reminder.state not in RESENT:
        return f"Tin này đang ở trạng thái “{reminder.get_state_display().lower()}” nên không gửi lại được."
    if not is_set_up(reminder.channel):
        return f"{reminder.get_channel_display()} chưa được thiết lập trên cổng này."
    if reminder.state == State.SENT and reminder.kind in LETTERS:
        return "Giấy mời đã đi kèm văn bản; đơn vị tải lại ở trang giấy mời. Muốn nhắc, dùng nút Nhắc."
    return ""


def _once_more(sent: Reminder, now: datetime) -> Reminder:
    """A new message with the same text, by hand, to the address of today; what was sent stays as it is."""
    recipient, level, channel = by_hand.address_today(sent)
    copies = Reminder.objects.filter(
        meeting=sent.meeting, unit=sent.unit, channel=channel, subject=sent.subject, asked_at__isnull=False
    )
    if copies.filter(slot__gt=now - by_hand.NOT_AGAIN_WITHIN).exclude(pk=sent.pk).exists():
        raise ValidationError("Tin này vừa được gửi lại trong 10 phút qua.")
    return Reminder(
        meeting=sent.meeting,
        unit=sent.unit,
        channel=channel,
        kind=Reminder.Kind.BY_HAND if sent.unit_id else sent.kind,
        slot=now,
        due_at=now,
        level=level,
        recipient=recipient,
        recipient_name=sent.recipient_name,
        subject=sent.subject,
        body=sent.body,
        message_id=message_id(),
        asked_at=now,
    )
