"""What the page of an uploaded list shows: its columns, and of each row what becomes of it and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, overload

from django.core.paginator import Page, Paginator

from accounts.fields import spaced
from invitations.models import Invitation
from registrations.models import RosterUpload
from registrations.roster import takeover
from registrations.roster.roster import Accepted, Person, Refused, Remark, Roster, texts
from registrations.roster.vocabulary import CALLED, Field
from registrations.services import rosters

STOP, LOOK, OK = "stop", "look", "ok"
GROUPS = {STOP: "Từ chối", LOOK: "Cần xem", OK: "Nhận"}

FIRST = {STOP: 200, LOOK: 200, OK: 50}
"""Rows of each group on the page of a whole list."""

ON_A_PAGE = 200
"""Rows on a page of one group."""

_AS_ONE = {Field.FAMILY_NAME: "full_name", Field.GIVEN_NAME: "full_name", Field.POST: "position"}


class Cell(NamedTuple):
    """What a cell shows: its text, what stood there before, and how it is marked."""

    text: str
    was: str = ""
    mark: str = ""


class Why(NamedTuple):
    """One sentence on a row: why it was refused, what to look at, what was changed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Line:
    """One row of the list."""

    row: int
    name: Cell
    position: Cell
    organisation: Cell
    phone: Cell
    role: str
    point: str
    whys: Sequence[Why]
    can_be_left: bool


@dataclass(frozen=True)
class Group:
    """The rows that were refused, that ask for a look, or that are right: some of them."""

    key: str
    lines: Sequence[Line]
    page: Page[Accepted | Refused]

    @property
    def label(self) -> str:
        """What becomes of them."""
        return GROUPS[self.key]

    @property
    def is_cut(self) -> bool:
        """There are more than stand here."""
        return self.page.has_other_pages()

    @property
    def total(self) -> int:
        """All of them."""
        return self.page.paginator.count


class Choice(NamedTuple):
    """One column, and what it may be taken for."""

    letter: str
    heading: str
    sample: str
    field: str


OPTIONS = [(field.value, label) for field, label in CALLED.items()]


class _Picked(Sequence[Accepted]):
    """Some of the rows, each read when it is shown."""

    def __init__(self, rows: Sequence[Accepted], places: Sequence[int]) -> None:
        self._rows, self._places = rows, places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, place: int) -> Accepted: ...
    @overload
    def __getitem__(self, place: slice) -> list[Accepted]: ...
    def __getitem__(self, place: int | slice) -> Accepted | list[Accepted]:
        if isinstance(place, slice):
            return [self._rows[one] for one in self._places[place]]
        return self._rows[self._places[place]]


