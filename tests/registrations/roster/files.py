"""Writes the files of the corpus: sound ones by the libraries that offices use, broken ones by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import openpyxl
import xlwt
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

Rows = Sequence[Sequence[Any]]

HEADINGS = ["STT", "Họ và tên", "Chức vụ", "Đơn vị công tác", "Điện thoại", "Ghi chú"]
HUNG = [1, "Nguyễn Văn Hùng", "Bí thư", "Huyện ủy Can Lộc", "0912345678", "đi xe riêng"]
LAN = [2, "Trần Thị Lan", "Chánh Văn phòng", "Huyện ủy Can Lộc", "0987654321", None]
PLAIN = [HEADINGS, HUNG, LAN]


def xlsx(
    rows: Rows = PLAIN,
    *,
    fonts: Mapping[str, str] | None = None,
    merge: Iterable[str] = (),
    change: Callable[[Worksheet], None] | None = None,
    more: Mapping[str, tuple[Rows, str]] | None = None,
    title: str = "Sheet1",
) -> bytes:
    """A workbook as Excel saves it. ``more`` holds further sheets: rows and state by name."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for place, font in (fonts or {}).items():
        sheet[place].font = Font(name=font)
    for place in merge:
        sheet.merge_cells(place)
    if change:
        change(sheet)
    for name, (others, state) in (more or {}).items():
        other = book.create_sheet(name)
        other.sheet_state = state
        for row in others:
            other.append(list(row))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def xls(
    rows: Rows = PLAIN,
    *,
    fonts: Mapping[tuple[int, int], str] | None = None,
    merge: Sequence[tuple[int, int, int, int]] = (),
    hidden: Rows | None = None,
) -> bytes:
    """A workbook as Excel 97 to 2003 saves it; ``fonts`` by row and column from 0."""
    book = xlwt.Workbook()
    if hidden is not None:
        other = book.add_sheet("An")
        other.visibility = 1
        _write(other, hidden, {}, ())
    _write(book.add_sheet("Sheet1", cell_overwrite_ok=True), rows, fonts or {}, merge)
    if hidden is not None:
        book.set_active_sheet(1)
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _write(sheet: Any, rows: Rows, fonts: Mapping[tuple[int, int], str], merge: Any) -> None:
    for y, row in enumerate(rows):
        for x, value in enumerate(row):
            if value is not None:
                style = (
                    xlwt.easyxf(f"font: name {fonts[y, x]}") if (y, x) in fonts else xlwt.Style.default_style
                )
                sheet.write(y, x, value, style)
    for top, bottom, left, right in merge:
        sheet.merge(top, bottom, left, right)


def csv(rows: Rows = PLAIN, *, separator: str = ",", encoding: str = "utf-8-sig") -> bytes:
    """Text with separators, as Excel and others write it."""
    return lines(rows, separator).encode(encoding)


def lines(rows: Rows = PLAIN, separator: str = "\t") -> str:
    """Text as a range of cells gives it when it is pasted."""
    return (
        "\r\n".join(separator.join("" if cell is None else str(cell) for cell in row) for row in rows)
        + "\r\n"
    )


def windows_1258(text: str) -> bytes:
    """Vietnamese as old Windows writes it: the letter, then its tone."""
    import unicodedata

    written = b""
    for char in unicodedata.normalize("NFC", text):
        try:
            written += char.encode("cp1258")
        except UnicodeEncodeError:
            base, *tones = unicodedata.normalize("NFD", char)
            while tones and unicodedata.category(tones[0]) == "Mn" and tones[0] in "\u0302\u0306\u031b":
                base = unicodedata.normalize("NFC", base + tones.pop(0))
            rest = [tone for tone in tones if tone not in "\u0302\u0306\u031b"]
            late = [tone for tone in tones if tone in "\u0302\u0306\u031b"]
            for mark in late:
                base = unicodedata.normalize("NFC", base + mark)
            written += base.encode("cp1258") + "".join(rest).encode("cp1258")
    return written


# ── Workbooks written by hand ────────────────────────────────────────────────────────────────────

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def parts(sheet: str | None = None, *, workbook: str = "") -> dict[str, bytes]:
    """The parts of a small workbook; ``sheet`` is what stands between its <sheetData> tags."""
    texts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f'<sheet name="Danh sách" sheetId="1" r:id="r1"/></sheets>{workbook}</workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>'
        f"{sheet_data(PLAIN) if sheet is None else sheet}</sheetData></worksheet>",
    }
    return {name: b'<?xml version="1.0" encoding="UTF-8"?>' + text.encode() for name, text in texts.items()}


def sheet_data(rows: Rows, start: int = 1) -> str:
    """Rows as XML, each text in its cell."""
    written = []
    for number, row in enumerate(rows, start=start):
        cells = "".join(
            f'<c r="{chr(65 + x)}{number}" t="inlineStr"><is><t>{value}</t></is></c>'
            for x, value in enumerate(row)
            if value is not None
        )
        written.append(f'<row r="{number}">{cells}</row>')
    return "".join(written)


def zipped(contents: Mapping[str, bytes], *, store: bool = False) -> bytes:
    """The parts in a zip."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED if store else zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return written.getvalue()


def raw(sheet: str | None = None, *, workbook: str = "", **more: bytes) -> bytes:
    """A small workbook by hand; ``more`` parts by name."""
    return zipped(parts(sheet, workbook=workbook) | more)


def compound(*names: str) -> bytes:
    """The beginning of an OLE container with streams of these names."""
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
    return header + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in names) + b"\0" * 4096
