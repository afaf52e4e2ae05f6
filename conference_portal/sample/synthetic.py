"""A conference of any size, for measuring: its units, its letter, the accounts of its clerks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from itertools import count
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

from accounts.clock import database_now
from accounts.models import Tier, Unit, User
from accounts.permissions import Role
from bridge_points.models import BridgePoint
from conference_portal.sample import names
from invitations.models import Audience, InvitedRole, Meeting, Session
from invitations.services import call_units, publish

COMMUNES_OF_A_DISTRICT = 17
"""As in Hà Tĩnh: 216 communes in 13 districts."""

DISTRICTS_OF_A_PROVINCE = 14
MOST_WITHOUT_PROVINCES = 40
"""Of more districts a whole nation is made: provinces stand above them, as they would in the tree."""

MOST_AGENCIES = 30


@transaction.atomic
def build(slug: str, *, points: int, password: str) -> Meeting:
    """Make a published meeting that calls districts enough for ``points`` points, nobody registered yet.

    One point is the hall of the province; the others are districts with about seventeen communes each.
    They stand below a unit of their own, so that the tree keeps its one root; more districts than a
    province has stand below provinces. All slugs begin with the
    meeting's. Clerks are named by their unit's slug and share ``password``.
    """
    districts = max(1, round((points - 1) / (COMMUNES_OF_A_DISTRICT + 1)))
    root = Unit(
        parent=Unit.objects.filter(parent=None).first(),
        name=f"Tỉnh ủy thử tải ({slug})",
        slug=f"{slug}-tinh",
        tier=Tier.PROVINCE,
        position=9000,
    )
    Unit.objects.plant([root])
    above = _provinces(root, districts)
    committees = [
        Unit(
            parent=above[number * len(above) // (districts + 1)],
            name=f"Huyện ủy Thử {number}",
            slug=f"{slug}-huyen-{number}",
            tier=Tier.DISTRICT,
            position=number,
        )
        for number in range(1, districts + 1)
    ]
    agencies = [
        Unit(
            parent=root,
            name=f"Sở Thử {number}",
            slug=f"{slug}-so-{number}",
            tier=Tier.PROVINCE,
            position=100_000 + number,
        )
        for number in range(1, min(districts, MOST_AGENCIES) + 1)
    ]
    Unit.objects.plant([*committees, *agencies])
    Unit.objects.plant(
        [
            Unit(
                parent=committees[number % districts],
                name=f"Xã Thử {number + 1}",
                slug=f"{slug}-xa-{number + 1}",
                tier=Tier.COMMUNE,
            )
            for number in range(points - 1 - districts)
        ]
    )
    give_clerks([*committees, *agencies], password)
    return _publish(_write(slug, root, committees, agencies))


def _provinces(root: Unit, districts: int) -> list[Unit]:
    """What the districts stand below: ``root`` itself, or where they are many, provinces below it."""
    if districts <= MOST_WITHOUT_PROVINCES:
        return [root]
    provinces = [
        Unit(
            parent=root,
            name=f"Tỉnh ủy Thử {number}",
            slug=f"{root.slug}-{number}",
            tier=Tier.PROVINCE,
            position=number,
        )
        for number in range(1, round(districts / DISTRICTS_OF_A_PROVINCE) + 1)
    ]
    Unit.objects.plant(provinces)
    return provinces


def give_clerks(units: Sequence[Unit], password: str) -> None:
    """Give a clerk to each of ``units`` that has none."""
    served = set(User.objects.filter(role=Role.CLERK, unit__in=units).values_list("unit_id", flat=True))
    without = [unit for unit in units if unit.pk not in served]
    encoded = make_password(password) if without else ""
    User.objects.bulk_create(
        [
            User(
                username=unit.slug,
                role=Role.CLERK,
                unit=unit,
                full_name=names.person(Random(unit.slug)),  # noqa: S311 (a name, not a secret)
                email=f"{unit.slug}@example.vn",
                password=encoded,
            )
            for unit in without
        ],
        batch_size=1000,
    )


def _write(slug: str, root: Unit, committees: Sequence[Unit], agencies: Sequence[Unit]) -> Meeting:
    taken = set(Meeting.objects.values_list("code", flat=True))
    deadline = timezone.localtime(database_now()).replace(hour=17, minute=0, second=0, microsecond=0)
    deadline += timedelta(days=3)
    meeting = Meeting.objects.create(
        slug=slug,
        code=next(code for code in (f"TT{number}" for number in count(1)) if code not in taken),
        title=f"Hội nghị trực tuyến để thử tải ({slug})",
        short_title=f"Thử tải ({slug})",
        issuer=root.name,
        registration_deadline=deadline,
        line_test_at=deadline + timedelta(days=1),
    )
    Session.objects.create(
        meeting=meeting,
        date=timezone.localdate(deadline) + timedelta(days=2),
        part=Session.PartOfDay.MORNING,
        starts_at=time(8),
    )
    at_province = Audience.objects.create(
        meeting=meeting, position=0, heading="Điểm cầu tỉnh", tier=Tier.PROVINCE, venue="Hội trường tỉnh"
    )
    at_districts = Audience.objects.create(
        meeting=meeting, position=1, heading="Tại điểm cầu các huyện", tier=Tier.DISTRICT
    )
    for audience, texts in (
        (at_province, ["Trưởng, phó các sở, ban, ngành", "Báo cáo viên Tỉnh ủy"]),
        (at_districts, ["Ủy viên ban chấp hành", "Trưởng, phó phòng, ban, ngành", "Báo cáo viên"]),
    ):
        InvitedRole.objects.bulk_create(
            InvitedRole(audience=audience, position=place, text=text) for place, text in enumerate(texts)
        )
    BridgePoint.objects.create(meeting=meeting, unit=root, tier=Tier.PROVINCE, venue=at_province.venue)
    call_units(audience=at_province, units=agencies)
    call_units(audience=at_districts, units=committees)
    return meeting


def _publish(meeting: Meeting) -> Meeting:
    """Publish, as if it had been two days ago: what follows is spread over these days."""
    meeting = publish(meeting_id=meeting.pk)
    earlier: datetime = database_now() - timedelta(days=2)
    meeting.published_at = earlier
    meeting.save(update_fields=["published_at"])
    meeting.invitations.update(sent_at=earlier)
    meeting.issues.all().delete()  # a thousand letters by mail are not what is to be measured
    return meeting
