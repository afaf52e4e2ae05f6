"""Loads the sample conference once, and moves its dates."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least
from django.utils import timezone

from accounts.clock import database_now
from accounts.models import Tier, Unit
from bridge_points.models import BridgePoint
from conference_portal.sample import accounts, letter, materials, units
from invitations.issuing import digest
from invitations.letters import content as letter_content
from invitations.models import AssignedUnit, Audience, Chair, InvitedRole, Meeting
from invitations.services import call_units, publish
from registrations.models import Attempt, Extension, Registration

DAYS_TO_REGISTER = timedelta(days=3)
"""From the day of loading to the day of the deadline."""


@transaction.atomic
def load(*, as_written: bool) -> Meeting:
    """Have the sample conference in the database; return it.

    The first time makes units, accounts and the published meeting. After that nothing is made again,
    so that what people changed or removed stays so; only dates may move, always all of the meeting's
    together and by whole days:

    - ``as_written``: to the days of 2023, where the deadline has passed and the form is closed;
    - else, when the deadline has passed and no unit has begun to register: to three days from today, so
      that an evaluation begun next week finds an open form again.
    """
    meeting = Meeting.objects.filter(slug=letter.SLUG).first()
    now = database_now()
    if meeting is None:
        made = units.plant_units()
        accounts.make(made, clerks_of=clerks())
        meeting = _write(made)
        _move(meeting, _newcomers_deadline(now), now)
        meeting = publish(meeting_id=meeting.pk)
        materials.hand_out(meeting)
    if as_written:
        _move(meeting, letter.DEADLINE, now)
    elif meeting.registration_deadline < now and not _is_in_use(meeting):
        _move(meeting, _newcomers_deadline(now), now)
    meeting.refresh_from_db()
    return meeting


def clerks() -> list[str]:
    """Return the slugs of the units called, districts first: so are their clerks' accounts named."""
    province, *others = letter.headings()
    return [slug for heading in (*others, province) for slug in heading.called]


def _newcomers_deadline(now: datetime) -> datetime:
    return timezone.localtime(now) + DAYS_TO_REGISTER


def _is_in_use(meeting: Meeting) -> bool:
    """Some unit began to register, tried to, or was given more time: hours that people know stay."""
    return any(
        rows.filter(invitation__meeting=meeting).exists()
        for rows in (Registration.objects.all(), Attempt.objects.all(), Extension.objects.all())
    )


def _move(meeting: Meeting, to: datetime, now: datetime) -> None:
    """Move every date of the meeting by the days that bring its deadline to the day of ``to``."""
    meeting.refresh_from_db()
    days = timezone.localdate(to) - timezone.localdate(meeting.registration_deadline)
    if not days:
        return
    Meeting.objects.filter(pk=meeting.pk).update(
        registration_deadline=F("registration_deadline") + days,
        line_test_at=F("line_test_at") + days,
        issued_on=F("issued_on") + days,
        published_at=Least(F("published_at") + days, now),
    )
    meeting.invitations.update(sent_at=Least(F("sent_at") + days, now))
    meeting.deadlines.update(at=F("at") + days)
    meeting.assignments.update(due_at=F("due_at") + days)
    meeting.materials.filter(released_at__gt=F("uploaded_at")).update(released_at=F("released_at") + days)
    # One by one, the last first when they move on: no two of a meeting stand on one half day meanwhile.
    for session in sorted(meeting.sessions.all(), key=lambda row: row.date, reverse=days > timedelta(0)):
        session.date += days
        session.save(update_fields=["date"])
    meeting.refresh_from_db()
    content = letter_content.of(meeting)
    meeting.issues.update(
        content=content, sha256=digest(content), issued_at=Least(F("issued_at") + days, now)
    )


def _write(made: dict[str, Unit]) -> Meeting:
    """Save the letter as a draft with its list of units and their bridge points."""
    meeting = letter.meeting()
    meeting.save()
    for session in letter.sessions():
        session.meeting = meeting
        session.save()
    hall = BridgePoint.objects.create(
        meeting=meeting,
        unit=made[units.ROOT],
        tier=Tier.PROVINCE,
        venue=letter.HALL,
        chair="Thường trực Tỉnh ủy",
    )
    for place, heading in enumerate(letter.headings()):
        _write_heading(meeting, place, heading, made, hall)
    for parts in (letter.deadlines(), letter.contacts()):
        for place, part in enumerate(parts):
            part.meeting, part.position = meeting, place
            part.save()
    for place, (assignment, slugs) in enumerate(letter.assignments()):
        assignment.meeting, assignment.position = meeting, place
        assignment.save()
        AssignedUnit.objects.bulk_create(
            AssignedUnit(assignment=assignment, unit=made[slug]) for slug in slugs
        )
    return meeting


def _write_heading(
    meeting: Meeting, place: int, heading: letter.Heading, made: dict[str, Unit], hall: BridgePoint
) -> None:
    """Save an audience, call its units, and give each its own point unless it sits in the provincial hall."""
    audience: Audience = heading.audience
    audience.meeting, audience.position = meeting, place
    audience.save()
    for position, role in enumerate(heading.roles):
        role.audience, role.position = audience, position
    InvitedRole.objects.bulk_create(heading.roles)
    named = {}
    for chair, slug in heading.chairs:
        chair.audience, chair.unit = audience, made[slug]
        named[slug] = f"{chair.name}, {chair.post}"
    Chair.objects.bulk_create(chair for chair, _ in heading.chairs)
    called = [made[slug] for slug in heading.called]
    call_units(audience=audience, units=called)
    if audience.tier != Tier.PROVINCE:
        BridgePoint.objects.bulk_create(
            BridgePoint(
                meeting=meeting, unit=unit, parent=hall, tier=audience.tier, chair=named.get(unit.slug, "")
            )
            for unit in called
        )
