"""Units submitting over time as a step chart: places in per cent and pixels, drawn by a template as SVG.

The SVG has no ``viewBox``, so its text stays 13 px on a phone: across, everything is a percentage of the
time shown; down, pixels.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone

from accounts.fingerprint import fingerprint
from accounts.templatetags.portal import short_moment
from registrations.models import Registration, Submission

TOP, BOTTOM = 14.0, 224.0
NIGHT_BEGINS, MORNING = time(18), time(7)
MOST_DAYS_WITH_NIGHTS = 7
MOST_LABELS = 5
MOST_DOTS = 60
MOST_STEPS = 150
"""More are drawn together where they stand closer than a line is wide: nobody could tell them apart."""

SHORTEST = timedelta(hours=24)


class Arrival(NamedTuple):
    """A unit that submitted (+1), or whose registration went back (−1)."""

    at: datetime
    step: int


class Segment(NamedTuple):
    """A straight part of the line."""

    x1: str
    y1: str
    x2: str
    y2: str


class Dot(NamedTuple):
    """One arrival."""

    x: str
    y: str
    back: bool


class Text(NamedTuple):
    """A word in the chart."""

    x: str
    y: str
    text: str
    anchor: str


@dataclass(frozen=True)
class Chart:
    """All that the template draws."""

    summary: str
    segments: list[Segment]
    dots: list[Dot]
    nights: list[tuple[str, str]]
    days: list[Text]
    levels: list[tuple[str, str, int]]
    deadline: Text
    now: Text | None
    total: int

    @property
    def fingerprint(self) -> str:
        """The same for two charts that look the same: the hour moves a little every half minute."""
        return fingerprint(self)


def arrivals(registrations: Iterable[Registration], submissions: Iterable[Submission]) -> list[Arrival]:
    """Return when each unit's submission began to stand and when it fell, so that the sum is true now.

    A later submission of a unit that stands is no arrival. Of several returns of one unit the last is
    known.
    """
    first: dict[int, list[datetime]] = {}
    for submission in submissions:
        first.setdefault(submission.registration_id, []).append(submission.decided_at)
    found: list[Arrival] = []
    for registration in registrations:
        stands = False
        events = [(at, 1) for at in first.get(registration.pk, [])]
        if registration.returned_at:
            events.append((registration.returned_at, -1))
        for at, step in sorted(events):
            if stands != (step == 1):
                stands = step == 1
                found.append(Arrival(at, step))
        if stands != registration.is_answered and registration.submitted_at:
            found.append(Arrival(registration.submitted_at, 1 if registration.is_answered else -1))
    return sorted(found)


def draw(*, events: list[Arrival], units: int, begins: datetime, deadline: datetime, now: datetime) -> Chart:
    """Lay out the chart from when the letters went out to a little after the deadline or this hour."""
    begins = min([begins, *(event.at for event in events)])
    last = max(deadline, now)
    ends = max(last + (last - begins) * 0.05, begins + SHORTEST)
    scale = _Scale(begins, ends, max(units, 1))
    standing = sum(event.step for event in events)
    if len(events) > MOST_STEPS:
        events = _together(events, begins, (ends - begins) / MOST_STEPS)
    return Chart(
        summary=(
            f"Số đơn vị đã gửi đến {short_moment(now)}: {standing} trên {units}. "
            f"Hạn {short_moment(deadline, now)}."
        ),
        segments=list(_segments(events, scale, now)),
        dots=list(_dots(events, scale)) if len(events) <= MOST_DOTS else [],
        nights=list(_nights(scale)),
        days=list(_days(scale)),
        levels=[(scale.y(n), scale.y(n, -4), n) for n in _levels(units)],
        deadline=Text(scale.x(deadline), "258", f"hạn {short_moment(deadline, now)}", scale.anchor(deadline)),
        now=_now_label(scale, standing, now),
        total=units,
    )


def _together(events: list[Arrival], begins: datetime, width: timedelta) -> list[Arrival]:
    """What arrived within the same ``width`` as one step, at the moment of its last."""
    found: dict[int, Arrival] = {}
    for event in events:
        place = (event.at - begins) // width
        before = found.get(place)
        found[place] = Arrival(event.at, event.step + (before.step if before else 0))
    return list(found.values())


@dataclass(frozen=True)
class _Scale:
    begins: datetime
    ends: datetime
    units: int

    def share(self, at: datetime) -> float:
        return min(max((at - self.begins) / (self.ends - self.begins), 0.0), 1.0)

    def x(self, at: datetime) -> str:
        return f"{self.share(at) * 100:.2f}%"

    def y(self, count: int, shift: float = 0) -> str:
        return f"{BOTTOM - (BOTTOM - TOP) * count / self.units + shift:.1f}"

    def anchor(self, at: datetime) -> str:
        return "end" if self.share(at) > 0.5 else "start"


def _segments(events: list[Arrival], scale: _Scale, now: datetime) -> Iterator[Segment]:
    count, at = 0, scale.begins
    for event in events:
        yield Segment(scale.x(at), scale.y(count), scale.x(event.at), scale.y(count))
        yield Segment(scale.x(event.at), scale.y(count), scale.x(event.at), scale.y(count + event.step))
        count, at = count + event.step, event.at
    yield Segment(scale.x(at), scale.y(count), scale.x(now), scale.y(count))


def _dots(events: list[Arrival], scale: _Scale) -> Iterator[Dot]:
    count = 0
    for event in events:
        count += event.step
        yield Dot(scale.x(event.at), scale.y(count), event.step < 0)


def _midnights(scale: _Scale) -> list[datetime]:
    """The beginning of every day shown, in the portal's time zone."""
    day = timezone.localtime(scale.begins).replace(hour=0, minute=0, second=0, microsecond=0)
    days = (scale.ends - day).days + 1
    return [day + timedelta(days=number) for number in range(days)]


def _nights(scale: _Scale) -> Iterator[tuple[str, str]]:
    midnights = _midnights(scale)
    if len(midnights) > MOST_DAYS_WITH_NIGHTS:
        return
    for day in [midnights[0] - timedelta(days=1), *midnights]:
        dusk = scale.share(day.replace(hour=NIGHT_BEGINS.hour))
        dawn = scale.share((day + timedelta(days=1)).replace(hour=MORNING.hour))
        if dawn > dusk:
            yield f"{dusk * 100:.2f}%", f"{(dawn - dusk) * 100:.2f}%"


def _days(scale: _Scale) -> Iterator[Text]:
    """Dates at noon, as many as fit on a phone."""
    noons = [day + timedelta(hours=12) for day in _midnights(scale)]
    shown = [noon for noon in noons if 0.03 < scale.share(noon) < 0.97]
    step = -(-len(shown) // MOST_LABELS) or 1
    for noon in shown[::step]:
        yield Text(scale.x(noon), "242", f"{noon:%d/%m}", "middle")


def _levels(units: int) -> list[int]:
    """Grid lines at round numbers, three at most, none under the top one's word."""
    sizes = (size * power for power in (1, 10, 100, 1000, 10000) for size in (1, 2, 5))
    step = next(size for size in sizes if size * 4 > units)
    return [level for level in range(step, units, step) if level < units * 0.9]


def _now_label(scale: _Scale, standing: int, now: datetime) -> Text | None:
    """How many stand now, beside the end of the line."""
    if not standing:
        return None
    share = scale.share(now)
    beside = f"{(share + 0.015 if share < 0.5 else share - 0.015) * 100:.2f}%"
    above = -10 if standing < scale.units * 0.9 else 18
    return Text(beside, scale.y(standing, above), f"{standing} đã gửi", "start" if share < 0.5 else "end")
