"""The parts of a workbook that hold no rows: what a spreadsheet program reads first (ECMA-376, part 1)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import count, islice
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from reports.workbooks.cells import SharedStrings, text_xml, writable

if TYPE_CHECKING:
    from reports.workbooks.template import Template
    from reports.workbooks.writing import Written

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument"

SHEET_OPENS = f'{_XML}<worksheet xmlns="{_MAIN}">'

LONGEST_NAME = 31
_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
"""What Excel allows in no name of a sheet."""


def sheet_name(wanted: str, taken: Collection[str]) -> str:
    """Return a name of a sheet that Excel takes, and that is not among ``taken`` (in small letters)."""
    plain = " ".join(_NOT_IN_A_NAME.sub(" ", writable(wanted)).split()).strip("'") or "Bảng"
    for number in count(1):
        end = "" if number == 1 else f" ({number})"
        name = plain[: LONGEST_NAME - len(end)].rstrip() + end
        if name.lower() not in taken:
            return name
    raise AssertionError


def views(heading_row: int, *, selected: bool) -> str:
    """Freeze the headings; one sheet is selected when the book opens, or what is typed goes into all."""
    below = heading_row + 1
    chosen = ' tabSelected="1"' if selected else ""
    return (
        f'<sheetViews><sheetView{chosen} workbookViewId="0">'
        f'<pane ySplit="{heading_row}" topLeftCell="A{below}" activePane="bottomLeft" state="frozen"/>'
        f'<selection pane="bottomLeft" activeCell="A{below}" sqref="A{below}"/></sheetView></sheetViews>'
    )


def shared_strings(strings: SharedStrings) -> Iterator[bytes]:
    """The texts that cells name by number, in order."""
    yield f'{_XML}<sst xmlns="{_MAIN}" uniqueCount="{len(strings.numbers)}">'.encode()
    texts = iter(strings.numbers)
    while some := list(islice(texts, 1000)):
        yield "".join(f"<si>{text_xml(text)}</si>" for text in some).encode()
    yield b"</sst>"


def parts(sheets: Sequence[Written], template: Template) -> dict[str, str | bytes]:
    """Return every other part of the file by its name."""
    return {
        "[Content_Types].xml": _content_types(len(sheets)),
        "_rels/.rels": _relations([("officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": _workbook(sheets),
        "xl/_rels/workbook.xml.rels": _relations(
            [
                *(("worksheet", f"worksheets/sheet{at}.xml") for at in range(1, len(sheets) + 1)),
                ("styles", "styles.xml"),
                ("theme", "theme/theme1.xml"),
                ("sharedStrings", "sharedStrings.xml"),
            ]
        ),
        "xl/styles.xml": template.styles,
        "xl/theme/theme1.xml": template.theme,
    }


def _content_types(sheets: int) -> str:
    main = f"{_TYPE}.spreadsheetml"
    kinds = {
        "/xl/workbook.xml": f"{main}.sheet.main+xml",
        "/xl/styles.xml": f"{main}.styles+xml",
        "/xl/theme/theme1.xml": f"{_TYPE}.theme+xml",
        "/xl/sharedStrings.xml": f"{main}.sharedStrings+xml",
    } | {f"/xl/worksheets/sheet{at}.xml": f"{main}.worksheet+xml" for at in range(1, sheets + 1)}
    overrides = "".join(f'<Override PartName="{part}" ContentType="{kind}"/>' for part, kind in kinds.items())
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(targets: Sequence[tuple[str, str]]) -> str:
    each = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(targets, 1)
    )
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{each}</Relationships>'


def _workbook(sheets: Sequence[Written]) -> str:
    listed = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{at}" r:id="rId{at}"/>'
        for at, sheet in enumerate(sheets, 1)
    )
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{listed}</sheets><definedNames>{_names(sheets)}</definedNames></workbook>"
    )


def _names(sheets: Sequence[Written]) -> str:
    """What is repeated on each printed page, and what is filtered, of each sheet."""
    names = []
    for at, sheet in enumerate(sheets):
        quoted = "'" + sheet.name.replace("'", "''") + "'"
        if sheet.filter:
            names.append(
                f'<definedName name="_xlnm._FilterDatabase" localSheetId="{at}" hidden="1">'
                f"{escape(f'{quoted}!{sheet.filter}')}</definedName>"
            )
        row = sheet.heading_row
        names.append(
            f'<definedName name="_xlnm.Print_Titles" localSheetId="{at}">'
            f"{escape(f'{quoted}!${row}:${row}')}</definedName>"
        )
    return "".join(names)
