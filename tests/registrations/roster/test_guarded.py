"""Reading at arm's length: the worker lives, whatever the file does."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from registrations.roster import guarded, reader
from registrations.roster.cells import UnreadableRosterError
from registrations.roster.vocabulary import Field
from registrations.roster.written import written
from tests.registrations.roster.files import HEADINGS, HUNG, PLAIN, lines, sheet_data, xlsx, zipped
from tests.registrations.roster.files import parts as parts_of


def test_the_child_says_what_the_reader_says() -> None:
    data = xlsx()
    assert guarded.read_roster(data, "a.xlsx").as_json() == reader.read_roster(data, "a.xlsx").as_json()
    assert written(guarded.read_roster(data, "a.xlsx")) == written(reader.read_roster(data, "a.xlsx"))
    assert guarded.read_roster_text(lines()).as_json() == reader.read_roster_text(lines()).as_json()


def test_a_person_may_say_what_the_columns_are() -> None:
    told = {"B": Field.FULL_NAME, "D": Field.NOTE}
    roster = guarded.read_roster(xlsx(), "a.xlsx", columns=told)
    person = roster.accepted[0].person
    assert (person.full_name, person.note, person.position) == (HUNG[1], HUNG[3], "")
    assert {column.letter: column.heading for column in roster.columns}["B"] == "Họ và tên"
    with pytest.raises(UnreadableRosterError, match="Họ và tên"):
        guarded.read_roster(xlsx(), "a.xlsx", columns={"B": Field.PHONE})


def test_a_person_may_choose_the_sheet() -> None:
    data = xlsx(more={"Khác": ([HEADINGS, [1, "Lê Thị Hoa"]], "visible")})
    assert guarded.read_roster(data, "a.xlsx").sheet == "Sheet1"
    assert guarded.read_roster(data, "a.xlsx", sheet="Khác").accepted[0].person.full_name == "Lê Thị Hoa"


def test_a_child_that_wants_more_memory_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    greedy = "lambda *_, **__: bytearray(600 << 20)"
    monkeypatch.setattr(
        guarded, "PREPARE", f"import registrations.roster.reader as r; r.read_roster = {greedy}"
    )
    with pytest.raises(UnreadableRosterError, match="bộ nhớ"):
        guarded.read_roster(xlsx(), "a.xlsx")


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "PATIENCE", 0.5)
    monkeypatch.setattr(guarded, "PREPARE", "import time; time.sleep(30)")
    with pytest.raises(UnreadableRosterError, match="quá lâu"):
        guarded.read_roster(xlsx(), "a.xlsx")


def test_a_child_that_computes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = "r.read_roster = lambda *_, **__: sum(i.repeat(0)); g.SECONDS = 1"
    names = "import itertools as i; from registrations.roster import guarded as g, reader as r"
    monkeypatch.setattr(guarded, "PREPARE", f"{names}\n{endless}")
    with pytest.raises(UnreadableRosterError, match="quá lâu"):
        guarded.read_roster(xlsx(), "a.xlsx")


def test_a_child_that_dies_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarded, "PREPARE", "import os; os.kill(os.getpid(), 11)")
    with pytest.raises(UnreadableRosterError):
        guarded.read_roster(xlsx(), "a.xlsx")


def test_the_child_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "never-there")
    seen: dict[str, Any] = {}
    started = subprocess.Popen

    def spy(*arguments: Any, **options: Any) -> Any:
        seen.update(options["env"])
        return started(*arguments, **options)

    monkeypatch.setattr(subprocess, "Popen", spy)
    guarded.read_roster(xlsx(), "a.xlsx")
    assert set(seen) == {"PYTHONPATH", "PYTHONUTF8", "PATH"}


def test_a_sheet_of_two_million_texts_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody's list is, and no bomb by its ratio; the parts it is read in are ended with it."""
    monkeypatch.setattr(guarded, "PREPARE", "from registrations.roster import guarded as g; g.SECONDS = 2")
    row = "".join(f"<c><v>{{0}}{column}</v></c>" for column in range(200))
    rows = "".join(f"<row>{row.format(at)}</row>" for at in range(10_000))
    with pytest.raises(UnreadableRosterError, match="quá lâu"):
        guarded.read_roster(zipped(parts_of(sheet_data([PLAIN[0]]) + rows)), "a.xlsx")


def test_a_long_hostile_sheet_is_read_within_the_limits() -> None:
    rows = "".join(f"<row><c t='str'><v>Nguyễn Văn {row}</v></c></row>" for row in range(30_000))
    read = guarded.read_roster(zipped(parts_of(sheet_data([PLAIN[0]]) + rows)), "a.xlsx")
    assert not any(row.person.position for row in read.accepted)
