"""A difference in the words of its page: sections of lines, each with what happened, to whom, old → new."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from accounts.fields import spaced
from registrations.differences import POINTS, Difference, Document, Field, Row, Rows, altered_fields

PROVINCIAL = "Điểm cầu tỉnh"
"""A point that is not in the unit's document is the provincial hall."""


class Line(NamedTuple):
    """One row that is different."""

    state: str
    word: str
    icon: str
    title: str
    words: str
    fields: list[Field]


class Section(NamedTuple):
    """The lines of one kind of rows."""

    title: str
    lines: list[Line]


_ADDED, _REMOVED = ("submitted", "Thêm", "plus"), ("returned", "Bớt", "bin")
_ALTERED = ("draft", "Sửa", "pen")
_CONNECTED, _DISCONNECTED = ("submitted", "Kết nối", "check"), ("returned", "Thôi kết nối", "close")


def point_names(*documents: Document) -> dict[str, str]:
    """Return how each point of the documents is called, by its unit's slug."""
    return {point["unit"]: point["name"] for document in documents for point in document.get(POINTS, [])}


def sections(difference: Difference, names: dict[str, str]) -> list[Section]:
    """Return what the page shows of a difference: people, then points, then numbers."""

    def where(row: Row) -> str:
        return names.get(row["point"], PROVINCIAL)

    def number(row: Row) -> str:
        return f"{row['role'] or 'Số dự kiến'}, {where(row)}"

    found = [
        Section("Người", list(_lines(difference.people, lambda row: row["full_name"], _person, names))),
        Section("Điểm cầu", list(_points(difference, names))),
        Section("Số lượng", list(_lines(difference.numbers, number, lambda row: str(row["number"]), names))),
    ]
    return [section for section in found if section.lines]


def _lines(
    rows: Rows, title: Callable[[Row], str], words: Callable[[Row], str], names: dict[str, str]
) -> Iterator[Line]:
    for row in rows.added:
        yield Line(*_ADDED, title(row), words(row), [])
    for row in rows.removed:
        yield Line(*_REMOVED, title(row), words(row), [])
    for altered in rows.altered:
        yield Line(*_ALTERED, title(altered.after), "", altered_fields(altered, names))


def _points(difference: Difference, names: dict[str, str]) -> Iterator[Line]:
    """Points that joined or left are named so, whether they were in the list before or not."""
    rows = difference.points
    joined = {row["unit"] for row in rows.connected}
    left = {row["unit"] for row in rows.disconnected}
    for row in rows.added:
        yield Line(*(_CONNECTED if row["unit"] in joined else _ADDED), row["name"], _point(row), [])
    for row in rows.removed:
        yield Line(*(_DISCONNECTED if row["unit"] in left else _REMOVED), row["name"], _point(row), [])
    for altered in rows.altered:
        unit = altered.after["unit"]
        mark = _CONNECTED if unit in joined else _DISCONNECTED if unit in left else _ALTERED
        yield Line(*mark, altered.after["name"], "", altered_fields(altered, names))


def _person(row: Row) -> str:
    return _joined(row["position"], row["organisation"], row["role"], spaced(row["phone"]), row["note"])


def _point(row: Row) -> str:
    return _joined(row["venue"], row["chair"], row["technician"], spaced(row["technician_phone"]))


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
