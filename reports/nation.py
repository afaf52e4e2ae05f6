"""A meeting of many provinces: one row for each, counted without reading people or communes one by one.

The units called stand below others that were not called themselves: provinces, as a rule. Nothing here
asks for a tier: the tree says which units those are, and only a meeting that calls many is shown so.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.db import connection
from django.db.models import Case, F, Q, Sum, Value, When
from django.db.models.functions import Coalesce, Greatest

from accounts.fingerprint import fingerprint
from accounts.models import Unit
from accounts.picture import Picture
from bridge_points.models import PointState
from invitations.deadlines import is_over
from invitations.models import Invitation, Meeting
from registrations.states import Standing, UnitState, standing
from reports.counting import Where
from reports.counts import COMMUNES, Figures
from reports.tallies import Tally

MOST_AT_ONCE = 120
"""More units than these are not listed one by one, where they stand below several others."""

NO_FIGURES = Figures()
Cells = tuple[dict[str, Counter[PointState]], Counter[str]]
"""By area: how many cells have which filling, and how many connected communes have no technician."""

FILLINGS = {state.value: state for state in PointState}


class Called(NamedTuple):
    """One unit called, with its numbers."""

    standing: Standing
    sum: Figures
    in_communes: int


@dataclass(frozen=True)
class Area:
    """What stands below one unit: a row of the nation's view."""

    unit: Unit
    only_direct: bool
    """The row of what stands right below the common unit, and below no area."""
    units: list[Called]
    cells: Counter[PointState]
    without_technician: int

    @property
    def label(self) -> str:
        """The row's name."""
        return f"Trực thuộc {self.unit.called}" if self.only_direct else self.unit.name

    @property
    def where(self) -> Where:
        """Which units the row opens into."""
        return where_of(self.unit, only_direct=self.only_direct)

    @cached_property
    def sum(self) -> Figures:
        """The row's numbers."""
        return Figures.of(one.sum for one in self.units)._replace(points=self.connected)

    @property
    def connected(self) -> int:
        """Communes that take part."""
        return sum(self.cells.values()) - self.cells[PointState.NONE] - self.cells[PointState.OFF]

    @property
    def communes(self) -> int:
        """All its cells."""
        return sum(self.cells.values())

    @cached_property
    def states(self) -> list[tuple[UnitState, int]]:
        """How many units are in which state, the furthest first."""
        count = Counter(one.standing.state for one in self.units)
        return [(state, count[state]) for state in reversed(UnitState) if count[state]]

    @property
    def submitted(self) -> int:
        """How many have submitted."""
        return sum(one.standing.is_answered for one in self.units)

    @property
    def missing(self) -> int:
        """How many still owe an answer."""
        return sum(one.standing.is_silent for one in self.units)

    @property
    def cell_states(self) -> list[tuple[PointState, int, float]]:
        """Each filling of its cells with its number and its share of the bar."""
        return [(state, self.cells[state], self.cells[state] / max(self.communes, 1)) for state in PointState]


def where_of(unit: Unit, *, only_direct: bool) -> Where:
    """The units at and below ``unit``, or those right below it alone."""
    if only_direct:
        return Where(f"direct {unit.pk}", Q(unit__parent=unit))
    return Where(f"below {unit.path}", Q(unit__path__startswith=unit.path))


def areas_of(invitations: Sequence[Invitation]) -> dict[int, str]:
    """The area of each invitation by its key, as a path; {} where they are listed one by one.

    An area is the step of the tree right below what all have in common. What stands directly below the
    common unit has that unit's own path.
    """
    if len(invitations) <= MOST_AT_ONCE:
        return {}
    above = {one.pk: one.unit.path.rstrip(".").split(".")[:-1] for one in invitations}
    shortest, longest = min(above.values()), max(above.values())
    common = 0
    while common < min(len(shortest), len(longest)) and shortest[common] == longest[common]:
        common += 1
    found = {pk: ".".join(steps[: common + 1]) + "." for pk, steps in above.items()}
    top = "".join(f"{step}." for step in shortest[:common])
    called = {one.unit.path for one in invitations}
    several = set(found.values()) - called - {top}
    return {pk: path or top for pk, path in found.items()} if len(several) > 1 else {}


def read_areas(
    meeting: Meeting, invitations: Sequence[Invitation], picture: Picture, areas: dict[int, str]
) -> list[Area]:
    """Count by area as ``picture`` shows it: five queries, whatever the size of the meeting."""
    passed = len([one for one in _deadlines(meeting, invitations) if is_over(one, picture.now)])
    key = ("areas", meeting.pk, meeting.registration_deadline, passed)
    return picture.once(key, lambda: _read(meeting, invitations, picture, areas))


def _deadlines(meeting: Meeting, invitations: Sequence[Invitation]) -> set[datetime]:
    """Every hour at which a unit's state turns by itself: as long as none passes, all stay what they are."""
    given = {until for one in invitations if (until := getattr(one, "extended_until", None))}
    return given | {meeting.registration_deadline}


def _is_above(unit: Unit, units: Iterable[Unit]) -> bool:
    return any(other.path != unit.path and other.path.startswith(unit.path) for other in units)


