"""Bridge points, their lines, tests and incidents."""

from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from accounts.models import Tier
from bridge_points.models import (
    BridgePoint,
    Incident,
    IncidentEntry,
    LineTest,
    PointCheck,
    PointLine,
    PointSignature,
)
from conference_portal.sample import names
from tests.factories.accounts import UnitFactory
from tests.factories.invitations import MeetingFactory
from tests.factories.values import person


class BridgePointFactory(DjangoModelFactory[BridgePoint]):
    class Meta:
        model = BridgePoint

    class Params:
        complete = factory.Trait(
            venue="Hội trường tầng 2, trụ sở Đảng ủy",
            chair=factory.Sequence(person),
            technician=factory.Sequence(lambda n: person(n + 1)),
            technician_phone=factory.Sequence(names.phone),
        )

    meeting = factory.SubFactory(MeetingFactory, published=True)
    unit = factory.SubFactory(UnitFactory, tier=Tier.DISTRICT)
    tier = factory.SelfAttribute("unit.tier")


class LineTestFactory(DjangoModelFactory[LineTest]):
    class Meta:
        model = LineTest

    point = factory.SubFactory(BridgePointFactory)
    at = factory.LazyFunction(timezone.now)
    result = LineTest.Result.GOOD


class PointLineFactory(DjangoModelFactory[PointLine]):
    class Meta:
        model = PointLine

    point = factory.SubFactory(BridgePointFactory)


class IncidentFactory(DjangoModelFactory[Incident]):
    class Meta:
        model = Incident

    point = factory.SubFactory(BridgePointFactory)
    kind = Incident.Kind.LINE
    source = Incident.Source.POINT
    opened_at = factory.LazyFunction(timezone.now)


class IncidentEntryFactory(DjangoModelFactory[IncidentEntry]):
    class Meta:
        model = IncidentEntry

    incident = factory.SubFactory(IncidentFactory)
    what = IncidentEntry.What.OPENED
    at = factory.LazyFunction(timezone.now)


class PointCheckFactory(DjangoModelFactory[PointCheck]):
    class Meta:
        model = PointCheck

    point = factory.SubFactory(BridgePointFactory)
    item = "hoi-truong"
    at = factory.LazyFunction(timezone.now)


class PointSignatureFactory(DjangoModelFactory[PointSignature]):
    class Meta:
        model = PointSignature

    point = factory.SubFactory(BridgePointFactory)
    part = "vien-thong"
    signed_at = factory.LazyFunction(timezone.now)
