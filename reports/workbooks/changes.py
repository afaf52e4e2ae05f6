"""What changed among the delegates since an earlier file: added, removed, altered, each in its colour.

A list that was brought anew has new rows for the same people: somebody removed and added in the same unit
with the same name is the same person, and a change only where the rest differs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from accounts.templatetags.portal import moment
from reports.workbooks.cells import Content
from reports.workbooks.earlier import MOST_COMPARED, TooManyError, said, values_of
from reports.workbooks.people import FIELDS, Delegates, Entry, Keep
from reports.workbooks.source import Source
from reports.workbooks.tables import CHANGES, Look, Marked, Table

WORDS = {Look.ADDED: "Thêm", Look.REMOVED: "Bỏ", Look.CHANGED: "Sửa"}
"""What the first column says; the colour behind the row says the same."""


class Changed(NamedTuple):
    """One change: the row as it is, or as it was where it is gone, and what stood there before."""

    look: Look
    values: Sequence[str]
    before: Sequence[str] | None = None


def changes(source: Source, earlier: dict[int, str], since: datetime, keep: Keep) -> Iterator[Table]:
    """The list of changes since ``earlier`` was made. Raises ``TooManyError``."""
    found = Delegates(source, keep)
    if sum(unit.sum.named for unit in source.counts.units) > MOST_COMPARED:
        raise TooManyError
    told = compare(found.by_unit(), earlier)
    number = {look: sum(one.look is look for one in told) for look in WORDS}
    note = (
        f"{source.as_of}; từ bản {moment(since)}: thêm {number[Look.ADDED]}, "
        f"bỏ {number[Look.REMOVED]}, sửa {number[Look.CHANGED]}"
    )
    rows = (_row(place, one, found) for place, one in enumerate(told, 1))
    yield Table(CHANGES, "Thay đổi", "Thay đổi trong danh sách đại biểu", note, rows)


def compare(entries: Iterator[Entry], earlier: dict[int, str]) -> list[Changed]:
    """Return what changed, in the order of the list, and last what is gone."""
    gone, told = dict(earlier), list[Changed]()
    added: dict[tuple[str, str], list[int]] = {}
    for entry in entries:
        now, before = said(entry), gone.pop(entry[-1], None)
        if now == before:
            continue
        values = values_of(now)
        if before is None:
            added.setdefault((values[0], values[3]), []).append(len(told))
            told.append(Changed(Look.ADDED, values))
        else:
            told.append(Changed(Look.CHANGED, values, values_of(before)))
    same: set[int] = set()
    for kept in gone.values():
        values = values_of(kept)
        places = added.get((values[0], values[3]))
        if not places:
            told.append(Changed(Look.REMOVED, values))
        elif told[place := places.pop(0)].values == values:
            same.add(place)
        else:
            told[place] = Changed(Look.CHANGED, told[place].values, values)
    return [one for place, one in enumerate(told) if place not in same]


def _row(place: int, one: Changed, found: Delegates) -> Marked:
    shown = _shown(one.values, found)
    before = _shown(one.before, found) if one.before else shown
    differs = [
        f"{heading}: {was or 'trống'}"
        for heading, was, now in zip(_HEADINGS, before, shown, strict=True)
        if was != now
    ]
    return Marked((place, WORDS[one.look], *shown, "; ".join(differs)), one.look)


_HEADINGS = [column.heading for column in CHANGES.columns[2:-1]]


def _shown(values: Sequence[str], found: Delegates) -> Sequence[Content]:
    """Values by ``FIELDS`` as the columns of the list have them; keys by what they are called now."""
    at = dict(zip(FIELDS, values, strict=False))
    unit, point = int(at["registration_id"]), int(at["bridge_point_id"])
    role = int(at["role_id"]) if at["role_id"] else None
    return (
        at["full_name"],
        at["position"],
        at["organisation"],
        found.roles.get(role, ""),
        found.points.get(point, ""),
        found.units.get(unit, ""),
        at["phone"],
        at["note"],
    )
