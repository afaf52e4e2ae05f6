"""What every kind of file is turned into before anything is understood: sheets of rows of cells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cache
from typing import NamedTuple

from registrations.roster.legacy import Encoding


class UnreadableRosterError(Exception):
    """The file as a whole is not read: the sentence says why and names the way out, in Vietnamese."""


class Kind(Enum):
    """What a cell holds."""

    TEXT = 1
    NUMBER = 2
    DATE = 3
    ERROR = 4


class Cell(NamedTuple):
    """One cell that is not empty, or a formula without a result."""

    text: str
    """Numbers in plain digits, dates as 05/12/2026."""
    kind: Kind = Kind.TEXT
    encoding: Encoding | None = None
    """What the cell's font says of its letters."""
    formula: bool = False
    was: Encoding | None = None
    """An encoding that was read already, where one cell has letters of several fonts."""


class SheetRow(NamedTuple):
    """One row that holds something: the number that the sheet shows, and its cells by column from 1."""

    number: int
    cells: dict[int, Cell]
    hidden: bool = False


class Merge(NamedTuple):
    """Cells that were merged into one; both ends belong to it."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Sheet:
    """One sheet; its rows are read when somebody asks for them."""

    name: str
    rows: Callable[[], Iterator[SheetRow]]
    hidden: bool = False
    merges: Callable[[], list[Merge]] = list
    notes: list[str] = field(default_factory=list)
    """What came up in reading the rows."""


@dataclass
class Book:
    """A whole file."""

    kind: str
    sheets: list[Sheet]
    notes: list[str] = field(default_factory=list)


@cache
def letters(column: int) -> str:
    """Return the column as the sheet shows it: 1 → A, 28 → AB."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


@cache
def column_number(name: str) -> int:
    """Return the number of a column: A → 1, AB → 28; 0 for what is none."""
    number = 0
    for char in name.upper():
        if not "A" <= char <= "Z":
            return 0
        number = number * 26 + ord(char) - ord("A") + 1
    return number


def plain_number(number: float) -> str:
    """Return a number without exponent, point or zeros that nobody typed: 912345678.0 → 912345678."""
    if number == int(number) and abs(number) < 1e21:
        return str(int(number))
    return repr(number)
