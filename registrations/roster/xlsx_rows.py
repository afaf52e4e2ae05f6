"""Reads the rows of one sheet of an .xlsx as a stream, whatever is XML; most sheets go by ``xlsx_plain``."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from typing import IO, NamedTuple
from xml.etree import ElementTree

from registrations.roster import xlsx_plain
from registrations.roster.cells import (
    Cell,
    Kind,
    Merge,
    Sheet,
    SheetRow,
    UnreadableRosterError,
    column_number,
    plain_number,
)
from registrations.roster.containers import TOO_LARGE_INSIDE, too_many_rows
from registrations.roster.legacy import decoded, encoding_of_font
from registrations.roster.limits import MOST_COLUMNS, MOST_EMPTY_ROWS, MOST_ROWS
from registrations.roster.xlsx_parts import (
    CHUNK,
    Attributes,
    Run,
    Runs,
    Style,
    Text,
    Workbook,
    as_broken,
    is_on,
    parser_at,
    unescaped,
)

_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
_MOST_MERGES = 200_000


def rows_of(book: Workbook, part: str, sheet: Sheet, scan: Scan) -> Iterator[SheetRow]:
    """Read row by row. What stands behind the rows is not parsed: merges were found in the scan."""
    if scan.filled > MOST_ROWS:
        raise UnreadableRosterError(too_many_rows(sheet.name))
    reader = RowReader(book)
    with as_broken(), book.archive.open(part) as stream:
        rows = xlsx_plain.rows(reader, stream, scan.root) if scan.root else _parsed_rows(reader, stream)
        for row in rows:
            if row:
                yield row
            elif reader.empty > MOST_EMPTY_ROWS:
                sheet.notes.append(
                    f"Ngừng đọc ở dòng {reader.number}: phía trên là {reader.empty} dòng trống."
                )
                return
    if reader.beyond:
        sheet.notes.append(f"Chỉ đọc {MOST_COLUMNS} cột đầu.")


def _parsed_rows(reader: RowReader, stream: IO[bytes]) -> Iterator[SheetRow | None]:
    """Read whatever is XML; None stands for rows that hold nothing."""
    parser: ElementTree.XMLPullParser[ElementTree.Element] = ElementTree.XMLPullParser(("end",))
    gate: _Gate | None = _Gate()
    while chunk := stream.read(CHUNK):
        if gate and gate.is_passed_by(chunk):
            gate = None
        parser.feed(chunk)
        for event in parser.read_events():
            element = event[-1]
            if not isinstance(element, ElementTree.Element):
                continue
            tag = element.tag
            if tag.endswith("row") and tag[:-3] == reader.prefix_of(tag):
                row = reader.row(element)
                element.clear()
                if row:
                    yield row
            elif tag.endswith("sheetData"):
                return
        yield None
    parser.close()


class _Gate:
    """Looks at a document as far as its first element, before which alone a DOCTYPE can stand."""

    def __init__(self) -> None:
        self.passed = False
        self.parser = parser_at(self._open)

    def _open(self, _tag: str, _attributes: Attributes) -> None:
        self.passed = True

    def is_passed_by(self, chunk: bytes) -> bool:
        """Look at the next piece; raises for a DOCTYPE."""
        self.parser.Parse(chunk, False)
        return self.passed


class RowReader:
    """Turns row elements into rows."""

    def __init__(self, book: Workbook) -> None:
        self.book = book
        self.empty = self.number = 0
        self.beyond = False
        self.prefix: str | None = None

    def prefix_of(self, tag: str) -> str:
        """The name space of rows, as the first of them has it."""
        if self.prefix is None:
            self.prefix = tag[:-3]
            self.cell, self.value, self.formula, self.inline = (
                self.prefix + name for name in ("c", "v", "f", "is")
            )
        return self.prefix

    def row(self, element: ElementTree.Element) -> SheetRow | None:
        """Read one row; None where it holds nothing."""
        self.begin(element.get("r"))
        column = 0
        for child in element:
            if child.tag != self.cell:
                continue
            place = child.get("r")
            column = column_number(place.rstrip("0123456789")) if place else column + 1
            if len(child):
                self.put(column, self._cell(child))
        return self.done(element.get("hidden"))

    def begin(self, number: str | None) -> None:
        """Begin a row: the next one, where it has no number."""
        self.number = int(number) if number is not None else self.number + 1
        self.cells: dict[int, Cell] = {}

    def put(self, column: int, cell: Cell | None) -> None:
        """Put a cell into the row."""
        if cell is None:
            return
        if 0 < column <= MOST_COLUMNS:
            self.cells[column] = cell
        else:
            self.beyond = True

    def done(self, hidden: str | None) -> SheetRow | None:
        """End the row; None where it holds nothing."""
        if not self.cells:
            self.empty += 1
            return None
        self.empty = 0
        return SheetRow(self.number, self.cells, hidden is not None and is_on(hidden))

    def _cell(self, element: ElementTree.Element) -> Cell | None:
        value, formula = "", False
        for child in element:
            if child.tag == self.value:
                value = child.text or ""
            elif child.tag == self.formula:
                formula = True
            elif child.tag == self.inline:
                return self.text(_inline_text(child), element.get("s"), formula=formula)
        return self.valued(element.get("t", "n"), value, element.get("s"), formula=formula)

    def valued(self, kind: str, value: str, style: str | None, *, formula: bool) -> Cell | None:
        """Return the cell whose value is kept apart from it, or of a formula; ``kind`` is its ``t``."""
        if not value:
            return Cell("", formula=True) if formula else None
        if kind == "s":
            return self.text(self.book.strings[int(value)], style, formula=formula)
        if kind == "n":
            return self._number(value, self.book.style(style), formula=formula)
        if kind == "str":
            return self.text(unescaped(value), style, formula=formula)
        if kind == "e":
            return Cell(value, Kind.ERROR, formula=formula)
        if kind == "b":
            return Cell("TRUE" if is_on(value) else "FALSE", formula=formula)
        return Cell(value, Kind.DATE if kind == "d" else Kind.TEXT, formula=formula)

    def _number(self, value: str, style: Style, *, formula: bool) -> Cell:
        if not style.is_date and value.isdigit():
            return Cell(value, Kind.NUMBER, None, formula)
        number = float(value)
        if style.is_date and 0 < number < 2_958_466:
            day = self.book.epoch + timedelta(days=number)
            return Cell(f"{day:%d/%m/%Y}", Kind.DATE, None, formula)
        return Cell(plain_number(number), Kind.NUMBER, None, formula)

    def text(self, text: Text, style: str | None, *, formula: bool) -> Cell | None:
        """Return the cell that holds a text; None where that is empty."""
        if isinstance(text, tuple):
            return _in_several_fonts(text, self.book.style(style))
        if not text and not formula:
            return None
        return Cell(text, Kind.TEXT, self.book.style(style).encoding, formula)


def _inline_text(element: ElementTree.Element) -> Text:
    """The text of a cell that holds it itself, in one piece or in several."""
    if len(element) == 1 and element[0].tag.endswith("}t"):
        return unescaped(element[0].text or "")
    runs = Runs()
    _walk(element, runs)
    return runs.text()


def _walk(element: ElementTree.Element, runs: Runs) -> None:
    for child in element:
        tag = child.tag.rpartition("}")[2]
        runs.start(tag, child.attrib)
        runs.data(child.text or "")
        _walk(child, runs)
        runs.end(tag)


def _in_several_fonts(runs: tuple[Run, ...], style: Style) -> Cell:
    """Read each piece as its own font says; a piece without one has the cell's."""
    pieces, was = [], None
    for run in runs:
        encoding = encoding_of_font(run.font) if run.font else style.encoding
        piece = decoded(run.text, encoding) if encoding else run.text
        if piece != run.text:
            was = encoding
        pieces.append(piece)
    return Cell("".join(pieces), Kind.TEXT, was=was)


