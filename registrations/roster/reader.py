"""From the bytes of a file, or pasted text, to a roster: which sheet, which columns, every row.

Pure Python, without the database. Whatever comes from outside is read through ``guarded``, in a child
process that may run out of memory or time without harm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import NamedTuple

from accounts.files.secrecy import stamped
from registrations.roster.beside import rows_beside
from registrations.roster.cells import Book, Kind, Sheet, SheetRow, UnreadableRosterError
from registrations.roster.containers import Container, container_of
from registrations.roster.headings import Header, TextRow, as_told, columns_of, find_header, infer
from registrations.roster.legacy import guessed
from registrations.roster.roster import Column, Roster
from registrations.roster.rows import RowReader
from registrations.roster.text import read_csv, read_pasted
from registrations.roster.tidying import Tidier
from registrations.roster.vocabulary import CALLED, Field
from registrations.roster.xls import read_xls
from registrations.roster.xlsx import read_xlsx

DIVIDED = False
"""Whether a long sheet is read by a process of its own; ``guarded``'s child says so."""

HEAD = 300
"""Rows that are looked at before the columns are settled; a letterhead is shorter."""

NO_HEADING = 4
"""Above this row a letterhead ends where no column has a heading."""

NO_NAMES = (
    "Không tìm thấy cột họ và tên. Ghi tiêu đề “Họ và tên” trên cột tên (và “Chức vụ”, “Điện thoại”… trên "
    "các cột khác) rồi tải lên lại."
)
OWN_LISTS = "Danh mục của cổng"
"""The hidden sheet of the portal's own template: it holds the words of the drop-down lists."""

EMPTY = "Tệp không có dòng nào. Kiểm tra lại tệp rồi tải lên."


def read_roster(
    data: bytes, name: str, *, columns: Mapping[str, Field] | None = None, sheet: str = ""
) -> Roster:
    """Read a list of delegates from a file.

    In: its bytes and its name; where a person corrected what was understood, ``columns`` (letter → field)
    and the ``sheet``. Raises ``UnreadableRosterError`` with a sentence for the person who sent the file.
    """
    container = container_of(data, name)
    if container is Container.XLSX:
        book = read_xlsx(data)
    elif container is Container.XLS:
        book = read_xls(data)
    else:
        book = read_csv(data)
    return understood(book, columns=columns, sheet=sheet)


def read_roster_text(text: str, *, columns: Mapping[str, Field] | None = None) -> Roster:
    """Read a list of delegates from cells that were pasted."""
    return understood(read_pasted(text), columns=columns)


class _Candidate(NamedTuple):
    """A sheet that may hold the list, read as far as its headings."""

    sheet: Sheet
    rows: Iterator[SheetRow]
    header: Header | None
    columns: list[Column]
    tidy: Tidier


def understood(book: Book, *, columns: Mapping[str, Field] | None = None, sheet: str = "") -> Roster:
    """Choose the sheet with the list and read it; the others are named in the notes."""
    if columns and not {Field.FULL_NAME, Field.GIVEN_NAME, Field.FAMILY_NAME} & set(columns.values()):
        raise UnreadableRosterError(f"Chọn cột nào là “{CALLED[Field.FULL_NAME]}”.")
    visible = [one for one in book.sheets if not one.hidden]
    wanted = [one for one in book.sheets if one.name == sheet] if sheet else visible
    notes = list(book.notes)
    best: Roster | None = None
    empty, others = True, []
    for one in wanted:
        candidate, filled = _candidate(one, columns)
        empty = empty and not filled
        if candidate is None:
            if filled:
                others.append(one.name)
            continue
        roster = _read(book, candidate)
        if best is None or len(roster.accepted) > len(best.accepted):
            if best is not None:
                others.append(best.sheet)
            best = roster
        else:
            others.append(one.name)
    if best is None:
        raise UnreadableRosterError(_why_nothing(book, empty=empty))
    hidden = [one.name for one in book.sheets if one.hidden and one.name != OWN_LISTS]
    if hidden and not sheet:
        notes.append(f"Không đọc trang ẩn: {', '.join(hidden)}.")
    if others:
        notes.append(f"Đọc trang “{best.sheet}”; không đọc: {', '.join(others)}.")
    notes += [note for one in wanted if one.name == best.sheet for note in one.notes]
    return Roster(
        book.kind,
        best.sheet,
        best.header_rows,
        best.columns,
        best.accepted,
        best.refused,
        best.skipped,
        notes,
        [one.name for one in visible if one.name],
    )


def _why_nothing(book: Book, *, empty: bool) -> str:
    if not empty:
        return NO_NAMES
    if book.sheets and all(one.hidden for one in book.sheets):
        return "Mọi trang của tệp đều ẩn. Mở bằng Excel, bỏ ẩn trang có danh sách, lưu lại rồi tải lên."
    return EMPTY


def _candidate(sheet: Sheet, told: Mapping[str, Field] | None) -> tuple[_Candidate | None, bool]:
    """Look at the first rows; also say whether the sheet holds anything at all."""
    rows = sheet.rows()
    head = list(islice(rows, HEAD))
    if not head:
        return None, False
    tidy = Tidier(
        guessed(
            cell.text
            for row in head
            for cell in row.cells.values()
            if cell.kind is Kind.TEXT and cell.encoding is None and cell.was is None
        )
    )
    texts = [_texts(row, tidy) for row in head]
    header = find_header(texts, sheet.merges())
    _refuse_secret(texts, header)
    body = [row for row in texts if header is None or row[0] > header.last]
    columns = _columns(header, texts, body, told)
    if columns is None:
        return None, True
    return _Candidate(sheet, chain(head, rows), header, columns, tidy), True


def _refuse_secret(texts: Sequence[TextRow], header: Header | None) -> None:
    """A stamp stands above the list; in it, a cell of one word may be part of a name."""
    first = min(header.rows, default=NO_HEADING) if header else NO_HEADING
    for number, cells in texts:
        for text in cells.values():
            if number < first and (why := stamped(text)):
                raise UnreadableRosterError(why)


def _columns(
    header: Header | None, texts: Sequence[TextRow], body: Sequence[TextRow], told: Mapping[str, Field] | None
) -> list[Column] | None:
    if told:
        return as_told(told, header, body)
    if header:
        return columns_of(header, body)
    inferred = infer(texts)
    return inferred[1] if inferred else None


def _texts(row: SheetRow, tidy: Tidier) -> TextRow:
    return row.number, {
        column: text for column, cell in row.cells.items() if (text := _tidy_text(tidy(cell).text))
    }


def _tidy_text(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def _read(book: Book, candidate: _Candidate) -> Roster:
    reader = RowReader(candidate.columns, candidate.header, candidate.sheet.merges(), candidate.tidy)
    rows = rows_beside(candidate.sheet, candidate.rows) if DIVIDED else candidate.rows
    for row in rows:
        reader.read(row)
    outcome = reader.outcome
    header_rows = candidate.header.rows if candidate.header else ()
    return Roster(
        book.kind,
        candidate.sheet.name,
        header_rows,
        candidate.columns,
        outcome.accepted,
        outcome.refused,
        outcome.skipped,
    )
