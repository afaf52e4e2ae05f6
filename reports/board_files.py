"""The rows that a board shows, as a workbook or a CSV, made at once and put on record."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from accounts.clock import database_now
from accounts.models import User
from accounts.templatetags.portal import moment
from reports.boards import NationBoard, UnitBoard
from reports.counts import Counts
from reports.freezes import BoardDownload
from reports.workbooks import template
from reports.workbooks.books import Steps
from reports.workbooks.cells import Content
from reports.workbooks.plain import write_csv
from reports.workbooks.source import Source, words
from reports.workbooks.tables import NUMBERS, TOTALS, Table
from reports.workbooks.writing import writing

FORMS = ("xlsx", "csv")


def take_rows(board: UnitBoard | NationBoard, *, user: User, form: str) -> bytes:
    """Write down that ``user`` takes what the board shows, and return it as a file of this form."""
    BoardDownload.objects.create(
        meeting=board.meeting,
        user=user,
        at=database_now(),
        kind=form,
        narrowed=_narrowed(board),
        rows=len(board.shown),
    )
    table, steps = _table(board), Steps(len(board.shown), None)
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "board"
        if form == "csv":
            write_csv(path, [table], steps)
        else:
            with writing(path, template.own(), words(_source(board))) as book:
                book.add(table, steps)
        return path.read_bytes()


def _source(board: UnitBoard | NationBoard) -> Source:
    return Source(board.meeting, board.counts if isinstance(board, UnitBoard) else Counts([]), board.now)


def _narrowed(board: UnitBoard | NationBoard) -> str:
    chosen = next((choice.label for choice in board.choices if choice.value == board.state), "")
    area = board.asked.area.name if board.asked.area else ""
    return ", ".join(part for part in (area, chosen, board.text) if part)[:300]


def _table(board: UnitBoard | NationBoard) -> Table:
    narrowed = _narrowed(board)
    note = f"Số liệu lúc {moment(board.now)}" + (f"; đang lọc: {narrowed}" if narrowed else "")
    title = "Tình hình đăng ký của các đơn vị"
    if isinstance(board, UnitBoard):
        return Table(NUMBERS, NUMBERS.sheet, title, note, _unit_rows(board))
    return Table(TOTALS, TOTALS.sheet, title, note, _area_rows(board))


def _unit_rows(board: UnitBoard) -> Iterator[Sequence[Content]]:
    for place, row in enumerate((row for group in board.groups for row in group.rows), 1):
        sums = row.counts.sum
        yield (
            place, row.counts.unit.name, "", "",
            sums.declared, sums.named, sums.missing, sums.points, row.chip,
        )  # fmt: skip


def _area_rows(board: NationBoard) -> Iterator[Sequence[Content]]:
    for place, area in enumerate(board.shown, 1):
        sum_ = area.sum
        yield (
            place, area.label, len(area.units), area.submitted,
            sum_.declared, sum_.named, sum_.missing, sum_.points,
        )  # fmt: skip
