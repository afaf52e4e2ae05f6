"""Reads .xlsx as a stream: values, what the fonts say, formulas, dates, hidden rows.

One pass of expat over each part, so that memory does not grow with the sheet, and so that a cell's font is
there: openpyxl takes twice as long for it, and calamine does not give it (docs/decisions/0011).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache, partial
from typing import IO, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from registrations.roster.cells import (
    Book,
    Cell,
    Kind,
    Merge,
    Sheet,
    SheetRow,
    UnreadableRosterError,
    column_number,
    plain_number,
)
from registrations.roster.containers import (
    BROKEN,
    DOCTYPE,
    EXTERNAL_LINKS,
    MACROS,
    SAVE_AS,
    TOO_LARGE_INSIDE,
    opened_zip,
    too_many_rows,
)
from registrations.roster.legacy import Encoding, decoded, encoding_of_font
from registrations.roster.limits import (
    MOST_BYTES_OF_STRINGS,
    MOST_CHARACTERS_IN_A_CELL,
    MOST_COLUMNS,
    MOST_EMPTY_ROWS,
    MOST_ROWS,
    MOST_SHEETS,
)

CHUNK = 1 << 16
_DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_MERGE = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})[\"']")
_MOST_MERGES = 200_000

Attributes = dict[str, str]


class _Style(NamedTuple):
    """What matters of a cell's style."""

    encoding: Encoding | None
    is_date: bool


_PLAIN = _Style(None, False)


class _Run(NamedTuple):
    """A piece of a text with a font of its own."""

    text: str
    font: str | None


_Text = str | tuple[_Run, ...]


@dataclass
class _Workbook:
    """What the sheets have in common."""

    archive: zipfile.ZipFile
    styles: list[_Style] = field(default_factory=list)
    strings: list[_Text] = field(default_factory=list)
    epoch: datetime = datetime(1899, 12, 30)  # noqa: DTZ001 (a sheet's dates have no zone)

    def style(self, index: str | None) -> _Style:
        """The style of a cell; without an index the workbook's own."""
        try:
            return self.styles[int(index or 0)]
        except (IndexError, ValueError):
            return _PLAIN


def read_xlsx(data: bytes) -> Book:
    """Open the workbook; its rows are read later. Raises ``UnreadableRosterError``."""
    archive = opened_zip(data)
    with _as_broken():
        return _read_book(archive)