def _read(
    meeting: Meeting, invitations: Sequence[Invitation], picture: Picture, areas: dict[int, str]
) -> list[Area]:
    keys = {int(path.rstrip(".").rpartition(".")[2]) for path in areas.values()}
    units = list(Unit.objects.filter(pk__in=keys))
    cells, lonely = _kept_cells(meeting, invitations, picture, areas)
    figures = _figures(meeting)
    called: dict[str, list[Called]] = defaultdict(list)
    for one in invitations:
        one.meeting = meeting
        sum_, in_communes = figures.get(one.pk, (NO_FIGURES, 0))
        called[areas[one.pk]].append(Called(standing(one, picture.now), sum_, in_communes))
    found = [
        Area(unit, _is_above(unit, units), called[unit.path], cells[unit.path], lonely[unit.path])
        for unit in units
    ]
    return sorted(found, key=lambda area: area.only_direct)


def _figures(meeting: Meeting) -> dict[int, tuple[Figures, int]]:
    """What is declared, named and missing by invitation, and how much of it in communes; in one query."""
    connects = Q(bridge_point__connects=True)
    declared = Case(When(connects, then=Coalesce("declared", 0)), default=Value(0))
    commune = connects & Q(bridge_point__tier__in=COMMUNES) & Q(role=None)
    rows = (
        Tally.objects.filter(registration__invitation__meeting=meeting)
        .order_by()
        .values_list("registration__invitation_id")
        .annotate(
            all=Sum(declared),
            names=Sum("named"),
            missing=Coalesce(Sum(Greatest(declared - F("named"), Value(0)), filter=Q(role__isnull=False)), 0),
            communes=Coalesce(Sum("declared", filter=commune), 0),
        )
    )
    return {pk: (Figures(all_, names, missing), communes) for pk, all_, names, missing, communes in rows}


_PLACES = """
    SELECT concat_ws(' ',
        (SELECT concat_ws(',', count(*), bit_xor(hashtextextended(concat_ws(':', id, xmin), 0)))
            FROM accounts_unit),
        (SELECT concat_ws(',', count(*), bit_xor(hashtextextended(concat_ws(':', id, xmin), 0)))
            FROM bridge_points_bridgepoint WHERE meeting_id = %s),
        (SELECT concat_ws(',', count(*), bit_xor(hashtextextended(concat_ws(':', id, xmin), 0)))
            FROM bridge_points_linetest))
"""
"""A name for all versions of the rows that cells are made of: a sixth of the time that reading them takes."""


def _kept_cells(
    meeting: Meeting, invitations: Sequence[Invitation], picture: Picture, areas: dict[int, str]
) -> Cells:
    """The cells, read again only when a unit, a point or a line test has changed: near the deadline numbers
    and names change all the time, and places seldom.
    """
    if not picture.name:
        return _cells(meeting, invitations, areas)
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [meeting.pk])
        places = fingerprint(cursor.fetchone()[0], areas, [one.unit.path for one in invitations])
    return picture._replace(name=places).once(
        ("cells", meeting.pk), lambda: _cells(meeting, invitations, areas)
    )


def _cells(meeting: Meeting, invitations: Sequence[Invitation], areas: dict[int, str]) -> Cells:
    """The cells of each area by state, and its connected communes without a technician; two queries.

    A cell is a commune or a branch below a unit that was called, as on the board of one province.
    """
    nearest = _nearest({one.unit.path for one in invitations})
    area_of = {one.unit.path: areas[one.pk] for one in invitations}
    tops = [one.unit.path for one in invitations]
    below = Unit.objects.filter(tier__in=COMMUNES, path__startswith=_common(tops)).order_by()
    points = meeting.bridge_points.filter(tier__in=COMMUNES).with_state().order_by()
    lonely = Q(technician="") | Q(technician_phone="")
    alone = Case(When(lonely, connects=True, then=Value(True)), default=Value(False))
    states = {unit: (state, no) for unit, state, no in points.values_list("unit_id", "shown_state", alone)}
    cells: dict[str, Counter[PointState]] = defaultdict(Counter)
    without: Counter[str] = Counter()
    for pk, path in below.values_list("pk", "path"):
        above = nearest(path.rstrip(".").rpartition(".")[0] + ".")
        if above:
            state, no_technician = states.get(pk, (PointState.NONE, False))
            cells[area_of[above]][FILLINGS[state]] += 1
            without[area_of[above]] += no_technician
    return cells, without


def _common(paths: Sequence[str]) -> str:
    """The path of what all ``paths`` stand below."""
    first, last = min(paths).split("."), max(paths).split(".")
    same = 0
    while same < min(len(first), len(last)) - 1 and first[same] == last[same]:
        same += 1
    return "".join(f"{step}." for step in first[:same])


def _nearest(paths: set[str]) -> Callable[[str], str]:
    """What finds the longest of ``paths`` at or above a path; "" where none is."""
    known: dict[str, str] = {"": ""}

    def find(path: str) -> str:
        if path not in known:
            above = path.rstrip(".").rpartition(".")[0]
            known[path] = path if path in paths else find(f"{above}." if above else "")
        return known[path]

    return find
