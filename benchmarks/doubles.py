"""How long it takes to find the rows of one meeting that look like one person.

Lists of 100 delegates, one row in fifty entered a second time in the next list; each has a village of its
own in the post, so that what is found is what was put in, but for telephones, of which there are few.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random
from statistics import median

from django.db import connection, transaction

from accounts.clock import database_now
from accounts.models import Tier, Unit
from benchmarks.size import QUICK, Size
from benchmarks.tables import median_of, show, verdict
from bridge_points.models import BridgePoint
from conference_portal.sample import names
from invitations.models import Audience, Invitation, Meeting
from registrations.doubles import Pair, alike
from registrations.models import Delegate, Registration

ROWS, QUICK_ROWS = (10_000, 100_000), (1_000,)
A_LIST, AGAIN = 100, 50
ROUNDS = 5
GOALS = {10_000: 0.3, 100_000: 2.0}
"""Seconds: for what a province brings together, and for ten times that."""


def measure(size: Size) -> None:
    """Print the time of one question over a whole meeting, at each size."""
    rows, said = [], []
    for number in QUICK_ROWS if size == QUICK else ROWS:
        meeting, doubled = _meeting(number)
        everybody = Delegate.objects.filter(registration__invitation__meeting=meeting)
        found, spent = _timed(lambda rows=everybody: alike(rows))  # type: ignore[misc]
        missed = doubled - set(found)
        assert not missed, f"{len(missed)} doubles were missed"
        rows.append([f"{number:,}", f"{len(doubled):,}", f"{len(found):,}", f"{1000 * spent:.0f}"])
        if goal := GOALS.get(number):
            said.append(f"  {number:,} within {goal:.1f} s: {verdict(spent, goal)}")
    show(
        f"Rows that look alike, one question over the whole meeting, {median_of(ROUNDS)}",
        ["delegates", "entered twice", "pairs found", "ms"],
        rows,
    )
    print("", *said, sep="\n")


def _timed(ask: Callable[[], list[Pair]]) -> tuple[list[Pair], float]:
    found, spent = [], []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        found = ask()
        spent.append(time.perf_counter() - began)
    return found, median(spent)


@transaction.atomic
def _meeting(number: int) -> tuple[Meeting, set[Pair]]:
    """Make a meeting with so many delegates; gives the pairs that were entered twice."""
    now = database_now()
    meeting = Meeting.objects.create(
        slug=f"trung-{number}",
        code=f"TR{number}",
        title="Hội nghị để đo",
        short_title="Để đo",
        issuer="Văn phòng",
        state=Meeting.State.PUBLISHED,
        published_at=now,
        registration_deadline=now,
    )
    audience = Audience.objects.create(meeting=meeting, heading="Các đơn vị", tier=Tier.AFFILIATED)
    units = [
        Unit(name=f"Đơn vị đo {number}-{place}", slug=f"do-{number}-{place}", tier=Tier.AFFILIATED)
        for place in range(number // A_LIST)
    ]
    Unit.objects.plant(units)
    invitations = Invitation.objects.bulk_create(
        Invitation(meeting=meeting, unit=unit, audience=audience, sent_at=meeting.published_at)
        for unit in units
    )
    lists = Registration.objects.bulk_create(
        Registration(invitation=invitation, version=1) for invitation in invitations
    )
    points = BridgePoint.objects.bulk_create(
        BridgePoint(meeting=meeting, unit=unit, tier=unit.tier) for unit in units
    )
    rows = _rows(number, lists, points)
    Delegate.objects.bulk_create(rows, batch_size=5_000)
    doubled = {Pair(rows[place - 1].pk, rows[place].pk) for place in range(AGAIN, number, AGAIN)}
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE registrations_delegate")
    return meeting, doubled


def _rows(number: int, lists: list[Registration], points: list[BridgePoint]) -> list[Delegate]:
    random = Random(number)
    rows: list[Delegate] = []
    for place in range(number):
        again = place % AGAIN == 0 and place > 0
        row = Delegate(
            registration=lists[place // A_LIST],
            bridge_point=points[place // A_LIST],
            full_name=rows[-1].full_name.upper() if again else names.person(random),
            position=rows[-1].position if again else f"{random.choice(names.POSTS)} thôn {place}",
            organisation=f"Đơn vị {place // A_LIST}",
            phone=names.phone(random.randrange(1_000)) if place % 2 else "",
            rank=place % A_LIST + 1,
        )
        row.compute_keys()
        rows.append(row)
    return rows
