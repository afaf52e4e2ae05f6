"""The incidents of a meeting as one person may see them: filtered, counted, fingerprinted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Max, Q

from accounts.fingerprint import fingerprint
from accounts.vietnamese import folded
from bridge_points.models import Incident

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from accounts.models import User
    from bridge_points.models.incident import IncidentQuerySet
    from invitations.models import Meeting

ROWS_A_PAGE = 60
OPEN, CLOSED = "dang-mo", "da-xong"
STATES = {OPEN: "Đang mở", CLOSED: "Đã xong", "": "Tất cả"}


class Filter(NamedTuple):
    """What is looked for: a name, a kind, whether it is open."""

    q: str = ""
    kind: str = ""
    state: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> Filter:
        """Read the address; what does not exist is nothing."""
        kind, state = asked.get("loai", ""), asked.get("tinh_trang", "")
        return cls(
            asked.get("q", "").strip()[:100],
            kind if kind in Incident.Kind.values else "",
            state if state in STATES else "",
        )

    def query(self, state: str) -> str:
        """The part of an address that looks for the same in another state."""
        asked = {"q": self.q, "loai": self.kind, "tinh_trang": state}
        return "?" + urlencode({name: value for name, value in asked.items() if value})


class View(NamedTuple):
    """One way to look at the list."""

    word: str
    number: int
    query: str
    current: bool


class Row(NamedTuple):
    """One incident, with the minutes it has lasted."""

    incident: Incident
    minutes: int


@dataclass(frozen=True)
class Listing:
    """What the page shows; ``open`` and ``closed`` count under the same search as the rows."""

    filter: Filter
    open: int
    closed: int
    changed_at: datetime | None
    page: Page[Incident]
    rows: list[Row]

    @property
    def views(self) -> list[View]:
        """The open, the closed, all."""
        numbers = {OPEN: self.open, CLOSED: self.closed, "": self.open + self.closed}
        return [
            View(word, numbers[state], self.filter.query(state), state == self.filter.state)
            for state, word in STATES.items()
        ]

    @property
    def fingerprint(self) -> str:
        """The same while the list says the same; the minutes of an open one count on."""
        rows = [
            (row.incident.pk, row.minutes, row.incident.handled_by_id, row.incident.is_open)
            for row in self.rows
        ]
        return fingerprint(self.filter, self.open, self.closed, str(self.changed_at), rows)


def incidents(
    meeting: Meeting, user: User, looked_for: Filter, now: datetime, number: str | None = None
) -> Listing:
    """Read one page of the incidents that ``user`` sees, the open ones first: two queries."""
    found = _found(Incident.objects.visible_to(user).filter(point__meeting=meeting), looked_for)
    sums = found.order_by().aggregate(
        open=Count("pk", filter=Q(closed_at=None)),
        closed=Count("pk", filter=~Q(closed_at=None)),
        changed_at=Max("closed_at"),
    )
    if looked_for.state:
        found = found.filter(closed_at__isnull=looked_for.state == OPEN)
    people = ("handled_by", "opened_by", "closed_by")
    ordered = found.select_related("point__unit", "point__meeting", "session", *people).order_by(
        F("closed_at").desc(nulls_first=True), "-opened_at", "-pk"
    )
    paginator = Paginator(ordered, ROWS_A_PAGE)
    in_state = {OPEN: sums["open"], CLOSED: sums["closed"]}
    paginator.count = in_state.get(looked_for.state, sums["open"] + sums["closed"])
    page = paginator.get_page(number)
    rows = [Row(incident, incident.minutes(now)) for incident in page]
    return Listing(looked_for, sums["open"], sums["closed"], sums["changed_at"], page, rows)


def _found(found: IncidentQuerySet, looked_for: Filter) -> IncidentQuerySet:
    if looked_for.q:
        found = found.filter(point__unit__search__contains=folded(looked_for.q))
    return found.filter(kind=looked_for.kind) if looked_for.kind else found
