"""A roster written down as text, of which only the rows that somebody asks for are read back.

The child process writes it, the portal stores it as it came: 20,000 people are not taken apart and put
together on each side of each pipe. The first line says everything but the people; each line below holds
some hundred of them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, overload

from registrations.roster.roster import Accepted, Column, Person, Refused, Remark, Roster, Skipped
from registrations.roster.vocabulary import Field

ON_A_LINE = 250
"""People that are read back at once."""


def written(roster: Roster) -> str:
    """Return the roster as text; what was read back is given as it stood."""
    accepted = roster.accepted
    if isinstance(accepted, Kept):
        return accepted.text
    head = {
        "kind": roster.kind,
        "sheet": roster.sheet,
        "header_rows": list(roster.header_rows),
        "columns": [
            [column.letter, column.heading, column.field.value, column.confidence, column.sample]
            for column in roster.columns
        ],
        "refused": [[row.row, row.typed, list(row.reasons)] for row in roster.refused],
        "skipped": list(roster.skipped),
        "notes": list(roster.notes),
        "sheets": list(roster.sheets),
        "accepted": len(accepted),
        "looks": list(roster.places_to_look_at),
        "people": roster.people,
    }
    rows = [[row.row, row.person, row.typed, row.changes, row.looks] for row in accepted]
    some = (rows[place : place + ON_A_LINE] for place in range(0, len(rows), ON_A_LINE))
    return "\n".join(map(json.dumps, (head, *some)))


def read_back(text: str) -> Roster:
    """Return the roster that was ``written``; its people are read when they are asked for."""
    end = text.find("\n")
    head: dict[str, Any] = json.loads(text if end < 0 else text[:end])
    return Roster(
        kind=head["kind"],
        sheet=head["sheet"],
        header_rows=head["header_rows"],
        columns=[
            Column(letter, heading, Field(field), confidence, sample)
            for letter, heading, field, confidence, sample in head["columns"]
        ],
        accepted=Kept(text, head) if isinstance(head["accepted"], int) else _people(head["accepted"]),
        refused=[Refused(row, typed, _remarks(reasons)) for row, typed, reasons in head["refused"]],
        skipped=[Skipped(*row) for row in head["skipped"]],
        notes=head["notes"],
        sheets=head["sheets"],
    )


class Kept(Sequence[Accepted]):
    """The people of a roster that was written: a line is read when one of its people is wanted."""

    def __init__(self, text: str, head: dict[str, Any]) -> None:
        self.text = text
        self.looks: Sequence[int] = head["looks"]
        self.people: int = head["people"]
        self._number: int = head["accepted"]
        self._lines = text.split("\n")[1:] if self._number else []
        self._read: tuple[int, list[Accepted]] = -1, []

    def __len__(self) -> int:
        return self._number

    @overload
    def __getitem__(self, place: int) -> Accepted: ...
    @overload
    def __getitem__(self, place: slice) -> list[Accepted]: ...
    def __getitem__(self, place: int | slice) -> Accepted | list[Accepted]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(self._number))]
        line, rest = divmod(range(self._number)[place], ON_A_LINE)
        if self._read[0] != line:
            self._read = line, _people(json.loads(self._lines[line]))
        return self._read[1][rest]

    def __iter__(self) -> Iterator[Accepted]:
        for line in self._lines:
            yield from _people(json.loads(line))


def _people(rows: list[Any]) -> list[Accepted]:
    return [
        Accepted(row, Person(*person), typed, _remarks(changes), _remarks(looks))
        for row, person, typed, changes, looks in rows
    ]


def _remarks(plain: list[list[str]]) -> list[Remark]:
    return [Remark(*remark) for remark in plain] if plain else []