class Preview:
    """A list as the page shows it; ``group`` is one of ``GROUPS``, or "" for the first rows of each."""

    def __init__(
        self,
        upload: RosterUpload,
        roster: Roster,
        *,
        group: str = "",
        page: str | int = 1,
        chosen: Mapping[str, str] | None = None,
    ) -> None:
        self.upload, self.roster = upload, roster
        self.group = group if group in GROUPS else ""
        self._page = page
        self._chosen = chosen or {}
        self._invitation: Invitation = upload.invitation
        looks = roster.places_to_look_at
        others = set(range(len(roster.accepted))).difference(looks)
        self._rows: dict[str, Sequence[Accepted | Refused]] = {
            STOP: roster.refused,
            LOOK: _Picked(roster.accepted, looks),
            OK: _Picked(roster.accepted, sorted(others)),
        }

    @property
    def accepted(self) -> int:
        """Rows that can be taken."""
        return len(self.roster.accepted)

    @property
    def total(self) -> int:
        """All rows of people."""
        return self.accepted + len(self.roster.refused)

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """Each group that has rows: its key, its label, how many."""
        return [(key, label, len(self._rows[key])) for key, label in GROUPS.items() if self._rows[key]]

    @property
    def to_look_at(self) -> int:
        """Rows that ask for a look."""
        return len(self._rows[LOOK])

    @property
    def refused(self) -> int:
        """Rows that cannot be taken."""
        return len(self.roster.refused)

    @cached_property
    def _known_rows(self) -> set[int]:
        """Rows of people who are in the unit's list already; a first list need not be compared with any."""
        if self.roster.people == self.accepted and takeover.is_first(self._invitation):
            return set()
        return {row.row for row in takeover.part(self._invitation, self.roster.accepted).known}

    @property
    def new(self) -> int:
        """Rows that would be added."""
        return self.accepted - self.known

    @property
    def known(self) -> int:
        """Rows of people who are in the unit's list already."""
        return len(self._known_rows)

    @property
    def columns(self) -> list[Choice]:
        """The columns as understood, or as just chosen."""
        return [
            Choice(
                column.letter,
                column.heading,
                column.sample,
                self._chosen.get(column.letter, column.field.value),
            )
            for column in self.roster.columns
        ]

    @property
    def header_words(self) -> str:
        """Where the list stands in its file: "Trang “Sheet1”, tiêu đề ở dòng 7, bỏ qua 9 dòng"."""
        rows = self.roster.header_rows
        said = [f"trang “{self.roster.sheet}”"] if self.roster.sheet else []
        said.append(f"tiêu đề ở dòng {', '.join(map(str, rows))}" if rows else "không có dòng tiêu đề")
        if self.roster.skipped:
            said.append(f"bỏ qua {len(self.roster.skipped)} dòng")
        words = ", ".join(said)
        return words[:1].upper() + words[1:]

    @cached_property
    def groups(self) -> list[Group]:
        """The groups that this page shows."""
        return [self._group(key) for key, _, _ in self.counts if self.group in ("", key)]

    def _group(self, key: str) -> Group:
        rows = self._rows[key]
        size = ON_A_PAGE if self.group else FIRST[key]
        page = Paginator(rows, size).get_page(self._page if self.group else 1)
        return Group(key, [self._line(row) for row in page], page)

    # ── One row ──────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def _fields(self) -> dict[str, str]:
        """Which value of a person a column holds, by letter."""
        return {
            column.letter: _AS_ONE.get(column.field, column.field.value) for column in self.roster.columns
        }

    @cached_property
    def _roles(self) -> takeover.Roles:
        return takeover.Roles(self._invitation)

    @cached_property
    def _points(self) -> takeover.Points:
        return takeover.Points(self._invitation)

    def _line(self, row: Accepted | Refused) -> Line:
        return self._refused(row) if isinstance(row, Refused) else self._accepted(row)

    def _refused(self, row: Refused) -> Line:
        bad = self._touched(row.reasons)
        cells = {
            name: Cell(row.typed.get(name, ""), mark="bad" if name in bad else "") for name in Person._fields
        }
        whys = [Why(STOP, text) for text in texts(row.reasons)]
        return self._made(row.row, cells, cells["role"].text, cells["point"].text, whys)

    def _accepted(self, row: Accepted) -> Line:
        look = self._touched(row.looks)
        cells = {}
        for name, value in row.person._asdict().items():
            shown = spaced(value) if name == "phone" else value
            was = row.typed.get(name, "")
            was = "" if was in (value, shown) else was
            cells[name] = Cell(shown, was, "look" if name in look else "fixd" if was else "")
        whys = [Why(LOOK, text) for text in texts(row.looks)]
        point = self._points.called(row.person.point)
        if row.person.point and point is None:
            whys.append(Why(LOOK, f"Chưa có điểm cầu “{row.person.point}”: xếp vào điểm cầu của đơn vị."))
        if row.row in self._known_rows:
            whys.append(Why("known", "Đã có trong danh sách của đơn vị, không thêm lần nữa."))
        if row.changes:
            whys.append(Why("fix", _sentence(texts(row.changes))))
        role = self._roles.called(row.person.role)
        called = point.unit.called if point else ""
        can_be_left = bool(row.looks) and row.row not in self._known_rows
        return self._made(row.row, cells, str(role or ""), called, whys, can_be_left=can_be_left)

    def _touched(self, remarks: Sequence[Remark]) -> set[str]:
        return {self._fields.get(remark.cell.rstrip("0123456789"), "") for remark in remarks}

    @staticmethod
    def _made(
        row: int,
        cells: Mapping[str, Cell],
        role: str,
        point: str,
        whys: Sequence[Why],
        *,
        can_be_left: bool = False,
    ) -> Line:
        return Line(
            row,
            cells["full_name"],
            cells["position"],
            cells["organisation"],
            cells["phone"],
            role,
            point,
            whys,
            can_be_left,
        )


def _sentence(parts: Sequence[str]) -> str:
    words = "; ".join(parts)
    return f"{words[:1].upper()}{words[1:]}."


def preview(
    upload: RosterUpload, *, group: str = "", page: str | int = 1, chosen: Mapping[str, str] | None = None
) -> Preview | None:
    """Return what the page of a list shows; None where its names were not found."""
    roster = rosters.roster_of(upload)
    return None if roster is None else Preview(upload, roster, group=group, page=page, chosen=chosen)
