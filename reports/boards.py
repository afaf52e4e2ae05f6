"""What a board says: unit by unit, or of a nation area by area."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

from accounts.fingerprint import fingerprint
from accounts.models import Unit
from accounts.templatetags.portal import CELLS
from accounts.vietnamese import folded
from bridge_points.models import PointState
from invitations.models import Meeting
from registrations.states import Standing, UnitState
from reports.arrivals import Chart
from reports.board_rows import Row
from reports.counts import BOARD_ORDER, Counts, Figures, UnitCounts
from reports.freezing import Frozen
from reports.lately import Entry
from reports.nation import Area, Called

VIEWS: dict[str, tuple[str, Callable[[UnitCounts], bool]]] = {
    "missing": ("Còn thiếu", lambda unit: unit.is_missing),
    "names": ("Thiếu tên", lambda unit: unit.sum.missing > 0),
    "communes": ("Thiếu điểm cầu xã", lambda unit: any(commune.point is None for commune in unit.communes)),
    "unsent": ("Sửa sau khi gửi", lambda unit: unit.has_unsent_changes),
}
"""Ways to narrow the board, beside the states."""

AREA_VIEWS: dict[str, tuple[str, Callable[[Called], bool]]] = {
    "missing": ("Còn thiếu", lambda one: one.standing.is_silent),
    "names": ("Thiếu tên", lambda one: one.sum.missing > 0),
}
"""The same for a nation, whose communes are not read one by one."""


class Choice(NamedTuple):
    """One entry of the filter, with how many units it shows."""

    value: str
    label: str
    number: int


class LegendEntry(NamedTuple):
    """One filling of a cell, its short word, and how many cells have it."""

    state: PointState
    word: str
    number: int


class RowGroup(NamedTuple):
    """The rows of one tier."""

    label: str
    rows: list[Row]


class Asked(NamedTuple):
    """What somebody wants to see: a text in the name, a state, one area of a nation."""

    text: str = ""
    state: str = ""
    area: Unit | None = None
    only_direct: bool = False

    @property
    def query(self) -> str:
        """The same as the end of an address: "?q=can+loc&state=missing"."""
        area = self.area.slug if self.area else ""
        words = {"q": self.text, "state": self.state, "khu-vuc": area}
        if self.only_direct:
            words["truc-thuoc"] = "1"
        said = urlencode({name: word for name, word in words.items() if word})
        return f"?{said}" if said else ""


@dataclass(frozen=True, kw_only=True)
class Board(ABC):
    """What every board says, narrowed where ``asked`` says so; the heads count all units."""

    meeting: Meeting
    now: datetime
    asked: Asked
    chart: Chart
    log: list[Entry]
    frozen: Frozen

    @property
    @abstractmethod
    def standings(self) -> list[Standing]:
        """How each unit that was called stands."""

    @property
    @abstractmethod
    def sum_all(self) -> Figures:
        """The numbers of all units."""

    @property
    @abstractmethod
    def cells(self) -> Counter[PointState]:
        """How many cells have which filling."""

    @property
    def text(self) -> str:
        """The text that is looked for."""
        return self.asked.text

    @property
    def state(self) -> str:
        """The state that is looked for."""
        return self.asked.state

    @cached_property
    def called(self) -> int:
        """How many units were called."""
        return len(self.standings)

    @cached_property
    def submitted(self) -> int:
        """How many submissions stand."""
        return sum(at.is_answered for at in self.standings)

    @cached_property
    def missing(self) -> int:
        """How many units still owe an answer."""
        return sum(at.is_silent for at in self.standings)

    @property
    def declined(self) -> int:
        """How many units said that nobody will come."""
        return self.called - self.missing - self.submitted

    @property
    def title(self) -> str:
        """The answer: how many have submitted, how many have not."""
        if not self.called:
            return "Chưa đơn vị nào được mời"
        if self.submitted == self.called:
            return f"Cả {self.called} đơn vị đã gửi"
        said = f"{self.submitted} trên {self.called} đơn vị đã gửi"
        if self.declined:
            said += f", {self.declined}\N{NO-BREAK SPACE}không tham dự"
        return f"{said}, còn thiếu\N{NO-BREAK SPACE}{self.missing}" if self.missing else said

    @property
    def deadline(self) -> datetime:
        """The next hour that counts: the meeting's, then the units' own."""
        still = [at.deadline for at in self.standings if at.is_silent and at.deadline >= self.now]
        common = self.meeting.registration_deadline
        return min(still, default=common) if common < self.now else common

    @property
    def waiting(self) -> int:
        """How many units asked for more time and wait for the office."""
        return sum(getattr(at.invitation, "asks_for_time", False) for at in self.standings)

    @property
    def communes(self) -> int:
        """How many cells there are."""
        return sum(self.cells.values())

    @property
    def legend(self) -> list[LegendEntry]:
        """Each filling of a cell, with how many cells have it."""
        return [LegendEntry(state, CELLS[state], self.cells[state]) for state in PointState]

    @property
    @abstractmethod
    def in_communes(self) -> int:
        """People declared at the communes."""

    @property
    @abstractmethod
    def without_technician(self) -> int:
        """Connected communes where nobody can be called about the line."""

    @property
    def declared_here(self) -> int:
        """People declared at the units' own points, where names are asked for."""
        return self.sum_all.declared - self.in_communes

    @property
    def filled(self) -> int:
        """Declared places that have a name."""
        return self.declared_here - self.sum_all.missing

    @property
    def _seen(self) -> tuple[object, ...]:
        """What every board shows beside its rows."""
        area = self.asked.area
        frozen = [(freeze.number, freeze.sha256) for freeze in self.frozen.freezes]
        hours = (self.now.date(), self.deadline.timestamp())
        asked = (self.text, self.state, area and (area.name, area.slug), self.asked.only_direct)
        return self.meeting.pk, self.meeting.slug, asked, hours, self.log, self.waiting, frozen


