"""What the portal is filled with before it is measured.

The sample conference of Hà Tĩnh, filled up by ``generate_load`` to 234 points and 10,000 delegates; and
beside it a meeting of districts that are about to submit, each with 30 delegates and 16 communes.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import cycle, islice
from random import Random
from typing import NamedTuple

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.core.management import call_command
from django.db import connection, transaction

from accounts.clock import database_now
from accounts.models import Tier, Unit, User
from accounts.permissions import Role
from bridge_points.models import BridgePoint
from conference_portal.sample import letter, names
from conference_portal.sample.synthetic import give_clerks
from invitations.models import Audience, Invitation, InvitedRole, Meeting, Session
from invitations.services import call_units, publish
from registrations.models import Delegate, Headcount, Registration
from reminders.models import Reminder, Step
from reminders.services.policies import timetables

DELEGATES, COMMUNES = 30, 16
"""Of a district about to submit; Hà Tĩnh has 216 communes in 13 districts."""

ROLES = ("Ủy viên ban chấp hành", "Trưởng, phó phòng, ban, ngành", "Báo cáo viên")


class Draft(NamedTuple):
    """A registration about to be submitted, and its clerk's session."""

    registration: Registration
    session: str

    @property
    def path(self) -> str:
        """The address of its page."""
        return path_of(self.registration)


def path_of(registration: Registration) -> str:
    """The address of the page of ``registration``."""
    invitation = registration.invitation
    return f"/hoi-nghi/{invitation.meeting.slug}/dang-ky/{invitation.unit.slug}/"


def conference(*, points: int, delegates: int) -> Meeting:
    """Fill the sample conference; every unit has submitted, and has been reminded four times."""
    call_command("load_sample", stdout=io.StringIO())
    call_command(
        "generate_load", meeting=letter.SLUG, points=points, delegates=delegates, stdout=io.StringIO()
    )
    meeting = Meeting.objects.get(slug=letter.SLUG)
    _without_letters(meeting)
    _remind(meeting)
    return meeting


def _remind(meeting: Meeting) -> None:
    """Fill the outbox as it is after the deadline."""
    table = timetables([meeting])[meeting.pk]
    instants = table.instants(Step.Anchor.DEADLINE, meeting.registration_deadline)
    Reminder.objects.bulk_create(
        Reminder(
            meeting=meeting,
            unit=invitation.unit,
            kind=instant.kind,
            slot=instant.slot,
            due_at=instant.at,
            recipient=f"{invitation.unit.slug}@example.vn",
            recipient_name=invitation.unit.name,
            subject=f"Nhắc đăng ký: {meeting.short_title}",
            body=f"Kính gửi {invitation.unit}.\n\n" + f"{meeting.title}\n" * 10,
            message_id=f"<{invitation.pk}-{place}@bench>",
            state=Reminder.State.SENT,
            attempts=1,
            sent_at=instant.at,
        )
        for invitation in meeting.invitations.select_related("unit")
        for place, instant in enumerate(instants[:4])
    )


def office() -> User:
    """The sample's account that sees everything."""
    return User.objects.get(username="vanphong")


def clerks_of_largest(meeting: Meeting, number: int) -> list[tuple[User, Registration]]:
    """Clerks of the districts of ``meeting``, each with the unit's registration, taken in turn."""
    found = list(
        Registration.objects.filter(invitation__meeting=meeting, invitation__unit__tier=Tier.DISTRICT)
        .select_related("invitation__unit", "invitation__meeting")
        .order_by("invitation_id")
    )
    clerks = {user.unit_id: user for user in User.objects.filter(role=Role.CLERK)}
    return [(clerks[row.invitation.unit_id], row) for row in islice(cycle(found), number)]


@transaction.atomic
def drafts(slug: str, number: int) -> list[Draft]:
    """Make a meeting with so many districts, all of it written down and nothing submitted."""
    root = Unit(name=f"Tỉnh ủy {slug}", slug=f"{slug}-tinh", tier=Tier.PROVINCE, position=9000)
    Unit.objects.plant([root])
    districts = [
        Unit(parent=root, name=f"Huyện ủy {place}", slug=f"{slug}-{place}", tier=Tier.DISTRICT)
        for place in range(number)
    ]
    Unit.objects.plant(districts)
    communes = [
        Unit(parent=district, name=f"Xã {place}", slug=f"{district.slug}-xa-{place}", tier=Tier.COMMUNE)
        for district in districts
        for place in range(COMMUNES)
    ]
    Unit.objects.plant(communes)
    give_clerks(districts, settings.SECRET_KEY)
    meeting = _published(slug, root, districts)
    _add_points(meeting, root, districts, communes)
    return _written(meeting)


