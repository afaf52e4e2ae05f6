"""How ready each point is: the line as it was last tested, and the work that units do for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from django.db.models import Count

from accounts.models import COMMUNE_TIERS
from accounts.vietnamese import folded
from bridge_points.listing import SHOWN
from bridge_points.models import BridgePoint, CheckItem, PointCheck, PointSignature, PointState
from invitations.models import AssignedUnit, Assignment, Meeting
from invitations.openings import up_from
from invitations.readiness import DONE, LATE, OPEN, Filter, Found, Work, shares_of

if TYPE_CHECKING:
    from accounts.models import User

KINDS = (
    Assignment.Kind.HALL,
    Assignment.Kind.POWER,
    Assignment.Kind.PRESS,
    Assignment.Kind.MATERIALS,
)
"""The columns beside the line, whose state is that of its last test."""

EVERYWHERE = frozenset({Assignment.Kind.POWER, Assignment.Kind.PRESS, Assignment.Kind.LINE})
"""What a service does for all points below the committee it belongs to; a hall it lends to that one alone."""

WORDS = {"": "Tất cả", LATE: "Quá hạn", OPEN: "Chưa sẵn sàng", DONE: "Sẵn sàng"}


class PointWork(NamedTuple):
    """The work of one kind for one point, and which other unit does it ("" for the point's own)."""

    kind: Assignment.Kind
    work: Work | None
    by: str = ""


class Checks(NamedTuple):
    """How far the list of checks of one point is, and who has signed."""

    done: int = 0
    signed: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """The shape of it: the fuller, the more was looked at."""
        full = self.done == len(CheckItem)
        return "submitted" if full else "draft" if self.done else "invited"

    @property
    def words(self) -> str:
        """As a chip says it."""
        return f"{self.done}/{len(CheckItem)} việc"


class PointRow(NamedTuple):
    """One point: its line, and what is done for it."""

    point: BridgePoint
    word: str
    line: PointWork
    cells: list[PointWork]
    checks: Checks

    @property
    def states(self) -> set[str]:
        """Under which of ``WORDS`` the row is found; the line is done when its last test was good."""
        work = [cell.work for cell in (self.line, *self.cells) if cell.work is not None]
        late = any(cell.late_since for cell in work)
        ready = self.point.state == PointState.TESTED and all(
            cell.work.done for cell in self.cells if cell.work
        )
        return {"", DONE if ready else OPEN} | ({LATE} if late else set())


def point_readiness(meeting: Meeting, user: User, looked_for: Filter, now: datetime) -> Found[PointRow]:
    """Read how ready the connected points are: four queries."""
    points = meeting.bridge_points.visible_to(user).connected().select_related("unit").with_last_test()
    found = list(points.in_tree_order())
    plan = _Plan(shares_of(meeting, user), {point.unit.path for point in found}, now)
    ticks = PointCheck.objects.filter(point__meeting=meeting).values_list("point")
    ticked = dict(ticks.annotate(number=Count("pk")))
    signed: dict[int, list[str]] = defaultdict(list)
    for signature in PointSignature.objects.filter(point__meeting=meeting, withdrawn_at=None):
        signed[signature.point_id].append(signature.get_part_display())
    rows = [
        PointRow(
            point,
            SHOWN[point.state],
            plan.work_at(point, Assignment.Kind.LINE),
            [plan.work_at(point, kind) for kind in KINDS],
            Checks(ticked.get(point.pk, 0), tuple(signed.get(point.pk, ()))),
        )
        for point in found
        if folded(looked_for.q) in point.unit.search
    ]
    return Found(looked_for, rows, WORDS)


class _Plan:
    """Who does what where: by kind and path of the unit asked; services by the path above them."""

    def __init__(self, shares: list[AssignedUnit], paths: set[str], now: datetime) -> None:
        self._now = now
        self._at: Mapping[tuple[str, str], list[AssignedUnit]] = defaultdict(list)
        self._services: Mapping[tuple[str, str], list[AssignedUnit]] = defaultdict(list)
        for share in shares:
            kind, path = share.assignment.kind, share.unit.path
            self._at[kind, path].append(share)
            if share.unit.tier not in COMMUNE_TIERS and not any(below.startswith(path) for below in paths):
                above = next(iter(list(up_from(path))[1:]), path)
                self._services[kind, above].append(share)

    def work_at(self, point: BridgePoint, kind: Assignment.Kind) -> PointWork:
        """The nearest unit's work, from the point's own upwards; else a service's, where it works there."""
        for step in up_from(point.unit.path):
            if shares := self._at.get((kind, step)):
                by = "" if step == point.unit.path else shares[0].unit.called
                return PointWork(kind, Work(tuple(shares), self._now), by)
        for step in up_from(point.unit.path) if kind in EVERYWHERE else [point.unit.path]:
            if shares := self._services.get((kind, step)):
                by = shares[0].unit.called if len(shares) == 1 else f"{len(shares)} đơn vị"
                return PointWork(kind, Work(tuple(shares), self._now), by)
        return PointWork(kind, None)