@dataclass(frozen=True, kw_only=True)
class UnitBoard(Board):
    """A board with a row for each unit and a cell for each commune."""

    counts: Counts
    rows: list[Row]

    is_nation = False

    @cached_property
    def standings(self) -> list[Standing]:
        """How each unit that was called stands."""
        return [unit.standing for unit in self.counts.units]

    @cached_property
    def sum_all(self) -> Figures:
        """The numbers of all units."""
        return self.counts.sum

    @cached_property
    def cells(self) -> Counter[PointState]:
        """How many cells have which filling."""
        return Counter(commune.state for commune in self.counts.communes)

    @property
    def second_posts(self) -> int:
        """Rows that are one more post of somebody."""
        return self.counts.second_posts

    @property
    def heads(self) -> int:
        """People with a name, each counted once."""
        return self.counts.heads

    @cached_property
    def needs(self) -> list[Row]:
        """The units that have not submitted."""
        return [row for row in self.rows if row.counts.is_missing]

    @cached_property
    def shown(self) -> list[Row]:
        """The rows that the filter leaves."""
        text = folded(self.text)
        keeps = _keeps(self.state)
        return [row for row in self.rows if text in row.counts.unit.search and keeps(row.counts)]

    @property
    def is_narrowed(self) -> bool:
        """Some units are not shown."""
        return len(self.shown) < len(self.rows)

    @cached_property
    def fingerprint(self) -> str:
        """The same for two boards that show the same, whatever the hour: a refresh then touches nothing."""
        rows = [
            (row.counts.unit.pk, row.counts.unit.name, row.chip, row.at, row.remark, row.contact)
            for row in self.rows
        ]
        cells = [(row.counts.sum, [commune.title for commune in row.counts.communes]) for row in self.rows]
        return fingerprint(self._seen, rows, cells, self.counts.second_posts)

    @property
    def groups(self) -> list[RowGroup]:
        """The shown rows by tier."""
        rows = {row.counts.unit.pk: row for row in self.shown}
        groups = Counts([row.counts for row in self.shown]).groups(BOARD_ORDER)
        return [RowGroup(group.label, [rows[unit.unit.pk] for unit in group.units]) for group in groups]

    @cached_property
    def sum(self) -> Figures:
        """The bottom row: of the rows that are shown."""
        return Figures.of(row.counts.sum for row in self.shown)

    @property
    def shown_submitted(self) -> int:
        """How many of the rows shown have submitted."""
        return sum(1 for row in self.shown if row.counts.is_submitted)

    @property
    def shown_communes(self) -> int:
        """How many cells the rows shown have."""
        return sum(len(row.counts.communes) for row in self.shown)

    @cached_property
    def without_technician(self) -> int:
        """Connected communes where nobody can be called about the line."""
        return sum(len(unit.without_technician) for unit in self.counts.units)

    @cached_property
    def in_communes(self) -> int:
        """People declared at the communes."""
        return sum(unit.expected_in_communes for unit in self.counts.units)

    @property
    def choices(self) -> list[Choice]:
        """The filter's entries that show something, and the one that is chosen."""
        entries = [(value, label) for value, (label, _) in VIEWS.items()]
        entries += [(state.value, str(state.label)) for state in UnitState]
        choices = [
            Choice(value, label, sum(map(_keeps(value), self.counts.units))) for value, label in entries
        ]
        return [choice for choice in choices if choice.number or choice.value == self.state]


