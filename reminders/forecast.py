"""What will go in the next hours if nobody does anything: read from the rows as they are at this moment.

Nothing of it is stored, so a moved deadline or an extension has changed it as soon as it is committed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.paginator import Page, Paginator

from invitations.models import Meeting
from reminders import policy
from reminders.called import Called, called
from reminders.composing import Planned, compose
from reminders.models import Policy, Reminder, Step
from reminders.open_points import open_points
from reminders.policy import ANCHORS, Instant, Timetable
from reminders.services import policies
from reminders.services.planning import Wanted, is_owed, planned_keys, unit_key

Kind = Reminder.Kind

WINDOWS = {6: "6 giờ", 24: "24 giờ", 72: "3 ngày", 168: "7 ngày"}
"""How many hours ahead the page can look."""

USUAL = 24
LINES_A_PAGE = 50


class Line(NamedTuple):
    """One unit's message to come, with the rows that it will be."""

    called: Called
    instant: Instant
    messages: list[Planned]

    @property
    def value(self) -> str:
        """What the form sends for it."""
        return f"{self.called.unit_id}|{self.instant.kind}|{self.instant.slot.isoformat()}"

    @property
    def subject(self) -> str:
        """The first line of what the unit will read."""
        return self.messages[0].subject if self.messages else ""


class Group(NamedTuple):
    """How many units a step reaches at one moment."""

    at: datetime
    step: Step | None
    number: int


@dataclass(frozen=True)
class Forecast:
    """Everything above the steps on the page of a meeting's plan."""

    policy: Policy
    steps: list[tuple[Step, str]]
    hours: int
    total: int
    groups: list[Group]
    page: Page[Wanted]
    lines: list[Line]
    digests: list[datetime]
    waiting: int
    """Messages in the outbox that are due already and have not gone."""

    @property
    def window(self) -> str:
        """How far it looks, in words."""
        return WINDOWS[self.hours]

    @property
    def views(self) -> list[tuple[int, str, bool]]:
        """The other windows."""
        return [(hours, word, hours == self.hours) for hours, word in WINDOWS.items()]


def forecast(meeting: Meeting, now: datetime, hours: int = USUAL, page: str | None = None) -> Forecast:
    """Read what is to come of one meeting; the number of queries does not grow with its units."""
    table = policies.written([meeting])[meeting.pk]
    wanted = to_come(table, now, now + timedelta(hours=hours))
    shown = Paginator(wanted, LINES_A_PAGE).get_page(page)
    counts = Counter((instant.at, instant.step) for _, instant in wanted)
    return Forecast(
        policy=table.plan.policy,
        steps=[(step, when(step)) for step in table.plan.steps],
        hours=hours,
        total=len(wanted),
        groups=[Group(at, step, number) for (at, step), number in counts.items()],
        page=shown,
        lines=_lines(list(shown), table, now),
        digests=[one.at for one in table.digests() if now < one.at <= now + timedelta(hours=hours)],
        waiting=Reminder.objects.filter(meeting=meeting, state__in=Reminder.TO_DO, kind__in=ANCHORS).count(),
    )


def to_come(table: Timetable, now: datetime, until: datetime) -> list[Wanted]:
    """Return what goes until ``until`` to the units that still owe something, in order."""
    meeting = table.meeting
    found = called(meeting.invitations.filter(declined_at__isnull=True))
    coming = [(one, instant) for one in found for instant in _of_unit(one, table, now, until)]
    points = open_points((meeting.pk, instant) for _, instant in coming)
    planned = planned_keys([meeting.pk], {instant.slot for _, instant in coming})
    coming = [
        (one, instant)
        for one, instant in coming
        if is_owed(one, instant, table, points) and unit_key(one, instant) not in planned
    ]
    return sorted(coming, key=lambda wanted: wanted[1].at)


def _of_unit(one: Called, table: Timetable, now: datetime, until: datetime) -> Iterator[Instant]:
    """What is due now and not planned yet, and what follows; of two at one moment the later."""
    for anchor in Step.Anchor:
        instants = table.instants(anchor, one.deadline)
        if instant := policy.due(instants, called_at=one.sent_at, now=now):
            yield instant
        last = {each.at: each for each in instants if now < each.at <= until and one.sent_at <= each.at}
        yield from last.values()


def _lines(wanted: Sequence[Wanted], table: Timetable, now: datetime) -> list[Line]:
    made: dict[tuple[int, str, datetime], list[Planned]] = {}
    for row in compose(wanted, {table.meeting.pk: table}, now):
        made.setdefault((row.unit_id or 0, row.kind, row.slot), []).append(row)
    return [Line(one, instant, made.get((one.unit_id, *instant.key), [])) for one, instant in wanted]


# ── Words ────────────────────────────────────────────────────────────────────────────────────

_HOURS = {
    Step.Anchor.DEADLINE: "hạn",
    Step.Anchor.LINE_TEST: "giờ chạy thử đường truyền",
    Step.Anchor.SESSION: "giờ khai mạc",
    Step.Anchor.PRESENCE: "hạn báo điểm danh mỗi buổi",
    Step.Anchor.END: "khi kết thúc",
}


def when(step: Step) -> str:
    """Say when a step comes: "1 ngày trước hạn", "2 phút sau hạn, rồi mỗi 2 giờ trong giờ làm việc"."""
    side = "trước" if step.offset <= timedelta(0) else "sau"
    words = f"{length(abs(step.offset))} {side} {_HOURS[Step.Anchor(step.anchor)]}"
    if step.every is not None:
        office = " trong giờ làm việc" if step.in_office_hours else ""
        return f"{words}, rồi mỗi {length(step.every)}{office}, nhiều nhất {step.times} lần"
    return f"{words}, trong giờ làm việc" if step.in_office_hours else words


def length(span: timedelta) -> str:
    """Write a time span: "3 ngày", "1 ngày 4 giờ", "90 phút" as "1 giờ 30 phút"."""
    minutes = int(span.total_seconds() // 60)
    parts = [(minutes // 1440, "ngày"), (minutes % 1440 // 60, "giờ"), (minutes % 60, "phút")]
    return " ".join(f"{number} {word}" for number, word in parts if number) or "0 phút"
