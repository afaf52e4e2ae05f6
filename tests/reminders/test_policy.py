"""Who is reminded when, as sentences about moments and as laws that hold at all of them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from django.utils import timezone
from hypothesis import assume, given
from hypothesis import strategies as st

from invitations.deadlines import GRACE
from invitations.models import Meeting, Session
from reminders import defaults
from reminders.models import Level, Policy, Reminder, Step
from reminders.policy import (
    SPARE,
    Facts,
    Instant,
    Plan,
    due,
    hours_of,
    into,
    is_between,
    objection,
)

DEADLINE = datetime(2023, 12, 1, 10, 0, tzinfo=UTC)  # 17:00 in Hà Tĩnh
LONG_AGO = DEADLINE - timedelta(days=60)
Kind, Objection, Anchor = Reminder.Kind, Reminder.Objection, Step.Anchor
DEFAULT = Plan(defaults.policy(), defaults.steps())


def before(**ahead: float) -> datetime:
    return DEADLINE - timedelta(**ahead)


def after(**late: float) -> datetime:
    return DEADLINE + timedelta(**late)


def due_at(
    now: datetime, *, deadline: datetime = DEADLINE, called_at: datetime = LONG_AGO, plan: Plan = DEFAULT
) -> Instant | None:
    return due(plan.instants(Anchor.DEADLINE, deadline), called_at=called_at, now=now)


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
    ("in the evening it is not told again", after(hours=3), LONG_AGO, after(minutes=2)),
    ("the next morning it is", after(hours=14, minutes=2), LONG_AGO, after(hours=14, minutes=2)),
    ("and every two hours of the office", after(hours=17), LONG_AGO, after(hours=16, minutes=2)),
    ("five times in all", after(days=2), LONG_AGO, after(hours=20, minutes=2)),
    ("days later nobody is chased any more", after(days=4), LONG_AGO, None),
    ("steps before the invitation were never due", before(hours=5), before(hours=6), None),
    ("a unit called at the very step gets it", before(days=1), before(days=1), before(days=1)),
    ("a unit called yesterday gets the next step", before(hours=4), before(hours=6), before(hours=4)),
    ("a unit called after the deadline is not overdue at once", after(hours=2), after(hours=1), None),
]


@pytest.mark.parametrize(
    ("now", "called_at", "slot"), [row[1:] for row in SENTENCES], ids=[r[0] for r in SENTENCES]
)
def test_the_step_that_is_due(now: datetime, called_at: datetime, slot: datetime | None) -> None:
    found = due_at(now, called_at=called_at)
    assert (found.slot if found else None) == slot
    if found:
        assert found.kind == (Kind.OVERDUE if found.slot > DEADLINE else Kind.BEFORE)
        assert found.at == found.slot


def test_an_extended_unit_is_reminded_before_its_own_deadline() -> None:
    own = DEADLINE + timedelta(hours=3)
    found = due_at(own - timedelta(hours=1), deadline=own)
    assert found is not None
    assert found.key == (Kind.BEFORE, own - timedelta(hours=1))


def test_it_grows_louder_towards_the_deadline() -> None:
    """Each step reaches at least whom the one before it did, and the last ones the level above."""
    told = [set(step.to) for step in sorted(defaults.steps()[:5], key=lambda step: step.offset)]
    assert all(one <= other for one, other in pairwise(told))
    assert told[0] == {Level.CONTACT}
    assert told[-1] == set(Level)


# ── Quiet hours and office hours ─────────────────────────────────────────────────────────────

AT_NIGHT = datetime(2023, 12, 1, 16, 30, tzinfo=UTC)  # 23:30 in Hà Tĩnh


def local(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%d/%m %H:%M}"


@pytest.mark.parametrize(
    ("deadline", "slot", "at"),
    [
        (AT_NIGHT + timedelta(hours=10), "01/12 23:30", "02/12 06:00"),  # 09:30: the night ends in time
        (AT_NIGHT + timedelta(hours=6, minutes=30), "01/12 23:30", "02/12 06:00"),  # 06:00, at the second
        (AT_NIGHT + timedelta(hours=6), "01/12 23:30", "01/12 20:55"),  # 05:30: it would be too late
    ],
)
def test_a_message_of_the_night_waits_or_goes_before_it(deadline: datetime, slot: str, at: str) -> None:
    step = Step(anchor=Anchor.DEADLINE, offset=AT_NIGHT - deadline, times=1)
    (found,) = Plan(Policy(), [step]).instants(Anchor.DEADLINE, deadline)
    assert (local(found.slot), local(found.at)) == (slot, at)


def test_other_quiet_hours_send_nothing_a_second_time() -> None:
    loud = Plan(Policy(quiet_from=time(0), quiet_until=time(0)), defaults.steps())
    night = DEADLINE + timedelta(hours=7)
    keys = [[one.key for one in plan.instants(Anchor.DEADLINE, night)] for plan in (DEFAULT, loud)]
    assert sorted(keys[0]) == sorted(keys[1])


MOMENTS = st.integers(0, 7 * 365 * 86400).map(lambda seconds: LONG_AGO + timedelta(seconds=seconds))
CLOCKS = st.times().map(lambda clock: clock.replace(microsecond=0))


def hours_apart(begins: time, ends: time) -> float:
    seconds = (ends.hour - begins.hour) * 3600 + (ends.minute - begins.minute) * 60
    return (seconds % 86400) / 3600


@given(MOMENTS, CLOCKS, CLOCKS)
def test_what_is_moved_stands_in_the_open_hours(moment: datetime, opens: time, closes: time) -> None:
    assume(hours_apart(opens, closes) >= 1)
    moved = into(moment, opens, closes)
    assert is_between(moved, opens, closes)
    assert moment <= moved < moment + timedelta(days=1)
    assert (moved == moment) == is_between(moment, opens, closes)


@given(MOMENTS, CLOCKS, CLOCKS, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_nothing_is_moved_past_its_hour(moment: datetime, opens: time, closes: time, left: timedelta) -> None:
    assume(hours_apart(opens, closes) >= 1)
    moved = into(moment, opens, closes, latest=moment + left)
    assert is_between(moved, opens, closes)
    assert moment - timedelta(days=1) - SPARE < moved <= moment + left


STEPS = st.builds(
    lambda anchor, offset, every, times, office: Step(
        anchor=anchor, offset=offset, every=every, times=times if every else 1, in_office_hours=office
    ),
    st.just(Anchor.DEADLINE),
    st.timedeltas(timedelta(days=-30), timedelta(days=5)),
    st.none() | st.timedeltas(timedelta(minutes=10), timedelta(days=1)),
    st.integers(2, 9),
    st.booleans(),
)
QUIET = st.sampled_from(
    [(time(21), time(6)), (time(22, 30), time(5)), (time(12), time(13)), (time(0), time(0))]
)


@given(MOMENTS, st.lists(STEPS, min_size=1, max_size=5), QUIET)
def test_the_laws_of_a_plan(deadline: datetime, steps: list[Step], quiet: tuple[time, time]) -> None:
    """Whatever the steps: in order, never in the quiet hours, never too late, never in the grace."""
    plan = Plan(Policy(quiet_from=quiet[0], quiet_until=quiet[1]), steps)
    found = plan.instants(Anchor.DEADLINE, deadline)
    assert found == sorted(found, key=lambda one: (one.at, one.slot))
    for one in found:
        assert quiet[0] == quiet[1] or not is_between(one.at, *quiet)
        assert one.until >= one.at
        if one.kind == Kind.BEFORE:
            assert one.slot <= deadline == one.until
            assert one.at <= deadline
        else:
            assert one.slot >= deadline + GRACE
            assert one.at >= one.slot
    for step in steps:
        own = [one for one in found if one.step is step]
        assert 1 <= len(own) <= step.times
        if step.every and step.in_office_hours:
            repeated = sorted(own, key=lambda one: one.slot)[1:]
            assert all(is_between(one.slot, time(7), time(17)) for one in repeated)


@given(
    MOMENTS, st.timedeltas(timedelta(days=-5), timedelta(days=5)), st.timedeltas(timedelta(0), timedelta(9))
)
def test_only_the_latest_counts_and_nothing_before_the_call(
    deadline: datetime, away: timedelta, known_for: timedelta
) -> None:
    now = deadline + away
    found = due_at(now, deadline=deadline, called_at=now - known_for)
    passed = [one for one in DEFAULT.instants(Anchor.DEADLINE, deadline) if now - known_for <= one.at <= now]
    if found is None:
        assert all(one.until < now for one in passed)
    else:
        assert found == passed[-1]
        assert not deadline < now < deadline + GRACE


# ── The office's digest ──────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("now", "slot"),
    [
        (before(days=4), None),
        (before(hours=3, minutes=30), before(hours=3, minutes=30)),  # 13:30
        (before(hours=1), None),  # an hour later the noon's numbers are old
        (DEADLINE, None),
        (after(seconds=119), None),
        (after(minutes=2), after(minutes=2)),
        (after(hours=10), after(minutes=2)),
        (after(hours=14, minutes=30), after(hours=14, minutes=30)),  # 07:30 the next morning
        (after(days=1), after(minutes=2)),
        (after(days=4), None),
    ],
)
def test_the_office_gets_its_digest_at_fixed_hours_and_after_the_deadline(
    now: datetime, slot: datetime | None
) -> None:
    found = due(DEFAULT.digests(DEADLINE), called_at=LONG_AGO, now=now)
    assert (found.slot if found else None) == slot


# ── The hours of a meeting ───────────────────────────────────────────────────────────────────


def test_the_hours_of_a_meeting_are_those_of_its_letter() -> None:
    meeting = Meeting(registration_deadline=DEADLINE)
    assert hours_of(meeting, []) == {Anchor.DEADLINE: DEADLINE}
    day = datetime(2023, 12, 4, tzinfo=UTC).date()
    sessions = [
        Session(date=day + timedelta(days=1), part="morning", starts_at=time(8), ends_at=time(11)),
        Session(date=day, part="afternoon"),
        Session(date=day, part="morning", starts_at=time(7, 30)),
    ]
    found = hours_of(meeting, sessions)
    assert (local(found[Anchor.SESSION]), local(found[Anchor.END])) == ("04/12 07:30", "05/12 11:00")


# ── What stops a message ─────────────────────────────────────────────────────────────────────


DAY, HOUR = (Kind.BEFORE, before(days=1)), (Kind.BEFORE, before(hours=1))
LATE, NIGHT = before(minutes=30), after(days=4)
DRAFT, CLOSED = Meeting.State.DRAFT, Meeting.State.CLOSED
OBJECTIONS = [
    ("what is due goes", HOUR, LATE, {}, None),
    ("a unit that answered gets nothing", HOUR, LATE, {"facts": Facts(is_answered=True)}, Objection.ANSWERED),
    ("a unit that declined neither", HOUR, LATE, {"facts": Facts(is_declined=True)}, Objection.DECLINED),
    ("a closed meeting reminds nobody", HOUR, LATE, {"state": CLOSED}, Objection.NOT_OPEN),
    ("an hour before, yesterday's mail stays back", DAY, LATE, {}, Objection.SUPERSEDED),
    ("after the deadline no mail speaks of it", HOUR, after(seconds=1), {}, Objection.SUPERSEDED),
    ("a step of another deadline", (Kind.BEFORE, before(hours=2)), LATE, {}, Objection.MOVED),
    ("by hand it goes at any hour", (Kind.BY_HAND, before(hours=2)), NIGHT, {"by_hand": True}, None),
    ("a step asked for again goes too", DAY, LATE, {"by_hand": True}, None),
    (
        "not even by hand to a unit that answered",
        HOUR,
        LATE,
        {"by_hand": True, "facts": Facts(is_answered=True)},
        Objection.ANSWERED,
    ),
]


@pytest.mark.parametrize(
    ("key", "now", "facts", "expected"), [row[1:] for row in OBJECTIONS], ids=[row[0] for row in OBJECTIONS]
)
def test_what_is_planned_may_be_stopped(
    key: tuple[str, datetime], now: datetime, facts: dict[str, object], expected: Objection | None
) -> None:
    known = {"state": Meeting.State.PUBLISHED, **facts}
    instants = DEFAULT.instants(Anchor.DEADLINE, DEADLINE)
    assert objection(key=key, due=due_at(now), instants=instants, **known) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "facts", "state", "expected"),
    [
        (Kind.LINE_TEST, Facts(is_tested=True), "published", Objection.TESTED),
        (Kind.LINE_TEST, Facts(is_answered=True), "published", None),
        (Kind.SESSION, Facts(is_answered=True, is_tested=True), "published", None),
        (Kind.SESSION, Facts(is_declined=True), "published", Objection.DECLINED),
        (Kind.SESSION, Facts(), "closed", Objection.NOT_OPEN),
        (Kind.REPORT, Facts(is_answered=True), "closed", None),
        (Kind.REPORT, Facts(is_told=True), "published", Objection.TOLD),
        (Kind.REPORT, Facts(), "cancelled", Objection.NOT_OPEN),
    ],
)
def test_each_kind_is_stopped_by_what_settles_it(
    kind: Reminder.Kind, facts: Facts, state: str, expected: Objection | None
) -> None:
    one = Instant(kind, DEADLINE, DEADLINE, after(days=1))
    assert objection(key=one.key, due=one, instants=[one], state=state, facts=facts) == expected
