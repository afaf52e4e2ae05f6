"""Lists of numbers: by unit with its points and roles, by role, by tier: sums of the board's lines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reports.counts import OFFICIAL_ORDER, Figures, Line, UnitCounts
from reports.workbooks.cells import Content
from reports.workbooks.source import Source, state_of, submission_numbers
from reports.workbooks.tables import NUMBERS, TOTALS, Look, Marked, Row, Table


def by_unit_and_line(source: Source) -> Table:
    """Every unit with each of its roles at each of its points; tiers and the whole as sums."""
    return Table(
        NUMBERS,
        "Số lượng",
        "Số lượng đại biểu theo điểm cầu và thành phần",
        source.as_of + source.heads,
        _unit_rows(source),
    )


def _unit_rows(source: Source) -> Iterator[Row]:
    counts, sent = source.counts, submission_numbers(source.meeting)
    place = 0
    for group in counts.groups(OFFICIAL_ORDER):
        communes = [unit for unit in group.units if unit.communes]
        yield Marked((None, group.label, None, None, *_columns(group.sum, communes), None), Look.GROUP)
        for unit in group.units:
            place += 1
            yield Marked(_unit_row(place, unit, sent), Look.SUM)
            yield from (_line_row(line) for line in unit.lines)
    submitted = f"{counts.submitted} trên {len(counts.units)} đơn vị đã gửi"
    yield Marked(
        (None, "Tổng cộng", None, None, *_columns(counts.sum, counts.communes), submitted), Look.GROUP
    )


def _columns(figures: Figures, communes: Sequence[object]) -> tuple[int, int, int, int | None]:
    """The four numbers; units without communes have no number of points, rather than none of them."""
    return figures.declared, figures.named, figures.missing, figures.points if communes else None


def _unit_row(place: int, unit: UnitCounts, sent: dict[int, int]) -> Sequence[Content]:
    return (place, unit.unit.name, None, None, *_columns(unit.sum, unit.communes), state_of(unit, sent))


def _line_row(line: Line) -> Sequence[Content]:
    role = str(line.role) if line.role else "Số dự kiến" if line.declared else "Chưa rõ thành phần"
    missing = line.missing if line.role else None
    return (None, None, line.point.unit.called, role, line.declared, line.named, missing, None, None)


def totals(source: Source) -> Iterator[Table]:
    """The numbers by unit, by role and by tier; the last row is the same in all three."""
    yield by_unit_and_line(source)
    yield Table(
        TOTALS, "Theo thành phần", "Số lượng đại biểu theo thành phần", source.as_of, _role_rows(source)
    )
    yield Table(TOTALS, "Theo cấp", "Số lượng đại biểu theo cấp", source.as_of, _tier_rows(source))


def _role_rows(source: Source) -> Iterator[Row]:
    for place, (role, figures) in enumerate(source.counts.by_role, 1):
        what = str(role) if role else "Số dự kiến ở các xã và tên chưa rõ thành phần"
        yield (place, what, None, None, figures.declared, figures.named, figures.missing, None)
    yield _last(source)


def _tier_rows(source: Source) -> Iterator[Row]:
    for place, group in enumerate(source.counts.groups(OFFICIAL_ORDER), 1):
        sent = sum(unit.is_submitted for unit in group.units)
        yield (place, group.label, len(group.units), sent, *group.sum)
    yield _last(source)


def _last(source: Source) -> Marked:
    counts = source.counts
    return Marked((None, "Tổng cộng", len(counts.units), counts.submitted, *counts.sum), Look.GROUP)
