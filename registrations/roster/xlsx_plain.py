"""Reads the rows of a sheet as Excel, LibreOffice and openpyxl write them, without building a tree.

A sheet is plain when it is UTF-8 with no name space prefix, comment, CDATA or declaration: then a tag in its
text is a tag. Each row that is only cells with one value is read by one expression, which leaves nothing out;
a row with anything else (rich text, entities, extensions, a fault) is given to the parser, alone.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import partial
from typing import IO, TYPE_CHECKING
from xml.etree import ElementTree

from registrations.roster.cells import Cell, Kind, SheetRow, column_number
from registrations.roster.limits import MOST_CHARACTERS_IN_A_CELL, MOST_COLUMNS
from registrations.roster.xlsx_parts import CHUNK, Style, unescaped

if TYPE_CHECKING:
    from registrations.roster.xlsx_rows import RowReader

_ROOT = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:<\?xml version=[\"']1\.0[\"'](?: encoding=[\"'](?i:utf-8)[\"'])?[^<>?]*\?>)?\s*"
    rb"(<worksheet(?:\s+[\w:.\-]+=\"[^\"<>]*\")*\s*>)"
)
_BEGIN = re.compile(r"<sheetData(?:\s[^<>]*)?>")
_LETTER = re.compile(r"&#([1-9][0-9]{2,3}|[1-46-9][0-9]{4});")
_ROW = re.compile(r'\s*<row(?: r="([0-9]{1,9})")?((?: [A-Za-z0-9:]+="[^"<>&]*")*)(/?)>\s*')
_CELL = re.compile(
    r'(<c(?: r="([A-Z]{1,3})[0-9]{1,7}")?(?: s="([0-9]{1,5})")?(?: t="([a-zA-Z]{1,9})")?'
    r"(?:/>|>(?:(<f(?: [^<>]*)?(?:/>|>[^<]*</f>))?(?:<v>([^<]*)</v>)?"
    r'|<is><t(?: xml:space="preserve")?>([^<]*)</t></is>)</c>)\s*)'
)
"""One cell: all of it, its column, style, kind, formula, value, text."""


def root_of(beginning: bytes) -> str:
    """Return the first tag of a sheet that is plain so far; "" for another."""
    found = _ROOT.match(beginning)
    return still_plain(found[1].decode(errors="replace"), beginning[found.end() :]) if found else ""


def still_plain(root: str, window: bytes) -> str:
    """Return ``root`` again while a tag in the text is a tag."""
    return "" if b"<!" in window or b"<?" in window else root


def rows(reader: RowReader, stream: IO[bytes], root: str) -> Iterator[SheetRow | None]:
    """Read a sheet that is plain; None stands for rows that hold nothing, as far as was read."""
    decode, cells_of = codecs.getincrementaldecoder("utf-8")().decode, _Cells(reader)
    text, begun, ended = "", False, False
    while chunk := stream.read(CHUNK):
        text += decode(chunk)
        if not begun:
            found = _BEGIN.search(text)
            if found is None:
                text = text[-CHUNK:]
                continue
            if found[0].endswith("/>"):
                return
            begun, text = True, text[found.end() :]
        end = text.find("</sheetData>")
        if end >= 0:
            text, ended = text[:end], True
        cut = len(text) if ended else _end_of_rows(text)
        for row in _spelt_out(text[:cut]).split("</row>"):
            yield from _read(reader, cells_of, row, root)
        if ended:
            return
        text = text[cut:]
        yield None
    raise EOFError


def _end_of_rows(text: str) -> int:
    """Where the last row ends that is there as a whole."""
    last = text.rfind("<row")
    end = text.find("</row>", last)
    if end >= 0:
        return end + 6
    found = _ROW.match(text, max(last, 0))
    return found.end() if found and found[2] else max(last, 0)


def _spelt_out(text: str) -> str:
    """Put letters for their numbers: openpyxl writes "Nguy&#7877;n". What marks tags stays as it is."""
    if "&#" not in text:
        return text
    pieces = _LETTER.split(text)
    pieces[1::2] = map(chr, map(int, pieces[1::2]))
    return "".join(pieces)


def _read(reader: RowReader, cells_of: _Cells, text: str, root: str) -> list[SheetRow]:
    """Read one row, whose end is cut off, and the empty ones before it."""
    place, found = 0, _ROW.match(text)
    while found and found[3]:  # closed at once
        reader.begin(_attribute(found, "r"))
        reader.done(None)
        place = found.end()
        found = _ROW.match(text, place)
    if found is None and not text[place:].strip():
        return []
    if found:
        cells = cells_of(text[found.end() :])
        if cells is not None:
            reader.begin(_attribute(found, "r"))
            reader.cells = cells
            row = reader.done(_attribute(found, "hidden"))
            return [row] if row else []
    row_alone = f"{root}{text[place:]}</row></worksheet>"
    rows = ElementTree.fromstring(row_alone)  # noqa: S314 (no DOCTYPE can be in it)
    elements = [row for row in rows if row.tag.endswith("row") and row.tag[:-3] == reader.prefix_of(row.tag)]
    return [row for row in map(reader.row, elements) if row]


def _attribute(row: re.Match[str], name: str) -> str | None:
    """Return an attribute of a row; its number stands first, as a rule."""
    if name == "r" and row[1]:
        return row[1]
    found = re.search(rf' {name}="([^"]*)"', row[2]) if name in row[2] else None
    return found[1] if found else None


class _Cells:
    """Reads the cells of plain rows. Its loop runs for each cell of a sheet: no call that can be spared."""

    def __init__(self, reader: RowReader) -> None:
        self._reader = reader
        self._styles: dict[str, Style] = {}
        self._shared: dict[tuple[str, str], Cell | None] = {}

    def __call__(self, inside: str) -> dict[int, Cell] | None:
        """Return the cells of a row; None where they are not plain."""
        found = _CELL.findall(inside)
        if "&" in inside or "\r" in inside or sum([len(cell[0]) for cell in found]) != len(inside):
            return None
        cells: dict[int, Cell] = {}
        column, styles = 0, self._styles
        for _, place, style_id, kind, formula, value, text in found:
            column = column_number(place) if place else column + 1
            if not value and not text and not formula:
                continue
            style = styles.get(style_id) or self._style(style_id)
            cell: Cell | None
            if text:
                tidy = text if "_x" not in text and len(text) < MOST_CHARACTERS_IN_A_CELL else unescaped(text)
                cell = _new_cell((tidy, Kind.TEXT, style.encoding, False, None))
            elif (kind == "n" or not kind) and not style.is_date and value.isdigit():
                cell = _new_cell((value, Kind.NUMBER, None, formula != "", None))
            elif kind == "s" and not formula:
                cell = self._of_shared(value, style_id)
            else:
                cell = self._reader.valued(kind or "n", value, style_id, formula=formula != "")
            if cell is None:
                continue
            if 0 < column <= MOST_COLUMNS:
                cells[column] = cell
            else:
                self._reader.beyond = True
        return cells

    def _style(self, style_id: str) -> Style:
        style = self._styles[style_id] = self._reader.book.style(style_id)
        return style

    def _of_shared(self, value: str, style_id: str) -> Cell | None:
        key = value, style_id
        if key not in self._shared:
            self._shared[key] = self._reader.valued("s", value, style_id, formula=False)
        return self._shared[key]


_new_cell = partial(tuple.__new__, Cell)
"""A cell without the detour by Python that its own constructor takes."""
