"""When a unit is reminded, and when not: pure functions over moments, all on PostgreSQL's clock.

A meeting's rows (``Policy``, ``Step``) become a ``Plan``. From an hour of the meeting it gives the
*instants* of every step: the ``slot`` a message stands for, which depends on that hour and the step alone,
and the moment ``at`` which it may go, which the quiet hours move. So a change of the quiet hours sends
nothing a second time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import cached_property
from typing import NamedTuple

from django.utils import timezone

from invitations.calendars import ENDS
from invitations.deadlines import GRACE, quick_report_due
from invitations.models import Meeting, Session
from reminders.models import Policy, Reminder, Step

Kind, Objection, Anchor = Reminder.Kind, Reminder.Objection, Step.Anchor

FURTHEST = timedelta(days=30)
"""How long before or after its hour a step may lie."""

REPEATS_FOR = timedelta(days=7)
"""How long a step repeats at most, however many times it has left."""

OVERDUE_FOR = timedelta(days=3)
"""How long after its moment a message still goes out, when the portal was down."""

DIGEST_FOR = timedelta(hours=1)
"""How late the digest of a fixed hour may be: an older one tells of the morning in the afternoon."""

SPARE = timedelta(minutes=5)
"""How long before the quiet hours a message goes that they would make too late."""

LETTERS = (Kind.LETTER, Kind.CHANGE)
"""What carries a version of the letter; the other kinds chase the silent."""

KINDS = {Anchor.SESSION: Kind.SESSION, Anchor.PRESENCE: Kind.PRESENCE, Anchor.END: Kind.REPORT}
"""What a step counted from such an hour is about."""

SIDES = {
    Anchor.DEADLINE: (Kind.BEFORE, Kind.OVERDUE),
    Anchor.LINE_TEST: (Kind.LINE_TEST, Kind.UNTESTED),
}
"""Before and after these hours it is not about the same."""

ANCHORS = {
    **{kind: anchor for anchor, kinds in SIDES.items() for kind in kinds},
    **{kind: anchor for anchor, kind in KINDS.items()},
}
"""From which hour a message of that kind is counted: what is not in it has no step."""

TESTS = (Kind.LINE_TEST, Kind.UNTESTED)
"""What concerns a unit as long as some point of it was not tested good."""

LATE_FOR = {Kind.PRESENCE: timedelta(hours=3), Kind.UNTESTED: timedelta(hours=12)}
"""What is only said while it can still be done goes no longer after its moment."""

BEGINS = {
    Session.PartOfDay.MORNING: time(8),
    Session.PartOfDay.AFTERNOON: time(14),
    Session.PartOfDay.EVENING: time(19),
}
"""When a session is taken to begin where its letter says no hour."""

OPEN = (Meeting.State.PUBLISHED,)
OPEN_FOR_REPORTS = (Meeting.State.PUBLISHED, Meeting.State.CLOSED)
"""The report of the result is asked for when all is over."""


class Instant(NamedTuple):
    """One message to come: what it is about, what it stands for, when it goes and until when it may."""

    kind: Reminder.Kind
    slot: datetime
    at: datetime
    until: datetime
    step: Step | None = None
    session: int | None = None
    """Which session it is about, where each has its own."""

    @property
    def key(self) -> tuple[str, datetime]:
        """What tells it from every other of the same unit."""
        return (self.kind.value, self.slot)


# ── Hours of the day ─────────────────────────────────────────────────────────────────────────


def is_between(moment: datetime, opens: time, closes: time) -> bool:
    """Say whether the clock shows ``opens`` or later and not yet ``closes``; a day may lie between them."""
    clock = _local(moment).time()
    if opens <= closes:
        return opens <= clock < closes
    return clock >= opens or clock < closes


def into(moment: datetime, opens: time, closes: time, *, latest: datetime | None = None) -> datetime:
    """Return ``moment``, or where it lies outside the hours from ``opens`` to ``closes`` the next opening.

    Where that would be after ``latest``, the moment ``SPARE`` before the hours last closed. Hours that end
    when they begin are the whole day.
    """
    if opens == closes or is_between(moment, opens, closes):
        return moment
    opening = _at(moment, opens)
    if opening <= moment:
        opening += timedelta(days=1)
    if latest is None or opening <= latest:
        return opening
    closing = _at(moment, closes)
    return (closing if closing <= moment else closing - timedelta(days=1)) - SPARE


def _local(moment: datetime) -> datetime:
    return moment.astimezone(timezone.get_default_timezone())


def _at(day: datetime, clock: time) -> datetime:
    return datetime.combine(_local(day).date(), clock, tzinfo=timezone.get_default_timezone())


# ── The steps ────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, eq=False)
class Plan:
    """A meeting's policy as one value: its hours and its steps; a step out of use gives no instants."""

    policy: Policy
    steps: Sequence[Step]
    _known: dict[tuple[str, datetime], list[Instant]] = field(default_factory=dict)

    @property
    def is_paused(self) -> bool:
        """Somebody in the office has stopped it."""
        return self.policy.paused_at is not None

    def awake(self, moment: datetime, *, latest: datetime | None = None) -> datetime:
        """Return ``moment`` moved out of the quiet hours; before them where their end is after ``latest``."""
        return into(moment, self.policy.quiet_until, self.policy.quiet_from, latest=latest)

    def instants(self, anchor: Step.Anchor | str, hour: datetime) -> list[Instant]:
        """Return all that is counted from ``hour``, in the order in which it goes."""
        key = (str(anchor), hour)
        if key not in self._known:
            used = [step for step in self.steps if step.active and step.anchor == anchor]
            found = [one for step in used for one in self._of(step, hour)]
            self._known[key] = sorted(found, key=lambda one: (one.at, one.slot))
        return self._known[key]

    def _of(self, step: Step, hour: datetime) -> Iterator[Instant]:
        is_before = step.offset <= timedelta(0)
        latest = hour if is_before else None
        for slot in self._slots(step, hour):
            at = slot
            if step.in_office_hours and step.every is None:
                at = into(at, self.policy.office_from, self.policy.office_until, latest=latest)
            at = self.awake(at, latest=latest)
            kind = kind_of(step)
            late = slot + LATE_FOR[kind] if kind in LATE_FOR else at + OVERDUE_FOR
            yield Instant(kind, slot, at, hour if is_before else late, step)

    def _slots(self, step: Step, hour: datetime) -> Iterator[datetime]:
        """The first slot of a step, and those of its repetitions that lie in the office hours."""
        first = hour + step.offset
        if step.anchor == Anchor.DEADLINE and first > hour:
            first = max(first, hour + GRACE)
        yield first
        left, slot = step.times - 1, first
        while step.every is not None and left > 0 and slot - first <= REPEATS_FOR:
            slot += step.every
            if first <= hour < slot:
                return
            if not step.in_office_hours or is_between(
                slot, self.policy.office_from, self.policy.office_until
            ):
                left -= 1
                yield slot

    def digests(self, deadline: datetime) -> list[Instant]:
        """Return the messages to the office: at its fixed hours while units are chased, and once all is over.

        The last one, two minutes after the deadline, comes at any hour of the day.
        """
        first = min(
            (step.offset for step in self.steps if step.active and step.anchor == Anchor.DEADLINE),
            default=GRACE,
        )
        begins, ends = deadline + min(first, timedelta(0)), deadline + OVERDUE_FOR
        last = Instant(Kind.DIGEST, deadline + GRACE, deadline + GRACE, deadline + GRACE + OVERDUE_FOR)
        found = [last]
        day = begins
        while day <= ends + timedelta(days=1):
            for clock in self.policy.digest_at:
                slot = _at(day, clock)
                if begins <= slot <= ends and not deadline <= slot <= deadline + GRACE:
                    found.append(Instant(Kind.DIGEST, slot, slot, slot + DIGEST_FOR))
            day += timedelta(days=1)
        return sorted(found, key=lambda one: one.slot)