class _as_broken:  # noqa: N801 (reads as a word of the language)
    """Turns what a damaged file raises into one sentence."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _trace: object) -> None:
        damaged = (
            zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, KeyError, IndexError, ValueError,
            NotImplementedError, OverflowError, RuntimeError, ElementTree.ParseError,
        )  # fmt: skip
        if isinstance(error, damaged):
            raise UnreadableRosterError(BROKEN) from error


def _read_book(archive: zipfile.ZipFile) -> Book:
    names = {name.lower(): name for name in archive.namelist()}
    types = _part(archive, names, "[Content_Types].xml")
    kinds = {attributes.get("ContentType", "") for _, attributes in types}
    if any("macroEnabled" in kind for kind in kinds):
        raise UnreadableRosterError(MACROS)
    if any("sheet.binary" in kind for kind in kinds):
        raise UnreadableRosterError(f"Chưa đọc được tệp .xlsb. {SAVE_AS}")
    root = next(
        (
            target
            for kind, target in _relations(archive, names, "").values()
            if kind == "officeDocument" and target.lower() in names
        ),
        "xl/workbook.xml",
    )
    elements = _part(archive, names, root)
    if any(tag == "externalReference" for tag, _ in elements):
        raise UnreadableRosterError(EXTERNAL_LINKS)
    book = _Workbook(archive)
    if any(tag == "workbookPr" and _is_on(attributes.get("date1904")) for tag, attributes in elements):
        book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001
    relations = _relations(archive, names, root)
    by_kind = dict(relations.values())
    if by_kind.get("styles", "").lower() in names:
        book.styles = _styles(_part(archive, names, by_kind["styles"]))
    if by_kind.get("sharedStrings", "").lower() in names:
        book.strings = _shared_strings(archive, names[by_kind["sharedStrings"].lower()])
    return Book("xlsx", list(_sheets(book, elements, relations, names))[:MOST_SHEETS])


def _sheets(
    book: _Workbook,
    elements: list[tuple[str, Attributes]],
    relations: dict[str, tuple[str, str]],
    names: dict[str, str],
) -> Iterator[Sheet]:
    for tag, attributes in elements:
        if tag != "sheet":
            continue
        ids = [value for name, value in attributes.items() if name.rpartition(":")[2] == "id" and ":" in name]
        kind, target = relations.get(ids[0] if ids else "", ("", ""))
        if kind == "worksheet" and target.lower() in names:
            yield _sheet(book, attributes, names[target.lower()])


def _sheet(book: _Workbook, attributes: Attributes, part: str) -> Sheet:
    hidden = attributes.get("state", "visible") != "visible"
    sheet = Sheet(attributes.get("name", ""), lambda: iter(()), hidden=hidden)
    scan = cache(partial(_scan, book.archive, part))
    sheet.rows = lambda: _rows(book, part, sheet, scan().filled)
    sheet.merges = lambda: scan().merges
    return sheet


# ── Small parts, read whole ──────────────────────────────────────────────────────────────────────


def _parser(start: Callable[[str, Attributes], None]) -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = start
    return parser


def _refuse_doctype(*_arguments: object) -> None:
    raise UnreadableRosterError(DOCTYPE)


def _part(archive: zipfile.ZipFile, names: dict[str, str], name: str) -> list[tuple[str, Attributes]]:
    """Return the elements of a small part, without their prefixes, in order."""
    info = archive.getinfo(names[name.lower()])
    if info.file_size > MOST_BYTES_OF_STRINGS // 5:
        raise UnreadableRosterError(TOO_LARGE_INSIDE)
    elements: list[tuple[str, Attributes]] = []
    parser = _parser(lambda tag, attributes: elements.append((tag.rpartition(":")[2], attributes)))
    parser.Parse(archive.read(info), True)
    return elements


def _relations(archive: zipfile.ZipFile, names: dict[str, str], part: str) -> dict[str, tuple[str, str]]:
    """Return the parts that ``part`` refers to, by id: what kind each is, and its name."""
    folder, file = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{file}.rels")
    if path.lower() not in names:
        return {}
    return {
        attributes.get("Id", ""): (
            attributes.get("Type", "").rpartition("/")[2],
            posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/"),
        )
        for tag, attributes in _part(archive, names, path)
        if tag == "Relationship" and attributes.get("TargetMode") != "External"
    }


def _is_on(value: str | None) -> bool:
    return value in ("1", "true", "on")


def _styles(elements: list[tuple[str, Attributes]]) -> list[_Style]:
    fonts: list[Encoding | None] = []
    formats: dict[str, bool] = {}
    styles: list[_Style] = []
    inside = ""
    for tag, attributes in elements:
        if tag in ("fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs", "numFmts"):
            inside = tag
        elif inside == "numFmts" and tag == "numFmt":
            formats[attributes.get("numFmtId", "")] = _shows_a_date(attributes.get("formatCode", ""))
        elif inside == "fonts" and tag == "font":
            fonts.append(None)
        elif inside == "fonts" and tag == "name" and fonts:
            fonts[-1] = encoding_of_font(attributes.get("val", ""))
        elif inside == "cellXfs" and tag == "xf":
            font, shown = int(attributes.get("fontId", 0)), attributes.get("numFmtId", "0")
            is_date = formats.get(shown, shown.isdigit() and int(shown) in _DATE_FORMATS)
            styles.append(_Style(fonts[font] if font < len(fonts) else None, is_date))
    return styles


def _shows_a_date(code: str) -> bool:
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", code.lower())
    return re.search("[dmy]", bare) is not None and not re.search("[0#?]", bare.replace("ss.0", ""))


def _shared_strings(archive: zipfile.ZipFile, part: str) -> list[_Text]:
    strings: list[_Text] = []
    runs = _Runs()

    def start(tag: str, attributes: Attributes) -> None:
        local = tag.rpartition(":")[2]
        if local == "si":
            runs.clear()
        else:
            runs.start(local, attributes)

    def end(tag: str) -> None:
        local = tag.rpartition(":")[2]
        if local == "si":
            strings.append(runs.text())
        else:
            runs.end(local)

    parser = _parser(start)
    parser.EndElementHandler = end
    parser.CharacterDataHandler = runs.data
    with archive.open(part) as stream:
        _feed(parser, stream)
    return strings


def _feed(parser: expat.XMLParserType, stream: IO[bytes]) -> None:
    while chunk := stream.read(CHUNK):
        parser.Parse(chunk, False)
    parser.Parse(b"", True)


class _Runs:
    """Collects the pieces of one text: a plain one, or several with fonts, without phonetic marks."""

    def __init__(self) -> None:
        self.runs: list[_Run] = []
        self.font: str | None = None
        self.open = self.phonetic = False

    def clear(self) -> None:
        """Begin a new text."""
        self.runs = []
        self.font = None

    def start(self, tag: str, attributes: Attributes) -> None:
        """See an element begin."""
        if tag == "t":
            self.open = not self.phonetic
        elif tag == "r":
            self.font = None
        elif tag == "rFont":
            self.font = attributes.get("val")
        elif tag == "rPh":
            self.phonetic = True

    def end(self, tag: str) -> None:
        """See an element end."""
        if tag == "t":
            self.open = False
        elif tag == "rPh":
            self.phonetic = False
        elif tag == "r":
            self.font = None

    def data(self, text: str) -> None:
        """See text."""
        if self.open:
            self.runs.append(_Run(text, self.font))

    def text(self) -> _Text:
        """The text; with its fonts where one of them is an old one."""
        if any(run.font and encoding_of_font(run.font) for run in self.runs):
            return tuple(_Run(_unescaped(run.text), run.font) for run in self.runs)
        return _unescaped("".join(run.text for run in self.runs))


def _unescaped(text: str) -> str:
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text[:MOST_CHARACTERS_IN_A_CELL]


# ── The sheet, read as a stream ──────────────────────────────────────────────────────────────────


def _rows(book: _Workbook, part: str, sheet: Sheet, filled: int) -> Iterator[SheetRow]:
    """Read row by row. What stands behind the rows is not parsed: merges were found in the scan."""
    if filled > MOST_ROWS:
        raise UnreadableRosterError(too_many_rows(sheet.name))
    reader = _RowReader(book)
    parser: ElementTree.XMLPullParser[ElementTree.Element] = ElementTree.XMLPullParser(("end",))
    gate: _Gate | None = _Gate()
    with _as_broken(), book.archive.open(part) as stream:
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
                    if reader.beyond:
                        sheet.notes.append(f"Chỉ đọc {MOST_COLUMNS} cột đầu.")
                    return
            if reader.empty > MOST_EMPTY_ROWS:
                sheet.notes.append(
                    f"Ngừng đọc ở dòng {reader.number}: phía trên là {reader.empty} dòng trống."
                )
                return
        parser.close()


class _Gate:
    """Looks at a document as far as its first element, before which alone a DOCTYPE can stand."""

    def __init__(self) -> None:
        self.passed = False
        self.parser = _parser(self._open)

    def _open(self, _tag: str, _attributes: Attributes) -> None:
        self.passed = True

    def is_passed_by(self, chunk: bytes) -> bool:
        """Look at the next piece; raises for a DOCTYPE."""
        self.parser.Parse(chunk, False)
        return self.passed


class _RowReader:
    """Turns row elements into rows."""

    def __init__(self, book: _Workbook) -> None:
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
        attributes = element.attrib
        self.number = int(attributes["r"]) if "r" in attributes else self.number + 1
        cells: dict[int, Cell] = {}
        column = 0
        for child in element:
            if child.tag != self.cell:
                continue
            place = child.get("r")
            column = column_number(place.rstrip("0123456789")) if place else column + 1
            if len(child):
                cell = self._cell(child)
                if cell is None:
                    continue
                if 0 < column <= MOST_COLUMNS:
                    cells[column] = cell
                else:
                    self.beyond = True
        if not cells:
            self.empty += 1
            return None
        self.empty = 0
        return SheetRow(self.number, cells, "hidden" in attributes and _is_on(attributes["hidden"]))

    def _cell(self, element: ElementTree.Element) -> Cell | None:
        value, formula = "", False
        for child in element:
            if child.tag == self.value:
                value = child.text or ""
            elif child.tag == self.formula:
                formula = True
            elif child.tag == self.inline:
                return self._text(_inline_text(child), self.book.style(element.get("s")), formula=formula)
        kind = element.get("t", "n")
        if not value:
            return Cell("", formula=True) if formula else None
        if kind == "s":
            return self._text(
                self.book.strings[int(value)], self.book.style(element.get("s")), formula=formula
            )
        if kind == "n":
            return self._number(value, self.book.style(element.get("s")), formula=formula)
        if kind == "str":
            return self._text(_unescaped(value), self.book.style(element.get("s")), formula=formula)
        if kind == "e":
            return Cell(value, Kind.ERROR, formula=formula)
        if kind == "b":
            return Cell("TRUE" if _is_on(value) else "FALSE", formula=formula)
        return Cell(value, Kind.DATE if kind == "d" else Kind.TEXT, formula=formula)

    def _number(self, value: str, style: _Style, *, formula: bool) -> Cell:
        if not style.is_date and value.isdigit():
            return Cell(value, Kind.NUMBER, None, formula)
        number = float(value)
        if style.is_date and 0 < number < 2_958_466:
            day = self.book.epoch + timedelta(days=number)
            return Cell(f"{day:%d/%m/%Y}", Kind.DATE, None, formula)
        return Cell(plain_number(number), Kind.NUMBER, None, formula)

    def _text(self, text: _Text, style: _Style, *, formula: bool) -> Cell | None:
        if isinstance(text, tuple):
            return _in_several_fonts(text, style)
        if not text and not formula:
            return None
        return Cell(text, Kind.TEXT, style.encoding, formula)


def _inline_text(element: ElementTree.Element) -> _Text:
    """The text of a cell that holds it itself, in one piece or in several."""
    if len(element) == 1 and element[0].tag.endswith("}t"):
        return _unescaped(element[0].text or "")
    runs = _Runs()
    _walk(element, runs)
    return runs.text()


def _walk(element: ElementTree.Element, runs: _Runs) -> None:
    for child in element:
        tag = child.tag.rpartition("}")[2]
        runs.start(tag, child.attrib)
        runs.data(child.text or "")
        _walk(child, runs)
        runs.end(tag)


def _in_several_fonts(runs: tuple[_Run, ...], style: _Style) -> Cell:
    """Read each piece as its own font says; a piece without one has the cell's."""
    pieces, was = [], None
    for run in runs:
        encoding = encoding_of_font(run.font) if run.font else style.encoding
        piece = decoded(run.text, encoding) if encoding else run.text
        if piece != run.text:
            was = encoding
        pieces.append(piece)
    return Cell("".join(pieces), Kind.TEXT, was=was)


class _Scan(NamedTuple):
    """What a look at the bytes of a sheet gives, without parsing them."""

    filled: int
    """Rows with a value."""
    merges: list[Merge]
    """They stand behind the rows, and must be known before them."""


def _scan(archive: zipfile.ZipFile, part: str) -> _Scan:
    merges: dict[Merge, None] = {}
    rest, filled = b"", 0
    with _as_broken(), archive.open(part) as stream:
        while chunk := stream.read(CHUNK * 4):
            window = rest + chunk
            if b"mergeCell" in window:
                for found in _MERGE.finditer(window):
                    left, top, right, bottom = found.groups()
                    merge = Merge(
                        int(top), column_number(left.decode()), int(bottom), column_number(right.decode())
                    )
                    merges[merge] = None
            *rows, rest = window.split(b"row>")
            filled += sum(b"v>" in row or b"is>" in row for row in rows)
            rest = rest[-CHUNK:]
            if len(merges) > _MOST_MERGES:
                raise UnreadableRosterError(TOO_LARGE_INSIDE)
    return _Scan(filled, list(merges))
