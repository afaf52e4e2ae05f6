"""A session over all its points: sums by district, who has not reported, the rows behind each number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.fingerprint import fingerprint
from accounts.models import Unit, User
from accounts.vietnamese import folded
from bridge_points.models import BridgePoint, BridgePointQuerySet, area_at
from invitations.deadlines import quick_report_due
from invitations.models import Session
from registrations.models import Headcount, points_of_session

ROWS_A_PAGE = 60


class Shown(NamedTuple):
    """One way to look at the points: its word, and which rows."""

    word: str
    rows: Q


SHOWN = {
    "": Shown("Tất cả", Q()),
    "chua-bao": Shown("Chưa báo", Q(here__isnull=True)),
    "da-bao": Shown("Đã báo", Q(here__isnull=False)),
    "co-phep": Shown("Có vắng có phép", Q(excused__gt=0)),
    "vuot": Shown("Nhiều hơn đăng ký", Q(present__gt=F("declared"))),
    "hai-so": Shown("Hai máy báo khác nhau", Q(crossed__isnull=False)),
}


class Filter(NamedTuple):
    """What is looked for: a name, a committee with all below it, a way to look."""

    q: str = ""
    area: str = ""
    show: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Filter:
        """Read the address; what does not exist is nothing."""
        show = asked.get("xem", "")
        return cls(
            asked.get("q", "").strip()[:100], asked.get("thuoc", "")[:120], show if show in SHOWN else ""
        )

    def query(self, **changed: str) -> str:
        """The part of an address that looks for this with something changed."""
        asked = {"q": self.q, "thuoc": self.area, "xem": self.show} | changed
        return "?" + urlencode({name: value for name, value in asked.items() if value})


NUMBERS = ("points", "reported", "declared", "present", "excused", "absent")


@dataclass
class Sums:
    """The numbers of some points together; each is a sum of rows one can open."""

    unit: Unit | None = None
    points: int = 0
    reported: int = 0
    declared: int = 0
    present: int = 0
    excused: int = 0
    absent: int = 0

    def add(self, other: Sums) -> None:
        """Count the points of ``other`` too."""
        for name in NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def silent(self) -> int:
        """Points that have not reported."""
        return self.points - self.reported


@dataclass(frozen=True)
class Listing:
    """What the page of a session shows."""

    filter: Filter
    due_at: datetime
    now: datetime
    total: Sums
    areas: list[Sums]
    page: Page[Any]

    @property
    def is_overdue(self) -> bool:
        """The quick report was due."""
        return self.now >= self.due_at

    @property
    def views(self) -> list[tuple[str, str, bool]]:
        """The ways to look: word, address, whether it is this one."""
        return [
            (one.word, self.filter.query(xem=name), name == self.filter.show) for name, one in SHOWN.items()
        ]

    @property
    def fingerprint(self) -> str:
        """The same while the page says the same."""
        rows = [(one.pk, one.here, one.present, one.excused, one.absent, one.crossed) for one in self.page]
        sums = [(one.unit and one.unit.pk, one.reported, one.present, one.declared) for one in self.areas]
        return fingerprint(self.filter, self.is_overdue, sums, rows)


def session_at(sessions: Sequence[Session], now: datetime) -> Session:
    """Of a meeting's sessions the last that has begun at ``now``, or the first where none has."""
    local = timezone.localtime(now)
    begun = [
        one for one in sessions if (one.date, one.starts_at or local.time()) <= (local.date(), local.time())
    ]
    return (begun or sessions[:1])[-1]


def listing(session: Session, user: User, looked_for: Filter, now: datetime, number: str | None) -> Listing:
    """Read a session as ``user`` sees it: the sums in one query, one page of rows, the committees."""
    seen = BridgePoint.objects.visible_to(user).filter(meeting=session.meeting_id)
    steps = BridgePoint.objects.filter(meeting=session.meeting_id).connected().steps_to_areas()
    points = points_of_session(session).filter(pk__in=seen.values("pk")).annotate(area=area_at(steps))
    total, areas = _sums(points, seen.connected(), steps)
    found = points.filter(SHOWN[looked_for.show].rows)
    if looked_for.area:
        found = found.filter(area__in=Unit.objects.filter(slug=looked_for.area).values("path"))
    if looked_for.q:
        found = found.filter(unit__search__contains=folded(looked_for.q))
    ordered = found.select_related("unit").order_by(
        F("made_at").desc(nulls_first=True), "area", "unit__position", "unit__sort_key", "pk"
    )
    page = Paginator(ordered, ROWS_A_PAGE).get_page(number)
    due = quick_report_due(session.date, session.part, session.starts_at)
    return Listing(looked_for, due, now, total, areas, page)


def _sums(points: Any, seen: BridgePointQuerySet, steps: int) -> tuple[Sums, list[Sums]]:
    """Add up all points, and those of each area; three queries."""
    at_the_points = Headcount.objects.filter(bridge_point__in=seen.values("pk")).order_by()
    of_areas = at_the_points.annotate(area=area_at(steps, "bridge_point__unit__path")).values_list("area")
    declared = dict(of_areas.annotate(Sum("number")))
    came = {f"sum_{name}": Coalesce(Sum(f"report__{name}"), 0) for name in ("present", "excused", "absent")}
    rows = points.order_by().values_list("area").annotate(Count("pk"), Count("here"), **came)
    by_area, total = dict[str, Sums](), Sums()
    for area, number, reported, *sums in rows:
        by_area[area] = Sums(None, number, reported, declared.get(area, 0), *sums)
    for one in by_area.values():
        total.add(one)
    units = Unit.objects.filter(path__in=by_area).order_by("position", "sort_key", "pk")
    for unit in units:
        by_area[unit.path].unit = unit
    return total, [by_area[unit.path] for unit in units]
