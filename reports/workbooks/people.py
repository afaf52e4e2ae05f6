"""Lists of delegates: all of them, or a sheet for each unit, each point, each role."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from registrations.models import Delegate
from reports.counts import COMMUNES, OFFICIAL_ORDER, CountedPoint
from reports.workbooks.cells import Content
from reports.workbooks.source import Source
from reports.workbooks.tables import DELEGATES, Table

TITLE = "Danh sách đại biểu dự hội nghị"

READ_AT_A_TIME = 4000
"""Delegates that come from the database together, and are put in order here: units and points are in memory
anyway, while a database that sorts a million people by the names of their units does it on its disk."""

FIELDS = (
    "registration_id",
    "bridge_point_id",
    "role_id",
    "full_name",
    "position",
    "organisation",
    "phone",
    "note",
    "pk",
)

Entry = tuple[Any, ...]
"""A delegate as ``FIELDS`` have it: plain values, a fifth of the cost of objects."""


Keep = Callable[[Sequence[Entry]], None]
"""Told of every portion that is read: what a later list of changes will be compared with."""


class Delegates:
    """The delegates of a meeting in the order of an official list: tier, unit, point, and then the order in
    which the unit entered them.

    They are read in portions within one picture: memory does not grow with the list. What their keys are
    called is looked up here, a million times, and not joined in each row.
    """

    def __init__(self, source: Source, keep: Keep | None = None) -> None:
        self._keep = keep
        units = [unit for group in source.counts.groups(OFFICIAL_ORDER) for unit in group.units]
        known = [(unit.standing.registration, unit) for unit in units]
        registered = [(registration.pk, unit) for registration, unit in known if registration is not None]
        lines = [line for _, unit in registered for line in unit.lines]
        points = sorted({line.point for line in lines}, key=_place_of_a_point)
        self.units = {pk: unit.unit.name for pk, unit in registered}
        self.points = {point.pk: point.unit.called for point in points}
        self.roles: dict[int | None, str] = {role.pk: str(role) for role, _ in source.counts.by_role if role}
        self.roles[None] = ""
        self._named_roles = [role and role.pk for role, sum in source.counts.by_role if sum.named]
        self._unit_place = {pk: place for place, pk in enumerate(self.units)}
        self._point_place = {pk: place for place, pk in enumerate(self.points)}
        self._in_units = {pk: unit.sum.named for pk, unit in registered}
        self._at_points = dict.fromkeys(self.points, 0)
        for line in lines:
            self._at_points[line.point.pk] += line.named

    def by_unit(self, **only: Any) -> Iterator[Entry]:
        """Every delegate, unit by unit."""
        for units in _portions(self._in_units):
            yield from self._read(self._by_unit, registration__in=units, **only)

    def by_point(self) -> Iterator[Entry]:
        """Every delegate, point by point."""
        for points in _portions(self._at_points):
            yield from self._read(
                self._by_point, bridge_point__in=points, registration__in=list(self._in_units)
            )

    def by_role(self) -> Iterator[Entry]:
        """Every delegate, role by role in the letter's order."""
        for role in self._named_roles:
            yield from self.by_unit(role=role)

    def _read(self, place: Callable[[Entry], tuple[int, int]], **which: Any) -> list[Entry]:
        rows = Delegate.objects.filter(**which).order_by("registration", "rank", "pk").values_list(*FIELDS)
        found = sorted(rows, key=place)
        if self._keep is not None:
            self._keep(found)
        return found

    def _by_unit(self, entry: Entry) -> tuple[int, int]:
        return self._unit_place[entry[0]], self._point_place[entry[1]]

    def _by_point(self, entry: Entry) -> tuple[int, int]:
        return self._point_place[entry[1]], self._unit_place[entry[0]]

    def rows(self, entries: Iterable[Entry]) -> Iterator[Sequence[Content]]:
        """Entries as rows of the list, numbered."""
        units, points, roles = self.units, self.points, self.roles
        for number, entry in enumerate(entries, 1):
            unit, point, role, name, post, organisation, phone, note, _ = entry
            yield (
                number, name, post, organisation, roles[role], points[point], units[unit], phone, note,
            )  # fmt: skip


def _place_of_a_point(point: CountedPoint) -> tuple[bool, int]:
    return point.tier in COMMUNES, point.place


def _portions(sizes: dict[int, int]) -> Iterator[list[int]]:
    """Keys that follow each other, so many together as have about ``READ_AT_A_TIME`` delegates."""
    portion, number = list[int](), 0
    for key, size in sizes.items():
        if not size:
            continue
        if portion and number + size > READ_AT_A_TIME:
            yield portion
            portion, number = [], 0
        portion.append(key)
        number += size
    if portion:
        yield portion


def everybody(source: Source, keep: Keep | None = None) -> Iterator[Table]:
    """One list of all delegates."""
    found = Delegates(source, keep)
    yield Table(DELEGATES, "Đại biểu", TITLE, source.as_of + source.heads, found.rows(found.by_unit()))


def by_unit(source: Source, keep: Keep | None = None) -> Iterator[Table]:
    """A sheet for each unit that registers."""
    found = Delegates(source, keep)
    return _apart(source, found, found.by_unit(), itemgetter(0), lambda key: found.units[key])


def by_point(source: Source, keep: Keep | None = None) -> Iterator[Table]:
    """A sheet for each bridge point where delegates sit."""
    found = Delegates(source, keep)
    return _apart(source, found, found.by_point(), itemgetter(1), lambda key: f"Điểm cầu {found.points[key]}")


def by_role(source: Source, keep: Keep | None = None) -> Iterator[Table]:
    """A sheet for each invited role, in the letter's order."""
    found = Delegates(source, keep)
    return _apart(
        source, found, found.by_role(), itemgetter(2), lambda key: found.roles[key] or "Chưa rõ thành phần"
    )


def _apart(
    source: Source,
    found: Delegates,
    entries: Iterator[Entry],
    key: Callable[[Entry], Any],
    called: Callable[[Any], str],
) -> Iterator[Table]:
    """Cut the stream where ``key`` changes; each list must be written before the next one is asked for."""
    empty = True
    for value, group in groupby(entries, key):
        empty = False
        name = called(value)
        yield Table(DELEGATES, name, f"{TITLE}: {name}", source.as_of, found.rows(group))
    if empty:
        yield Table(DELEGATES, "Đại biểu", TITLE, source.as_of, [])
