"""When it is too late: pure functions over moments, all with a time zone, all on PostgreSQL's clock."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import Enum

from django.utils import timezone

GRACE = timedelta(seconds=120)
"""How long after the deadline a submission that arrived in time may still be decided.

A request that waited on a slow line or for a busy server is on time if its head arrived in time; one
that hangs for longer is a fault, and the unit is told so.
"""


LINES_TAKE = timedelta(hours=2)
"""How long after the hour of the line tests a point that was not found good is overdue."""


QUICK_REPORT_AFTER = timedelta(minutes=30)
"""How long after its beginning a session's quick report of who came is due: 08:30 and 14:30."""

USUAL_STARTS = {"morning": time(8), "afternoon": time(14), "evening": time(19)}
"""When a session begins of which the letter names no hour."""


def session_starts(day: date, part: str, starts_at: time | None) -> datetime:
    """Return the moment at which a session begins, in the province's time."""
    return datetime.combine(day, starts_at or USUAL_STARTS[part], tzinfo=timezone.get_default_timezone())


def quick_report_due(day: date, part: str, starts_at: time | None) -> datetime:
    """Return the moment by which every point has said how many came to a session."""
    return session_starts(day, part, starts_at) + QUICK_REPORT_AFTER


def purge_due(closed_at: datetime, keep_days: int) -> datetime:
    """Return the moment from which the personal data of a meeting are no longer kept."""
    return closed_at + timedelta(days=keep_days)


class Verdict(Enum):
    """What the clock says of an attempt."""

    ON_TIME = "on_time"
    ARRIVED_LATE = "arrived_late"
    DECIDED_LATE = "decided_late"


def effective_deadline(meeting_deadline: datetime, extended_until: datetime | None) -> datetime:
    """Return a unit's deadline: the later of the meeting's and its last extension's (rule 3)."""
    return meeting_deadline if extended_until is None else max(meeting_deadline, extended_until)


def judge(*, arrived_at: datetime, decided_at: datetime, deadline: datetime) -> Verdict:
    """Decide whether something that arrived and was decided at these moments is on time (rule 2).

    The very instant of the deadline is on time ("trước 17 giờ" is read in the unit's favour), one
    microsecond later is not.
    """
    if arrived_at > deadline:
        return Verdict.ARRIVED_LATE
    if decided_at > deadline + GRACE:
        return Verdict.DECIDED_LATE
    return Verdict.ON_TIME


def is_over(deadline: datetime, now: datetime) -> bool:
    """Say whether a page opened ``now`` shows the closed form."""
    return now > deadline


def doubts(
    *,
    registration_deadline: datetime,
    line_test_at: datetime | None,
    first_session: datetime | None,
    now: datetime | None = None,
) -> list[str]:
    """Say which hours of a meeting look wrong together. They are warnings: a letter may mean it so."""
    said = []
    if first_session and registration_deadline > first_session:
        said.append("Hạn đăng ký ở sau giờ khai mạc.")
    if first_session and line_test_at and line_test_at >= first_session:
        said.append("Giờ chạy thử đường truyền không ở trước giờ khai mạc.")
    if first_session and now and first_session < now:
        said.append("Buổi đầu tiên đã qua.")
    return said
