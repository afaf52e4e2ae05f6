"""Writes lists into a workbook as they are read: memory does not grow with them.

openpyxl has designed what stands around the rows (``template``); the rows themselves are written here as
XML and compressed at once. A list that is longer than a sheet goes on in the next one, with the same head.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, groupby, islice
from pathlib import Path
from typing import IO, NamedTuple, cast

from openpyxl.utils import get_column_letter

from reports.workbooks import package
from reports.workbooks.cells import Content, OwnCells, SharedCells, SharedStrings, text_xml
from reports.workbooks.heights import Heights
from reports.workbooks.tables import Look, Marked, Row, Table
from reports.workbooks.template import Area, Drawn, Line, Template, filled

LAST_ROW = 1_048_576
"""Of a sheet (Excel's specifications and limits)."""

ROWS_AT_A_TIME = 500
SQUEEZE = 2
"""Of zlib's nine: half the time of the usual six, for a fifth more bytes (measured on 100,000 rows)."""

Progress = Callable[[int], None]
"""Told how many rows were written since it was told last; may raise to stop the work."""


class Written(NamedTuple):
    """A sheet that is in the file, as the workbook lists it."""

    name: str
    heading_row: int
    filter: str | None
    """The cells that are filtered, as ``$A$9:$I$20``."""


class Book:
    """A workbook that is being written: one list after the other."""

    def __init__(self, archive: zipfile.ZipFile, template: Template, words: dict[str, str]) -> None:
        self._archive, self._template, self._words = archive, template, words
        self._strings = SharedStrings()
        self._cells: dict[str, dict[Look, tuple[OwnCells, ...]]] = {}
        self._names: set[str] = set()
        self.sheets: list[Written] = []

    def add(self, table: Table, progress: Progress) -> int:
        """Write one list, on as many sheets as it needs; return how many rows it has."""
        drawn = self._template.sheets[table.layout.sheet]
        words = self._words | {"tiêu đề": table.title.upper(), "ghi chú": table.note}
        room = LAST_ROW - len(drawn.head) - len(drawn.foot)
        rows, number, whole = iter(table.rows), 0, False
        while not whole:
            with self._sheet(table.sheet) as sheet:
                page = _Sheet(sheet, drawn, self._cells_of(drawn), words, first=not self.sheets)
                written = page.rows(islice(rows, room), progress)
                number += written
                ahead = next(rows, None) if written == room else None
                whole = ahead is None
                page.close(signed=whole, filtered=table.filtered)
            self.sheets.append(Written(sheet.name_shown, drawn.heading_row, page.filter))
            rows = rows if ahead is None else chain([ahead], rows)
        return number

    @contextmanager
    def _sheet(self, wanted: str) -> Iterator[_Part]:
        name = package.sheet_name(wanted, self._names)
        self._names.add(name.lower())
        with self._archive.open(f"xl/worksheets/sheet{len(self.sheets) + 1}.xml", "w") as part:
            yield _Part(part, name)

    def _cells_of(self, drawn: Drawn) -> dict[Look, tuple[OwnCells, ...]]:
        """The cells of each look, column by column; of one kind of list they are the same on every sheet."""
        key = drawn.layout.sheet
        if key not in self._cells:
            columns = [drawn.layout.columns[at] for at in drawn.chosen]
            self._cells[key] = {
                look: tuple(
                    SharedCells(style, self._strings) if column.repeats else OwnCells(style)
                    for column, style in zip(columns, styles, strict=True)
                )
                for look, styles in drawn.styles.items()
            }
        return self._cells[key]

    def close(self) -> None:
        """Write what names the sheets, and the texts that they share."""
        with self._archive.open("xl/sharedStrings.xml", "w") as part:
            for piece in package.shared_strings(self._strings):
                part.write(piece)
        for name, content in package.parts(self.sheets, self._template).items():
            self._archive.writestr(name, content)


@contextmanager
def writing(path: Path, template: Template, words: dict[str, str]) -> Iterator[Book]:
    """Give a workbook to write lists into; it is whole at ``path`` when the block ends without a fault."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=SQUEEZE) as archive:
        book = Book(archive, template, words)
        yield book
        book.close()


class _Part(NamedTuple):
    """A part of the file that is open, and what its sheet is called."""

    file: IO[bytes]
    name_shown: str


class _Sheet:
    """One sheet that is being written."""

    def __init__(
        self,
        part: _Part,
        drawn: Drawn,
        cells: dict[Look, tuple[OwnCells, ...]],
        words: dict[str, str],
        *,
        first: bool,
    ) -> None:
        self._file, self._drawn, self._cells, self._words = part.file, drawn, cells, words
        self._at = drawn.heading_row
        self._row = _row_form(drawn.places).format
        self._heights = Heights(drawn.rooms, drawn.points)
        self.filter: str | None = None
        before = drawn.before.replace("{views}", package.views(drawn.heading_row, selected=first))
        self._write(package.SHEET_OPENS + before + "<sheetData>")
        self._lines(drawn.head, 0)

    def rows(self, rows: Iterable[Row], progress: Progress) -> int:
        """Write rows, some hundred at a time, and return how many there were."""
        first = self._at
        rows = iter(rows)
        while some := list(islice(rows, ROWS_AT_A_TIME)):
            for look, run in _runs(some):
                self._write(self._xml(run, self._cells[look]))
                self._at += len(run)
            progress(len(some))
        return self._at - first

    def _xml(self, rows: Sequence[Sequence[Content]], cells: tuple[OwnCells, ...]) -> str:
        """Rows of one look below the last one. A million pass here, and so whole columns go at a time:
        what is done for each row is one call into C.
        """
        given = list(zip(*rows, strict=True))
        columns = [given[at] for at in self._drawn.chosen]
        pieces = [cell.column(column) for cell, column in zip(cells, columns, strict=True)]
        numbers = range(self._at + 1, self._at + 1 + len(rows))
        return "".join(map(self._row, numbers, self._heights.of(columns), *pieces))

    def close(self, *, signed: bool, filtered: bool) -> None:
        """Write what follows the rows: filter, signature, merged cells, the print set-up."""
        drawn, last = self._drawn, self._at
        merges = list(drawn.head_merges)
        if signed:
            moved = last - drawn.heading_row - 1
            self._lines(drawn.foot, moved)
            merges += [
                area._replace(top=area.top + moved, bottom=area.bottom + moved) for area in drawn.foot_merges
            ]
        ends = ["</sheetData>"]
        if filtered:
            left, right = (get_column_letter(edge(drawn.places)) for edge in (min, max))
            ends.append(f'<autoFilter ref="{left}{drawn.heading_row}:{right}{last}"/>')
            self.filter = f"${left}${drawn.heading_row}:${right}${last}"
        self._write("".join([*ends, _merged(merges), drawn.after, "</worksheet>"]))

    def _lines(self, lines: Sequence[Line], moved: int) -> None:
        """Write rows of head or foot, ``moved`` rows below where the template has them."""
        for line in lines:
            texts = [filled(cell.text, self._words) for cell in line.cells]
            height = line.height or _height(line, texts)
            tall = f' ht="{height:.1f}" customHeight="1"' if height else ""
            cells = "".join(
                f'<c r="{get_column_letter(cell.column)}{line.row + moved}" s="{cell.style}"'
                + (f' t="inlineStr"><is>{text_xml(text)}</is></c>' if text else "/>")
                for cell, text in zip(line.cells, texts, strict=True)
            )
            self._write(f'<row r="{line.row + moved}"{tall}>{cells}</row>')

    def _write(self, xml: str) -> None:
        self._file.write(xml.encode())


def _row_form(places: Sequence[int]) -> str:
    """A row: its number as {0}, its height as {1}, what follows the reference of each cell as {2}, {3} …"""
    cells = "".join(f'<c r="{get_column_letter(place)}{{0}}{{{at}}}' for at, place in enumerate(places, 2))
    return f'<row r="{{0}}"{{1}}>{cells}</row>'


def _runs(rows: Sequence[Row]) -> Iterator[tuple[Look, Sequence[Sequence[Content]]]]:
    """Rows that look alike, together; nearly always all do."""
    if Marked not in set(map(type, rows)):
        yield Look.PLAIN, cast("Sequence[Sequence[Content]]", rows)
        return
    for look, run in groupby(rows, lambda row: row.look if isinstance(row, Marked) else Look.PLAIN):
        yield look, [row.values if isinstance(row, Marked) else row for row in run]


def _height(line: Line, texts: Sequence[str]) -> float | None:
    """As high as the text needs: merged cells do not grow by themselves."""
    high = 0.0
    for cell, text in zip(line.cells, texts, strict=True):
        if len(text) > cell.line_length * 0.95:
            high = max(high, math.ceil(len(text) / (cell.line_length * 0.95)) * cell.points * 1.4)
    return high or None


def _merged(areas: Sequence[Area]) -> str:
    if not areas:
        return ""
    cells = "".join(
        f'<mergeCell ref="{get_column_letter(area.left)}{area.top}:'
        f'{get_column_letter(area.right)}{area.bottom}"/>'
        for area in areas
    )
    return f'<mergeCells count="{len(areas)}">{cells}</mergeCells>'
