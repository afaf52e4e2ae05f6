"""Telecom's console: the points of a meeting in the order of the queue, how far the test of each line is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, Q, Value, When

from accounts.fingerprint import fingerprint
from accounts.models import COMMUNE_TIERS, Unit
from bridge_points.listing import Filter, areas_of, found_by, heading_of
from bridge_points.models import BridgePoint, BridgePointQuerySet, LineState, LineTest
from invitations.deadlines import LINES_TAKE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import User
    from invitations.models import Meeting

ROWS_A_PAGE = 60
AT_ONCE = 300
"""A larger meeting is shown committee by committee until all of it is asked for."""

WHOLE = "tat-ca"
OPEN, READY = "chua-tot", "san-sang"
EXTRA = {OPEN: "Chưa thử tốt", READY: "Sẵn sàng, chờ thử"}
STATES = frozenset({*EXTRA, *LineState.values})
"""What the queue can be narrowed to."""

MARKS = {
    LineState.NOT_CALLED: "invited",
    LineState.CALLING: "extended",
    LineState.RETEST: "returned",
    LineState.GOOD: "submitted",
    LineState.PICTURE_ONLY: "late",
    LineState.SOUND_ONLY: "late",
    LineState.FAILED: "late",
}
"""The shape of each state: full when the line is good, a triangle where it is not."""


class View(NamedTuple):
    """One way to look at the queue: its word, how many, its address, whether it is shown."""

    word: str
    number: int
    query: str
    current: bool


class Row(NamedTuple):
    """One point of the queue, with its last test and whom it can change places with on the page."""

    point: Any
    heading: str
    test: LineTest | None
    above: str
    below: str

    @property
    def state(self) -> LineState:
        """How far it is."""
        return LineState(self.point.line_state)

    @property
    def mark(self) -> str:
        """The shape of its state."""
        return MARKS[self.state]

    @property
    def line(self) -> Any:
        """Its place in the queue, or None where nothing was said of it."""
        return getattr(self.point, "line", None)

    @property
    def ready_at(self) -> datetime | None:
        """Since when it says that it is ready."""
        return self.line.ready_at if self.line else None


@dataclass(frozen=True)
class Console:
    """What the page shows."""

    meeting: Meeting
    filter: Filter
    numbers: Mapping[str, int]
    ready: int
    areas: list[Unit]
    area: Unit | None
    page: Page[BridgePoint]
    rows: list[Row]
    next: BridgePoint | None
    overdue_since: datetime | None

    @property
    def total(self) -> int:
        """All that take part, under this search."""
        return sum(self.numbers.values())

    @property
    def untested(self) -> int:
        """Those whose line was not found good, or is to be tested again."""
        return self.total - self.numbers.get(LineState.GOOD, 0)

    @property
    def refresh(self) -> int:
        """After how many seconds the page asks again: all of a large meeting costs more than a committee."""
        return 5 if self.total <= AT_ONCE else 60

    def number(self, state: str) -> int:
        """How many are in one state."""
        extra = {"": self.total, OPEN: self.untested, READY: self.ready}
        return extra[state] if state in extra else self.numbers.get(state, 0)

    @property
    def views(self) -> list[View]:
        """All, those to be tested, those that wait, and each state that some point is in."""
        words = {"": "Tất cả"} | EXTRA | {str(state): state.label for state in LineState}
        return [
            View(word, self.number(state), self.filter.query(state), state == self.filter.state)
            for state, word in words.items()
            if state in ("", OPEN, READY, self.filter.state) or self.number(state)
        ]

    @property
    def fingerprint(self) -> str:
        """The same while nothing of the list has changed: then an open page is left as it is."""
        rows = [
            (
                row.point.pk,
                row.point.version,
                row.point.unit.called,
                row.state,
                row.test and row.test.pk,
                row.ready_at,
                row.line and (row.line.calling_by_id, row.line.calling_since),
                row.heading,
            )
            for row in self.rows
        ]
        return fingerprint(
            self.filter, sorted(self.numbers.items()), self.ready, self.next and self.next.pk, rows
        )


def console(
    meeting: Meeting,
    user: User,
    asked: Filter,
    now: datetime,
    number: str | None = None,
    *,
    whole: bool = False,
) -> Console:
    """Read one page of the queue, or all that was found for printing (``whole``); constant queries."""
    points = BridgePoint.objects.visible_to(user).filter(meeting=meeting).connected()
    sizes, units = areas_of(meeting, user)
    areas = _committees(sizes, units)
    looked_for = _narrowed(asked, sum(sizes.values()), areas)
    found = found_by(points, looked_for.q, "" if looked_for.area == WHOLE else looked_for.area)
    numbers, ready = _numbers(found)
    shown = _in_state(found.select_related("unit").with_line_state(), looked_for.state).in_queue()
    paginator = Paginator(shown, max(sum(numbers.values()), 1) if whole else ROWS_A_PAGE)
    page = paginator.get_page(number)
    due = meeting.line_test_at + LINES_TAKE if meeting.line_test_at else None
    return Console(
        meeting,
        looked_for,
        numbers,
        ready,
        areas,
        next((area for area in areas if area.slug == looked_for.area), None),
        page,
        _rows(list(page), sizes, units),
        _next(found),
        due if due and due < now else None,
    )


def _committees(sizes: Mapping[str, int], units: Mapping[str, Unit]) -> list[Unit]:
    """Those with points below them; of one that is too large to be shown at once the committees below it."""
    areas = [unit for unit in units.values() if sizes[unit.path] > 1]
    large = [unit for unit in areas if sizes[unit.path] > AT_ONCE]
    if not large:
        return areas
    below = Unit.objects.filter(parent__in=large).exclude(tier__in=COMMUNE_TIERS)
    deeper = list(below.order_by("position", "sort_key", "pk"))
    return [*(unit for unit in areas if not deeper or unit not in large), *deeper]


def _narrowed(asked: Filter, total: int, areas: list[Unit]) -> Filter:
    """Begin with the first committee where all at once would be too many."""
    if total <= AT_ONCE or asked.area or asked.q or not areas:
        return asked
    return asked._replace(area=areas[0].slug)


def _numbers(found: BridgePointQuerySet) -> tuple[dict[str, int], int]:
    counted = found.with_line_state().order_by().values("line_state")  # type: ignore[misc]
    rows = counted.annotate(
        number=Count("pk"), ready=Count("pk", filter=Q(line__ready_at__isnull=False))
    ).values_list("line_state", "number", "ready")
    return {state: number for state, number, _ in rows}, sum(ready for _, _, ready in rows)


def _in_state(points: BridgePointQuerySet, state: str) -> BridgePointQuerySet:
    if state == OPEN:
        return points.exclude(line_state=LineState.GOOD)  # type: ignore[misc]
    if state == READY:
        return points.filter(line__ready_at__isnull=False)
    return points.filter(line_state=state) if state else points  # type: ignore[misc]


def _next(found: BridgePointQuerySet) -> BridgePoint | None:
    """Whom to call now: who is ready, who is to be tested again or first, what failed longest ago."""
    waits = Case(
        When(line__ready_at__isnull=False, then=Value(0)),
        When(line_state=LineState.RETEST, then=Value(1)),
        When(line_state=LineState.NOT_CALLED, then=Value(2)),
        default=Value(3),
    )
    done = (LineState.GOOD, LineState.CALLING)
    queue = found.select_related("unit").with_line_state().exclude(line_state__in=done)  # type: ignore[misc]
    ordered = queue.in_queue()
    again = Case(When(line_state__in=FAILED, then=F("last_test_at")))
    return ordered.order_by(waits, again, *ordered.query.order_by).first()


FAILED = (LineState.PICTURE_ONLY, LineState.SOUND_ONLY, LineState.FAILED)


def _rows(points: list[BridgePoint], sizes: Mapping[str, int], units: Mapping[str, Unit]) -> list[Row]:
    tests = LineTest.objects.filter(point__in=points).order_by("point_id", "-at", "-pk").distinct("point_id")
    last = {test.point_id: test for test in tests.select_related("tested_by")}
    slugs = ["", *(point.unit.slug for point in points), ""]
    return [
        Row(point, heading_of(point, sizes, units), last.get(point.pk), slugs[place], slugs[place + 2])
        for place, point in enumerate(points)
    ]
