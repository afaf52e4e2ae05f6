"""How a message goes out: claim, start, send, finish, each in a short transaction of its own.

No transaction is open while the network is. *Claim* takes a lease; *start* waits for whoever submits
just now, asks the policy again and writes the attempt; *finish* writes what came of it. Every write
after the claim is fenced by the lease's token: a sender that was taken for dead writes nothing.
"""

from __future__ import annotations

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Collection
from datetime import datetime, timedelta

from django.db import OperationalError, connection, transaction

from accounts.clock import database_now
from invitations.models import Invitation, Meeting
from registrations.states import standing, with_extension
from reminders import policy
from reminders.channels import Answer, Channel, Message, Outcome
from reminders.channels.mail import MailChannel
from reminders.letters import TOLD, Attachments
from reminders.models import Reminder, ReminderAttempt
from reminders.policy import Step
from reminders.services.planning import digest_of, step_of

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
"""How long a sender may be silent before another takes its message for abandoned."""

BATCH = 50
MOST_RESENDS = 3
"""A message of which nobody knows whether it went out is tried so often, then left to a person."""

FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
WAIT_FOR_SUBMISSION = "5s"
NO_ATTACHMENT = "Chưa tạo được văn bản kèm thư, đề nghị gửi lại"
PARKED = "Đã gửi nhiều lần mà không rõ thư có đến, đề nghị gọi điện"


def send_due(*, now: datetime | None = None, channel: Channel | None = None) -> Counter[Reminder.State]:
    """Send everything that is due; return how many messages came to which state.

    Stops early when the channel itself is down: what was claimed is given back for a later pass.
    """
    clock: Callable[[], datetime] = (lambda: now) if now else database_now
    settle_abandoned(now=clock())
    tally: Counter[Reminder.State] = Counter()
    with channel or MailChannel() as open_channel:
        while claimed := claim(now=clock()):
            attached = Attachments(claimed)
            for position, reminder in enumerate(claimed):
                state, channel_is_down = _send(reminder, open_channel, clock, attached)
                tally.update([state] if state else [])
                if channel_is_down:
                    _give_back(claimed[position + 1 :])
                    return tally
    return tally


def settle_abandoned(*, now: datetime) -> int:
    """Find messages whose sender fell silent: nobody knows whether they went out, so ``unknown``.

    They are due at once. Sending again is safe: the Message-ID stays, and mail servers and readers
    know a double by it.
    """
    with transaction.atomic():
        silent = Reminder.objects.abandoned(now).select_for_update(skip_locked=True)
        abandoned = list(silent.values_list("pk", flat=True))
        ReminderAttempt.objects.filter(reminder__in=abandoned, ended_at__isnull=True).update(
            ended_at=now, outcome=Outcome.UNKNOWN, detail="Tiến trình gửi đã dừng giữa chừng"
        )
        return Reminder.objects.filter(pk__in=abandoned).update(
            state=Reminder.State.UNKNOWN, due_at=now, lease_until=None
        )


def claim(*, now: datetime, limit: int = BATCH) -> list[Reminder]:
    """Take a lease on the next messages that are due; two senders never get the same one."""
    token = uuid.uuid4()
    with transaction.atomic():
        claimed = list(Reminder.objects.due(now).select_for_update(skip_locked=True)[:limit])
        Reminder.objects.filter(pk__in=[reminder.pk for reminder in claimed]).update(
            lease_token=token, lease_until=now + LEASE
        )
    for reminder in claimed:
        reminder.lease_token = token
    return claimed


def _send(
    reminder: Reminder, channel: Channel, clock: Callable[[], datetime], attached: Attachments
) -> tuple[Reminder.State | None, bool]:
    """Start, send, finish. Returns the new state (None where another sender has it) and whether to stop."""
    try:
        started = start(claimed=reminder, now=clock())
    except OperationalError:
        # Somebody has been writing this unit's registration for longer than we wait: next pass.
        log.info("Reminder %s waits for its unit", reminder.pk)
        _give_back([reminder], until=clock() + FIRST_PAUSE)
        return Reminder.State.PENDING, False
    if not isinstance(started, ReminderAttempt):
        return started, False
    try:
        files = attached.of(reminder)
    except Exception as error:  # nothing has gone out: say so, and let a person send it again
        log.error("Reminder %s has no attachment: %s", reminder.pk, type(error).__name__)
        return finish(attempt=started, answer=Answer(Outcome.REFUSED, NO_ATTACHMENT), now=clock()), False
    message = Message(reminder.message_id, reminder.addresses, reminder.subject, reminder.body, files)
    try:
        answer = channel.send(message)
    except Exception as error:  # a fault of ours must not keep the messages behind it from going
        log.error("Reminder %s met %s", reminder.pk, type(error).__name__)
        answer = Answer(Outcome.UNKNOWN, type(error).__name__)
    return finish(attempt=started, answer=answer, now=clock()), answer.channel_is_down


