"""The lists of the API: each is scope first, then the right, then a page of rows."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Query, Router

from accounts.models import Unit, User
from accounts.permissions import Right, may, require
from accounts.picture import Picture, one_picture
from bridge_points.models import BridgePoint, LineTest
from invitations.models import Meeting, Session
from registrations.models import Attendance, Delegate, Extension
from reports.api.paging import part_of
from reports.api.shapes import (
    AttendanceOut,
    DelegateOut,
    LineTestOut,
    MeetingOut,
    Page,
    Paging,
    PointOut,
    Problem,
    RegistrationOut,
    Since,
    Slug,
    UnitOut,
)
from reports.counting import Where, read_counts
from reports.counts import UnitCounts
from reports.freezes import SystemReading

router = Router()

REFUSED = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 422: Problem}

Answer = dict[str, Any]


class KeyRequest(HttpRequest):
    """A request whose key opened an account."""

    auth: User


def _meeting(request: KeyRequest, slug: str, right: Right) -> Meeting:
    """The meeting in the system's scope (404), for whoever has the right (403)."""
    found = get_object_or_404(Meeting.objects.visible_to(request.auth), slug=slug)
    require(request.auth, right)
    return found


# ── Meetings and units ───────────────────────────────────────────────────────────────────────────


@router.get("/meetings", response={200: Page[MeetingOut], **REFUSED}, url_name="meetings")
def meetings(request: KeyRequest, asked: Query[Paging]) -> Answer:
    """The meetings that the system's role sees, with their sessions."""
    require(request.auth, Right.READ_LETTER)
    rows = Meeting.objects.filter(pk__in=Meeting.objects.visible_to(request.auth).order_by().values("pk"))
    return part_of(rows.prefetch_related("sessions"), asked, "meetings").shown(_meeting_out)


@router.get("/meetings/{meeting}", response={200: MeetingOut, **REFUSED}, url_name="meeting")
def meeting(request: KeyRequest, meeting: Slug) -> Answer:
    """One meeting with its sessions."""
    return _meeting_out(_meeting(request, meeting, Right.READ_LETTER))


def _meeting_out(found: Meeting) -> Answer:
    names = ("slug", "code", "title", "short_title", "state", "issuer", "number", "issued_on")
    hours = ("registration_deadline", "line_test_at", "published_at")
    shown = {name: getattr(found, name) for name in (*names, *hours)}
    return shown | {"sessions": [_session_out(one) for one in found.sessions.all()]}


def _session_out(session: Session) -> Answer:
    starts, ends = session.starts_at, session.ends_at
    return {name: getattr(session, name) for name in ("id", "date", "part")} | {
        "starts_at": starts and f"{starts:%H:%M}",
        "ends_at": ends and f"{ends:%H:%M}",
    }


@router.get("/units", response={200: Page[UnitOut], **REFUSED}, url_name="units")
def units(request: KeyRequest, asked: Query[Paging]) -> Answer:
    """The units in the system's scope: all, or its own unit and those below it."""
    require(request.auth, Right.READ_LETTER)
    rows = Unit.objects.visible_to(request.auth).select_related("parent")
    return part_of(rows, asked, "units").shown(_unit_out)


def _unit_out(unit: Unit) -> Answer:
    names = ("slug", "name", "short_name", "tier", "code", "valid_from", "valid_until")
    return {name: getattr(unit, name) for name in names} | {"parent": unit.parent and unit.parent.slug}


# ── Points, their lines, who came ────────────────────────────────────────────────────────────────


@router.get("/meetings/{meeting}/points", response={200: Page[PointOut], **REFUSED}, url_name="points")
def points(request: KeyRequest, meeting: Slug, asked: Query[Paging]) -> Answer:
    """The bridge points of a meeting with their state; chairs and technicians for whom may know."""
    found = _meeting(request, meeting, Right.LIST_POINTS)
    rows = BridgePoint.objects.visible_to(request.auth).filter(meeting=found)
    knows = may(request.auth, Right.READ_TECHNICIANS)
    part = part_of(rows.select_related("unit", "parent__unit").with_last_result(), asked, "points")
    return part.shown(lambda point: _point_out(point, knows=knows))


def _point_out(point: BridgePoint, *, knows: bool) -> Answer:
    told = ("chair", "technician", "technician_phone")
    return {
        "unit": point.unit.slug,
        "unit_name": point.unit.name,
        "parent": point.parent and point.parent.unit.slug,
        "tier": point.tier,
        "venue": point.venue,
        "connects": point.connects,
        "state": point.state.value,
        "version": point.version,
        **{name: getattr(point, name) if knows else None for name in told},
    }


