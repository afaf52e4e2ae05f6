"""A message is sent again because somebody says why: the one that failed, or a new one with its text."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import Right
from invitations.models import Invitation
from reminders.called import called, people_of
from reminders.channels import is_set_up
from reminders.composing import message_id
from reminders.models import Level, Reminder
from reminders.policy import LETTERS
from reminders.reach import NO_ADDRESS, NO_WAY, Reach, choose, ways_to
from reminders.services.by_hand import NOT_AGAIN_WITHIN

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
        again = _back_into_the_queue(reminder, now or database_now())
    else:
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


def _back_into_the_queue(failed: Reminder, now: datetime) -> Reminder:
    """The same row, to the address of today, unless that address has had this very message."""
    failed.recipient, failed.level, failed.channel = _address_today(failed)
    same = Reminder.objects.filter(
        meeting=failed.meeting_id, unit=failed.unit_id, channel=failed.channel, kind=failed.kind,
        slot=failed.slot, recipient=failed.recipient,
    )  # fmt: skip
    if same.exclude(pk=failed.pk).exists():
        raise ValidationError("Địa chỉ này đã có chính tin ấy trong hộp gửi.")
    failed.state, failed.failure = State.PENDING, ""
    failed.asked_at = failed.due_at = now
    return failed


def _once_more(sent: Reminder, now: datetime) -> Reminder:
    """A new message with the same text, by hand, to the address of today; what was sent stays as it is."""
    recipient, level, channel = _address_today(sent)
    copies = Reminder.objects.filter(
        meeting=sent.meeting, unit=sent.unit, channel=channel, subject=sent.subject, asked_at__isnull=False
    )
    if copies.filter(slot__gt=now - NOT_AGAIN_WITHIN).exclude(pk=sent.pk).exists():
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


def _address_today(reminder: Reminder) -> tuple[str, str, str]:
    """Address, level and channel as they are now: those of before, else the contact's."""
    if reminder.unit_id is None:
        office = ", ".join(User.objects.who_may(Right.REMIND).values_list("email", flat=True))
        if office:
            return office, "", reminder.channel
        raise ValidationError(f"{NO_ADDRESS}: thêm địa chỉ ở mục Đơn vị rồi gửi lại.")
    found = called(Invitation.objects.filter(meeting=reminder.meeting_id, unit=reminder.unit_id))
    people = people_of(found)[found[0].pk] if found else {}
    found_ways: list[Reach] = [
        way
        for level in dict.fromkeys([reminder.level or Level.CONTACT, Level.CONTACT])
        if level in people
        for way in ways_to(people[level], level, [reminder.channel])
    ]
    _, way = choose(found_ways)
    if way is None:
        why = found_ways[0].failure if found_ways else NO_ADDRESS if reminder.channel == "mail" else NO_WAY
        raise ValidationError(f"{why}: thêm địa chỉ ở mục Đơn vị rồi gửi lại.")
    return way.recipient, way.level, way.channel
