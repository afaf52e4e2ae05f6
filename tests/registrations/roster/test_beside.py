"""A long sheet is read by another process: the same rows, notes and faults, however that process ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from itertools import count, islice

import pytest

from registrations.roster import guarded
from registrations.roster.beside import AT_ONCE, rows_beside
from registrations.roster.cells import Cell, Sheet, SheetRow, UnreadableRosterError

LONG = 3 * AT_ONCE + 1


def _rows(number: int) -> list[SheetRow]:
    return [SheetRow(place, {2: Cell(f"Nguyễn Văn {place}")}) for place in range(1, number + 1)]


@pytest.mark.parametrize("number", [0, 1, AT_ONCE - 1, AT_ONCE, AT_ONCE + 1, LONG])
def test_the_rows_are_the_same(number: int) -> None:
    assert list(rows_beside(Sheet("s", lambda: iter(())), iter(_rows(number)))) == _rows(number)


def test_notes_of_the_rows_come_along() -> None:
    sheet = Sheet("s", lambda: iter(()), notes=["Trước đó."])

    def rows() -> Iterator[SheetRow]:
        yield from _rows(LONG)
        sheet.notes.append("Chỉ đọc 100.000 dòng đầu.")

    assert len(list(rows_beside(sheet, rows()))) == LONG
    assert sheet.notes == ["Trước đó.", "Chỉ đọc 100.000 dòng đầu."]


def test_why_a_sheet_cannot_be_read_is_said_here() -> None:
    def rows() -> Iterator[SheetRow]:
        yield from _rows(LONG)
        raise UnreadableRosterError("Trang này bị hỏng.")

    with pytest.raises(UnreadableRosterError, match="bị hỏng"):
        list(rows_beside(Sheet("s", rows), rows()))


def test_where_memory_runs_out_there_it_runs_out_here() -> None:
    def rows() -> Iterator[SheetRow]:
        yield from _rows(LONG)
        raise MemoryError

    with pytest.raises(MemoryError):
        list(rows_beside(Sheet("s", rows), rows()))


def test_who_is_ended_by_the_kernel_ends_both(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = []
    monkeypatch.setattr("registrations.roster.beside.os.kill", lambda pid, how: ended.append((pid, how)))
    own = os.getpid()

    def rows() -> Iterator[SheetRow]:
        yield from _rows(LONG)
        signal.raise_signal(signal.SIGXCPU)

    with pytest.raises(MemoryError):
        list(rows_beside(Sheet("s", rows), rows()))
    assert ended == [(own, signal.SIGXCPU)]


def test_who_stops_listening_ends_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, fork = [], os.fork
    monkeypatch.setattr("registrations.roster.beside.os.fork", lambda: begun.append(fork()) or begun[-1])
    rows = rows_beside(Sheet("s", lambda: iter(())), (SheetRow(n, {}) for n in count(1)))
    assert len(list(islice(rows, LONG))) == LONG
    rows.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(begun[0], 0)


def test_a_long_list_is_read_alike_in_one_process_and_in_two() -> None:
    text = "Họ và tên\tChức vụ\n" + "".join(f"Nguyễn Văn {_word(n)}\tBí thư\n" for n in range(LONG))
    whole = guarded.read_roster_text(text)
    assert len(whole.accepted) == LONG
    assert [one.person.full_name for one in whole.accepted[-2:]] == [
        f"Nguyễn Văn {_word(n)}" for n in (LONG - 2, LONG - 1)
    ]


def _word(number: int) -> str:
    return "".join("abcdeghiklm"[int(digit)] for digit in str(number)).capitalize()
