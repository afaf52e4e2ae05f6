"""Reads lists of units as offices keep them: CSV from any program, XLSX from Excel."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from accounts.vietnamese import folded, line

HEADINGS = {
    "name": ("name", "ten", "ten don vi", "don vi", "phuong xa", "xa phuong", "ten xa"),
    "short_name": ("short name", "ten gon", "ten viet tat"),
    "slug": ("slug", "ma tren dia chi", "dia chi"),
    "tier": ("tier", "cap", "cap don vi"),
    "code": ("code", "ma", "ma so", "ma hanh chinh", "ma don vi", "ma xa", "ma px"),
    "parent": (
        "parent",
        "truc thuoc",
        "don vi cap tren",
        "cap tren",
        "thuoc",
        "district",
        "huyen",
        "quan huyen",
        "ten huyen",
    ),
    "valid_from": ("valid from", "co tu ngay", "tu ngay", "hieu luc tu"),
    "valid_until": ("valid until", "den het ngay", "den ngay", "het hieu luc"),
    "email": ("email", "thu dien tu"),
    "phone": ("phone", "dien thoai", "so dien thoai", "sdt"),
    "leader_name": ("leader name", "lanh dao", "lanh dao phu trach", "ho ten lanh dao"),
    "leader_phone": ("leader phone", "dien thoai lanh dao", "dien thoai cua lanh dao", "sdt lanh dao"),
    "leader_email": ("leader email", "thu dien tu lanh dao", "thu dien tu cua lanh dao", "email lanh dao"),
    "position": ("position", "thu tu"),
}
"""What each column may be called, without marks; the English names are the model's."""

COLUMN_OF = {heading: column for column, headings in HEADINGS.items() for heading in headings}

MOST_ABOVE = 20
"""Rows in which the headings are looked for."""

MOST_ROWS, MOST_COLUMNS = 20_000, 40
MOST_BYTES, MOST_BYTES_UNPACKED = 20 * 1024 * 1024, 200 * 1024 * 1024


class UnreadableError(Exception):
    """The file as a whole cannot be read; the sentence says why and what to do."""


@dataclass(frozen=True)
class UnitRow:
    """One row of the list: the number that the sheet shows, and its cells by column, tidied, as text."""

    number: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """The cell, "" where it is empty or there is no such column."""
        return self.cells.get(column, "")

    def filled(self, **cells: str) -> UnitRow:
        """The same row with these cells where its own are empty."""
        return UnitRow(
            self.number, {**{column: cell for column, cell in cells.items() if cell}, **self.cells}
        )


def read_unit_list(path: Path) -> list[UnitRow]:
    """Read ``path`` (.csv in UTF-8, with ``,``, ``;`` or tabs; .xlsx). Raises ``UnreadableError``.

    The row of headings is the first one with a column for the name; what stands above it, and empty
    rows, are passed over.
    """
    readers = {".csv": _csv_rows, ".xlsx": _xlsx_rows}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UnreadableError(f"Chỉ đọc tệp .csv và .xlsx, không đọc {path.suffix or 'tệp không có đuôi'}.")
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UnreadableError(f"Tệp lớn hơn {MOST_BYTES // 1024 // 1024} MB. Chia thành nhiều tệp.")
        return _with_columns([[_text(cell) for cell in row] for row in reader(path)])
    except OSError as error:
        raise UnreadableError(f"Không mở được {path}: {error.strerror}.") from error


def _with_columns(rows: list[list[str]]) -> list[UnitRow]:
    named = [[COLUMN_OF.get(folded(cell).replace("_", " ")) for cell in row] for row in rows[:MOST_ABOVE]]
    above = next((number for number, columns in enumerate(named) if "name" in columns), None)
    if above is None:
        raise UnreadableError("Không thấy cột tên đơn vị. Đặt tiêu đề “Tên đơn vị” ở dòng đầu.")
    columns = named[above]
    twice = {column for column in columns if column and columns.count(column) > 1}
    if twice:
        wanted = ", ".join(sorted(HEADINGS[column][0] for column in twice))
        raise UnreadableError(f"Có hai cột cùng một nghĩa: {wanted}. Giữ một cột.")
    return [
        UnitRow(number, {column: cell for column, cell in zip(columns, row, strict=False) if column and cell})
        for number, row in enumerate(rows[above + 1 :], start=above + 2)
        if any(row)
    ]


def _text(cell: Any) -> str:
    """A cell as tidy text: a whole number without ".0", a date as 2025-07-01."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return line(str(cell))


def _csv_rows(path: Path) -> Iterator[list[Any]]:
    content = path.read_bytes()
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError(
            "Tệp không phải UTF-8 nên chữ có dấu sẽ hỏng. Trong Excel chọn Lưu thành, kiểu CSV UTF-8."
        ) from error
    first = text.splitlines()[:MOST_ABOVE]
    delimiter = max(",;\t", key=lambda mark: sum(row.count(mark) for row in first))
    try:
        yield from _limited(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise UnreadableError(f"Tệp CSV hỏng: {error}.") from error


def _xlsx_rows(path: Path) -> Iterator[list[Any]]:
    """Rows of the first sheet. What would unpack to more than memory holds is refused before."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES_UNPACKED:
                raise UnreadableError("Tệp Excel phình ra quá lớn khi mở. Chép danh sách sang một tệp mới.")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            yield from _limited(sheet.iter_rows(values_only=True))
        finally:
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError) as error:
        raise UnreadableError("Tệp .xlsx này không đọc được hoặc đã hỏng. Mở bằng Excel, lưu lại.") from error


def _limited(rows: Iterable[Iterable[Any]]) -> Iterator[list[Any]]:
    for number, row in enumerate(rows):
        if number == MOST_ROWS:
            raise UnreadableError(f"Danh sách dài hơn {MOST_ROWS} dòng. Chia thành nhiều tệp.")
        yield list(row)[:MOST_COLUMNS]
