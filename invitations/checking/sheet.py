"""The page of a reading: the letter cut into places, and its groups with what was decided so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.utils.dateparse import parse_datetime

from invitations.checking.by_hand import (
    FROM_A_SENTENCE,
    NOT_NEEDED,
    SENTENCE_KINDS,
    Offer,
    offers,
    row_of_sentence,
    with_added,
)
from invitations.checking.contradictions import contradictions, is_looked_at_anew
from invitations.checking.forms import RowForm, form_of
from invitations.checking.rows import lay_out
from invitations.checking.sheet_rows import GROUPS, Doubt, Group, Place, Row
from invitations.checking.units import UnitTree

if TYPE_CHECKING:
    from datetime import datetime

    from django.forms import BoundField

    from invitations.models import LetterReading

LEFT_OUT = "bo"
"""Before a row's prefix, in the name of the box that leaves it out."""
TICKED = "da-xem"
"""The name of the boxes of doubts that were looked at."""


@dataclass
class DoubtLine:
    """A doubt with its box."""

    doubt: Doubt
    key: str
    ticked: bool
    needed: bool = False
    """It was passed over when the group was to be closed."""


@dataclass
class FieldLine:
    """One field with the place and the doubts that are its own."""

    bound: BoundField
    place: Place | None
    doubts: list[DoubtLine]


@dataclass
class RowSheet:
    """One row as it is on the page."""

    row: Row
    form: RowForm
    left_out: bool
    doubts: list[DoubtLine]

    @property
    def fields(self) -> list[FieldLine]:
        """The row's fields, each with what belongs to it alone."""
        return [
            FieldLine(
                self.form[name],
                self.row.places.get(name),
                [line for line in self.doubts if line.doubt.field == name],
            )
            for name in self.form.fields
        ]

    @property
    def general(self) -> list[DoubtLine]:
        """The doubts about the row as a whole."""
        return [line for line in self.doubts if line.doubt.field not in self.form.fields]

    def typed(self) -> dict[str, Any]:
        """Return the values as they are to be kept."""
        return self.form.typed()

    def unsettled(self) -> list[DoubtLine]:
        """Doubts that were neither ticked nor answered by another value."""
        if self.left_out:
            return []
        values = self.typed()
        return [
            line
            for line in self.doubts
            if not line.ticked
            and not (
                not line.doubt.holds
                and line.doubt.field in values
                and values[line.doubt.field] != self.row.values.get(line.doubt.field)
            )
        ]


@dataclass
class UnreadLine:
    """A sentence that no rule understood, and what is to become of it."""

    sentence: str
    place: Place
    path: str
    kind: str
    """One of ``FROM_A_SENTENCE``."""
    row: RowSheet | None = None
    is_fresh: bool = False
    """It was turned into a row just now: nobody saw the row yet."""

    choices = FROM_A_SENTENCE

    @property
    def name(self) -> str:
        """Of its choice in the form."""
        return unread_choice(self.path)


@dataclass
class GroupSheet:
    """One group as it is on the page."""

    group: Group
    rows: list[RowSheet]
    doubts: list[DoubtLine]
    seen_at: datetime | None = None
    problem: str = ""
    unread: list[UnreadLine] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    """What can be added by hand."""

    @property
    def is_seen(self) -> bool:
        """Whether it was looked at as a whole, and nothing came up since."""
        return self.seen_at is not None and not self.unsettled()

    @property
    def is_open_again(self) -> bool:
        """Whether it was looked at, and a correction elsewhere contradicts it now."""
        return self.seen_at is not None and not self.is_seen

    @property
    def is_fresh(self) -> bool:
        """Whether a sentence became a row just now."""
        return any(line.is_fresh for line in self.unread)

    @property
    def is_needed(self) -> bool:
        """Whether there is anything in it to look at."""
        return bool(self.rows or self.doubts or self.unread)

    def unsettled(self) -> list[DoubtLine]:
        """All doubts that nobody looked at."""
        return [line for line in self.doubts if not line.ticked] + [
            line for row in self.rows for line in row.unsettled()
        ]

    def is_valid(self) -> bool:
        """Check every row that is taken."""
        wrong = [row for row in self.rows if not row.left_out and not row.form.is_valid()]
        return not wrong


@dataclass(frozen=True)
class Piece:
    """A piece of the letter between two places."""

    start: int
    text: str
    of: str
    """The places it belongs to, "c12 c40": by where they begin."""
    is_unread: bool = False


@dataclass
class Sheet:
    """The whole page."""

    reading: LetterReading
    groups: list[GroupSheet]
    pieces: list[Piece]

    @property
    def waiting(self) -> list[GroupSheet]:
        """The groups that nobody has looked at as a whole."""
        return [group for group in self.groups if group.is_needed and not group.is_seen]

    @property
    def doubts(self) -> int:
        """How many doubtful places wait."""
        return sum(len(group.unsettled()) for group in self.waiting)

    def group(self, name: str) -> GroupSheet:
        """One of the groups."""
        return next(group for group in self.groups if group.group.name == name)


