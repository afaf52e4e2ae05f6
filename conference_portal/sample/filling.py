"""Registers a number of people at a number of points, for the units of a meeting that have not begun."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle, islice
from math import ceil
from random import Random
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Model

from accounts.clock import database_now
from accounts.models import COMMUNE_TIERS, Tier, Unit, User
from accounts.permissions import Role
from bridge_points.models import BridgePoint, LineTest
from conference_portal.sample import names
from invitations.models import Invitation, InvitedRole, Meeting
from registrations.models import (
    MOST_IN_A_ROLE,
    Delegate,
    Headcount,
    Registration,
    SamePerson,
    keys_of_delegate,
)
from registrations.services import own_point, submit
from registrations.services.inserting import insert

BATCH = 2000
"""Rows that go to the database together; what is in memory does not grow with the conference."""

UNNAMED = 0.05
"""Share of the declared people whose names are still missing."""

IN_A_COMMUNE = (20, 80)
"""How many people a commune expects: from, to."""


class NotTakenError(Exception):
    """The meeting takes no registrations, or a unit's was refused."""


class Size(NamedTuple):
    """How large a meeting is."""

    points: int
    delegates: int


@dataclass
class Share:
    """What one unit registers: named people where it sits, and numbers for its communes."""

    invitation: Invitation
    clerk: User
    seat: int
    people: int = 0
    communes: list[int] = field(default_factory=list)


def size_of(meeting: Meeting) -> Size:
    """Count points and delegates."""
    return Size(
        meeting.bridge_points.count(),
        Delegate.objects.filter(registration__invitation__meeting=meeting).count(),
    )


def fill(meeting: Meeting, *, points: int, delegates: int) -> Iterator[Size]:
    """Bring ``meeting`` to so many points and delegates; yield its size after each unit.

    Units that have begun a registration are left alone, so that filling again after an interruption goes
    on where it stopped, and filling a full meeting does nothing. Each unit is a transaction of its own.
    Raises ``NotTakenError``.
    """
    if not meeting.takes_registrations:
        raise NotTakenError(meeting.get_state_display())
    random = Random(meeting.slug)  # noqa: S311 (names, not secrets)
    now = database_now()
    free = list(
        meeting.invitations.sent()
        .filter(registration=None)
        .select_related("unit", "audience", "meeting")
        .prefetch_related("audience__roles")
    )
    if not free:
        return
    _add_points(meeting, free, points, random, now)
    _analyse(Unit, BridgePoint, Delegate, SamePerson)
    size = size_of(meeting)
    for share in _shares(meeting, free, max(delegates - size.delegates, 0)):
        _register(share, random, now)
        size = Size(size.points, size.delegates + share.people)
        yield size


def _analyse(*models: type[Model]) -> None:
    """Tell PostgreSQL how large the tables are: it guesses wrong about what was filled a moment ago.

    Of a table that was never looked at it believes that it holds a thousand rows, and then reads all
    delegates for each unit that submits.
    """
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


# ── Points ───────────────────────────────────────────────────────────────────────────────────


def _add_points(meeting: Meeting, free: list[Invitation], wanted: int, random: Random, now: datetime) -> None:
    """Give a point to each unit, then to communes below, then to new branches, until there are enough."""
    own = {invitation.unit_id: own_point(invitation) for invitation in free}
    below = {
        invitation.unit: own[invitation.unit_id]
        for invitation in free
        if own[invitation.unit_id].unit_id == invitation.unit_id
    }
    for point in own.values():
        if not point.venue:
            _furnish(point, random)
            point.save()
    missing = wanted - meeting.bridge_points.count()
    if missing <= 0 or not below:
        return
    units = _communes_without_point(meeting, below, missing)
    units += _branches(meeting, list(below), missing - len(units))
    for start in range(0, len(units), BATCH):
        rows = [
            BridgePoint(meeting=meeting, unit=unit, parent=below[committee], tier=unit.tier)
            for unit, committee in units[start : start + BATCH]
        ]
        for row in rows:
            _furnish(row, random)
        BridgePoint.objects.bulk_create(rows)
        LineTest.objects.bulk_create(
            LineTest(
                point=row,
                at=now,
                result=random.choices([LineTest.Result.GOOD, LineTest.Result.FAILED], [0.95, 0.05])[0],
            )
            for row in rows
            if row.has_technician and random.random() < 0.8
        )


def _furnish(point: BridgePoint, random: Random) -> None:
    point.venue = f"Hội trường {point.unit.called}"
    point.chair = point.chair or f"{names.person(random)}, Bí thư"
    if random.random() < 0.95:
        point.technician = names.person(random)
        point.technician_phone = names.phone(random.randrange(1000))


def _communes_without_point(
    meeting: Meeting, below: dict[Unit, BridgePoint], most: int
) -> list[tuple[Unit, Unit]]:
    """Communes and branches below the committees, each with its committee."""
    found: list[tuple[Unit, Unit]] = []
    for committee in below:
        if len(found) >= most:
            break
        communes = (
            Unit.objects.below(committee)
            .filter(tier__in=COMMUNE_TIERS)
            .exclude(bridge_points__meeting=meeting)
        )
        found += [(commune, committee) for commune in communes[: most - len(found)]]
    return found


