"""Which bridge point has the study materials open: a point studies with the called unit above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from bridge_points.models import BridgePoint
from invitations.models import Material, MaterialOpening, Meeting
from invitations.openings import Row, Sheet, sheet_of, up_from


class PointCell(NamedTuple):
    """One point and one material: who opened it for the point, or how many of the units that sit there."""

    material: Material
    seats: int
    """Units of this material's audiences at the point: itself and the called one above it count as one."""
    opened: int
    opening: MaterialOpening | None
    is_open: bool
    own: bool
    """The point's own unit opened it, and not the one above."""

    @property
    def lacks(self) -> bool:
        """It is open, and some unit at the point has not opened it."""
        return self.is_open and self.opened < self.seats


class PointRow(NamedTuple):
    """One point with all materials."""

    point: BridgePoint
    cells: list[PointCell]

    @property
    def lacks(self) -> bool:
        """Something is not opened there."""
        return any(cell.lacks for cell in self.cells)


@dataclass(frozen=True)
class Studying:
    """The connected points of a meeting with what is opened there."""

    materials: list[Material]
    rows: list[PointRow]

    @property
    def lacking(self) -> int:
        """How many points lack something."""
        return sum(row.lacks for row in self.rows)


def studying(meeting: Meeting, materials: list[Material], now: datetime) -> Studying:
    """Read the points and who opened what: as many queries for many points as for few."""
    sheet = sheet_of(meeting, materials, now)
    points = list(meeting.bridge_points.select_related("unit").in_tree_order())
    paths = {point.unit.path for point in points}
    called = {row.unit.path: row for row in sheet.rows}
    guests = [row for row in sheet.rows if row.unit.path not in paths]
    rows = [
        PointRow(
            point,
            [
                _cell(sheet, place, _above(called, point.unit.path), guests, point)
                for place in range(len(materials))
            ],
        )
        for point in points
        if point.connects
    ]
    return Studying(materials, rows)


def _above(called: dict[str, Row], path: str) -> Row | None:
    """The point's unit where it is called, or the nearest called one above it."""
    return next((called[step] for step in up_from(path) if step in called), None)


def _cell(sheet: Sheet, place: int, row: Row | None, guests: list[Row], point: BridgePoint) -> PointCell:
    material = sheet.materials[place]
    if row is not None:
        found = sheet.nearest(material, point.unit.path) if row.cells[place].addressed else None
        own = found is not None and found.unit_id == point.unit_id
        seats, is_open = int(row.cells[place].addressed), row.cells[place].is_open
        return PointCell(material, seats, int(found is not None), found, is_open, own)
    cells = [guest.cells[place] for guest in guests if guest.unit.path.startswith(point.unit.path)]
    seated = [cell for cell in cells if cell.addressed]
    opened = sum(cell.opening is not None for cell in seated)
    is_open = any(cell.is_open for cell in seated)
    return PointCell(material, len(seated), opened, None, is_open, own=False)
