"""Gives a list back as a workbook whose cells in question are coloured, each with a note that says why.

An .xlsx is the very same workbook, with values in place of its formulas: nothing computes when somebody else
opens it, and what is uploaded again reads as it did. Other files, and workbooks that openpyxl does not take,
are written anew from their cells, each where it stood. What comes from outside goes through ``guarded``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import coordinate_to_tuple

from registrations.roster.cells import Book, Cell, Kind
from registrations.roster.containers import Container, container_of, opened_zip
from registrations.roster.legacy import Encoding
from registrations.roster.limits import MOST_BYTES_KEPT
from registrations.roster.text import read_csv, read_pasted
from registrations.roster.xls import read_xls
from registrations.roster.xlsx import read_xlsx

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

STOP, LOOK = "stop", "look"
COLOURS = {STOP: "FFF8CBC6", LOOK: "FFFFE9A8"}
"""Reddish for what was refused, yellow for what somebody should look at."""

AUTHOR = "Cổng hội nghị"
"""By which the portal knows its own notes again."""

FONTS = {Encoding.TCVN3: ".VnTime", Encoding.TCVN3_CAPITALS: ".VnTimeH", Encoding.VNI: "VNI-Times"}
"""In which letters of old encodings are what they were."""

_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]")


def marked(
    data: bytes, name: str, *, sheet: str, marks: Mapping[str, tuple[str, Sequence[str]]], kept: bool
) -> bytes:
    """Return the list as an .xlsx.

    In: the file and its name ("" for pasted cells), the sheet that holds the list ("" where there is one
    only), what to mark by cell, and whether to try to keep the workbook as it is.
    """
    book = _same(data, name) if kept else None
    if book is None or (sheet and sheet not in book.sheetnames):
        book = _anew(_read(data, name))
    place = cast("Worksheet", book[sheet] if sheet else book.worksheets[0])
    _clear(place)
    for cell, (kind, said) in marks.items():
        _mark(place, cell, kind, said)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _same(data: bytes, name: str) -> Workbook | None:
    """The workbook as it is; None for another kind of file, a huge one, and where openpyxl fails on it."""
    if not name or container_of(data, name) is not Container.XLSX:
        return None
    if sum(part.file_size for part in opened_zip(data).infolist()) > MOST_BYTES_KEPT:
        return None
    try:
        book = openpyxl.load_workbook(io.BytesIO(data), data_only=True, keep_links=False, rich_text=True)
    except Exception:
        return None
    book.defined_names.clear()
    return book


def _read(data: bytes, name: str) -> Book:
    if not name:
        return read_pasted(data.decode())
    readers = {Container.XLSX: read_xlsx, Container.XLS: read_xls, Container.TEXT: read_csv}
    return readers[container_of(data, name)](data)


# ── Marks ────────────────────────────────────────────────────────────────────────────────────────


def _clear(sheet: Worksheet) -> None:
    """Take off what an earlier round marked: that cell may be right by now."""
    for cell in sheet._cells.values():  # iter_rows would make every cell of a sheet whose rows lie far apart
        if cell.comment is not None and cell.comment.author == AUTHOR:
            cell.comment = None
            cell.fill = PatternFill()


def _mark(sheet: Worksheet, place: str, kind: str, said: Sequence[str]) -> None:
    row, column = coordinate_to_tuple(place)
    for merged in sheet.merged_cells.ranges:
        if merged.min_row <= row <= merged.max_row and merged.min_col <= column <= merged.max_col:
            row, column = merged.min_row, merged.min_col
            break
    cell = sheet.cell(row, column)
    before = cell.comment.text + "\n" if cell.comment is not None else ""
    text = _writable(before + "\n".join(said))
    cell.fill = PatternFill("solid", fgColor=COLOURS[kind])
    cell.comment = Comment(text, AUTHOR, height=28 + 22 * (1 + len(text) // 38), width=260)


# ── Written anew ─────────────────────────────────────────────────────────────────────────────────


def _anew(book: Book) -> Workbook:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for number, source in enumerate(book.sheets, 1):
        sheet = made.create_sheet(source.name or f"Sheet{number}")
        sheet.sheet_state = "hidden" if source.hidden else "visible"
        for row in source.rows():
            for column, cell in row.cells.items():
                _write(sheet, row.number, column, cell)
            if row.hidden:
                sheet.row_dimensions[row.number].hidden = True
        for merge in source.merges():
            sheet.merge_cells(None, merge.top, merge.left, merge.bottom, merge.right)
    return made


def _write(sheet: Worksheet, row: int, column: int, cell: Cell) -> None:
    made = sheet.cell(row, column)
    value = _value(cell)
    made.value = value
    if isinstance(value, str):
        made.data_type = "s"
        made.number_format = "@"
    elif isinstance(value, datetime):
        made.number_format = "dd/mm/yyyy"
    if cell.encoding in FONTS:
        made.font = Font(name=FONTS[cell.encoding])


def _value(cell: Cell) -> Any:
    """A number and a day stay what they are, so that the list reads the same again; all else is text."""
    text = _writable(cell.text)
    if cell.kind is Kind.NUMBER and re.fullmatch(r"-?\d{1,15}(\.\d+)?", text):
        return float(text) if "." in text else int(text)
    if cell.kind is Kind.DATE:
        try:
            return datetime.strptime(text, "%d/%m/%Y")  # noqa: DTZ007 (a day of a sheet has no zone)
        except ValueError:
            return text
    return text


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)