@dataclass(frozen=True, kw_only=True)
class NationBoard(Board):
    """A board with a row for each area, which opens into its units."""

    areas: list[Area]

    is_nation = True
    second_posts = 0

    @cached_property
    def standings(self) -> list[Standing]:
        """How each unit that was called stands."""
        return [one.standing for one in self._every]

    @cached_property
    def _every(self) -> list[Called]:
        return [one for area in self.areas for one in area.units]

    @cached_property
    def sum_all(self) -> Figures:
        """The numbers of all units."""
        return Figures.of(area.sum for area in self.areas)

    @cached_property
    def cells(self) -> Counter[PointState]:
        """How many cells have which filling."""
        return sum((area.cells for area in self.areas), Counter())

    @cached_property
    def in_communes(self) -> int:
        """People declared at the communes."""
        return sum(one.in_communes for one in self._every)

    @property
    def without_technician(self) -> int:
        """Connected communes where nobody can be called about the line."""
        return sum(area.without_technician for area in self.areas)

    @cached_property
    def shown(self) -> list[Area]:
        """The areas that the filter leaves."""
        keeps = _keeps_in_area(self.state)
        return [area for area in self.areas if any(map(keeps, area.units))]

    @property
    def is_narrowed(self) -> bool:
        """Some areas are not shown."""
        return len(self.shown) < len(self.areas)

    @cached_property
    def sum(self) -> Figures:
        """The bottom row: of the areas that are shown."""
        return Figures.of(area.sum for area in self.shown)

    @property
    def shown_called(self) -> int:
        """How many units the areas shown have."""
        return sum(len(area.units) for area in self.shown)

    @property
    def shown_submitted(self) -> int:
        """How many of them have submitted."""
        return sum(area.submitted for area in self.shown)

    @property
    def shown_communes(self) -> int:
        """How many cells the areas shown have."""
        return sum(area.communes for area in self.shown)

    @property
    def needs(self) -> list[Area]:
        """The areas of which units have not submitted, most first."""
        return sorted((area for area in self.areas if area.missing), key=lambda area: -area.missing)

    @cached_property
    def fingerprint(self) -> str:
        """The same for two boards that show the same."""
        rows = [
            (area.unit.name, area.unit.slug, area.states, area.sum, area.cell_states) for area in self.areas
        ]
        return fingerprint(self._seen, rows, self.in_communes, self.without_technician)

    @property
    def choices(self) -> list[Choice]:
        """The filter's entries that show something, and the one that is chosen."""
        entries = [(value, label) for value, (label, _) in AREA_VIEWS.items()]
        entries += [(state.value, str(state.label)) for state in UnitState]
        choices = [
            Choice(value, label, sum(map(_keeps_in_area(value), self._every))) for value, label in entries
        ]
        return [choice for choice in choices if choice.number or choice.value == self.state]


def _keeps_in_area(state: str) -> Callable[[Called], bool]:
    if state in AREA_VIEWS:
        return AREA_VIEWS[state][1]
    return (lambda one: one.standing.state == state) if state in UnitState else (lambda one: True)


def _keeps(state: str) -> Callable[[UnitCounts], bool]:
    if state in VIEWS:
        return VIEWS[state][1]
    return (lambda unit: unit.state == state) if state else (lambda unit: True)
