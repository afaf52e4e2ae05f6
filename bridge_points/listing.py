"""The list of a meeting's bridge points as one person may see it: filtered, counted, in pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.utils import timezone

from accounts.fingerprint import fingerprint
from accounts.models import Tier, Unit
from accounts.permissions import Right, may
from accounts.picture import one_picture
from bridge_points.models import AREA, BridgePoint, BridgePointQuerySet, PointState

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from accounts.models import User
    from invitations.models import Meeting

POINTS_A_PAGE = 60
CONNECTED = "connected"

SHOWN = {
    PointState.REGISTERED: "Thiếu kỹ thuật",
    PointState.CONTACT: "Chờ thử",
    PointState.TESTED: "Đã thử tốt",
    PointState.FAILED: "Thử chưa đạt",
    PointState.OFF: "Không kết nối",
}
"""The states that a point in the list can have, with the word beside its cell."""
STATES = frozenset({CONNECTED, *(str(state) for state in SHOWN)})
"""What the list can be narrowed to."""


class Filter(NamedTuple):
    """What is looked for: a name, a committee with all below it, a state."""

    q: str = ""
    area: str = ""
    state: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str], states: Container[str] = STATES) -> Filter:
        """Read the address; a state that is none of ``states`` is none."""
        state = asked.get("tinh_trang", "")
        return cls(
            asked.get("q", "").strip()[:100], asked.get("thuoc", "")[:120], state if state in states else ""
        )

    @property
    def asked(self) -> dict[str, str]:
        """The same in the names of the address."""
        return {"q": self.q, "thuoc": self.area, "tinh_trang": self.state}

    def query(self, state: str) -> str:
        """The part of an address that looks for the same in another state."""
        asked = self.asked | {"tinh_trang": state}
        return "?" + urlencode({name: value for name, value in asked.items() if value})


class View(NamedTuple):
    """One way to look at the list: cell, word and number of points, its address, whether it is shown."""

    cell: str
    word: str
    number: int
    query: str
    current: bool


class Row(NamedTuple):
    """One point with the heading it stands under."""

    point: BridgePoint
    heading: str

    @property
    def word(self) -> str:
        """The word of its state."""
        return SHOWN[self.point.state]


@dataclass(frozen=True)
class Counts:
    """How many points are how far, under the same search as the rows: one query, so all sums agree."""

    looked_for: Filter
    by_state: dict[str, int]

    @property
    def total(self) -> int:
        """All that were found, in whatever state."""
        return sum(self.by_state.values())

    @property
    def connected(self) -> int:
        """Those that take part."""
        return self.total - self.of(PointState.OFF)

    @property
    def untested(self) -> int:
        """Those that take part and whose line was not yet found good."""
        return self.connected - self.of(PointState.TESTED)

    @property
    def tested(self) -> int:
        """Those whose last test was good."""
        return self.of(PointState.TESTED)

    def of(self, state: str) -> int:
        """Those in one state, those connected, or all ("")."""
        if state == CONNECTED:
            return self.connected
        return self.by_state.get(state, 0) if state else self.total

    @property
    def views(self) -> list[View]:
        """All, the connected, and each state."""
        words = {"": "Tất cả", CONNECTED: "Kết nối"} | {str(state): word for state, word in SHOWN.items()}
        return [
            View(
                cell=state if state in PointState.values else "",
                word=word,
                number=self.of(state),
                query=self.looked_for.query(state),
                current=state == self.looked_for.state,
            )
            for state, word in words.items()
        ]


@dataclass(frozen=True)
class Listing:
    """What the page shows."""

    meeting: Meeting
    filter: Filter
    counts: Counts
    areas: list[Unit]
    page: Page[BridgePoint]
    rows: list[Row]
    lacks_provincial: bool

    @property
    def fingerprint(self) -> str:
        """The same for two lists with the same rows; what a row offers depends on the reader's role, too."""
        rows = [
            (point.pk, point.version, point.unit.called, point.unit.slug, heading, SHOWN[point.state])
            for point, heading in self.rows
        ]
        tested = [str(row.point.last_test_at) for row in self.rows]  # type: ignore[attr-defined]
        return fingerprint(self.meeting.slug, timezone.localdate(), rows, tested)


