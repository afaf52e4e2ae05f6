"""Reads a sheet of communes: which columns hold what, and the text of every row. Pure Python, no database.

In the child process of ``guarded``; matching with the communes of a unit, and whether a telephone is one,
is for ``registrations.commune_sheet``, which knows them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import chain, islice
from typing import Any

from accounts.vietnamese import folded
from registrations.roster.cells import Book, Cell, Kind, Sheet, SheetRow, UnreadableRosterError, letters
from registrations.roster.containers import Container, container_of
from registrations.roster.legacy import guessed
from registrations.roster.text import read_csv
from registrations.roster.tidying import Tidier
from registrations.roster.vocabulary import TOTAL
from registrations.roster.xls import read_xls
from registrations.roster.xlsx import read_xlsx

HEAD = 60
"""Rows among which the headings are looked for."""

MOST_COMMUNES = 1_000
"""More rows than any district has communes; the rest of a longer sheet is not read."""

HEADINGS = {
    "name": (
        "xa phuong thi tran", "xa phuong", "xa thi tran", "xa", "ten xa", "ten don vi", "don vi",
        "dia phuong", "dang uy xa", "diem cau", "ten diem cau", "diem cau cap xa", "dang bo",
    ),
    "code": ("ma", "ma xa", "ma hanh chinh", "ma don vi"),
    "connects": ("ket noi", "co ket noi", "dang ky ket noi", "tham gia"),
    "venue": ("noi hop", "hoi truong", "dia diem", "dia diem hop", "noi to chuc", "dia diem diem cau"),
    "chair": ("chu tri", "nguoi chu tri", "dong chi chu tri", "chu tri diem cau"),
    "technician": ("can bo ky thuat", "ky thuat", "nguoi phu trach ky thuat", "phu trach ky thuat"),
    "technician_phone": (
        "dien thoai", "so dien thoai", "sdt", "dien thoai ky thuat", "dien thoai can bo ky thuat", "dt",
    ),
    "expected": ("so du kien", "du kien", "so luong", "so dai bieu", "so dai bieu du kien", "so nguoi"),
}  # fmt: skip
"""Headings in small letters without marks, with single spaces for everything between words."""

_FIELDS = {heading: name for name, said in HEADINGS.items() for heading in said}

NO_NAMES = (
    "Không tìm thấy cột tên xã. Ghi tiêu đề “Xã, phường, thị trấn” trên cột tên và “Nơi họp”, “Chủ trì”… "
    "trên các cột khác, hoặc tải mẫu về rồi điền."
)
NO_VALUES = "Chỉ thấy cột tên xã. Thêm ít nhất một cột: kết nối, nơi họp, chủ trì, kỹ thuật, số dự kiến."


def read_communes(data: bytes, name: str) -> dict[str, Any]:
    """Read a file into ``{"columns": {field: letter}, "rows": [{"row": 5, "cells": {field: text}}]}``.

    Raises ``UnreadableRosterError`` with a sentence for the person who sent the file.
    """
    container = container_of(data, name)
    if container is Container.XLSX:
        book = read_xlsx(data)
    elif container is Container.XLS:
        book = read_xls(data)
    else:
        book = read_csv(data)
    return understood(book)


def understood(book: Book) -> dict[str, Any]:
    """Read the first visible sheet that has a column of names."""
    for sheet in book.sheets:
        found = None if sheet.hidden else _read(sheet)
        if found is not None:
            if not set(found["columns"]) - {"name", "code"}:
                raise UnreadableRosterError(NO_VALUES)
            return found
    raise UnreadableRosterError(NO_NAMES)


def _read(sheet: Sheet) -> dict[str, Any] | None:
    rows = sheet.rows()
    head = list(islice(rows, HEAD))
    tidy = Tidier(guessed(_plain_texts(head)))
    for place, row in enumerate(head):
        columns = _columns(row, tidy)
        if columns:
            body = islice(chain(head[place + 1 :], rows), MOST_COMMUNES)
            return {
                "columns": {name: letters(column) for name, column in columns.items()},
                "rows": [read for row in body if (read := _cells(row, columns, tidy))],
            }
    return None


def _plain_texts(rows: Iterable[SheetRow]) -> Iterable[str]:
    return (
        cell.text
        for row in rows
        for cell in row.cells.values()
        if cell.kind is Kind.TEXT and cell.encoding is None and cell.was is None
    )


def _columns(row: SheetRow, tidy: Tidier) -> dict[str, int]:
    """The columns by what their headings say; none unless one of them is the name and another is known."""
    found: dict[str, int] = {}
    for column, cell in sorted(row.cells.items()):
        words = re.sub(r"[^a-z0-9]+", " ", folded(tidy(cell).text)).strip()
        field = _FIELDS.get(words)
        if field:
            found.setdefault(field, column)
    return found if "name" in found and len(row.cells) > 1 else {}


def _cells(row: SheetRow, columns: dict[str, int], tidy: Tidier) -> dict[str, Any] | None:
    cells = {name: _text(row.cells[column], tidy) for name, column in columns.items() if column in row.cells}
    filled = {name: text for name, text in cells.items() if text}
    closing = any(TOTAL.match(filled.get(name, "")) for name in ("name", "code"))
    return {"row": row.number, "cells": filled} if filled and not closing else None


def _text(cell: Cell, tidy: Tidier) -> str:
    return tidy(cell).text