class Scan(NamedTuple):
    """What a look at the bytes of a sheet gives, without parsing them."""

    filled: int
    """Rows with a value."""
    merges: list[Merge]
    """They stand behind the rows, and must be known before them."""
    root: str
    """Its first tag, where the sheet is plain enough for ``xlsx_plain``."""


def scan(archive: zipfile.ZipFile, part: str) -> Scan:
    """Look once at all the bytes of a sheet."""
    merges: dict[Merge, None] = {}
    rest, filled, root = b"", 0, None
    with as_broken(), archive.open(part) as stream:
        while chunk := stream.read(CHUNK * 4):
            window = rest + chunk
            root = xlsx_plain.root_of(window) if root is None else xlsx_plain.still_plain(root, window)
            if b"mergeCell" in window:
                merges |= dict.fromkeys(map(_merge, _MERGE.finditer(window)))
            *rows, rest = window.split(b"row>")
            filled += sum(b"v>" in row or b"is>" in row for row in rows)
            rest = rest[-CHUNK:]
            if len(merges) > _MOST_MERGES:
                raise UnreadableRosterError(TOO_LARGE_INSIDE)
    return Scan(filled, list(merges), root or "")


def _merge(found: re.Match[bytes]) -> Merge:
    left, top, right, bottom = found.groups()
    return Merge(int(top), column_number(left.decode()), int(bottom), column_number(right.decode()))