def start(*, claimed: Reminder, now: datetime) -> ReminderAttempt | Reminder.State | None:
    """Enter ``sending`` and return the attempt, or the state in which the message ended instead.

    None where the lease was lost. Waits for a submission of the unit that is under way and then asks
    the policy again: nothing starts after a submission.
    """
    with transaction.atomic():
        if claimed.lease_token is None:
            return None
        mine = Reminder.objects.held(by=claimed.lease_token).filter(state__in=Reminder.TO_DO)
        reminder = (
            mine.select_for_update(of=("self",)).select_related("meeting").filter(pk=claimed.pk).first()
        )
        if reminder is None:
            return None
        _wait_for_submission(reminder)
        if objection := _objection(reminder, now):
            return _end(reminder, Reminder.State.CANCELLED, objection=objection)
        if reminder.state == Reminder.State.UNKNOWN and reminder.attempts >= MOST_RESENDS:
            return _end(reminder, Reminder.State.FAILED, failure=PARKED)
        reminder.state = Reminder.State.SENDING
        reminder.attempts += 1
        reminder.lease_until = now + LEASE
        reminder.save(update_fields=["state", "attempts", "lease_until"])
        return ReminderAttempt.objects.create(reminder=reminder, started_at=now)


def _wait_for_submission(reminder: Reminder) -> None:
    """Take FOR SHARE on the invitation, which a submission holds FOR UPDATE until it is committed."""
    if reminder.unit_id is None:
        return
    table = connection.ops.quote_name(Invitation._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SET LOCAL lock_timeout = '{WAIT_FOR_SUBMISSION}'; "  # noqa: S608
            f"SELECT 1 FROM {table} WHERE meeting_id = %s AND unit_id = %s FOR SHARE",
            [reminder.meeting_id, reminder.unit_id],
        )


def _objection(reminder: Reminder, now: datetime) -> Reminder.Objection | None:
    """Ask the policy again, with what is true after the lock."""
    step = Step(Reminder.Kind(reminder.kind), reminder.slot)
    by_hand = reminder.asked_at is not None
    if reminder.kind in policy.LETTERS:
        return _letter_objection(reminder)
    if reminder.unit_id is None:
        meeting = reminder.meeting
        return policy.objection(
            step=step,
            due=digest_of(meeting, now),
            deadline=meeting.registration_deadline,
            is_open=meeting.takes_registrations,
            by_hand=by_hand,
        )
    called = Invitation.objects.sent().filter(meeting=reminder.meeting_id, unit=reminder.unit_id)
    invitation = with_extension(called).select_related("meeting").first()
    if invitation is None:
        return Reminder.Objection.NOT_CALLED
    unit = standing(invitation, now)
    return policy.objection(
        step=step,
        due=step_of(unit, now),
        deadline=unit.deadline,
        is_open=invitation.meeting.takes_registrations,
        is_answered=unit.is_answered,
        is_declined=not unit.is_answered and not unit.is_silent,
        by_hand=by_hand,
    )


def _letter_objection(reminder: Reminder) -> Reminder.Objection | None:
    meeting = Meeting.objects.get(pk=reminder.meeting_id)
    issue = meeting.issues.only("issued_at").first()
    return policy.letter_objection(
        slot=reminder.slot,
        newest=issue.issued_at if issue else None,
        is_called=meeting.invitations.sent().filter(unit=reminder.unit_id).exists(),
        is_told=meeting.state in TOLD,
    )


def _end(
    reminder: Reminder,
    state: Reminder.State,
    *,
    objection: Reminder.Objection | None = None,
    failure: str = "",
) -> Reminder.State:
    reminder.state, reminder.objection, reminder.failure = state, objection or "", failure
    reminder.lease_until = None
    reminder.save(update_fields=["state", "objection", "failure", "lease_until"])
    return state


def finish(*, attempt: ReminderAttempt, answer: Answer, now: datetime) -> Reminder.State | None:
    """Write what came of an attempt; None where another sender has claimed the message meanwhile."""
    reminder = attempt.reminder
    state, values = _after(answer, reminder, now)
    with transaction.atomic():
        # A message that was taken for abandoned and that nobody has claimed since is still ours to settle.
        ours = Reminder.objects.filter(
            pk=reminder.pk,
            lease_token=reminder.lease_token,
            state__in=(Reminder.State.SENDING, Reminder.State.UNKNOWN),
        )
        if not ours.update(state=state, lease_until=None, **values):
            return None
        ReminderAttempt.objects.filter(pk=attempt.pk).update(
            ended_at=now, outcome=answer.outcome, detail=answer.detail[:300]
        )
    return state


def _after(answer: Answer, reminder: Reminder, now: datetime) -> tuple[Reminder.State, dict[str, object]]:
    match answer.outcome:
        case Outcome.SENT:
            return Reminder.State.SENT, {"sent_at": now}
        case Outcome.REFUSED:
            return Reminder.State.FAILED, {"failure": answer.detail or answer.outcome.label}
        case Outcome.LATER | Outcome.UNREACHABLE | Outcome.BLOCKED:
            return Reminder.State.PENDING, {"due_at": now + _pause(reminder.attempts)}
        case _:
            return Reminder.State.UNKNOWN, {"due_at": now + _pause(reminder.attempts)}


def _pause(attempts: int) -> timedelta:
    """Half a minute after the first attempt, then twice as long each time, up to a quarter of an hour."""
    doublings = min(attempts - 1, 10)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def _give_back(claimed: Collection[Reminder], *, until: datetime | None = None) -> None:
    """End the lease on messages that were claimed and not started."""
    for_whom = {reminder.lease_token for reminder in claimed}
    ours = Reminder.objects.filter(
        pk__in=[reminder.pk for reminder in claimed], lease_token__in=for_whom, state__in=Reminder.TO_DO
    )
    ours.update(lease_until=None, **({"due_at": until} if until else {}))
