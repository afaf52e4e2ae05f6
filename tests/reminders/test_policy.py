"""Who is reminded when, as sentences about moments."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reminders.models import Reminder
from reminders.policy import Step, digest_due, objection, step_due, steps

DEADLINE = datetime(2023, 12, 1, 10, 0, tzinfo=UTC)  # 17:00 in Hà Tĩnh
LONG_AGO = DEADLINE - timedelta(days=30)
Kind, Objection = Reminder.Kind, Reminder.Objection


def before(**ahead: float) -> datetime:
    return DEADLINE - timedelta(**ahead)


def after(**late: float) -> datetime:
    return DEADLINE + timedelta(**late)


SENTENCES = [
    ("four days before, nobody is reminded", before(days=4), LONG_AGO, None),
    ("a second before the first step, neither", before(days=3, seconds=1), LONG_AGO, None),
    ("three days before, at the second", before(days=3), LONG_AGO, before(days=3)),
    ("half an hour late is still the same step", before(days=3, minutes=-30), LONG_AGO, before(days=3)),
    ("one day before", before(days=1), LONG_AGO, before(days=1)),
    ("four hours before", before(hours=4), LONG_AGO, before(hours=4)),
    ("one hour before", before(hours=1), LONG_AGO, before(hours=1)),
    ("waking up late, only the latest step counts", before(minutes=50), LONG_AGO, before(hours=1)),
    ("waking up in between, the one before it", before(hours=2), LONG_AGO, before(hours=4)),
    ("at the deadline itself the last step may still go", DEADLINE, LONG_AGO, before(hours=1)),
    ("after it, no mail speaks of a deadline to come", after(microseconds=1), LONG_AGO, None),
    ("a submission may still be under way", after(seconds=119), LONG_AGO, None),
    ("two minutes after, the unit is overdue", after(minutes=2), LONG_AGO, after(minutes=2)),
    ("a night later it is still that one mail", after(hours=14), LONG_AGO, after(minutes=2)),
    ("days later nobody is chased any more", after(days=3, minutes=3), LONG_AGO, None),
    ("steps before the invitation were never due", before(hours=5), before(hours=6), None),
    ("a unit called at the very step gets it", before(days=1), before(days=1), before(days=1)),
    ("a unit called yesterday gets the next step", before(hours=4), before(hours=6), before(hours=4)),
    ("a unit called after the deadline is not overdue at once", after(hours=2), after(hours=1), None),
]


@pytest.mark.parametrize(
    ("now", "called_at", "slot"), [row[1:] for row in SENTENCES], ids=[r[0] for r in SENTENCES]
)
def test_the_step_that_is_due(now: datetime, called_at: datetime, slot: datetime | None) -> None:
    step = step_due(deadline=DEADLINE, called_at=called_at, now=now)
    assert (step.slot if step else None) == slot
    if step:
        assert step.kind == (Kind.OVERDUE if step.slot > DEADLINE else Kind.BEFORE)


def test_an_extended_unit_is_reminded_before_its_own_deadline() -> None:
    own = DEADLINE + timedelta(hours=3)
    step = step_due(deadline=own, called_at=LONG_AGO, now=own - timedelta(hours=1))
    assert step == Step(Kind.BEFORE, own - timedelta(hours=1))


@pytest.mark.parametrize(
    ("now", "is_due"),
    [
        (DEADLINE, False),
        (after(seconds=119), False),
        (after(minutes=2), True),
        (after(days=1), True),
        (after(days=4), False),
    ],
)
def test_the_office_gets_its_digest_two_minutes_after_the_deadline(now: datetime, is_due: bool) -> None:
    digest = digest_due(deadline=DEADLINE, published_at=LONG_AGO, now=now)
    assert digest == (Step(Kind.DIGEST, after(minutes=2)) if is_due else None)


DAY, HOUR = Step(Kind.BEFORE, before(days=1)), Step(Kind.BEFORE, before(hours=1))
OBJECTIONS = [
    ("what is due goes", HOUR, HOUR, {}, None),
    ("a unit that answered gets nothing", HOUR, HOUR, {"is_answered": True}, Objection.ANSWERED),
    ("a cancelled meeting reminds nobody", HOUR, HOUR, {"is_open": False}, Objection.NOT_OPEN),
    ("an hour before, yesterday's mail stays back", DAY, HOUR, {}, Objection.SUPERSEDED),
    ("after the deadline no mail speaks of it", HOUR, None, {}, Objection.SUPERSEDED),
    (
        "a step of another deadline stays back",
        Step(Kind.BEFORE, before(hours=2)),
        HOUR,
        {},
        Objection.MOVED,
    ),
    ("by hand it goes at any hour", Step(Kind.BY_HAND, before(hours=2)), HOUR, {"by_hand": True}, None),
    ("a step asked for again goes too", DAY, HOUR, {"by_hand": True}, None),
    (
        "not even by hand to a unit that answered",
        HOUR,
        HOUR,
        {"by_hand": True, "is_answered": True},
        Objection.ANSWERED,
    ),
    (
        "a digest that waited for days is not sent any more",
        Step(Kind.DIGEST, after(minutes=2)),
        None,
        {},
        Objection.SUPERSEDED,
    ),
]


@pytest.mark.parametrize(
    ("step", "due", "facts", "expected"), [row[1:] for row in OBJECTIONS], ids=[row[0] for row in OBJECTIONS]
)
def test_what_is_planned_may_be_stopped(
    step: Step, due: Step | None, facts: dict[str, bool], expected: Objection | None
) -> None:
    said = objection(step=step, due=due, deadline=DEADLINE, **{"is_open": True, **facts})
    assert said == expected


def test_steps_stand_in_the_order_of_time() -> None:
    assert steps(DEADLINE) == sorted(steps(DEADLINE), key=lambda step: step.slot)
