"""What was understood of a list: its columns, and for every row what becomes of it and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from registrations.roster.vocabulary import Field


class Remark(NamedTuple):
    """Something said of one cell."""

    cell: str
    """Its place as the sheet shows it: "B24"; "" where the whole row is meant."""
    text: str


class Person(NamedTuple):
    """The values of one row."""

    full_name: str = ""
    position: str = ""
    organisation: str = ""
    phone: str = ""
    note: str = ""
    role: str = ""
    point: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the list, and what it was taken for."""

    letter: str
    heading: str
    field: Field
    confidence: float
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A row that can be taken."""

    row: int
    person: Person
    typed: dict[str, str] = field(default_factory=dict)
    """What stood in the cells that were changed, by field."""
    changes: Sequence[Remark] = ()
    looks: Sequence[Remark] = ()
    """What somebody should look at before taking the row."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that cannot be taken, with every reason at once."""

    row: int
    typed: dict[str, str]
    reasons: Sequence[Remark]


class Skipped(NamedTuple):
    """A row that is no person: a title, a total, a signature."""

    row: int
    why: str


@dataclass(frozen=True, slots=True)
class Roster:
    """A list as it was understood."""

    kind: str
    sheet: str
    header_rows: Sequence[int]
    columns: Sequence[Column]
    accepted: Sequence[Accepted]
    refused: Sequence[Refused]
    skipped: Sequence[Skipped]
    notes: Sequence[str] = ()
    sheets: Sequence[str] = ()
    """The sheets of the file that can be chosen, in their order; hidden ones are not offered."""

    @property
    def to_look_at(self) -> list[Accepted]:
        """The rows that can be taken and ask for a look."""
        return [row for row in self.accepted if row.looks]

    @property
    def fields(self) -> dict[str, str]:
        """Return which column holds what: ``{"full_name": "B+C", "phone": "E"}``."""
        found: dict[str, list[str]] = {}
        for column in self.columns:
            for name in _HOLDS.get(column.field, (column.field.value,)):
                found.setdefault(name, []).append(column.letter)
        return {
            name: "+".join(letters)
            for name, letters in found.items()
            if name not in (Field.OTHER, Field.NUMBER)
        }

    def as_json(self) -> dict[str, Any]:
        """Return what ``import_roster --json`` prints (section 7 of the design)."""
        return {
            "sheet": self.sheet,
            "columns": self.fields,
            "accepted": [
                {"row": row.row, **row.person._asdict(), "changes": texts(row.changes)}
                for row in self.accepted
            ],
            "look": [{"row": row.row, "reasons": texts(row.looks)} for row in self.to_look_at],
            "refused": [{"row": row.row, "reasons": texts(row.reasons)} for row in self.refused],
            "skipped": [row.row for row in self.skipped],
            "notes": list(self.notes),
        }

    def as_plain(self) -> dict[str, Any]:
        """Return everything as lists and texts, to send or to store; ``from_plain`` reads it back."""
        return {
            "kind": self.kind,
            "sheet": self.sheet,
            "header_rows": list(self.header_rows),
            "columns": [
                [column.letter, column.heading, column.field.value, column.confidence, column.sample]
                for column in self.columns
            ],
            "accepted": [
                [row.row, row.person, row.typed, list(row.changes), list(row.looks)] for row in self.accepted
            ],
            "refused": [[row.row, row.typed, list(row.reasons)] for row in self.refused],
            "skipped": list(self.skipped),
            "notes": list(self.notes),
            "sheets": list(self.sheets),
        }

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> Roster:
        """Read what ``as_plain`` gave."""
        return cls(
            kind=plain["kind"],
            sheet=plain["sheet"],
            header_rows=plain["header_rows"],
            columns=[
                Column(letter, heading, Field(field), confidence, sample)
                for letter, heading, field, confidence, sample in plain["columns"]
            ],
            accepted=[
                Accepted(row, Person(*person), typed, _remarks(changes), _remarks(looks))
                for row, person, typed, changes, looks in plain["accepted"]
            ],
            refused=[Refused(row, typed, _remarks(reasons)) for row, typed, reasons in plain["refused"]],
            skipped=[Skipped(*row) for row in plain["skipped"]],
            notes=plain["notes"],
            sheets=plain["sheets"],
        )


_HOLDS = {
    Field.FAMILY_NAME: ("full_name",),
    Field.GIVEN_NAME: ("full_name",),
    Field.POST: ("position", "organisation"),
}


def _remarks(plain: list[list[str]]) -> list[Remark]:
    return [Remark(*remark) for remark in plain]


def texts(remarks: Sequence[Remark]) -> list[str]:
    """Return what is said, each sentence once."""
    return list(dict.fromkeys(remark.text for remark in remarks))
