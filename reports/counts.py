"""The numbers of a meeting, read once: board, totals and workbook all count from here and so agree.

A *line* is one role at one bridge point; everything larger is a sum of lines. What is counted is the
live rows of all registrations, drafts too, as the units' own pages show them; each unit carries its
state, so that a reader knows what has been submitted.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from os.path import commonprefix
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Value

from accounts.fingerprint import fingerprint
from accounts.models import Tier, Unit
from bridge_points.models import BridgePoint, PointState
from invitations.models import Invitation, InvitedRole, Meeting
from registrations.doubles import second_posts
from registrations.models import Delegate, ExtensionRequest, Headcount, SamePerson
from registrations.states import Standing, UnitState, standing, with_extension
from reports.picture import Picture

COMMUNES = (Tier.COMMUNE, Tier.BRANCH)
"""Tiers that take part through the unit above them."""

BOARD_ORDER = (Tier.DISTRICT, Tier.AFFILIATED, Tier.COMMUNE, Tier.BRANCH, Tier.PROVINCE, Tier.OTHER)
"""The board begins with those who bring the most people."""

OFFICIAL_ORDER = (Tier.PROVINCE, Tier.DISTRICT, Tier.AFFILIATED, Tier.COMMUNE, Tier.BRANCH, Tier.OTHER)
"""An official list begins with the province."""

TIER_WORDS = {Tier.PROVINCE: "Cơ quan cấp tỉnh"}
"""Where a group of invited units is not called as its tier is."""


class Figures(NamedTuple):
    """Four numbers that stand together."""

    declared: int = 0
    named: int = 0
    missing: int = 0
    points: int = 0

    @classmethod
    def of(cls, parts: Iterable[Figures]) -> Figures:
        """Add up."""
        return cls(*(sum(column) for column in zip(*parts, strict=True))) if (parts := list(parts)) else cls()


@dataclass(frozen=True)
class Line:
    """One role at one bridge point. A commune's point has one line without a role."""

    point: BridgePoint
    role: InvitedRole | None
    declared: int
    named: int

    @property
    def missing(self) -> int:
        """Names still missing; a number without a role asks for none, and names too many are none."""
        return max(self.declared - self.named, 0) if self.role else 0

    @property
    def figures(self) -> Figures:
        """The line as numbers that can be added up."""
        return Figures(self.declared, self.named, self.missing)


@dataclass(frozen=True)
class Commune:
    """One commune below an invited unit: a cell of the board, a row of telecom's sheet."""

    unit: Unit
    point: BridgePoint | None

    @cached_property
    def state(self) -> PointState:
        """How far its point is."""
        return self.point.state if self.point else PointState.NONE

    @property
    def connects(self) -> bool:
        """It takes part."""
        return self.point is not None and self.point.connects

    @property
    def title(self) -> str:
        """What its cell says."""
        return f"{self.unit.called}: {self.state.label}"


@dataclass(frozen=True)
class UnitCounts:
    """One invited unit with all that is counted of it."""

    standing: Standing
    communes: list[Commune]
    lines: list[Line] = field(default_factory=list)
    second_posts: int = 0
    """Rows that are one more post of somebody in the same list."""

    @property
    def unit(self) -> Unit:
        """The invited unit."""
        return self.standing.invitation.unit

    @property
    def state(self) -> UnitState:
        """How far the unit is."""
        return self.standing.state

    @property
    def is_missing(self) -> bool:
        """The unit still owes an answer: it has neither submitted nor declined."""
        return self.standing.is_silent

    @property
    def is_submitted(self) -> bool:
        """A submission stands."""
        return self.standing.is_answered

    @property
    def has_unsent_changes(self) -> bool:
        """Submitted, and changed since."""
        registration = self.standing.registration
        return self.standing.is_answered and registration is not None and registration.has_unsent_changes

    @cached_property
    def own_lines(self) -> list[Line]:
        """The roles at the unit's own point."""
        return [line for line in self.lines if line.point.unit_id not in self._commune_ids]

    @cached_property
    def commune_lines(self) -> list[Line]:
        """The communes' numbers."""
        return [line for line in self.lines if line.point.unit_id in self._commune_ids]

    @cached_property
    def _commune_ids(self) -> set[int]:
        return {commune.unit.pk for commune in self.communes}

    @cached_property
    def sum(self) -> Figures:
        """The unit's row of every table."""
        figures = Figures.of(line.figures for line in self.lines)
        return figures._replace(points=sum(1 for commune in self.communes if commune.connects))

    @property
    def heads(self) -> int:
        """People with a name, each counted once."""
        return self.sum.named - self.second_posts

    @cached_property
    def expected_in_communes(self) -> int:
        """People declared at the communes."""
        return sum(line.declared for line in self.commune_lines)

    @cached_property
    def without_technician(self) -> list[Commune]:
        """Connected communes where nobody can be called about the line."""
        return [c for c in self.communes if c.point and c.point.connects and not c.point.has_technician]


