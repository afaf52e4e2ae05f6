"""What came of a group that was sent: states and attempts, written at once and fenced by the lease."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from django.db import transaction
from django.db.models import F

from reminders.channels import Answer, Outcome
from reminders.models import Reminder, ReminderAttempt
from reminders.services.ending import fail
from reminders.services.starting import Started

State = Reminder.State
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=15), timedelta(minutes=15)
PAUSE_OF_CHANNEL = timedelta(seconds=10)
"""After a fault that is the channel's alone: others of its messages try it meanwhile."""

NOT_ATTEMPTED = "Chưa gửi: đường gửi dừng trước đó, sẽ hỏi lại rồi gửi"
ANSWERED_LATE = "Trả lời đến sau khi tiến trình gửi bị coi là đã dừng"

Key = TypeVar("Key", bound=Hashable)


class Sent(NamedTuple):
    """One started message and the channel's answer; None where it was not attempted."""

    started: Started
    answer: Answer | None


class _After(NamedTuple):
    """What a message's row says after an attempt."""

    state: str
    due_at: datetime | None = None
    sent_at: datetime | None = None
    gateway_id: str = ""


@transaction.atomic
def finish(done: Sequence[Sent], *, now: datetime) -> Counter[State]:
    """Write what came of each; returns how many came to which state.

    What another sender has claimed meanwhile is left alone. What was taken for abandoned and that
    nobody has claimed since is still ours to settle.
    """
    ours = _ours([one.started.reminder for one in done])
    settled = [one for one in done if one.started.reminder.pk in ours]
    _complete_attempts(settled, now)
    tally: Counter[State] = Counter()
    for after, those in _by(settled, lambda one: _after(one, now)).items():
        rows = Reminder.objects.filter(pk__in=[one.started.reminder.pk for one in those])
        tally[State(after.state)] += len(those)
        if after.state == State.FAILED:
            _fail(those, now)
        elif those[0].answer is None:
            rows.update(state=after.state, attempts=F("attempts") - 1, lease_until=None)
        else:
            rows.update(**{name: value for name, value in after._asdict().items() if value}, lease_until=None)
    return tally


def _ours(reminders: Sequence[Reminder]) -> set[int]:
    rows = Reminder.objects.filter(
        pk__in=[one.pk for one in reminders],
        lease_token__in={one.lease_token for one in reminders},
        state__in=(State.SENDING, State.UNKNOWN),
    )
    return set(rows.order_by("pk").select_for_update().values_list("pk", flat=True))


def _after(one: Sent, now: datetime) -> _After:
    if one.answer is None:
        return _After(one.started.came_from)
    attempts = one.started.reminder.attempts
    match one.answer.outcome:
        case Outcome.SENT:
            return _After(State.SENT, sent_at=now, gateway_id=one.answer.gateway_id)
        case Outcome.REFUSED:
            return _After(State.FAILED)
        case Outcome.UNREACHABLE | Outcome.BLOCKED:
            return _After(one.started.came_from, due_at=now + PAUSE_OF_CHANNEL)
        case Outcome.LATER:
            return _After(one.started.came_from, due_at=now + pause(attempts))
        case _:
            return _After(State.UNKNOWN, due_at=now + pause(attempts))


def pause(attempts: int) -> timedelta:
    """A quarter of a minute after the first attempt, then twice as long, up to a quarter of an hour."""
    doublings = max(min(attempts - 1, 10), 0)
    return min(FIRST_PAUSE * (1 << doublings), LONGEST_PAUSE)


def _fail(refused: Sequence[Sent], now: datetime) -> None:
    for words, those in _by(refused, lambda one: _words(one.answer)).items():
        fail([one.started.reminder for one in those], words, now=now)


def _words(answer: Answer | None) -> str:
    return (answer.detail or answer.outcome.label) if answer else ""


def _complete_attempts(done: Sequence[Sent], now: datetime) -> None:
    """Complete each attempt once. One completed already, its sender taken for dead, gets a second row."""
    open_rows = ReminderAttempt.objects.filter(
        pk__in=[one.started.attempt for one in done], ended_at__isnull=True
    )
    still = set(open_rows.values_list("pk", flat=True))
    late = [one for one in done if one.started.attempt not in still and one.answer is not None]
    for (outcome, detail), those in _by(
        [one for one in done if one.started.attempt in still], _outcome_of
    ).items():
        ReminderAttempt.objects.filter(pk__in=[one.started.attempt for one in those]).update(
            ended_at=now, outcome=outcome, detail=detail
        )
    ReminderAttempt.objects.bulk_create(
        ReminderAttempt(
            reminder=one.started.reminder,
            started_at=now,
            ended_at=now,
            outcome=_outcome_of(one)[0],
            detail=ANSWERED_LATE,
        )
        for one in late
    )


def _outcome_of(one: Sent) -> tuple[str, str]:
    if one.answer is None:
        return Outcome.SKIPPED, NOT_ATTEMPTED
    return one.answer.outcome, one.answer.detail[:300]


def _by(done: Iterable[Sent], key: Callable[[Sent], Key]) -> dict[Key, list[Sent]]:
    groups: dict[Key, list[Sent]] = defaultdict(list)
    for one in done:
        groups[key(one)].append(one)
    return groups
