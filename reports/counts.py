"""The numbers of a meeting, read once: board, totals and workbook all count from here and so agree.

A *line* is one role at one bridge point; everything larger is a sum of lines. What is counted is the
live rows of all registrations, drafts too, as the units' own pages show them; each unit carries its
state, so that a reader knows what has been submitted.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from accounts.fingerprint import fingerprint
from accounts.models import Tier, Unit
from bridge_points.models import PointState, state_of
from invitations.models import InvitedRole
from registrations.states import Standing, UnitState

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


class CountedUnit(NamedTuple):
    """A unit with a bridge point, as far as counts and lists ask for it.

    A nation has 16,242 of them and as many points: as the database's objects these took 51 of the 59 MB that
    its workbook needed (docs/decisions/0034).
    """

    pk: int
    name: str
    called: str


class CountedPoint(NamedTuple):
    """A bridge point, as far as counts and lists ask for it."""

    pk: int
    unit: CountedUnit
    place: int
    """Where it stands in the order of the points."""
    tier: Tier
    connects: bool
    last_result: str | None
    venue: str
    chair: str
    technician: str
    technician_phone: str

    def __str__(self) -> str:
        """The point by its unit."""
        return f"Điểm cầu {self.unit.called}"

    @property
    def has_technician(self) -> bool:
        """Somebody can be called about the line."""
        return bool(self.technician and self.technician_phone)

    @property
    def state(self) -> PointState:
        """How far this point is."""
        return state_of(
            connects=self.connects, last_result=self.last_result, has_technician=self.has_technician
        )


class Line(NamedTuple):
    """One role at one bridge point. A commune's point has one line without a role."""

    point: CountedPoint
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


class Commune(NamedTuple):
    """One commune below an invited unit: a cell of the board, a row of telecom's sheet."""

    unit: CountedUnit
    point: CountedPoint | None

    @property
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
        return [line for line in self.lines if line.point.unit.pk not in self._commune_ids]

    @cached_property
    def commune_lines(self) -> list[Line]:
        """The communes' numbers."""
        return [line for line in self.lines if line.point.unit.pk in self._commune_ids]

    @cached_property
    def _commune_ids(self) -> set[int]:
        return {commune.unit.pk for commune in self.communes}

    @cached_property
    def sum(self) -> Figures:
        """The unit's row of every table."""
        declared = named = missing = 0
        for line in self.lines:
            declared += line.declared
            named += line.named
            missing += line.missing
        return Figures(declared, named, missing, sum(1 for commune in self.communes if commune.connects))

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
        parts: dict[CountedPoint, list[Line]] = defaultdict(list)
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
