"""Who is due what: rows of the outbox, written by the policy."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from itertools import chain

from django.db import IntegrityError
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.clock import database_now
from accounts.models import Unit, User
from accounts.permissions import Right
from invitations.deadlines import is_over
from invitations.models import Invitation, Meeting
from registrations.models import Extension, Registration
from reminders import letters, policy, wording
from reminders.called import Called, called, clerks_of, people_of
from reminders.composing import (
    Planned,
    channels_of,
    compose,
    day_of,
    plain_row,
    row_of,
    ways,
    write,
    write_new,
)
from reminders.models import Level, Reminder, Step
from reminders.open_points import OpenPoints, open_points
from reminders.policy import ANCHORS, LETTERS, Instant, Timetable
from reminders.reach import LADDER, Person, Reach, ways_to
from reminders.services import policies
from reminders.wording import Tables

Anchor, Kind, State = Step.Anchor, Reminder.Kind, Reminder.State

Wanted = tuple[Called, Instant]

COUNTED = (*ANCHORS, Kind.BY_HAND)
"""What fills a recipient's day; letters and digests do not."""


def plan(*, now: datetime | None = None) -> int:
    """Write a row for every message that is due and has none; return how many were written.

    The number of queries does not grow with the number of units. Two planners at once are harmless: the
    dedupe key lets each row in once, and who comes second writes what the first has not written.
    """
    now = now or database_now()
    tables = policies.written(policies.near(now))
    chased = due_to_units(tables, now)
    digests = [(table.meeting, one) for table in tables.values() if (one := _digest_due(table, now))]
    planned = planned_keys(tables.keys(), {instant.slot for _, instant in (*chased, *digests)})
    new = [one for one in chased if unit_key(*one) not in planned]
    others = [
        *_digests([(one, due) for one, due in digests if (one.pk, None, *due.key) not in planned], now),
        *_letters(letters.due(now)),
    ]
    try:
        return write_new(chain(_chasing(new, tables, now), others), now)
    except IntegrityError:
        rows = [*_chasing(new, tables, now), *others]
        write(rows, now)
        return len(rows)


# ── What is due ──────────────────────────────────────────────────────────────────────────────


def due_to_units(tables: Tables, now: datetime) -> list[Wanted]:
    """Return what is due ``now`` to the units that still owe something; one query, three before a test."""
    active = {pk: _active(table, now) for pk, table in tables.items() if not table.plan.is_paused}
    if not active:
        return []
    points = open_points((pk, one) for pk, instants in active.items() for one in instants.values())

    @cache
    def due(meeting: int, deadline: datetime, called_at: datetime) -> list[Instant]:
        """What is due to all who have this deadline and were called together."""
        anchors = {*active[meeting], Anchor.DEADLINE}
        found = (tables[meeting].due(one, deadline=deadline, called_at=called_at, now=now) for one in anchors)
        return [instant for instant in found if instant is not None]

    return [
        (one, instant)
        for one in called(_owing(active))
        for instant in due(one.meeting_id, one.deadline, one.sent_at)
        if is_owed(one, instant, tables[one.meeting_id], points)
    ]


def is_owed(one: Called, instant: Instant, table: Timetable, points: OpenPoints) -> bool:
    """Say whether a unit still needs a message of this kind, of a meeting that is open for it."""
    return policy.is_open(instant.kind, table.meeting.state) and not policy.settled(
        instant.kind, one.facts(points, instant.kind, instant.session)
    )


def _active(table: Timetable, now: datetime) -> dict[Step.Anchor, Instant]:
    """What is due now to whoever was called long ago and has no extension, by the hour it is counted from."""
    deadline, long_ago = table.meeting.registration_deadline, datetime.min.replace(tzinfo=UTC)
    found = {anchor: table.due(anchor, deadline=deadline, called_at=long_ago, now=now) for anchor in Anchor}
    return {anchor: instant for anchor, instant in found.items() if instant is not None}


def _owing(active: Mapping[int, Mapping[Step.Anchor, Instant]]) -> QuerySet[Invitation]:
    """Those to whom something may be due that has no row yet; who has an extension comes every time."""
    wanted = Q(Exists(Extension.objects.filter(invitation=OuterRef("pk"))), meeting__in=active)
    for meeting, instants in active.items():
        for instant in instants.values():
            wanted |= Q(meeting=meeting) & _unwritten(meeting, instant)
    chased_only = [pk for pk, instants in active.items() if set(instants) <= {Anchor.DEADLINE}]
    answered = Q(meeting__in=chased_only, registration__state__in=Registration.ANSWERED)
    return Invitation.objects.filter(wanted, declined_at__isnull=True).exclude(answered)


def _unwritten(meeting: int, instant: Instant) -> Q:
    """The units without a row for this instant: a pass with nothing new to write reads none of them."""
    rows = Reminder.objects.filter(meeting=meeting, unit=OuterRef("unit"))
    return ~Q(Exists(rows.filter(kind=instant.kind, slot=instant.slot)))


def unit_key(one: Called, instant: Instant) -> tuple[int, int | None, str, datetime]:
    """What tells a unit's message from every other."""
    return (one.meeting_id, one.unit_id, *instant.key)


def planned_keys(
    meetings: Collection[int], slots: set[datetime]
) -> set[tuple[int, int | None, str, datetime]]:
    """Return what already has a row, to whomever: a new clerk does not get old messages again."""
    if not slots:
        return set()
    rows = Reminder.objects.filter(meeting__in=meetings, slot__in=slots).order_by()
    return set(rows.values_list("meeting_id", "unit_id", "kind", "slot"))


