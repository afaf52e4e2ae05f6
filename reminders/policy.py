"""When a unit is reminded, and when not: pure functions over moments, all on PostgreSQL's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from invitations.deadlines import GRACE
from reminders.models import Reminder

STEPS = (timedelta(days=3), timedelta(days=1), timedelta(hours=4), timedelta(hours=1))
"""How long before its own deadline a unit is reminded."""

LOOK_AHEAD = max(STEPS)
"""Nothing is due to a unit whose deadline is further away."""

OVERDUE_FOR = timedelta(days=3)
"""How long after its slot an overdue mail or a digest still goes out, when the portal was down."""


LETTERS = (Reminder.Kind.LETTER, Reminder.Kind.CHANGE)
"""What carries a version of the letter; the other kinds chase the silent."""


class Step(NamedTuple):
    """What is due: of which kind, and the instant it stands for."""

    kind: Reminder.Kind
    slot: datetime


def steps(deadline: datetime) -> list[Step]:
    """Return every step of a unit whose own deadline is ``deadline``, in the order of time."""
    before = [Step(Reminder.Kind.BEFORE, deadline - ahead) for ahead in sorted(STEPS, reverse=True)]
    return [*before, Step(Reminder.Kind.OVERDUE, deadline + GRACE)]


def digest(deadline: datetime) -> Step:
    """Return the one step of the office."""
    return Step(Reminder.Kind.DIGEST, deadline + GRACE)


def step_due(*, deadline: datetime, called_at: datetime, now: datetime) -> Step | None:
    """Return the step that is due ``now`` to a unit called at ``called_at``; None if there is none.

    Of the steps that have passed only the latest counts: after a night without power nobody gets the
    mails of the whole night. A step that passed before the unit was called was never due. Between the
    deadline and ``GRACE`` after it nothing is due: a submission may still be under way.
    """
    passed = [step for step in steps(deadline) if called_at <= step.slot <= now]
    if not passed:
        return None
    latest = passed[-1]
    if latest.kind == Reminder.Kind.BEFORE:
        return latest if now <= deadline else None
    return latest if now <= latest.slot + OVERDUE_FOR else None


def digest_due(*, deadline: datetime, published_at: datetime, now: datetime) -> Step | None:
    """Return the digest to the office when a meeting's deadline and the grace after it have passed."""
    step = digest(deadline)
    return step if published_at <= step.slot <= now <= step.slot + OVERDUE_FOR else None


def objection(
    *,
    step: Step,
    due: Step | None,
    deadline: datetime,
    is_open: bool,
    is_answered: bool = False,
    is_declined: bool = False,
    by_hand: bool = False,
) -> Reminder.Objection | None:
    """Say why a planned step must not start now, or None if it may.

    ``due`` is what the policy asks for at this moment. What somebody asked for by hand only stops
    for a meeting that takes no registrations and for a unit that has answered or declined.
    """
    if not is_open:
        return Reminder.Objection.NOT_OPEN
    if is_answered:
        return Reminder.Objection.ANSWERED
    if is_declined:
        return Reminder.Objection.DECLINED
    if by_hand or step == due:
        return None
    if step in steps(deadline) or step == digest(deadline):
        return Reminder.Objection.SUPERSEDED
    return Reminder.Objection.MOVED


def letter_objection(
    *, slot: datetime, newest: datetime | None, is_called: bool, is_told: bool
) -> Reminder.Objection | None:
    """Say why a letter must not start now: the unit is no longer called, or a newer version is there.

    ``slot`` is when its version was issued, ``newest`` when the meeting's last one was. It goes out for a
    meeting that was put off or called off too (``is_told``): that is what it says.
    """
    if not is_called:
        return Reminder.Objection.NOT_CALLED
    if not is_told:
        return Reminder.Objection.NOT_OPEN
    return Reminder.Objection.NEWER if newest != slot else None