def sheet_of(reading: LetterReading) -> Sheet:
    """Lay out the page as it stands."""
    return _sheet(reading)


def sheet_with(reading: LetterReading, group: str, typed: QueryDict) -> Sheet:
    """Lay out the page with one group as it was just typed."""
    return _sheet(reading, group, typed)


def _sheet(reading: LetterReading, typed_group: str = "", typed: QueryDict | None = None) -> Sheet:
    tree = UnitTree.of_today()
    laid = lay_out(reading, tree)
    every = with_added(laid.rows, reading.decisions, tree)
    groups = []
    for group in GROUPS:
        now = typed if group.name == typed_group else None
        ticked = set(now.getlist(TICKED) if now is not None else reading.ticked)
        rows = [_row(reading, row, now, ticked) for row in every if row.group == group.name]
        doubts = _lines("", laid.doubts.get(group.name, []), ticked)
        seen = reading.seen.get(group.name)
        sheet = GroupSheet(group, rows, doubts, parse_datetime(seen["at"]) if seen else None)
        sheet.offers = offers(group.name, every)
        if group.name == "unread":
            sheet.unread = list(_unread(reading, tree, now, ticked))
            sheet.rows = [line.row for line in sheet.unread if line.row]
        groups.append(sheet)
    ticked = set(reading.ticked) | set(typed.getlist(TICKED) if typed is not None else ())
    _look_anew(reading, [row for sheet in groups for row in sheet.rows], ticked)
    return Sheet(reading, groups, list(pieces(reading)))


def _look_anew(reading: LetterReading, rows: Sequence[RowSheet], ticked: set[str]) -> None:
    """Say what contradicts as the values stand now, in place of what the reader said of it."""
    found = list(contradictions(reading, rows))
    for row in rows:
        row.doubts = [line for line in row.doubts if not is_looked_at_anew(line.doubt)]
    for row, doubt in found:
        row.doubts += _lines(row.row.path, [doubt], ticked)


def _row(reading: LetterReading, row: Row, typed: QueryDict | None, ticked: set[str]) -> RowSheet:
    decided: Mapping[str, Any] = reading.decisions.get(row.path, {})
    form = form_of(row, values=decided.get("values"), typed=typed)
    if typed is not None:
        left_out = row.may_be_left and f"{LEFT_OUT}-{row.prefix}" in typed
    else:
        left_out = bool(decided.get("left_out"))
    return RowSheet(row, form, left_out, _lines(row.path, row.doubts, ticked))


def _lines(path: str, doubts: list[Doubt], ticked: set[str]) -> list[DoubtLine]:
    keys = [f"{path}:{doubt.key}" for doubt in doubts]
    return [DoubtLine(doubt, key, key in ticked) for doubt, key in zip(doubts, keys, strict=True)]


def unread_choice(path: str) -> str:
    """The name of the choice of what becomes of a sentence."""
    return f"thanh-{path.strip(']').replace('[', '-')}"


def _unread(
    reading: LetterReading, tree: UnitTree, typed: QueryDict | None, ticked: set[str]
) -> Iterator[UnreadLine]:
    for number, sentence in enumerate(reading.answer["unread"]):
        path = f"unread[{number}]"
        start, end = reading.places.get(path, (0, 0))
        before = reading.decisions.get(path, {}).get("kind", "")
        kind = before if typed is None else typed.get(unread_choice(path), before)
        line = UnreadLine(sentence, (start, end), path, kind if kind in SENTENCE_KINDS | {NOT_NEEDED} else "")
        row = row_of_sentence(reading, number, line.kind, tree)
        if row is not None:
            line.is_fresh = line.kind != before
            decided = {} if line.is_fresh else reading.decisions[path].get("values")
            form = form_of(row, values=decided, typed=None if line.is_fresh else typed)
            line.row = RowSheet(row, form, left_out=False, doubts=_lines(path, row.doubts, ticked))
        yield line


def pieces(reading: LetterReading) -> Iterator[Piece]:
    """Cut the text wherever a value begins or ends, so that each value can be marked by itself."""
    text, places = reading.text, reading.places
    spans = [(name, start, end) for name, (start, end) in places.items() if 0 <= start < end <= len(text)]
    cuts = sorted({0, len(text), *(at for _, start, end in spans for at in (start, end))})
    foot = [span for span in spans if span[0].startswith("recipients[")]
    if foot:
        spans.append(("recipients", min(span[1] for span in foot), max(span[2] for span in foot)))
    for start, end in pairwise(cuts):
        over = [span for span in spans if span[1] <= start and end <= span[2]]
        of = " ".join(dict.fromkeys(f"c{span[1]}-{span[2]}" for span in over))
        yield Piece(start, text[start:end], of, any(span[0].startswith("unread[") for span in over))
