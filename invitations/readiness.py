"""How far the work of a meeting is: one row a unit, one column a kind of work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar
from urllib.parse import urlencode

from accounts.vietnamese import folded
from invitations.models import AssignedUnit, Assignment, Meeting
from invitations.models.assignment import Standing

if TYPE_CHECKING:
    from accounts.models import Unit, User

LATE, OPEN, DONE = "qua-han", "chua-xong", "xong"
WORDS = {"": "Tất cả", LATE: "Quá hạn", OPEN: "Chưa xong", DONE: "Xong"}


class Filter(NamedTuple):
    """What is looked for: a name, a kind of work, how far."""

    q: str = ""
    kind: str = ""
    state: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Filter:
        """Read the address; what does not exist is nothing."""
        kind, state = asked.get("loai", ""), asked.get("tinh_trang", "")
        return cls(
            asked.get("q", "").strip()[:100],
            kind if kind in Assignment.Kind.values else "",
            state if state in WORDS else "",
        )

    def query(self, state: str) -> str:
        """The part of an address that looks for the same in another state."""
        asked = {"q": self.q, "loai": self.kind, "tinh_trang": state}
        return "?" + urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True)
class Work:
    """The shares of one kind that one unit has."""

    shares: tuple[AssignedUnit, ...]
    now: datetime

    @property
    def standing(self) -> Standing:
        """How far they are together, as a chip."""
        if len(self.shares) == 1:
            return self.shares[0].standing
        done = sum(share.state == AssignedUnit.State.DONE for share in self.shares)
        if done == len(self.shares):
            return Standing("submitted", f"Xong cả {done} việc")
        begun = any(share.state != AssignedUnit.State.ASKED for share in self.shares)
        return Standing("draft" if begun else "invited", f"{done}/{len(self.shares)} việc xong")

    @property
    def late_since(self) -> datetime | None:
        """The first deadline that has passed over work not done, or None."""
        passed = [
            share.assignment.due_at
            for share in self.shares
            if share.assignment.due_at and share.state != AssignedUnit.State.DONE
        ]
        first = min(passed, default=None)
        return first if first is not None and first < self.now else None

    @property
    def done(self) -> bool:
        """All of it is done."""
        return all(share.state == AssignedUnit.State.DONE for share in self.shares)


class Row(NamedTuple):
    """One unit with its work, kind by kind; None where it was asked for nothing of a kind."""

    unit: Unit
    cells: list[Work | None]

    @property
    def states(self) -> set[str]:
        """Under which of ``WORDS`` the row is found."""
        work = [cell for cell in self.cells if cell is not None]
        done = all(cell.done for cell in work)
        late = any(cell.late_since for cell in work)
        return {"", DONE if done else OPEN} | ({LATE} if late else set())


class View(NamedTuple):
    """One way to look at the rows: word, number, address, whether it is shown."""

    word: str
    number: int
    query: str
    current: bool


class InStates(Protocol):
    """A row that is found under some of the words above the list."""

    @property
    def states(self) -> set[str]:
        """Under which of them; "" is all."""


R = TypeVar("R", bound=InStates)


@dataclass(frozen=True)
class Found(Generic[R]):
    """The rows that a search lets through, counted by state over the same rows."""

    looked_for: Filter
    found: list[R]
    words: Mapping[str, str]
    """Each state with its word, in the order of the views."""

    @property
    def rows(self) -> list[R]:
        """Those in the state that is looked for."""
        return [row for row in self.found if self.looked_for.state in row.states]

    def number(self, state: str) -> int:
        """How many are in one state."""
        return sum(state in row.states for row in self.found)

    @property
    def late(self) -> int:
        """How many wait for something that is overdue."""
        return self.number(LATE)

    @property
    def open(self) -> int:
        """How many are not done."""
        return self.number(OPEN)

    @property
    def views(self) -> list[View]:
        """All, the late, the open, the done."""
        return [
            View(word, self.number(state), self.looked_for.query(state), state == self.looked_for.state)
            for state, word in self.words.items()
        ]


@dataclass(frozen=True)
class Readiness(Found[Row]):
    """The units, and the kinds of work that stand above the columns."""

    kinds: list[Assignment.Kind]


def shares_of(meeting: Meeting, user: User) -> list[AssignedUnit]:
    """The shares of a meeting that the person sees, each with unit and assignment: one query."""
    visible = AssignedUnit.objects.visible_to(user).filter(assignment__meeting=meeting)
    return list(
        visible.select_related("unit", "assignment").order_by("unit__position", "unit__sort_key", "pk")
    )


def by_unit(shares: Iterable[AssignedUnit]) -> dict[Unit, dict[str, list[AssignedUnit]]]:
    """Sort shares by unit and kind of work."""
    sorted_: dict[Unit, dict[str, list[AssignedUnit]]] = defaultdict(lambda: defaultdict(list))
    for share in shares:
        sorted_[share.unit][share.assignment.kind].append(share)
    return sorted_


def readiness(meeting: Meeting, user: User, looked_for: Filter, now: datetime) -> Readiness:
    """Read how far the units are."""
    sorted_ = by_unit(shares_of(meeting, user))
    present = {kind for kinds in sorted_.values() for kind in kinds}
    kinds = [
        kind
        for kind in Assignment.Kind
        if kind in present and (not looked_for.kind or kind == looked_for.kind)
    ]
    rows = []
    for unit, work in sorted_.items():
        cells = [Work(tuple(work[kind]), now) if work.get(kind) else None for kind in kinds]
        if any(cells) and folded(looked_for.q) in unit.search:
            rows.append(Row(unit, cells))
    return Readiness(looked_for, rows, WORDS, kinds)
