"""What is asked of a unit now, in the words of its first page: one headline, one verb, the milestones."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from invitations.models import Meeting, Session
from registrations.overview import Overview
from registrations.states import UnitState

HEADLINES = {
    UnitState.INVITED: "Đọc giấy mời, gửi đăng ký trước {by}",
    UnitState.SEEN: "Xác nhận giấy mời, gửi đăng ký trước {by}",
    UnitState.CONFIRMED: "Gửi đăng ký trước {by}",
    UnitState.DRAFT: "Gửi đăng ký trước {by}",
    UnitState.EXTENDED: "Được gia hạn: gửi đăng ký trước {by}",
    UnitState.RETURNED: "Sửa và gửi lại đăng ký trước {by}",
    UnitState.SUBMITTED: "Đã gửi đăng ký",
    UnitState.DECLINED: "Đã báo không tham dự",
    UnitState.LATE: "Đã hết hạn, bản đăng ký chưa được gửi",
}
VERBS = {
    UnitState.INVITED: "Đọc giấy mời",
    UnitState.SEEN: "Đọc và xác nhận",
    UnitState.CONFIRMED: "Bắt đầu đăng ký",
    UnitState.SUBMITTED: "Xem đăng ký",
    UnitState.DECLINED: "Xem giấy mời",
    UnitState.LATE: "Xem và xin gia hạn",
}
READS_LETTER_FIRST = (UnitState.INVITED, UnitState.SEEN, UnitState.DECLINED)
CALLED_OFF = {
    Meeting.State.POSTPONED: "Hội nghị đã hoãn, chờ ngày họp mới",
    Meeting.State.CANCELLED: "Hội nghị đã hủy",
}


@dataclass(frozen=True)
class Ask:
    """The answer to "what must I do?"."""

    headline: str
    verb: str
    url: str


@dataclass(frozen=True)
class Mile:
    """One point of the line from the letter to the last session."""

    at: datetime
    what: str
    done: bool
    next: bool


def ask(view: Overview) -> Ask:
    """Say what the unit is asked to do next, and where."""
    state, meeting, unit = view.standing.state, view.invitation.meeting, view.invitation.unit
    letter, registration = (
        reverse("meeting", args=[meeting.slug]),
        reverse("registration", args=[meeting.slug, unit.slug]),
    )
    if meeting.state in CALLED_OFF:
        return Ask(CALLED_OFF[Meeting.State(meeting.state)], "Xem giấy mời", letter)
    return Ask(
        headline=HEADLINES[state].format(by=_by(view.standing.deadline, view.standing.now)),
        verb=VERBS.get(state, "Tiếp tục đăng ký"),
        url=letter if state in READS_LETTER_FIRST else registration,
    )


def _by(deadline: datetime, now: datetime) -> str:
    """ "17 giờ hôm nay", "17 giờ 30 ngày 01/12": as the letter says it."""
    at, today = timezone.localtime(deadline), timezone.localtime(now).date()
    hour = f"{at:%H} giờ" + (f" {at:%M}" if at.minute else "")
    return f"{hour} hôm nay" if at.date() == today else f"{hour} ngày {at:%d/%m}"


def miles(view: Overview, sessions: Iterable[Session]) -> list[Mile]:
    """Return the milestones of the unit, at most five: seen, deadline, line test, first and last session."""
    meeting, now = view.invitation.meeting, view.standing.now
    due: list[tuple[datetime | None, str]] = [
        (view.invitation.seen_at, "Đã xem giấy mời"),
        (view.standing.deadline, "Hạn gửi đăng ký"),
        (meeting.line_test_at, "Chạy thử đường truyền"),
    ]
    timed = [session for session in sessions if session.starts_at is not None]
    for session in timed[:1] + timed[-1:] if len(timed) > 1 else timed:
        moment = datetime.combine(session.date, session.starts_at or datetime.min.time())
        due.append((timezone.make_aware(moment), f"Hội nghị, {session.get_part_display().lower()}"))
    known = sorted((at, what) for at, what in due if at is not None)
    coming = next((at for at, _ in known if at > now), None)
    return [Mile(at, what, done=at <= now, next=at == coming) for at, what in known]
