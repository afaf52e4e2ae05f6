"""Which workbooks there are, what lists each holds, and how many rows: the one way to write any of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from accounts.picture import Picture, one_picture
from reports.workbooks import changes, frozen, numbers, people, places, template
from reports.workbooks.frozen import FrozenSource
from reports.workbooks.people import Keep
from reports.workbooks.plain import write_csv
from reports.workbooks.printed import write_pdf
from reports.workbooks.source import Source, read_source, words
from reports.workbooks.tables import Table
from reports.workbooks.writing import writing

if TYPE_CHECKING:
    from invitations.models import Meeting
    from reports.workbooks.template import Template


class Progress(Protocol):
    """Told now and then how many rows are written, of how many; may raise to stop the work."""

    def __call__(self, done: int, total: int) -> None:
        """Take note."""


class Contents(StrEnum):
    """What a workbook holds."""

    DELEGATES = "delegates"
    BY_UNIT = "by_unit"
    BY_POINT = "by_point"
    BY_ROLE = "by_role"
    NUMBERS = "numbers"
    CHANGES = "changes"
    POINTS = "points"
    CONTACTS = "contacts"
    SILENT_UNITS = "silent_units"
    OFFICIAL = "official"
    AMENDED = "amended"


class Asked(NamedTuple):
    """What a workbook is made for: what is kept of it, and what it is compared with."""

    keep: Keep | None = None
    earlier: dict[int, str] | None = None
    since: datetime | None = None


NOTHING_MORE = Asked()


class Book(NamedTuple):
    """A workbook: its lists, and about how many rows they will have, for the bar of the one who waits."""

    tables: Callable[[Any, Asked], Iterator[Table]]
    rows: Callable[[Any], int]
    read: Callable[[Meeting, Picture], Any] = read_source
    """What tables and rows are told from: the live rows, or what was frozen."""


def _consolidated(source: Source, asked: Asked) -> Iterator[Table]:
    yield from people.everybody(source, asked.keep)
    yield numbers.by_unit_and_line(source)
    yield places.commune_points(source)


def _changes(source: Source, asked: Asked) -> Iterator[Table]:
    if asked.earlier is None or asked.since is None or asked.keep is None:
        raise ValueError("changes are told against something")
    return changes.changes(source, asked.earlier, asked.since, asked.keep)


def _frozen(source: FrozenSource, asked: Asked) -> Iterator[Table]:
    return frozen.tables(source)


def _named(source: Source) -> int:
    return source.counts.sum.named


def _lines(source: Source) -> int:
    return sum(len(unit.lines) + 1 for unit in source.counts.units)


def _all(source: Source) -> int:
    return _named(source) + _lines(source) + len(source.counts.communes)


def _communes(source: Source) -> int:
    return len(source.counts.communes)


def _units(source: Source) -> int:
    return len(source.counts.units)


BOOKS = {
    Contents.DELEGATES: Book(_consolidated, _all),
    Contents.BY_UNIT: Book(lambda source, asked: people.by_unit(source, asked.keep), _named),
    Contents.BY_POINT: Book(lambda source, asked: people.by_point(source, asked.keep), _named),
    Contents.BY_ROLE: Book(lambda source, asked: people.by_role(source, asked.keep), _named),
    Contents.CHANGES: Book(_changes, _named),
    Contents.NUMBERS: Book(lambda source, _: numbers.totals(source), _lines),
    Contents.POINTS: Book(lambda source, _: places.points(source), _communes),
    Contents.CONTACTS: Book(lambda source, _: places.contacts(source), _units),
    Contents.SILENT_UNITS: Book(lambda source, _: places.silent_units(source), _units),
    Contents.OFFICIAL: Book(_frozen, frozen.number_of_rows, frozen.read_official),
    Contents.AMENDED: Book(_frozen, frozen.number_of_rows, frozen.read_amended),
}


def write_book(
    contents: Contents,
    meeting: Meeting,
    path: Path,
    *,
    form: str = "xlsx",
    progress: Progress | None = None,
    drawn_by: Template | None = None,
    asked: Asked = NOTHING_MORE,
) -> int:
    """Write lists of ``meeting`` to ``path`` and return how many rows the first one holds.

    All are read from one picture of the database: the one that is open, or one of its own. ``form`` is
    ``xlsx``, ``csv`` or ``pdf``; ``drawn_by`` the template, the portal's own where none is given.
    """
    book = BOOKS[contents]
    with one_picture() as picture:
        source = book.read(meeting, picture)
        steps = Steps(book.rows(source), progress)
        tables, said = book.tables(source, asked), words(source)
        if form == "csv":
            sizes = write_csv(path, tables, steps)
        elif form == "pdf":
            sizes = write_pdf(path, tables, said, steps)
        else:
            with writing(path, drawn_by or template.own(), said) as written:
                sizes = [written.add(table, steps) for table in tables]
    steps.finish()
    return sizes[0]


def write_delegates(meeting: Meeting, path: Path, *, progress: Progress | None = None) -> int:
    """Write the consolidated workbook of ``meeting`` to ``path`` and return how many delegates it holds."""
    return write_book(Contents.DELEGATES, meeting, path, progress=progress)


class Steps:
    """Adds up rows for who waits; the total is never less than what was done."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self.done, self.total = 0, total
        self._progress = progress or (lambda done, total: None)
        self._progress(0, self.total)

    def __call__(self, rows: int) -> None:
        """Note rows that were written."""
        self.done += rows
        self._progress(min(self.done, self.total), self.total)

    def finish(self) -> None:
        """All is written."""
        self._progress(self.total, self.total)