# ── The rows ─────────────────────────────────────────────────────────────────────────────────


def _chasing(wanted: Collection[Wanted], tables: Tables, now: datetime) -> Iterator[Planned]:
    """The messages to the units; what is too much for its recipient's day is cancelled, for all to see."""
    if not wanted:
        return iter(())
    begins, ends = day_of(now)
    sent = Reminder.objects.filter(due_at__gte=begins, due_at__lt=ends, kind__in=COUNTED).exclude(
        state__in=[State.CANCELLED, State.FAILED]
    )
    so_far = Counter(dict(sent.order_by().values_list("recipient").annotate(Count("pk"))))
    return _within_the_day(compose(wanted, tables, now), so_far, tables)


def _within_the_day(rows: Iterable[Planned], so_far: Counter[str], tables: Tables) -> Iterator[Planned]:
    for row in rows:
        if row.state == State.PENDING and row.channel != Reminder.Channel.CALL:
            if so_far[row.recipient] >= tables[row.meeting_id].plan.policy.most_a_day:
                row.state, row.objection = State.CANCELLED, Reminder.Objection.LIMIT
            else:
                so_far[row.recipient] += 1
        yield row


def _digest_due(table: Timetable, now: datetime) -> Instant | None:
    meeting = table.meeting
    if meeting.published_at is None or not policy.is_open(Kind.DIGEST, meeting.state):
        return None
    return policy.due(table.digests(), called_at=meeting.published_at, now=now)


def _digests(digests: Collection[tuple[Meeting, Instant]], now: datetime) -> list[Planned]:
    if not digests:
        return []
    units: dict[int, list[Called]] = defaultdict(list)
    for one in called(Invitation.objects.filter(meeting__in=[meeting for meeting, _ in digests])):
        units[one.meeting_id].append(one)
    clerks = clerks_of({one.unit_id for many in units.values() for one in many})
    office = list(User.objects.who_may(Right.REMIND).values_list("email", flat=True))
    return [
        plain_row(meeting, None, instant, office, wording.to_office(meeting, units[meeting.pk], clerks, now))
        for meeting, instant in digests
        if is_over(meeting.registration_deadline, now) or any(one.is_silent for one in units[meeting.pk])
    ]


def _letters(due: Collection[letters.Due]) -> list[Planned]:
    """One mail for each unit and version."""
    if not due:
        return []
    addresses = _addresses([one.invitation.unit for one in due])
    return [
        plain_row(
            one.invitation.meeting, one.invitation.unit, one.instant, addresses[one.invitation.unit_id], text
        )
        for one, text in zip(due, wording.of_letters(due), strict=True)
    ]


def _addresses(units: Collection[Unit]) -> dict[int, list[str]]:
    """Where each unit reads its letters: its own address, else those of its clerks."""
    found = {unit.pk: [unit.email] if unit.email else [] for unit in units}
    for clerk in User.objects.clerks_of(*(unit for unit in units if not unit.email)):
        found[clerk.unit_id or 0].append(clerk.email)
    return found


# ── Another way ──────────────────────────────────────────────────────────────────────────────


def next_way(reminder: Reminder, *, now: datetime) -> Reminder | None:
    """Return, unsaved, the message that takes the place of ``reminder``, which could not go out.

    It goes by the next channel of the step that is set up, not red and has an address; after the last one
    to the next level. None where nothing is left. The caller saves it; ``instead_of`` is set.
    """
    if reminder.unit_id is None or reminder.kind in LETTERS:
        return None
    found = called(Invitation.objects.filter(meeting=reminder.meeting_id, unit=reminder.unit_id))
    if not found:
        return None
    tables = policies.timetables([reminder.meeting])
    about = tables[reminder.meeting_id].find(reminder.kind, reminder.slot, found[0].deadline)
    session = about.session if about else None
    instant = Instant(Kind(reminder.kind), reminder.slot, reminder.due_at, now, reminder.step, session)
    case = wording.to_units([(found[0], instant)], tables, now)[0]
    way = _left(reminder, instant, people_of(found)[found[0].pk])
    if way is None:
        return None
    row = row_of(case, way, wording.Writing()).as_reminder()
    row.due_at, row.instead_of = now, reminder
    row.asked_at, row.asked_by = reminder.asked_at, reminder.asked_by
    return row


def _left(reminder: Reminder, instant: Instant, people: Mapping[str, Person]) -> Reach | None:
    """The first way that nobody has tried for this message: at the same level, else further up."""
    usable = ways()
    channels = channels_of(instant, usable)
    own = Level(reminder.level or Level.CONTACT)
    rest = channels[channels.index(reminder.channel) + 1 :] if reminder.channel in channels else channels
    same = Reminder.objects.filter(
        meeting=reminder.meeting_id, unit=reminder.unit_id, kind=reminder.kind, slot=reminder.slot
    )
    known = list(same.values_list("level", "channel", "recipient"))
    levels = [own, *(up for up in LADDER[LADDER.index(own) + 1 :] if up not in {one[0] for one in known})]
    tried = {(channel, recipient) for _, channel, recipient in known}
    for level in levels:
        person = people.get(level)
        for way in ways_to(person, level, rest if level == own else channels) if person else []:
            if (
                not way.failure
                and way.channel not in usable.red
                and (way.channel, way.recipient) not in tried
            ):
                return way
    return None