def points_of(meeting: Meeting, user: User) -> BridgePointQuerySet:
    """The points of ``meeting`` in the scope of ``user``, each with its unit and its last test."""
    return meeting.bridge_points.visible_to(user).select_related("unit").with_last_test()


def counts(meeting: Meeting, user: User, looked_for: Filter) -> Counts:
    """Count what the search and the committee let through, by state."""
    return Counts(looked_for, _by_state(meeting, user, looked_for))


def _by_state(meeting: Meeting, user: User, looked_for: Filter) -> dict[str, int]:
    found = found_by(
        BridgePoint.objects.visible_to(user).filter(meeting=meeting), looked_for.q, looked_for.area
    ).with_state()
    return dict(found.order_by().values_list("shown_state").annotate(number=Count("pk")))  # type: ignore[misc]


def listing(
    meeting: Meeting, user: User, looked_for: Filter, number: str | None = None, *, whole: bool = False
) -> Listing:
    """Read one page of the list, or all of it for printing (``whole``), in one picture."""
    with one_picture() as picture:
        scope = (meeting.pk, user.role, user.unit and user.unit.path)
        by_state = picture.once(
            ("points by state", *scope, looked_for.q, looked_for.area),
            lambda: _by_state(meeting, user, looked_for),
        )
        sums = Counts(looked_for, by_state)
        found = _in_state(
            found_by(points_of(meeting, user), looked_for.q, looked_for.area), looked_for.state
        ).in_tree_order()
        total = sums.of(looked_for.state)
        paginator = Paginator(found, max(total, 1) if whole else POINTS_A_PAGE)
        paginator.count = total  # it is counted already
        page = paginator.get_page(number)
        sizes, units = picture.once(("areas of points", *scope), lambda: areas_of(meeting, user))
        rows = [Row(point, heading_of(point, sizes, units)) for point in page]
        areas = [unit for unit in units.values() if sizes[unit.path] > 1]
        lacks_provincial = _lacks_provincial(meeting, user)
    return Listing(meeting, looked_for, sums, areas, page, rows, lacks_provincial)


def found_by(points: BridgePointQuerySet, q: str, area_slug: str) -> BridgePointQuerySet:
    """Those of ``points`` whose name holds ``q``, below the committee that ``area_slug`` names."""
    if q:
        points = points.search(q)
    if area_slug:
        area = Unit.objects.filter(slug=area_slug).first()
        points = points.filter(unit__path__startswith=area.path) if area else points.none()
    return points


def _in_state(points: BridgePointQuerySet, state: str) -> BridgePointQuerySet:
    if state == CONNECTED:
        return points.connected()
    return points.with_state().filter(shown_state=state) if state else points  # type: ignore[misc]


def areas_of(meeting: Meeting, user: User) -> tuple[dict[str, int], dict[str, Unit]]:
    """The committees right below the root that have points, by path, and how many points each has."""
    visible = BridgePoint.objects.visible_to(user).filter(meeting=meeting)
    sizes = dict(visible.annotate(area=AREA).order_by().values_list("area").annotate(number=Count("pk")))
    units = {unit.path: unit for unit in Unit.objects.filter(path__in=sizes)}
    return sizes, units


def heading_of(point: BridgePoint, sizes: Mapping[str, int], units: Mapping[str, Unit]) -> str:
    """A committee that has points below it heads them; the others stand together by tier."""
    area: str = point.area  # type: ignore[attr-defined]
    return units[area].called if sizes.get(area, 0) > 1 else point.get_tier_display()


def _lacks_provincial(meeting: Meeting, user: User) -> bool:
    """Whether the one who can add it must be told that the provincial point is missing."""
    provincial = BridgePoint.objects.filter(meeting=meeting, tier=Tier.PROVINCE)
    return may(user, Right.EDIT_MEETING) and not provincial.exists()
