"""Somebody rang up: written down once, and a message that waited for the call is settled by it."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.clock import database_now
from accounts.models import Unit, User
from invitations.models import Invitation, Meeting
from reminders.channels import Outcome
from reminders.models import Call, Reminder, ReminderAttempt

REACHED = (Call.Result.PROMISED, Call.Result.TOLD)
"""Somebody heard what the office had to say."""


class Heard(NamedTuple):
    """What came of ringing up: who was there, at which number, what they said."""

    result: str
    to_name: str = ""
    phone: str = ""
    note: str = ""


@transaction.atomic
def record_call(
    *, meeting: Meeting, unit: Unit, user: User, heard: Heard, key: uuid.UUID, now: datetime | None = None
) -> Call:
    """Write a call down; the same ``key`` again gives the call that it wrote the first time.

    What waited for somebody to ring up this unit is sent if somebody was reached, else it goes on waiting;
    either way it has its attempt. Raises ``ValidationError`` where the unit is not called to the meeting.
    """
    called = Invitation.objects.sent().filter(meeting=meeting, unit=unit)
    if not called.select_for_update().exists():
        raise ValidationError("Đơn vị này không có trong danh sách mời.")
    now = now or database_now()
    known = Call.objects.filter(key=key).first()
    if known is not None:
        return known
    call = Call.objects.create(
        meeting=meeting, unit=unit, called_at=now, called_by=user, key=key, **heard._asdict()
    )
    _settle(call, now)
    return call


def _settle(call: Call, now: datetime) -> None:
    waiting = Reminder.objects.filter(
        meeting=call.meeting, unit=call.unit, channel=Reminder.Channel.CALL, state=Reminder.State.PENDING
    )
    reached = call.result in REACHED
    for reminder in waiting.order_by("pk").select_for_update():
        reminder.attempts += 1
        if reached:
            reminder.state, reminder.sent_at = Reminder.State.SENT, now
            reminder.recipient = reminder.recipient or call.phone or reminder.recipient_name
        reminder.save(update_fields=["attempts", "state", "sent_at", "recipient"])
        ReminderAttempt.objects.create(
            reminder=reminder,
            started_at=now,
            ended_at=now,
            outcome=Outcome.SENT if reached else Outcome.LATER,
            detail=call.get_result_display(),
        )
