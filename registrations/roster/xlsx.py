"""Reads .xlsx as a stream: values, what the fonts say, formulas, dates, hidden rows.

One pass over each part, so that memory does not grow with the sheet, and so that a cell's font is there:
openpyxl takes twice as long for it, and calamine does not give it (docs/decisions/0011).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from functools import cache, partial

from registrations.roster.cells import (
    Book,
    Sheet,
    UnreadableRosterError,
)
from registrations.roster.containers import (
    EXTERNAL_LINKS,
    MACROS,
    SAVE_AS,
    TOO_LARGE_INSIDE,
    opened_zip,
)
from registrations.roster.legacy import Encoding, encoding_of_font
from registrations.roster.limits import (
    MOST_BYTES_OF_STRINGS,
    MOST_SHEETS,
)
from registrations.roster.xlsx_parts import (
    Attributes,
    Runs,
    Style,
    Text,
    Workbook,
    as_broken,
    feed,
    is_on,
    parser_at,
)
from registrations.roster.xlsx_rows import rows_of, scan

_DATE_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])


def read_xlsx(data: bytes) -> Book:
    """Open the workbook; its rows are read later. Raises ``UnreadableRosterError``."""
    archive = opened_zip(data)
    with as_broken():
        return _read_book(archive)


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
    book = Workbook(archive)
    if any(tag == "workbookPr" and is_on(attributes.get("date1904")) for tag, attributes in elements):
        book.epoch = datetime(1904, 1, 1)  # noqa: DTZ001
    relations = _relations(archive, names, root)
    by_kind = dict(relations.values())
    if by_kind.get("styles", "").lower() in names:
        book.styles = _styles(_part(archive, names, by_kind["styles"]))
    if by_kind.get("sharedStrings", "").lower() in names:
        book.strings = _shared_strings(archive, names[by_kind["sharedStrings"].lower()])
    return Book("xlsx", list(_sheets(book, elements, relations, names))[:MOST_SHEETS])


def _sheets(
    book: Workbook,
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


def _sheet(book: Workbook, attributes: Attributes, part: str) -> Sheet:
    hidden = attributes.get("state", "visible") != "visible"
    sheet = Sheet(attributes.get("name", ""), lambda: iter(()), hidden=hidden)
    scanned = cache(partial(scan, book.archive, part))
    sheet.rows = lambda: rows_of(book, part, sheet, scanned())
    sheet.merges = lambda: scanned().merges
    return sheet


# ── Small parts, read whole ──────────────────────────────────────────────────────────────────────


def _part(archive: zipfile.ZipFile, names: dict[str, str], name: str) -> list[tuple[str, Attributes]]:
    """Return the elements of a small part, without their prefixes, in order."""
    info = archive.getinfo(names[name.lower()])
    if info.file_size > MOST_BYTES_OF_STRINGS // 5:
        raise UnreadableRosterError(TOO_LARGE_INSIDE)
    elements: list[tuple[str, Attributes]] = []
    parser = parser_at(lambda tag, attributes: elements.append((tag.rpartition(":")[2], attributes)))
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


def _styles(elements: list[tuple[str, Attributes]]) -> list[Style]:
    fonts: list[Encoding | None] = []
    formats: dict[str, bool] = {}
    styles: list[Style] = []
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
            styles.append(Style(fonts[font] if font < len(fonts) else None, is_date))
    return styles


def _shows_a_date(code: str) -> bool:
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", code.lower())
    return re.search("[dmy]", bare) is not None and not re.search("[0#?]", bare.replace("ss.0", ""))


def _shared_strings(archive: zipfile.ZipFile, part: str) -> list[Text]:
    strings: list[Text] = []
    runs = Runs()

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

    parser = parser_at(start)
    parser.EndElementHandler = end
    parser.CharacterDataHandler = runs.data
    with archive.open(part) as stream:
        feed(parser, stream)
    return strings