def _published(slug: str, root: Unit, districts: Sequence[Unit]) -> Meeting:
    deadline = database_now() + timedelta(days=5)
    meeting = Meeting.objects.create(
        slug=slug,
        code=slug.replace("-", "").upper()[:12],
        title=f"Hội nghị trực tuyến {slug}",
        short_title=slug,
        issuer=root.name,
        registration_deadline=deadline,
        line_test_at=deadline + timedelta(days=1),
    )
    date = deadline.date() + timedelta(days=2)
    Session.objects.create(meeting=meeting, date=date, part=Session.PartOfDay.MORNING)
    audience = Audience.objects.create(meeting=meeting, heading="Điểm cầu các huyện", tier=Tier.DISTRICT)
    InvitedRole.objects.bulk_create(
        InvitedRole(audience=audience, position=place, text=text) for place, text in enumerate(ROLES)
    )
    call_units(audience=audience, units=districts)
    return _without_letters(publish(meeting_id=meeting.pk))


def _without_letters(meeting: Meeting) -> Meeting:
    """Nobody is written to: the worker would set a PDF for every unit while something else is measured."""
    meeting.issues.all().delete()
    return meeting


def _add_points(meeting: Meeting, root: Unit, districts: Sequence[Unit], communes: Sequence[Unit]) -> None:
    random = Random(meeting.slug)

    def point(unit: Unit, parent: BridgePoint | None) -> BridgePoint:
        return BridgePoint(
            meeting=meeting,
            unit=unit,
            tier=unit.tier,
            parent=parent,
            venue=f"Hội trường {unit.name}",
            chair=names.person(random),
            technician=names.person(random),
            technician_phone=names.phone(random.randrange(1000)),
        )

    hall = point(root, None)
    hall.save()
    own = {unit.pk: point(unit, hall) for unit in districts}
    BridgePoint.objects.bulk_create(own.values())
    BridgePoint.objects.bulk_create(point(unit, own[unit.parent_id or 0]) for unit in communes)


def _written(meeting: Meeting) -> list[Draft]:
    """Declare and name, at every point of every unit."""
    random, now = Random(meeting.slug), database_now()
    clerks = {user.unit_id: user for user in User.objects.filter(role=Role.CLERK)}
    roles = list(InvitedRole.objects.filter(audience__meeting=meeting))
    sent: Iterable[Invitation] = meeting.invitations.select_related("unit", "meeting")
    registrations = Registration.objects.bulk_create(
        Registration(invitation=invitation, version=1, changed_at=now, changed_by=clerks[invitation.unit_id])
        for invitation in sent
    )
    points = {point.unit_id: point for point in meeting.bridge_points.all()}
    below: dict[int, list[BridgePoint]] = {}
    for point in meeting.bridge_points.filter(tier=Tier.COMMUNE).select_related("unit"):
        below.setdefault(point.unit.parent_id or 0, []).append(point)
    headcounts: list[Headcount] = []
    delegates: list[Delegate] = []
    for registration in registrations:
        unit = registration.invitation.unit
        own = points[unit.pk]
        headcounts += [
            Headcount(
                registration=registration,
                bridge_point=own,
                role=role,
                number=DELEGATES // len(roles) + 1,
            )
            for role in roles
        ]
        headcounts += [
            Headcount(registration=registration, bridge_point=point, number=45) for point in below[unit.pk]
        ]
        delegates += [
            Delegate(
                registration=registration,
                bridge_point=own,
                role=role,
                full_name=names.person(random),
                position=random.choice(names.POSTS),
                organisation=unit.name,
                phone=names.phone(random.randrange(1000)),
                rank=rank,
            )
            for rank, role in enumerate(islice(cycle(roles), DELEGATES), 1)
        ]
    for delegate in delegates:
        delegate.compute_keys()
    Headcount.objects.bulk_create(headcounts, batch_size=2000)
    Delegate.objects.bulk_create(delegates, batch_size=2000)
    return [Draft(row, session_of(clerks[row.invitation.unit_id])) for row in registrations]


def lengthen(draft: Draft, people: int) -> None:
    """Name so many people in one registration, each at the district's own point."""
    random, first = Random(draft.path), draft.registration.delegates.order_by("rank")[0]
    delegates = [
        Delegate(
            registration=draft.registration,
            bridge_point_id=first.bridge_point_id,
            role_id=first.role_id,
            full_name=names.person(random),
            position=random.choice(names.POSTS),
            organisation=first.organisation,
            phone=names.phone(random.randrange(1000)),
            rank=rank,
        )
        for rank in range(draft.registration.delegates.count() + 1, people + 1)
    ]
    for delegate in delegates:
        delegate.compute_keys()
    Delegate.objects.bulk_create(delegates)


def session_of(user: User) -> str:
    """Sign somebody in without the form, which hashes a password and lets few in per minute."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def settle() -> None:
    """Let PostgreSQL see what it holds now, as autovacuum would within minutes."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
