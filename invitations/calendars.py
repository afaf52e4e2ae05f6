"""A meeting as calendar programs read it (RFC 5545), and each person's private feed of meetings.

Everything comes from the versions of the letter that went out, so a calendar says what the units were told.
Moments are in UTC: Vietnam's clocks never change, and no program can read that wrongly.

The address of a feed is the key to it. The row keeps 32 random bytes and the address carries their HMAC under
the portal's secret: who gets hold of the database opens no calendar, and the owner can be shown the address
again at any time. It is compared in constant time; renewing or revoking it ends the old one at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from icalendar import Calendar, Event

from accounts.clock import database_now
from accounts.permissions import Right, may
from invitations.models import CalendarFeed, LetterIssue, Meeting, Session

if TYPE_CHECKING:
    from accounts.models import Unit, User

Content = dict[str, Any]


class OwnDeadline(NamedTuple):
    """More time that one unit was given."""

    until: datetime
    granted_at: datetime


OwnDeadlines = Mapping[int, OwnDeadline]
"""By the key of the meeting. Who gives time to units stands above this app and hands them in."""

PRODUCT = "-//Cong hoi nghi//Lich//VI"
ENDS = {
    Session.PartOfDay.MORNING: time(11, 30),
    Session.PartOfDay.AFTERNOON: time(17),
    Session.PartOfDay.EVENING: time(21),
}
"""Until when a session is taken to last where its letter says no end."""

LINE_TEST_LASTS = timedelta(hours=1)
NOTICE = timedelta(minutes=30)
"""A deadline stands in the calendar as the half hour before it."""

FEED_REACHES_BACK = timedelta(days=400)
STATUS = {LetterIssue.Kind.POSTPONED: "TENTATIVE", LetterIssue.Kind.CANCELLED: "CANCELLED"}
MARKS = {LetterIssue.Kind.POSTPONED: "[Hoãn] ", LetterIssue.Kind.CANCELLED: "[Hủy] "}


@dataclass(frozen=True)
class _Entry:
    """One line of a calendar; ``key`` stays the same through all versions."""

    key: str
    summary: str
    begins: datetime | date
    ends: datetime | date
    where: str = ""
    note: str = ""
    takes_time: bool = True
    changed_at: datetime | None = None
    """Since the version went out."""


# ── One meeting ──────────────────────────────────────────────────────────────────────────────


def calendar_of(
    issues: Sequence[LetterIssue], unit: Unit | None = None, own: OwnDeadlines | None = None
) -> bytes:
    """Return a meeting as .ics, for ``unit`` with its own venue; ``issues`` of it, the newest first.

    ``own`` are deadlines later than the meeting's, of this unit. The earlier versions are there for what was
    dropped: a calendar that took them in is told that those entries are cancelled.
    """
    newest, *earlier = issues
    calendar = _calendar()
    now = {entry.key: entry for entry in _entries(newest, unit, own)}
    for entry in now.values():
        calendar.add_component(_event(entry, newest))
    for issue in earlier:
        for entry in _entries(issue, unit):
            if entry.key not in now:
                now[entry.key] = entry
                calendar.add_component(_event(entry, newest, status="CANCELLED"))
    return bytes(calendar.to_ical())


def _calendar() -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    return calendar


def _event(entry: _Entry, issue: LetterIssue, status: str = "") -> Event:
    event = Event()
    event.add("uid", f"{entry.key}@{urlsplit(settings.PORTAL_BASE_URL).hostname or 'localhost'}")
    event.add("sequence", issue.number)
    changed = max(issue.issued_at, entry.changed_at or issue.issued_at)
    event.add("dtstamp", changed.astimezone(UTC).replace(microsecond=0))
    event.add("dtstart", entry.begins)
    event.add("dtend", entry.ends)
    event.add("summary", MARKS.get(LetterIssue.Kind(issue.kind), "") + entry.summary)
    event.add("status", status or STATUS.get(LetterIssue.Kind(issue.kind), "CONFIRMED"))
    event.add("transp", "OPAQUE" if entry.takes_time else "TRANSPARENT")
    if entry.where:
        event.add("location", entry.where)
    link = f"{settings.PORTAL_BASE_URL}{issue.meeting.get_absolute_url()}"
    event.add("url", link)
    notes = [entry.note, f"Lý do: {issue.reason}" if issue.reason else "", link]
    event.add("description", "\n".join(filter(None, notes)))
    return event


def _entries(issue: LetterIssue, unit: Unit | None, own: OwnDeadlines | None = None) -> Iterator[_Entry]:
    """The sessions, the line test and the deadline of one version."""
    content, pk = issue.content, issue.meeting_id
    title, where = content["short_title"] or content["title"], _venue(content, unit)
    before = content["arrive_minutes_before"]
    note = f"Có mặt trước {before} phút." if before else ""
    for place, session in enumerate(content["sessions"], start=1):
        begins, ends = _hours(session)
        part = Session.PartOfDay(session["part"]).label.lower()
        yield _Entry(f"hoi-nghi-{pk}-buoi-{place}", f"{title} ({part})", begins, ends, where, note)
    if test := _moment(content["line_test_at"]):
        summary = f"Chạy thử đường truyền: {title}"
        yield _Entry(
            f"hoi-nghi-{pk}-chay-thu", summary, test, test + LINE_TEST_LASTS, where, takes_time=False
        )
    if due := _moment(content["registration_deadline"]):
        yield _deadline(pk, title, due, unit, (own or {}).get(pk))


def _deadline(pk: int, title: str, due: datetime, unit: Unit | None, own: OwnDeadline | None) -> _Entry:
    """The later of the meeting's deadline and the unit's own."""
    note, changed_at = "Hạn chung của hội nghị.", None
    if own and own.until > due:
        due, changed_at = own.until.astimezone(UTC), own.granted_at
        note = f"Hạn riêng của {unit}, đã được gia hạn." if unit else "Hạn đã được gia hạn."
    key, summary = f"hoi-nghi-{pk}-han", f"Hạn đăng ký: {title}"
    begins = due - NOTICE
    return _Entry(key, summary, begins, due, note=note, takes_time=False, changed_at=changed_at)


def _hours(session: Content) -> tuple[datetime | date, datetime | date]:
    """From when to when, in UTC; a session without an hour takes the day."""
    day = date.fromisoformat(session["date"])
    if not session["starts_at"]:
        return day, day + timedelta(days=1)
    begins = _local(day, time.fromisoformat(session["starts_at"]))
    if session["ends_at"]:
        return begins, _local(day, time.fromisoformat(session["ends_at"]))
    return begins, max(_local(day, ENDS[Session.PartOfDay(session["part"])]), begins + timedelta(hours=1))


def _local(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour)).astimezone(UTC)


def _moment(text: str | None) -> datetime | None:
    return timezone.make_aware(datetime.fromisoformat(text)).astimezone(UTC) if text else None


def _venue(content: Content, unit: Unit | None) -> str:
    """Where the unit sits: at the heading it is called under, else at that of its tier, else at the first."""
    audiences: list[Content] = content["audiences"]
    called = {each["slug"]: each["audience"] for each in content["units"]}
    own = called.get(unit.slug) if unit else None
    order = [
        *(each for each in audiences if each["pk"] == own),
        *(each for each in audiences if unit and each["tier"] == unit.tier),
        *audiences,
    ]
    return str(order[0]["venue"] or order[0]["heading"]) if order else ""


# ── The private feed ─────────────────────────────────────────────────────────────────────────


def feed_of(user: User, own: OwnDeadlines | None = None) -> bytes:
    """Return all meetings that ``user`` sees at this moment, as one calendar in two queries.

    ``own`` are deadlines later than the meetings', of the unit of ``user``.
    """
    calendar = _calendar()
    calendar.add("x-wr-calname", "Cổng hội nghị")
    calendar.add("x-published-ttl", "PT1H")
    for issue in _newest(user) if may(user, Right.READ_LETTER) else []:
        for entry in _entries(issue, user.unit, own):
            calendar.add_component(_event(entry, issue))
    return bytes(calendar.to_ical())


def _newest(user: User) -> Iterable[LetterIssue]:
    visible = Meeting.objects.visible_to(user).order_by().values("pk")
    issues = LetterIssue.objects.filter(
        meeting__in=visible, issued_at__gte=timezone.now() - FEED_REACHES_BACK
    ).select_related("meeting")
    return issues.order_by("meeting_id", "-number").distinct("meeting_id")


def token_of(feed: CalendarFeed) -> str:
    """Return what stands in the feed's address."""
    mac = salted_hmac("invitations.calendar_feed", feed.token, algorithm="sha256").hexdigest()
    return f"{feed.pk}-{mac}"


def feed_at(token: str) -> CalendarFeed | None:
    """Return the feed at an address, None where there is none or its owner may not sign in any more."""
    number, _, _ = token.partition("-")
    if not (number.isascii() and number.isdecimal() and len(number) < 15):
        return None
    feed = CalendarFeed.objects.select_related("user__unit").filter(pk=int(number)).first()
    if feed is None or not constant_time_compare(token, token_of(feed)) or not feed.user.is_active:
        return None
    return feed


@transaction.atomic
def make_feed(*, user: User) -> CalendarFeed:
    """Give ``user`` a feed, with a new address where there was one: the old one opens nothing any more."""
    feed, _ = CalendarFeed.objects.update_or_create(
        user=user,
        defaults={"token": secrets.token_hex(32), "created_at": database_now(), "read_at": None},
    )
    return feed


def revoke_feed(*, user: User) -> None:
    """Take the feed away."""
    CalendarFeed.objects.filter(user=user).delete()


def note_reading(*, feed: CalendarFeed) -> None:
    """Remember that a program read the feed, for its owner to see that it works."""
    CalendarFeed.objects.filter(pk=feed.pk).update(read_at=database_now())