def kind_of(step: Step) -> Reminder.Kind:
    """Say what a step's messages are about."""
    anchor = Anchor(step.anchor)
    if anchor not in SIDES:
        return KINDS[anchor]
    before, after = SIDES[anchor]
    return before if step.offset <= timedelta(0) else after


def due(instants: Iterable[Instant], *, called_at: datetime, now: datetime) -> Instant | None:
    """Return what is due ``now`` to somebody called at ``called_at``; None if there is nothing.

    Of the instants that have passed only the latest counts: after a night without power nobody gets the
    messages of the whole night. One that passed before the call was never due. Between the deadline and
    ``GRACE`` after it nothing is: a submission may still be under way.
    """
    passed = [one for one in instants if called_at <= one.at <= now <= one.until]
    return passed[-1] if passed else None


def hours_of(meeting: Meeting, sessions: Iterable[Session]) -> dict[Step.Anchor, datetime]:
    """Return the hours that a meeting's steps are counted from; what its letter does not say is left out.

    The deadline is the common one: a unit with an extension has its own.
    """
    hours = {Anchor.DEADLINE: meeting.registration_deadline}
    if meeting.line_test_at is not None:
        hours[Anchor.LINE_TEST] = meeting.line_test_at
    zone = timezone.get_default_timezone()
    held = [
        (
            datetime.combine(one.date, one.starts_at or BEGINS[Session.PartOfDay(one.part)], tzinfo=zone),
            datetime.combine(one.date, one.ends_at or ENDS[Session.PartOfDay(one.part)], tzinfo=zone),
        )
        for one in sessions
    ]
    if held:
        hours[Anchor.SESSION] = min(begins for begins, _ in held)
        hours[Anchor.END] = max(max(begins, ends) for begins, ends in held)
    return hours


