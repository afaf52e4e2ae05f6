"""Lists of delegates: all of them, or a sheet for each unit, each point, each role."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When

from registrations.models import Delegate
from reports.counts import COMMUNES, OFFICIAL_ORDER
from reports.workbooks.cells import Content
from reports.workbooks.source import Source
from reports.workbooks.tables import DELEGATES, Table

TITLE = "Danh sách đại biểu dự hội nghị"

READ_AT_A_TIME = 5000
"""Rows that come from the database's cursor together."""

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


def entries(source: Source, *first: Any) -> Iterator[Entry]:
    """Every delegate of the meeting, by ``first``, then by tier, unit, point and rank.

    They come from a cursor of the database: memory does not grow with the list.
    """
    rows = delegates(source).order_by(*first, *ORDER).values_list(*FIELDS)
    return rows.iterator(chunk_size=READ_AT_A_TIME)


def delegates(source: Source) -> QuerySet[Delegate]:
    """The delegates of the units that were called."""
    called = [unit.standing.invitation.pk for unit in source.counts.units]
    return Delegate.objects.filter(registration__invitation__in=called)


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
        source, names, entries(source, *at_point), itemgetter(1), lambda key: f"Điểm cầu {names.points[key]}"
    )


def by_role(source: Source) -> Iterator[Table]:
    """A sheet for each invited role, in the letter's order."""
    names = Names(source)
    in_order = ("role__audience__position", "role__audience_id", "role__position", "role_id")
    return _apart(
        source,
        names,
        entries(source, *in_order),
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
