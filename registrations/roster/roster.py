"""What was understood of a list: its columns, and for every row what becomes of it and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from accounts.vietnamese import folded
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


def identity(person: Person) -> tuple[str, str, str]:
    """Return by what one person of a unit is told from another, marks and capitals apart.

    Whoever has no telephone is told from namesakes by the organisation.
    """
    return folded(person.full_name), _folded(person.position), person.phone or _folded(person.organisation)


_folded = lru_cache(maxsize=16_384)(folded)
"""Posts and organisations come again and again."""


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
    def places_to_look_at(self) -> Sequence[int]:
        """Where among the accepted the rows stand that ask for a look."""
        known: Sequence[int] | None = getattr(self.accepted, "looks", None)
        return [place for place, row in enumerate(self.accepted) if row.looks] if known is None else known

    @property
    def to_look_at(self) -> list[Accepted]:
        """The rows that can be taken and ask for a look."""
        return [self.accepted[place] for place in self.places_to_look_at]

    @property
    def people(self) -> int:
        """How many different people can be taken."""
        known: int | None = getattr(self.accepted, "people", None)
        return len({identity(row.person) for row in self.accepted}) if known is None else known

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


_HOLDS = {
    Field.FAMILY_NAME: ("full_name",),
    Field.GIVEN_NAME: ("full_name",),
    Field.POST: ("position", "organisation"),
}


def texts(remarks: Sequence[Remark]) -> list[str]:
    """Return what is said, each sentence once."""
    return list(dict.fromkeys(remark.text for remark in remarks))
