"""What changed between two versions of a registration: pure functions over two snapshot documents.

A document is what ``snapshot.take_snapshot`` gives. Rows are matched by what names them for good: people
by ``key``, points by ``unit``, numbers by point and role.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from accounts.fields import spaced

Row = Mapping[str, Any]
Document = Mapping[str, Any]

PEOPLE, POINTS, NUMBERS = "delegates", "points", "headcounts"

LABELS = {
    "full_name": "Họ và tên",
    "position": "Chức vụ",
    "organisation": "Đơn vị công tác",
    "role": "Thành phần",
    "point": "Điểm cầu",
    "phone": "Điện thoại",
    "note": "Ghi chú",
    "name": "Tên điểm cầu",
    "tier": "Cấp",
    "venue": "Nơi họp",
    "chair": "Chủ trì",
    "technician": "Cán bộ kỹ thuật",
    "technician_phone": "Điện thoại kỹ thuật",
    "connects": "Kết nối",
    "number": "Số lượng",
}
"""How a field is called on the page; a field that is not here (``role_id``) has another that shows it."""

KEYS: dict[str, Callable[[Row], Hashable]] = {
    PEOPLE: lambda row: row["key"],
    POINTS: lambda row: row["unit"],
    NUMBERS: lambda row: (row["point"], row["role_id"]),
}


class Field(NamedTuple):
    """One field that reads differently, as the page shows it: old → new."""

    label: str
    before: str
    after: str


class Altered(NamedTuple):
    """One row that is in both versions and reads differently."""

    before: Row
    after: Row


class Rows(NamedTuple):
    """What was done to one kind of rows."""

    added: list[Row]
    removed: list[Row]
    altered: list[Altered]

    def __bool__(self) -> bool:
        """Something was done."""
        return bool(self.added or self.removed or self.altered)

    @property
    def connected(self) -> list[Row]:
        """Points that take part now and did not before."""
        turned = [row.after for row in self.altered if row.after["connects"] and not row.before["connects"]]
        return [row for row in self.added if row["connects"]] + turned

    @property
    def disconnected(self) -> list[Row]:
        """Points that took part before and do not now."""
        turned = [row.after for row in self.altered if row.before["connects"] and not row.after["connects"]]
        return [row for row in self.removed if row["connects"]] + turned


class Totals(NamedTuple):
    """The numbers of a version, each the sum of its rows."""

    declared: int
    named: int
    points: int


class Difference(NamedTuple):
    """All that is different in the second version; false where nothing is."""

    people: Rows
    points: Rows
    numbers: Rows
    reordered: bool
    before: Totals
    after: Totals

    def __bool__(self) -> bool:
        """Something is different."""
        return bool(self.people or self.points or self.numbers or self.reordered)

    @property
    def totals(self) -> list[tuple[str, int, int, int]]:
        """What is counted, before, after, and by how much it grew."""
        names = ("đại biểu", "đã có tên", "điểm cầu xã kết nối")
        pairs = zip(names, self.before, self.after, strict=True)
        return [(name, before, after, after - before) for name, before, after in pairs]

    @property
    def in_words(self) -> str:
        """The counts for a title: "thêm 3 người, bớt 1, sửa 2; 4 điểm cầu và 1 số lượng có đổi"."""
        return "; ".join(part for part in (_people_words(self.people), _others_words(self)) if part) or (
            "chỉ đổi thứ tự danh sách" if self.reordered else "không khác gì"
        )


def _people_words(people: Rows) -> str:
    counts = {"thêm": len(people.added), "bớt": len(people.removed), "sửa": len(people.altered)}
    said = [f"{verb} {count}" for verb, count in counts.items() if count]
    return ", ".join([f"{said[0]} người", *said[1:]]) if said else ""


def _others_words(difference: Difference) -> str:
    counts = {"điểm cầu": difference.points, "số lượng": difference.numbers}
    said = [
        f"{len(rows.added) + len(rows.removed) + len(rows.altered)} {noun}"
        for noun, rows in counts.items()
        if rows
    ]
    return f"{' và '.join(said)} có đổi" if said else ""


def differences(first: Document, second: Document) -> Difference:
    """Return what was added, removed and altered from ``first`` to ``second``."""
    people, points, numbers = (_rows(first, second, kind) for kind in (PEOPLE, POINTS, NUMBERS))
    return Difference(
        people=people,
        points=points,
        numbers=numbers,
        reordered=_reordered(first, second),
        before=totals(first),
        after=totals(second),
    )


def totals(document: Document) -> Totals:
    """Count a document as its receipt does: numbers at points that connect, people, connected communes.

    A point that is not in the document is the provincial hall, which always takes part.
    """
    off = {point["unit"] for point in document.get(POINTS, []) if not point["connects"]}
    return Totals(
        declared=sum(row["number"] for row in document.get(NUMBERS, []) if row["point"] not in off),
        named=len(document.get(PEOPLE, [])) - document.get("second_posts", 0),
        points=sum(
            1
            for point in document.get(POINTS, [])
            if point["connects"] and point["unit"] != document.get("unit")
        ),
    )


def shown(name: str, value: Any, names: Mapping[str, str]) -> str:
    """Write one value as the page shows it; nothing is a word too, so that old → new always reads."""
    if isinstance(value, bool):
        return "có" if value else "không"
    if name in ("phone", "technician_phone"):
        value = spaced(value or "")
    if name == "point":
        value = names.get(value, value)
    return "(trống)" if value in (None, "") else str(value)


def altered_fields(altered: Altered, names: Mapping[str, str]) -> list[Field]:
    """Return what reads differently in a row, field by field; a point is shown by its name in ``names``."""
    before, after = altered
    return [
        Field(label, shown(name, before.get(name), names), shown(name, after.get(name), names))
        for name, label in LABELS.items()
        if before.get(name) != after.get(name)
    ]


def _rows(first: Document, second: Document, kind: str) -> Rows:
    before, after = _keyed(first, kind), _keyed(second, kind)
    return Rows(
        added=[row for key, row in after.items() if key not in before],
        removed=[row for key, row in before.items() if key not in after],
        altered=[
            Altered(before[key], row) for key, row in after.items() if key in before and before[key] != row
        ],
    )


def _keyed(document: Document, kind: str) -> dict[Hashable, Row]:
    rows: Sequence[Row] = document.get(kind, [])
    return {KEYS[kind](row): row for row in rows}


def _reordered(first: Document, second: Document) -> bool:
    """People who are in both versions stand in another order."""
    before, after = _keyed(first, PEOPLE), _keyed(second, PEOPLE)

    def common(rows: Mapping[Hashable, Row], other: Mapping[Hashable, Row]) -> Iterator[Hashable]:
        return (key for key in rows if key in other)

    return list(common(before, after)) != list(common(after, before))
