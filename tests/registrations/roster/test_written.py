"""A roster comes back from text as it was, its people only when they are asked for."""

from __future__ import annotations

import json

import pytest

from registrations.roster import reader, written
from registrations.roster.written import read_back
from tests.registrations.roster.corpus import CASES, Case
from tests.registrations.roster.files import HEADINGS, HUNG, LAN, xlsx

SOUND = [one for one in CASES if not one.refusal and "rows" not in one.name]


@pytest.mark.parametrize("one", SOUND[::4], ids=lambda one: one.name)
def test_what_was_written_is_read_back(one: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "ON_A_LINE", 1)
    roster = reader.read_roster(one.data(), one.file)
    text = written.written(roster)
    back = read_back(text)
    assert back.as_json() == json.loads(json.dumps(roster.as_json()))
    assert list(back.accepted) == list(roster.accepted)
    assert list(back.refused) == list(roster.refused)
    assert (list(back.columns), back.fields) == (list(roster.columns), roster.fields)
    assert back.people == roster.people
    assert written.written(back) is text


def test_people_are_read_by_place_from_either_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(written, "ON_A_LINE", 2)
    rows = [[number, f"Lê Văn Số{'x' * number}", *HUNG[2:]] for number in range(1, 6)]
    back = read_back(written.written(reader.read_roster(xlsx([HEADINGS, *rows]), "a.xlsx")))
    people = list(back.accepted)
    assert [back.accepted[place] for place in (4, 0, -1, 3)] == [people[place] for place in (4, 0, -1, 3)]
    assert back.accepted[1:4] == people[1:4]
    with pytest.raises(IndexError):
        back.accepted[5]


def test_the_same_person_twice_is_counted_once() -> None:
    roster = reader.read_roster(xlsx([HEADINGS, HUNG, LAN, HUNG]), "a.xlsx")
    assert (len(roster.accepted), roster.people, list(roster.places_to_look_at)) == (3, 2, [2])


def test_what_was_stored_before_there_were_lines_is_read_too() -> None:
    roster = reader.read_roster(xlsx([HEADINGS, HUNG, HUNG]), "a.xlsx")
    head, people = map(json.loads, written.written(roster).split("\n"))
    for name in ("looks", "people"):
        del head[name]
    back = read_back(json.dumps(head | {"accepted": people}))
    assert back.as_json() == roster.as_json()
    assert back.people == 1