def report_due(session: Session) -> datetime:
    """Return the moment by which every point has said how many came."""
    return quick_report_due(session.date, session.part, session.starts_at)


@dataclass(frozen=True, eq=False)
class Timetable:
    """A meeting with all that decides when its units are reminded."""

    meeting: Meeting
    plan: Plan
    hours: dict[Step.Anchor, datetime]
    sessions: Sequence[Session] = ()

    @cached_property
    def _of_sessions(self) -> list[Instant]:
        """All that is counted from the hours at which the sessions' reports are due."""
        found = [
            one._replace(session=session.pk)
            for session in self.sessions
            for one in self.plan.instants(Anchor.PRESENCE, report_due(session))
        ]
        return sorted(found, key=lambda one: (one.at, one.slot))

    def instants(self, anchor: Step.Anchor, deadline: datetime) -> list[Instant]:
        """Return all that is counted from ``anchor`` for a unit whose own deadline is ``deadline``."""
        if anchor == Anchor.PRESENCE:
            return self._of_sessions
        hour = deadline if anchor == Anchor.DEADLINE else self.hours.get(anchor)
        return self.plan.instants(anchor, hour) if hour is not None else []

    def due(
        self, anchor: Step.Anchor, *, deadline: datetime, called_at: datetime, now: datetime
    ) -> Instant | None:
        """Return what is due to one unit of that which is counted from ``anchor``."""
        return due(self.instants(anchor, deadline), called_at=called_at, now=now)

    def find(self, kind: str, slot: datetime, deadline: datetime) -> Instant | None:
        """Return what the plan has under this key for such a unit; None where it has nothing, or no more."""
        anchor = ANCHORS.get(Kind(kind)) if kind in Kind.values else None
        instants = self.instants(anchor, deadline) if anchor else []
        return next((one for one in instants if one.key == (kind, slot)), None)

    def digests(self) -> list[Instant]:
        """Return the messages to the office."""
        return self.plan.digests(self.meeting.registration_deadline)


# ── What stops a message ─────────────────────────────────────────────────────────────────────


class Facts(NamedTuple):
    """What is known of a called unit when its message is about to start."""

    is_answered: bool = False
    is_declined: bool = False
    is_tested: bool = False
    is_reported: bool = False
    """All its points have reported the session that the message is about."""
    is_told: bool = False
    """It has sent its part of the result report."""


NOTHING = Facts()


def is_open(kind: str, state: str) -> bool:
    """Say whether a meeting in ``state`` sends messages of this kind."""
    return state in (OPEN_FOR_REPORTS if kind == Kind.REPORT else OPEN)


def settled(kind: str, facts: Facts) -> Reminder.Objection | None:
    """Say why a unit needs no message of this kind any more, or None if it does."""
    if facts.is_answered and kind in (Kind.BEFORE, Kind.OVERDUE, Kind.BY_HAND):
        return Objection.ANSWERED
    if facts.is_declined:
        return Objection.DECLINED
    if kind == Kind.PRESENCE and facts.is_reported:
        return Objection.REPORTED
    if kind == Kind.REPORT and facts.is_told:
        return Objection.TOLD
    return Objection.TESTED if kind in TESTS and facts.is_tested else None


def objection(
    *,
    key: tuple[str, datetime],
    due: Instant | None,
    instants: Collection[Instant],
    state: str,
    facts: Facts = NOTHING,
    by_hand: bool = False,
) -> Reminder.Objection | None:
    """Say why a planned message must not start now, or None if it may.

    ``key`` is its kind and slot, ``instants`` all that the plan has of the same hour, ``due`` the one of
    this moment. What somebody asked for by hand only stops for a meeting that is not open and for a unit
    that has answered or declined.
    """
    if not is_open(key[0], state):
        return Objection.NOT_OPEN
    if why := settled(key[0], facts):
        return why
    if by_hand or (due is not None and due.key == key):
        return None
    return Objection.SUPERSEDED if any(one.key == key for one in instants) else Objection.MOVED


def letter_objection(
    *, slot: datetime, newest: datetime | None, is_called: bool, is_told: bool
) -> Reminder.Objection | None:
    """Say why a letter must not start now: the unit is no longer called, or a newer version is there.

    ``slot`` is when its version was issued, ``newest`` when the meeting's last one was. It goes out for a
    meeting that was put off or called off too (``is_told``): that is what it says.
    """
    if not is_called:
        return Objection.NOT_CALLED
    if not is_told:
        return Objection.NOT_OPEN
    return Objection.NEWER if newest != slot else None