class Total(NamedTuple):
    """The numbers of one thing, with what it is."""

    subject: Any
    sum: Figures


class Group(NamedTuple):
    """The units of one tier, one after another."""

    tier: Tier
    units: list[UnitCounts]

    @property
    def label(self) -> str:
        """The tier as a heading."""
        return TIER_WORDS.get(self.tier, self.tier.label)

    @property
    def sum(self) -> Figures:
        """All of them."""
        return Figures.of(unit.sum for unit in self.units)


@dataclass(frozen=True)
class Counts:
    """The whole meeting at one moment."""

    units: list[UnitCounts]
    second_posts: int = 0
    """Rows that are one more post of somebody, in the same list or in another unit's."""

    @cached_property
    def sum(self) -> Figures:
        """The bottom row."""
        return Figures.of(unit.sum for unit in self.units)

    @property
    def heads(self) -> int:
        """People with a name, each counted once: the named rows without second posts."""
        return self.sum.named - self.second_posts

    @cached_property
    def missing_units(self) -> list[UnitCounts]:
        """Units that still owe an answer."""
        return [unit for unit in self.units if unit.is_missing]

    @property
    def submitted(self) -> int:
        """How many units' submissions stand."""
        return sum(unit.is_submitted for unit in self.units)

    @property
    def declined(self) -> int:
        """How many units said that nobody will come."""
        return len(self.units) - len(self.missing_units) - self.submitted

    @cached_property
    def communes(self) -> list[Commune]:
        """Every cell."""
        return [commune for unit in self.units for commune in unit.communes]

    @cached_property
    def own_sum(self) -> Figures:
        """What is counted at the units' own points, where names are asked for."""
        return Figures.of(line.figures for unit in self.units for line in unit.own_lines)

    @cached_property
    def by_role(self) -> list[Total]:
        """Each invited role over all points, in the letter's order; what has no role stands last, as None."""
        parts: dict[InvitedRole | None, list[Line]] = defaultdict(list)
        for line in self._lines:
            parts[line.role].append(line)
        totals = [Total(role, Figures.of(line.figures for line in lines)) for role, lines in parts.items()]
        return sorted(totals, key=lambda total: _place(total.subject))

    @cached_property
    def by_point(self) -> list[Total]:
        """Each bridge point of a unit, with its own numbers alone; the communes are ``commune_sum``."""
        parts: dict[BridgePoint, list[Line]] = defaultdict(list)
        for unit in self.units:
            for line in unit.own_lines:
                parts[line.point].append(line)
        return [Total(point, Figures.of(line.figures for line in lines)) for point, lines in parts.items()]

    @cached_property
    def commune_sum(self) -> Figures:
        """What is counted at the communes' points."""
        figures = Figures.of(line.figures for unit in self.units for line in unit.commune_lines)
        return figures._replace(points=self.sum.points)

    @property
    def units_fingerprint(self) -> str:
        """The same for two tables of the units that show the same."""
        names = [(one.unit.pk, one.unit.slug, one.unit.name, one.unit.tier, one.state) for one in self.units]
        rest = [(one.has_unsent_changes, bool(one.lines), one.sum, len(one.communes)) for one in self.units]
        return fingerprint(names, rest)

    @property
    def parts_fingerprint(self) -> str:
        """The same for two tables by role and by point that show the same."""
        roles = [
            (role and (role.text, role.audience.heading, role.audience_id), sum) for role, sum in self.by_role
        ]
        points = [(str(point), sum) for point, sum in self.by_point]
        return fingerprint(roles, points, self.commune_sum, self.sum)

    @property
    def _lines(self) -> list[Line]:
        return [line for unit in self.units for line in unit.lines]

    def groups(self, order: Iterable[Tier]) -> list[Group]:
        """The units by tier."""
        by_tier = defaultdict(list)
        for unit in self.units:
            by_tier[unit.unit.tier].append(unit)
        return [Group(tier, by_tier[tier]) for tier in order if tier in by_tier]


def _place(role: InvitedRole | None) -> tuple[float, ...]:
    """Where a role stands in the letter; no role stands last."""
    if role is None:
        return (math.inf,)
    return role.audience.position, role.audience_id, role.position, role.pk


class _Reading(NamedTuple):
    """What the counts are made of, but for the hour."""

    invitations: Sequence[Invitation]
    communes: dict[int, list[Commune]]
    lines: dict[int, list[Line]]
    same_people: list[SameRows]


class SameRows(NamedTuple):
    """Two rows that were decided to be one person, each with the invitation of its list."""

    first: int
    second: int
    first_list: int
    second_list: int


