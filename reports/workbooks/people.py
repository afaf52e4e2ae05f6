"""Lists of delegates: all of them, or a sheet for each unit, each point, each role."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Case, IntegerField, Value, When

from registrations.models import Delegate
from reports.counts import COMMUNES, OFFICIAL_ORDER
from reports.workbooks.cells import Content
from reports.workbooks.source import Source
from reports.workbooks.tables import DELEGATES, Table

TITLE = "Danh sách đại biểu dự hội nghị"

READ_AT_A_TIME = 2000
"""Rows that come from the database's cursor together."""

SORTED_AT_A_TIME = 20_000
"""Delegates of units that follow each other and are asked for together: the database sorts so many in
memory, and a million on its disk."""

FIELDS = (
    "registration__invitation_id",
    "bridge_point_id",
    "role_id",
    "full_name",
    "position",
    "organisation",
    "phone",
    "note",
)

Entry = tuple[Any, ...]
"""A delegate as ``FIELDS`` have it: plain values, a fifth of the cost of objects."""


class Names:
    """What the keys in an entry are called: looked up here, a million times, and not joined in each row."""

    def __init__(self, source: Source) -> None:
        units = source.counts.units
        lines = [line for unit in units for line in unit.lines]
        self.units = {unit.standing.invitation.pk: unit.unit.name for unit in units}
        self.points = {line.point.pk: line.point.unit.called for line in lines}
        self.roles: dict[int | None, str] = {line.role.pk: str(line.role) for line in lines if line.role}
        self.roles[None] = ""

    def rows(self, entries: Iterator[Entry]) -> Iterator[Sequence[Content]]:
        """Entries as rows of the list, numbered."""
        units, points, roles = self.units, self.points, self.roles
        for number, entry in enumerate(entries, 1):
            unit, point, role, name, post, organisation, phone, note = entry
            yield (
                number, name, post, organisation, roles[role], points[point], units[unit], phone, note,
            )  # fmt: skip


def entries(source: Source) -> Iterator[Entry]:
    """Every delegate of the meeting, by tier, unit, point and rank.

    They come from a cursor of the database: memory does not grow with the list.
    """
    for units in _portions(source):
        yield from sorted_entries(units, *ORDER)


def _portions(source: Source) -> Iterator[list[int]]:
    """Invitations in the order of an official list, so many together as may be sorted in memory."""
    portion, number = list[int](), 0
    for group in source.counts.groups(OFFICIAL_ORDER):
        for unit in group.units:
            if portion and number + unit.sum.named > SORTED_AT_A_TIME:
                yield portion
                portion, number = [], 0
            portion.append(unit.standing.invitation.pk)
            number += unit.sum.named
    yield portion


def sorted_entries(invitations: Sequence[int], *order: Any) -> Iterator[Entry]:
    """The delegates of some units, in one order."""
    rows = Delegate.objects.filter(registration__invitation__in=invitations).order_by(*order)
    return rows.values_list(*FIELDS).iterator(chunk_size=READ_AT_A_TIME)


def _all(source: Source, *first: Any) -> Iterator[Entry]:
    """Every delegate by ``first``, and then in the official order."""
    return sorted_entries([unit.standing.invitation.pk for unit in source.counts.units], *first, *ORDER)


_TIERS = [When(registration__invitation__unit__tier=tier, then=n) for n, tier in enumerate(OFFICIAL_ORDER)]

ORDER = (
    Case(*_TIERS, default=Value(len(_TIERS)), output_field=IntegerField()),
    "registration__invitation__unit__position",
    "registration__invitation__unit__sort_key",
    "registration__invitation_id",
    Case(When(bridge_point__tier__in=COMMUNES, then=1), default=0, output_field=IntegerField()),
    "bridge_point__unit__position",
    "bridge_point__unit__sort_key",
    "bridge_point_id",
    "rank",
    "pk",
)
"""Tier, unit, point, then the order in which the unit entered its delegates."""


def everybody(source: Source) -> Iterator[Table]:
    """One list of all delegates."""
    rows = Names(source).rows(entries(source))
    yield Table(DELEGATES, "Đại biểu", TITLE, source.as_of + source.heads, rows)


def by_unit(source: Source) -> Iterator[Table]:
    """A sheet for each unit that registers."""
    names = Names(source)
    return _apart(source, names, entries(source), itemgetter(0), lambda key: names.units[key])


def by_point(source: Source) -> Iterator[Table]:
    """A sheet for each bridge point where delegates sit."""
    names = Names(source)
    at_point = (
        "bridge_point__unit__position",
        "bridge_point__unit__sort_key",
        "bridge_point_id",
    )
    return _apart(
        source, names, _all(source, *at_point), itemgetter(1), lambda key: f"Điểm cầu {names.points[key]}"
    )


def by_role(source: Source) -> Iterator[Table]:
    """A sheet for each invited role, in the letter's order."""
    names = Names(source)
    in_order = ("role__audience__position", "role__audience_id", "role__position", "role_id")
    return _apart(
        source,
        names,
        _all(source, *in_order),
        itemgetter(2),
        lambda key: names.roles[key] or "Chưa rõ thành phần",
    )


def _apart(
    source: Source,
    names: Names,
    found: Iterator[Entry],
    key: Callable[[Entry], Any],
    called: Callable[[Any], str],
) -> Iterator[Table]:
    """Cut the stream where ``key`` changes; each list must be written before the next one is asked for."""
    empty = True
    for value, group in groupby(found, key):
        empty = False
        name = called(value)
        yield Table(DELEGATES, name, f"{TITLE}: {name}", source.as_of, names.rows(group))
    if empty:
        yield Table(DELEGATES, "Đại biểu", TITLE, source.as_of, [])