@router.get(
    "/meetings/{meeting}/line-tests", response={200: Page[LineTestOut], **REFUSED}, url_name="line_tests"
)
def line_tests(request: KeyRequest, meeting: Slug, asked: Query[Since]) -> Answer:
    """Every test of the lines of a meeting's points."""
    found = _meeting(request, meeting, Right.READ_TECHNICIANS)
    seen = BridgePoint.objects.visible_to(request.auth).filter(meeting=found)
    rows = LineTest.objects.filter(point__in=seen.order_by()).select_related("point__unit")
    if asked.updated_since:
        rows = rows.filter(at__gte=asked.updated_since)
    return part_of(rows, asked, "line-tests").shown(_line_test_out)


def _line_test_out(test: LineTest) -> Answer:
    shown = {name: getattr(test, name) for name in ("at", "result", "note")}
    return shown | {"id": test.pk, "point": test.point.unit.slug}


@router.get(
    "/meetings/{meeting}/attendance",
    response={200: Page[AttendanceOut], **REFUSED},
    url_name="attendance",
)
def attendance(request: KeyRequest, meeting: Slug, asked: Query[Since]) -> Answer:
    """How many came to each session at each point that reported."""
    found = _meeting(request, meeting, Right.READ_ATTENDANCE)
    rows = Attendance.objects.visible_to(request.auth).filter(session__meeting=found)
    if asked.updated_since:
        rows = rows.filter(arrived_at__gte=asked.updated_since)
    part = part_of(rows.select_related("point__unit"), asked, "attendance")
    return part.shown(_attendance_out)


def _attendance_out(one: Attendance) -> Answer:
    names = ("present", "excused", "absent", "made_at", "arrived_at", "version")
    shown = {name: getattr(one, name) for name in names}
    return shown | {"session": one.session_id, "point": one.point.unit.slug}


# ── Registrations and people ─────────────────────────────────────────────────────────────────────


@router.get(
    "/meetings/{meeting}/registrations",
    response={200: Page[RegistrationOut], **REFUSED},
    url_name="registrations",
)
def registrations(request: KeyRequest, meeting: Slug, asked: Query[Since]) -> Answer:
    """How far each called unit is, with the numbers of the board."""
    found = _meeting(request, meeting, Right.READ_REGISTRATION)
    rows = found.invitations.visible_to(request.auth).sent()
    if asked.updated_since:
        rows = rows.filter(_touched(asked))
    part = part_of(rows, asked, "registrations")
    which = Where("", Q(pk__in=[one.pk for one in part.rows]))
    with one_picture() as picture:
        # A picture without a name: a page of a list is read once, and kept by nobody.
        counts = {
            one.standing.invitation.pk: one for one in read_counts(found, Picture(picture.now), which).units
        }
    shown = part._replace(rows=[counts[one.pk] for one in part.rows if one.pk in counts])
    return shown.shown(_registration_out)


def _touched(asked: Since) -> Q:
    """Whatever of a unit's answer bears a moment not before the one that is asked for."""
    since = asked.updated_since
    given = Extension.objects.filter(invitation=OuterRef("pk"), granted_at__gte=since)
    touched = Q(Exists(given))
    for name in ("sent_at", "seen_at", "confirmed_at", "declined_at"):
        touched |= Q(**{f"{name}__gte": since})
    for name in ("changed_at", "submitted_at", "returned_at"):
        touched |= Q(**{f"registration__{name}__gte": since})
    return touched


def _registration_out(unit: UnitCounts) -> Answer:
    standing, registration = unit.standing, unit.standing.registration
    return {
        "unit": unit.unit.slug,
        "unit_name": unit.unit.name,
        "state": standing.state.value,
        "deadline": standing.deadline,
        "version": registration.version if registration else 0,
        **{
            name: getattr(registration, name, None)
            for name in ("submitted_version", "submitted_at", "changed_at")
        },
        **unit.sum._asdict(),
    }


@router.get(
    "/meetings/{meeting}/delegates", response={200: Page[DelegateOut], **REFUSED}, url_name="delegates"
)
def delegates(request: KeyRequest, meeting: Slug, asked: Query[Since]) -> Answer:
    """The named people in the system's scope. Every part that is taken is on record before it goes out."""
    found = _meeting(request, meeting, Right.READ_REGISTRATION)
    rows = Delegate.objects.visible_to(request.auth).filter(registration__invitation__meeting=found)
    if asked.updated_since:
        rows = rows.filter(registration__changed_at__gte=asked.updated_since)
    related = ("registration__invitation__unit", "bridge_point__unit", "role")
    part = part_of(rows.select_related(*related), asked, "delegates")
    since = asked.updated_since.isoformat() if asked.updated_since else ""
    SystemReading.objects.create(meeting=found, user=request.auth, rows=len(part.rows), since=since)
    return part.shown(_delegate_out)


def _delegate_out(one: Delegate) -> Answer:
    names = ("key", "full_name", "position", "organisation", "phone", "note", "rank")
    return {name: getattr(one, name) for name in names} | {
        "unit": one.registration.invitation.unit.slug,
        "registration_version": one.registration.version,
        "point": one.bridge_point.unit.slug,
        "role": str(one.role or ""),
    }