def _branches(meeting: Meeting, committees: list[Unit], number: int) -> list[tuple[Unit, Unit]]:
    """Make branches in turn below each committee, where its communes are not enough."""
    known = Unit.objects.filter(slug__startswith=f"{meeting.slug}-chi-bo-").count()
    new = []
    for place, committee in enumerate(islice(cycle(committees), max(number, 0)), start=known + 1):
        unit = Unit(
            parent=committee,
            name=f"Đảng bộ cơ sở {place}",
            slug=f"{meeting.slug}-chi-bo-{place}",
            tier=Tier.BRANCH,
        )
        new.append((unit, committee))
    Unit.objects.plant([unit for unit, _ in new])
    return new


# ── People ───────────────────────────────────────────────────────────────────────────────────


def _shares(meeting: Meeting, free: list[Invitation], people: int) -> list[Share]:
    """Spread ``people`` evenly over the points where units sit; those of the hall over the units in it."""
    clerks = {
        clerk.unit_id: clerk
        for clerk in User.objects.filter(
            role=Role.CLERK, unit__in=[invitation.unit_id for invitation in free]
        ).order_by("-pk")
    }
    by_unit = {
        row.unit_id: Share(row, clerks[row.unit_id], own_point(row).pk)
        for row in free
        if row.unit_id in clerks
    }
    for point_id, path in meeting.bridge_points.values_list("pk", "unit__path"):
        above = (by_unit.get(int(key)) for key in path.rstrip(".").split("."))
        for share in [share for share in above if share and share.seat != point_id][-1:]:
            share.communes.append(point_id)
    sitting: dict[int, list[Share]] = defaultdict(list)
    for share in by_unit.values():
        sitting[share.seat].append(share)
    for units, here in zip(sitting.values(), _parts(people, len(sitting)), strict=True):
        for share, number in zip(units, _parts(here, len(units)), strict=True):
            share.people = number
    return list(by_unit.values())


def _parts(whole: int, number: int) -> list[int]:
    """Split ``whole`` into ``number`` parts that differ by one at most."""
    least, larger = divmod(whole, number) if number else (0, 0)
    return [least + (place < larger) for place in range(number)]


@transaction.atomic
def _register(share: Share, random: Random, now: datetime) -> None:
    """Declare, name and submit, at some moment between the letter and the deadline or now."""
    invitation, clerk = share.invitation, share.clerk
    sent = invitation.sent_at or now
    until = min(now, invitation.meeting.registration_deadline)
    moment = sent + (until - sent) * random.random()
    invitation.seen_at, invitation.seen_by = sent + (moment - sent) / 3, clerk
    invitation.confirmed_at, invitation.confirmed_by = sent + (moment - sent) / 2, clerk
    invitation.save(update_fields=["seen_at", "seen_by", "confirmed_at", "confirmed_by"])
    registration = Registration.objects.create(
        invitation=invitation, version=1, changed_at=moment, changed_by=clerk
    )
    roles = list(invitation.audience.roles.all())
    Headcount.objects.bulk_create(
        [
            *(
                Headcount(registration=registration, bridge_point_id=share.seat, role=role, number=number)
                for role, number in _declared(share.people, roles)
            ),
            *(
                Headcount(
                    registration=registration, bridge_point_id=commune, number=random.randint(*IN_A_COMMUNE)
                )
                for commune in share.communes
            ),
        ]
    )
    delegates = _delegates(registration, share, roles, random)
    while batch := list(islice(delegates, BATCH)):
        insert(Delegate, batch)
    outcome = submit(
        invitation_id=invitation.pk,
        user=clerk,
        form_uuid=uuid.UUID(int=random.getrandbits(128)),
        version=registration.version,
        clock=lambda: moment,
    )
    if outcome.submission is None:
        raise NotTakenError(f"{invitation.unit}: {outcome.attempt}")


def _declared(people: int, roles: list[InvitedRole]) -> list[tuple[InvitedRole, int]]:
    """Declare a few more in each role than will be named."""
    return [
        (role, min(ceil(number * (1 + UNNAMED)), MOST_IN_A_ROLE))
        for role, number in zip(roles, _parts(people, len(roles)), strict=True)
    ]


def _delegates(
    registration: Registration, share: Share, roles: list[InvitedRole], random: Random
) -> Iterator[dict[str, Any]]:
    """Name the people in the order of the list, each of a role in turn."""
    organisation = share.invitation.unit.name
    keys = [role.pk for role in roles]
    for rank, role in enumerate(islice(cycle(keys or [None]), share.people), start=1):
        name, post = names.person(random), random.choice(names.POSTS)
        sort_key, search = keys_of_delegate(name, post, organisation)
        yield {
            "registration_id": registration.pk,
            "bridge_point_id": share.seat,
            "role_id": role,
            "full_name": name,
            "position": post,
            "organisation": organisation,
            "phone": names.phone(random.randrange(1000)),
            "note": "",
            "rank": rank,
            "origin": Delegate.Origin.TYPED,
            "key": uuid.UUID(int=random.getrandbits(128), version=4),
            "version": 1,
            "sort_key": sort_key,
            "search": search,
        }
