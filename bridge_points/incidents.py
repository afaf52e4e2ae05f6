"""The verbs of an incident: open, take on, note, close. Each line of it is kept, at PostgreSQL's hour."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.clock import database_now
from accounts.permissions import Role
from bridge_points.models import Incident, IncidentEntry
from bridge_points.services import lock_point
from invitations.models import Meeting, Session

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import User
    from bridge_points.models import BridgePoint

BEGINS_EARLIER = timedelta(hours=1)
"""People come and lines are up before the hour of a session: what goes wrong then belongs to it."""

USUALLY = {
    Session.PartOfDay.MORNING: time(8),
    Session.PartOfDay.AFTERNOON: time(14),
    Session.PartOfDay.EVENING: time(19),
}
"""When a session without an hour begins."""

MOST_REPORTS, IN_TIME = 20, timedelta(minutes=10)
"""Nobody taps more often by a link; a machine that sends for ever is told to wait."""

SOURCES = {Role.OFFICE: Incident.Source.OFFICE, Role.TELECOM: Incident.Source.TELECOM}
"""Who reports by an account; everybody else speaks for the point."""


class AlreadyClosed(Exception):
    """Somebody was first to close the incident. Carries it as it is now."""

    def __init__(self, incident: Incident) -> None:
        super().__init__(incident.pk)
        self.incident = incident


class Report(NamedTuple):
    """What is said of something that goes wrong: ``key`` is the form's, ``phone_at`` the telephone's hour."""

    kind: Incident.Kind
    note: str
    key: UUID
    phone_at: datetime | None = None


def session_at(sessions: Sequence[Session], moment: datetime) -> Session | None:
    """Return the session of that day that has begun last, or begins within the hour; None for another day."""
    begun = [session for session in sessions if _begins(session) - BEGINS_EARLIER <= moment]
    last = max(begun, key=_begins, default=None)
    return last if last is not None and last.date == _day(moment) else None


def _begins(session: Session) -> datetime:
    hour = session.starts_at or USUALLY[Session.PartOfDay(session.part)]
    return timezone.make_aware(datetime.combine(session.date, hour))


def _day(moment: datetime) -> date:
    return timezone.localtime(moment).date()


@transaction.atomic
def open_incident(*, point_id: int, report: Report, user: User | None) -> Incident:
    """Open an incident at a point; ``user`` is None for a commune that reports by its link.

    Two taps of one form are one incident. Who reports what is open already adds a line to that one: the
    point is locked, so of two at once the later one finds the first. Raises ``ValidationError``.
    """
    point = lock_point(point_id)
    if known := IncidentEntry.objects.filter(key=report.key).select_related("incident").first():
        if known.incident.point_id != point.pk:
            raise ValidationError("Trang này đã dùng để báo cho điểm cầu khác. Tải lại trang rồi báo lại.")
        return known.incident
    if reason := why_not_reportable(point.meeting, connects=point.connects):
        raise ValidationError(reason)
    now, what = database_now(), IncidentEntry.What.AGAIN
    if user is None and _by_link(point).filter(at__gt=now - IN_TIME).count() >= MOST_REPORTS:
        raise ValidationError("Đã báo quá nhiều lần. Chờ mười phút rồi báo lại, hoặc gọi điện.")
    incident = point.incidents.open().filter(kind=report.kind).exclude(kind=Incident.Kind.OTHER).first()
    if incident is None:
        what = IncidentEntry.What.OPENED
        incident = Incident.objects.create(
            point=point,
            session=session_at(list(point.meeting.sessions.all()), now),
            kind=report.kind,
            note=report.note,
            source=_source(user),
            opened_at=now,
            opened_by=user,
            phone_at=report.phone_at,
        )
    _entry(incident, what, now, user, report.note, report.key)
    return incident


def why_not_reportable(meeting: Meeting, *, connects: bool) -> str:
    """Say why nothing can be reported of a point now; "" where it can."""
    if meeting.state in (Meeting.State.CANCELLED, Meeting.State.CLOSED):
        return "Hội nghị đã hủy hoặc đã kết thúc, không nhận báo sự cố nữa."
    if not connects:
        return "Điểm cầu này không kết nối nên không báo sự cố được. Hỏi lại Văn phòng."
    return ""


def _by_link(point: BridgePoint) -> QuerySet[IncidentEntry]:
    return IncidentEntry.objects.filter(incident__point=point, by=None)


def _source(user: User | None) -> Incident.Source:
    if user is None:
        return Incident.Source.COMMUNE
    return SOURCES.get(Role(user.role), Incident.Source.POINT)


def lock_incident(incident_id: int) -> Incident:
    """Lock the incident alone."""
    return Incident.objects.select_for_update(of=("self",)).get(pk=incident_id)


@transaction.atomic
def take_incident(*, incident_id: int, user: User) -> Incident:
    """Let ``user`` act on an incident from now on, in place of whoever did. Raises ``AlreadyClosed``."""
    incident = _open(incident_id)
    if incident.handled_by != user:
        now = database_now()
        incident.handled_by, incident.handled_since = user, now
        incident.save(update_fields=["handled_by", "handled_since"])
        _entry(incident, IncidentEntry.What.TAKEN, now, user)
    return incident


@transaction.atomic
def note_incident(*, incident_id: int, user: User, text: str, key: UUID) -> Incident:
    """Add what happens meanwhile; a form sent twice is one line. Raises ``AlreadyClosed``."""
    incident = lock_incident(incident_id)
    if not incident.entries.filter(key=key).exists():
        if not incident.is_open:
            raise AlreadyClosed(incident)
        _entry(incident, IncidentEntry.What.NOTED, database_now(), user, text, key)
    return incident


@transaction.atomic
def close_incident(*, incident_id: int, user: User, done: str, minutes: int | None, key: UUID) -> Incident:
    """Close an incident with what was done, and the minutes lost (without a number: since it was reported).

    Of two who close at once the second gets ``AlreadyClosed`` with what the first wrote; a form sent twice
    closes once.
    """
    incident = lock_incident(incident_id)
    if incident.entries.filter(key=key).exists():
        return incident
    if not incident.is_open:
        raise AlreadyClosed(incident)
    now = database_now()
    incident.minutes_lost = min(incident.minutes(now), MOST_MINUTES) if minutes is None else minutes
    incident.closed_at, incident.closed_by, incident.done = now, user, done
    incident.save(update_fields=["closed_at", "closed_by", "done", "minutes_lost"])
    _entry(incident, IncidentEntry.What.CLOSED, now, user, done, key)
    return incident


MOST_MINUTES = 24 * 60
"""Nobody loses more of a day."""


def _open(incident_id: int) -> Incident:
    incident = lock_incident(incident_id)
    if not incident.is_open:
        raise AlreadyClosed(incident)
    return incident


def _entry(
    incident: Incident,
    what: IncidentEntry.What,
    at: datetime,
    by: User | None,
    text: str = "",
    key: UUID | None = None,
) -> None:
    IncidentEntry.objects.create(incident=incident, what=what, at=at, by=by, text=text, key=key)
