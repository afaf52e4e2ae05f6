"""Reads text: CSV in whatever encoding and with whatever separator, and cells pasted from a sheet."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from accounts.vietnamese import nfc
from registrations.roster.cells import Book, Cell, Kind, Sheet, SheetRow, UnreadableRosterError
from registrations.roster.containers import too_many_rows
from registrations.roster.legacy import Encoding, decoded, plausibility
from registrations.roster.limits import MOST_CHARACTERS_IN_A_CELL, MOST_COLUMNS, MOST_ROWS

SEPARATORS = "\t;,|"
_CHOSEN = re.compile(r"sep=(.)\r?\n?", re.I)
_SAMPLE = 200_000
"""Characters that decide on encoding and separator."""

NUL = "Tệp có ký tự NUL, không phải tệp chữ. Mở bằng Excel, chọn “Lưu thành” kiểu “CSV UTF-8” hoặc .xlsx."
UNKNOWN_ENCODING = (
    "Không đọc được dấu tiếng Việt trong tệp. Mở bằng Excel, chọn “Lưu thành” kiểu “CSV UTF-8” hoặc .xlsx."
)


def read_csv(data: bytes) -> Book:
    """Read a file of text. Raises ``UnreadableRosterError``."""
    text, encoding, called = decoded_bytes(data)
    book = _book("csv", text, encoding)
    if called:
        book.notes.append(f"Tệp dùng bảng mã {called}.")
    return book


def read_pasted(text: str) -> Book:
    """Read cells that were copied from a sheet, or lines that somebody typed."""
    if "\0" in text:
        raise UnreadableRosterError("Phần dán có ký tự NUL. Chép lại bảng từ Excel rồi dán.")
    if not text.strip():
        raise UnreadableRosterError("Chưa có gì được dán. Chép bảng trong Excel rồi dán vào đây.")
    return _book("paste", text, None)


def decoded_bytes(data: bytes) -> tuple[str, Encoding | None, str]:
    """Return the text, the old encoding that its letters are still in, and what to call the file's encoding.

    TCVN3 and VNI are bytes of windows-1252 until each cell is read, so that each row can say what it was.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _without_nul(_utf16(data, "utf-16")), None, "UTF-16"
    if b"\0" in data:
        return _without_nul(_utf16(data, _order(data))), None, "UTF-16"
    try:
        return data.decode("utf-8-sig"), None, ""
    except UnicodeDecodeError:
        return _single_bytes(data)


def _order(data: bytes) -> str:
    """UTF-16 without a mark: in Vietnamese text every other byte is mostly NUL; elsewhere NUL is a fault."""
    sample = data[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if len(data) % 2 or max(even, odd) < len(sample) // 8 or min(even, odd) > max(even, odd) // 4:
        raise UnreadableRosterError(NUL)
    return "utf-16-le" if odd > even else "utf-16-be"


def _utf16(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as reason:
        raise UnreadableRosterError(UNKNOWN_ENCODING) from reason


def _without_nul(text: str) -> str:
    if "\0" in text:
        raise UnreadableRosterError(NUL)
    return text


def _single_bytes(data: bytes) -> tuple[str, Encoding | None, str]:
    sample = data[:_SAMPLE]
    windows = sample.decode("cp1258", errors="replace")
    latin = sample.decode("latin-1")
    shares = {
        None: 0.0 if "\ufffd" in windows else plausibility(nfc(windows)),
        Encoding.TCVN3: plausibility(_cell_by_cell(latin, Encoding.TCVN3)),
        Encoding.VNI: plausibility(_cell_by_cell(latin, Encoding.VNI)),
    }
    best = max(shares, key=lambda encoding: shares[encoding])
    if shares[best] < 0.5:
        raise UnreadableRosterError(UNKNOWN_ENCODING)
    if best is None:
        return data.decode("cp1258", errors="replace"), None, "windows-1258"
    return data.decode("latin-1"), best, str(best)


def _cell_by_cell(text: str, encoding: Encoding) -> str:
    return " ".join(decoded(piece, encoding) for piece in re.split(r"[\t;,|\r\n]+", text))


# ── From text to rows ────────────────────────────────────────────────────────────────────────────


def _book(kind: str, text: str, encoding: Encoding | None) -> Book:
    text = text.removeprefix("\ufeff")
    chosen = _CHOSEN.match(text)
    if chosen:
        text = text[chosen.end() :]
    separator = chosen[1] if chosen else separator_of(text)
    return Book(kind, [Sheet("", lambda: _rows(text, separator, encoding))])


def separator_of(text: str) -> str:
    """Return what stands between cells: what gives the most rows the same number of cells, more than one."""
    best, best_score = ",", 0.0
    for separator in SEPARATORS:
        widths = Counter(len(row) for row in islice(_records(text[:_SAMPLE], separator), 100) if any(row))
        total = sum(widths.values())
        score = max(
            (rows * min(width, 20) ** 0.5 for width, rows in widths.items() if width > 1), default=0.0
        )
        if total and score / total > best_score:
            best, best_score = separator, score / total
    return best


def _records(text: str, separator: str) -> Iterator[list[str]]:
    """Rows of cells. A quotation mark that is never closed is a mark like any other."""
    lines = io.StringIO(text, newline="")
    try:
        if _quotes_close(text, separator):
            yield from csv.reader(lines, delimiter=separator)
        else:
            yield from csv.reader(lines, delimiter=separator, quoting=csv.QUOTE_NONE)
    except csv.Error as reason:
        raise UnreadableRosterError(
            "Có ô dài bất thường. Mở bằng Excel, lưu thành .xlsx rồi tải lên."
        ) from reason


def _quotes_close(text: str, separator: str) -> bool:
    """Whether each quotation mark that begins a cell also ends it: else it swallows the rows that follow."""
    if '"' not in text:
        return True
    try:
        for _ in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True):
            pass
    except csv.Error as reason:
        if "end of data" in str(reason):
            return False
        return _no_cell_runs_on(text, separator)
    return True


def _no_cell_runs_on(text: str, separator: str) -> bool:
    """The same for text like 12" and "Tư" An, which Excel would not have written."""
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        return all(cell.count("\n") <= 5 for row in rows for cell in row)
    except csv.Error:
        return False


def _rows(text: str, separator: str, encoding: Encoding | None) -> Iterator[SheetRow]:
    if text.count("\n") > MOST_ROWS and sum(map(any, _records(text, separator))) > MOST_ROWS:
        raise UnreadableRosterError(too_many_rows(""))
    for number, record in enumerate(_records(text, separator), start=1):
        cells = {
            column: Cell(value[:MOST_CHARACTERS_IN_A_CELL], Kind.TEXT, encoding)
            for column, value in enumerate(record[:MOST_COLUMNS], start=1)
            if value and not value.isspace()
        }
        if cells:
            yield SheetRow(number, cells)
