"""How long it takes to take in what points report of a session, and to look at all of them.

A telephone that had no line sends 1,000 entries in one request; then every point reports its numbers once;
then the page of the session is read. In this process: the way through gunicorn is measured by ``submit``.
"""

from __future__ import annotations

import time
from datetime import date
from datetime import time as hour
from statistics import quantiles
from uuid import uuid4

from django.db import transaction

from accounts.clock import database_now
from accounts.models import Tier, Unit, User
from accounts.permissions import Role
from benchmarks.size import QUICK, Size
from benchmarks.tables import show, verdict
from bridge_points.models import BridgePoint
from invitations.models import Audience, Invitation, Meeting, Session
from registrations.attendance_listing import Filter, listing
from registrations.models import Attendance, AttendanceMark, Delegate, Registration
from registrations.services.attending import Mark, Numbers, Source, record

POINTS, QUICK_POINTS = 16_242, 300
PROVINCES = 63
WAITED = 1_000
SYNC_GOAL, P95_GOAL, PAGE_GOAL = 5.0, 0.3, 0.25
"""Seconds: a whole telephone, the slowest of twenty reports, the page of a session."""


def measure(size: Size) -> None:
    """Print what the reports of a session take."""
    session, registration = _conference(QUICK_POINTS if size == QUICK else POINTS)
    points = list(BridgePoint.objects.filter(meeting=session.meeting).order_by("pk"))
    synced = _sync(session, registration)
    spent = []
    for point in points:
        began = time.perf_counter()
        numbers = Numbers(uuid4(), 1.0, 40, 3, 2)
        record(session_id=session.pk, point_id=point.pk, source=Source(uuid4()), entries=[numbers])
        spent.append(time.perf_counter() - began)
    assert Attendance.objects.filter(session=session).count() == len(points)
    p95 = quantiles(spent, n=20)[-1]
    office = User.objects.filter(role=Role.OFFICE).first() or User(role=Role.OFFICE)
    began = time.perf_counter()
    shown = listing(session, office, Filter(), database_now(), None)
    list(shown.page)
    page = time.perf_counter() - began
    assert shown.total.reported == len(points)
    show(
        f"A session of {len(points):,} points",
        ["what", "number", "s", "p95 ms"],
        [
            ["entries of one telephone", f"{WAITED:,}", f"{synced:.2f}", ""],
            ["points that report", f"{len(points):,}", f"{sum(spent):.1f}", f"{1000 * p95:.1f}"],
            ["the page, read", "1", f"{page:.2f}", ""],
        ],
    )
    print(f"\n  {WAITED:,} entries within {SYNC_GOAL:.0f} s: {verdict(synced, SYNC_GOAL)}")
    print(f"  a report within {P95_GOAL:.1f} s (95 %): {verdict(p95, P95_GOAL)}")
    print(f"  the page within {PAGE_GOAL:.2f} s: {verdict(page, PAGE_GOAL)}")


def _sync(session: Session, registration: Registration) -> float:
    """Send everybody's mark from one telephone, twice; return the seconds of the first time."""
    people = list(registration.delegates.all())
    marks = [Mark(uuid4(), float(age), one.key, "present") for age, one in enumerate(people)]
    point, source = people[0].bridge_point_id, Source(uuid4())
    began = time.perf_counter()
    record(session_id=session.pk, point_id=point, source=source, entries=marks)
    spent = time.perf_counter() - began
    record(session_id=session.pk, point_id=point, source=source, entries=marks)
    assert AttendanceMark.objects.filter(session=session).count() == WAITED
    assert Attendance.objects.get(session=session, point=point).present == WAITED
    return spent


@transaction.atomic
def _conference(number: int) -> tuple[Session, Registration]:
    """Make a meeting with so many points, and a list of people at the first of them."""
    now = database_now()
    meeting = Meeting.objects.create(
        slug=f"diem-danh-{number}",
        code=f"DD{number}",
        title="Hội nghị để đo",
        short_title="Để đo",
        issuer="Văn phòng",
        state=Meeting.State.PUBLISHED,
        published_at=now,
        registration_deadline=now,
    )
    session = Session.objects.create(
        meeting=meeting, date=date(2026, 12, 4), part="morning", starts_at=hour(8)
    )
    root = Unit.objects.filter(parent=None).first() or Unit.objects.create(
        name="Tỉnh ủy để đo", tier=Tier.PROVINCE
    )
    committees = [
        Unit(name=f"Tỉnh ủy đo {n}", slug=f"do-{number}-tinh-{n}", tier=Tier.PROVINCE, parent=root)
        for n in range(PROVINCES)
    ]
    Unit.objects.plant(committees)
    units = [
        Unit(
            name=f"Điểm đo {n}",
            slug=f"do-{number}-{n}",
            tier=Tier.DISTRICT,
            parent=committees[n % PROVINCES],
        )
        for n in range(number)
    ]
    Unit.objects.plant(units)
    points = BridgePoint.objects.bulk_create(
        BridgePoint(meeting=meeting, unit=unit, tier=unit.tier) for unit in units
    )
    audience = Audience.objects.create(meeting=meeting, heading="Để đo", tier=Tier.DISTRICT)
    invitation = Invitation.objects.create(meeting=meeting, unit=units[0], audience=audience, sent_at=now)
    registration = Registration.objects.create(invitation=invitation)
    rows = [
        Delegate(registration=registration, bridge_point=points[0], full_name=f"Nguyễn Văn {n}", rank=n + 1)
        for n in range(WAITED)
    ]
    for row in rows:
        row.compute_keys()
    Delegate.objects.bulk_create(rows)
    return session, registration