def read_counts(meeting: Meeting, picture: Picture) -> Counts:
    """Count all of ``meeting`` as ``picture`` shows it, in six queries whatever its size, or in none.

    Call it inside ``one_picture``: they must see the same state. Units called but not yet sent
    their letter are not counted.
    """
    reading = picture.once(("counts", meeting.pk), lambda: _read(meeting))
    units = []
    for invitation in reading.invitations:
        invitation.meeting = meeting
        units.append(
            UnitCounts(
                standing=standing(invitation, picture.now),
                communes=reading.communes[invitation.unit_id],
                lines=reading.lines[invitation.pk],
                second_posts=_second_posts(reading.same_people, {invitation.pk}),
            )
        )
    return Counts(units, _second_posts(reading.same_people, reading.lines.keys()))


def _second_posts(same: Iterable[SameRows], lists: Collection[int]) -> int:
    """How many rows of these lists are one more post of somebody who stands in them already."""
    within = (one for one in same if one.first_list in lists and one.second_list in lists)
    return second_posts((one.first, one.second) for one in within)


def _read(meeting: Meeting) -> _Reading:
    waiting = ExtensionRequest.objects.waiting().filter(invitation=OuterRef("pk"))
    invitations = list(with_extension(meeting.invitations.sent()).annotate(asks_for_time=Exists(waiting)))
    invited = [invitation.unit for invitation in invitations]
    communes = _communes(invited)
    points = _points(meeting, [*(unit for below in communes.values() for unit in below), *invited])
    at = {point.unit_id: point for point in points.values()}
    lines = _lines(meeting, points)
    return _Reading(
        invitations,
        {unit.pk: [Commune(one, at.get(one.pk)) for one in communes.get(unit.pk, [])] for unit in invited},
        {invitation.pk: lines.get(invitation.pk, []) for invitation in invitations},
        _same_people(meeting),
    )


def _same_people(meeting: Meeting) -> list[SameRows]:
    """The rows of the meeting that were decided to be one person with two posts."""
    decided = SamePerson.objects.filter(
        kind=SamePerson.Kind.TWO_POSTS, first__registration__invitation__meeting=meeting
    ).order_by()
    lists = ("first__registration__invitation_id", "second__registration__invitation_id")
    return [SameRows(*row) for row in decided.values_list("first_id", "second_id", *lists)]


def _points(meeting: Meeting, units: list[Unit]) -> dict[int, BridgePoint]:
    """The points in the order of their units, which are known already but for the province itself."""
    known = {unit.pk: unit for unit in units}
    points = {}
    for point in meeting.bridge_points.order_by("unit__position", "unit__sort_key", "pk").with_last_result():
        if point.unit_id in known:
            point.unit = known[point.unit_id]
        points[point.pk] = point
    return points


def _communes(invited: list[Unit]) -> dict[int, list[Unit]]:
    """The communes and branches below each invited unit; below two, they belong to the nearer."""
    found: dict[int, list[Unit]] = defaultdict(list)
    by_path = {unit.path: unit.pk for unit in invited}
    for commune in _below(list(by_path)):
        path = commune.path
        while path := path.rstrip(".").rpartition(".")[0]:
            path += "."
            if path in by_path:
                found[by_path[path]].append(commune)
                break
    return found


def _below(paths: list[str]) -> QuerySet[Unit]:
    """Communes and branches in the smallest part of the tree that holds all ``paths``: one index range."""
    common = commonprefix(paths).rpartition(".")[0]  # noqa: RUF071 (these are no file paths)
    units = Unit.objects.filter(tier__in=COMMUNES)
    return units.filter(path__startswith=f"{common}.") if common else units


def _lines(meeting: Meeting, points: dict[int, BridgePoint]) -> dict[int, list[Line]]:
    """Every line of every invitation, points in their order, roles in the letter's."""
    roles = {
        role.pk: role
        for role in InvitedRole.objects.filter(audience__meeting=meeting)
        .select_related("audience")
        .order_by("audience__position", "audience_id", "position", "pk")
    }
    own = {"registration__invitation__meeting": meeting}
    where = ("registration__invitation_id", "bridge_point_id", "role_id")
    declared = Headcount.objects.filter(**own).counted().order_by()
    named = Delegate.objects.filter(**own).order_by()
    found: dict[tuple[int, int, int | None], list[int]] = defaultdict(lambda: [0, 0])
    for invitation, point, role, declares, names in declared.values_list(*where, F("number"), Value(0)).union(
        named.values_list(*where)
        .annotate(names=Count("pk"), order=Value(0))
        .values_list(*where, "order", "names"),
        all=True,
    ):
        numbers = found[invitation, point, role]
        numbers[0] += declares
        numbers[1] += names
    point_place = {pk: place for place, pk in enumerate(points)}
    role_place = {pk: place for place, pk in enumerate([*roles, None])}
    lines: dict[int, list[Line]] = defaultdict(list)
    for invitation, point, role in sorted(
        found, key=lambda key: (points[key[1]].tier in COMMUNES, point_place[key[1]], role_place[key[2]])
    ):
        numbers = found[invitation, point, role]
        lines[invitation].append(Line(points[point], roles[role] if role else None, *numbers))
    return lines
