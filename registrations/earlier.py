"""What a unit declared for its earlier meetings, and what of it can be taken over into this one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Tier, Unit
from bridge_points.models import BridgePoint
from invitations.models import Invitation, InvitedRole, Session
from registrations.models import Delegate
from registrations.overview import AT_ONCE
from registrations.roster.roster import Accepted, Person
from registrations.roster.takeover import part, role_called, role_named

COPIES = UUID("8c1b7f0a-3d52-4c59-9f38-5e0f4b7a61d2")
"""The name space of the keys of people taken over: the same person gets the same key each time."""

MOST_TICKED = 2_000
"""People whom a page offers one by one; nobody ticks more."""

LONE_BOXES = ("venue", "chair")
TECHNICIAN = ("technician", "technician_phone")
"""Two boxes that belong together: a name with somebody else's number helps nobody."""


def earlier(invitation: Invitation) -> QuerySet[Invitation]:
    """Return the unit's earlier invitations for which it declared something, the newest first.

    None of a meeting whose people are deleted.
    Each with ``date`` (of the first session, or None), ``people`` and ``points`` (those that took part).
    """
    sessions = Session.objects.filter(meeting=OuterRef("meeting")).order_by("date")
    people = Delegate.objects.filter(registration__invitation=OuterRef("pk")).order_by()
    branch = BridgePoint.objects.connected().filter(unit__path__startswith=invitation.unit.path)
    points = branch.filter(meeting=OuterRef("meeting")).order_by()
    return (
        Invitation.objects.sent()
        .filter(unit=invitation.unit, registration__version__gt=0)
        .filter(meeting__registration_deadline__lt=invitation.meeting.registration_deadline)
        .exclude(meeting=invitation.meeting)
        .filter(meeting__purge__isnull=True)
        .select_related("meeting")
        .annotate(
            date=Subquery(sessions.values("date")[:1]),
            people=_number(people, "registration__invitation"),
            points=_number(points, "meeting"),
        )
        .order_by("-meeting__registration_deadline", "-pk")
    )


def _number(rows: QuerySet[Any], of: str) -> Coalesce:
    counted = rows.values(of).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


@dataclass(frozen=True)
class PersonLine:
    """One person of the earlier list, with the role in this meeting."""

    delegate: Delegate
    key: UUID
    role: InvitedRole | None
    is_matched: bool
    """The role is called here as it was then; else it is the one for whoever is not named."""
    is_known: bool
    """The person stands in this meeting's list already."""


@dataclass(frozen=True)
class PointLine:
    """One point of the earlier meeting: what of it would be filled in here."""

    unit: Unit
    point: BridgePoint
    values: dict[str, str]
    why_not: str = ""

    @property
    def is_taken(self) -> bool:
        """Something of it comes over."""
        return bool(self.values)


@dataclass(frozen=True)
class Plan:
    """What would be taken over; nothing in it stands over what was typed."""

    people: list[PersonLine]
    own: PointLine | None
    communes: list[PointLine]

    @cached_property
    def new_people(self) -> list[PersonLine]:
        """Those who are not in this meeting's list yet."""
        return [line for line in self.people if not line.is_known]

    @property
    def can_be_chosen(self) -> bool:
        """People can be ticked one by one; a longer list comes over whole and is thinned out there."""
        return 0 < len(self.new_people) <= MOST_TICKED

    @property
    def people_first(self) -> list[PersonLine]:
        """What a page shows of the people: of more than can be ticked just the first ones."""
        return self.people if len(self.people) <= MOST_TICKED else self.people[:AT_ONCE]

    @property
    def points(self) -> list[PointLine]:
        """All points, the unit's own first."""
        return [*([self.own] if self.own else []), *self.communes]

    @cached_property
    def new_points(self) -> list[PointLine]:
        """Those of which something comes over."""
        return [line for line in self.points if line.is_taken]

    @cached_property
    def unmatched(self) -> list[str]:
        """Roles of then that this letter does not have, each once."""
        lines = (line for line in self.new_people if not line.is_matched)
        return list(dict.fromkeys(str(line.delegate.role or "không ghi thành phần") for line in lines))

    @property
    def is_empty(self) -> bool:
        """Nothing is left to take."""
        return not (self.new_people or self.new_points)


def plan_of(invitation: Invitation, source: Invitation) -> Plan:
    """Say what can be taken over into ``invitation`` from ``source``, one of ``earlier``, in few queries."""
    own, communes = _points(invitation, source)
    return Plan(_people(invitation, source), own, communes)


def _people(invitation: Invitation, source: Invitation) -> list[PersonLine]:
    then = list(
        Delegate.objects.filter(registration__invitation=source).select_related("role", "bridge_point")
    )
    keys = {delegate.pk: uuid5(COPIES, f"{invitation.pk}\n{delegate.key}") for delegate in then}
    there = set(Delegate.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    fresh = [delegate for delegate in then if keys[delegate.pk] not in there]
    rows = [Accepted(row=delegate.pk, person=_person(delegate)) for delegate in fresh]
    new = {row.row for row in part(invitation, rows).new}
    roles = list(invitation.audience.roles.all())
    found: dict[int | None, InvitedRole | None] = {}
    for delegate in then:
        if delegate.role_id not in found:
            found[delegate.role_id] = _role(delegate.role, roles)
    default = role_called("", roles)
    return [
        PersonLine(
            delegate=delegate,
            key=keys[delegate.pk],
            role=found[delegate.role_id] or default,
            is_matched=found[delegate.role_id] is not None,
            is_known=delegate.pk not in new,
        )
        for delegate in then
    ]


def _person(delegate: Delegate) -> Person:
    return Person(delegate.full_name, delegate.position, delegate.organisation, delegate.phone)


def _role(then: InvitedRole | None, roles: Sequence[InvitedRole]) -> InvitedRole | None:
    """The role of this letter that is called as the one of then."""
    if then is None:
        return None
    return role_named(then.text, roles) or role_named(then.short_text, roles)


def _points(invitation: Invitation, source: Invitation) -> tuple[PointLine | None, list[PointLine]]:
    units = {unit.pk: unit for unit in Unit.objects.communes_of(invitation.unit)}
    branch = BridgePoint.objects.filter(unit__path__startswith=invitation.unit.path)
    here = {point.unit_id: point for point in branch.filter(meeting=invitation.meeting)}
    then = {point.unit_id: point for point in branch.filter(meeting=source.meeting).connected()}
    own = then.get(invitation.unit_id)
    line = None
    if own is not None and invitation.audience.tier != Tier.PROVINCE:
        values = _free_boxes(own, here.get(invitation.unit_id))
        line = PointLine(invitation.unit, own, values, "" if values else "đã khai ở đây")
    return line, [_commune(unit, then[pk], here.get(pk)) for pk, unit in units.items() if pk in then]


def _free_boxes(then: BridgePoint, here: BridgePoint | None) -> dict[str, str]:
    """What of ``then`` stands where nothing was typed yet."""
    free = [name for name in LONE_BOXES if not (here and getattr(here, name))]
    if not (here and (here.technician or here.technician_phone)):
        free += TECHNICIAN
    return {name: value for name in free if (value := getattr(then, name))}


def _commune(unit: Unit, then: BridgePoint, here: BridgePoint | None) -> PointLine:
    if here is not None:
        return PointLine(unit, then, {}, "đã trả lời ở đây")
    values = _free_boxes(then, None)
    return PointLine(unit, then, values, "" if values else "lần trước để trống")
