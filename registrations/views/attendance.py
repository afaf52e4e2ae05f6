"""A session over all points that a person sees: the office the province, a clerk the own branch."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.permissions import Right, require
from accounts.requests import PortalRequest
from bridge_points.scope import meeting_of
from invitations.models import Meeting
from registrations.attendance_listing import Filter, listing, session_at

NOTHING_NEW = 204
"""htmx leaves the page as it is."""


@require_safe
def attendance_latest(request: PortalRequest) -> HttpResponse:
    """Lead to the newest published meeting's session of the hour, or say that there is none yet."""
    require(request.user, Right.READ_ATTENDANCE)
    meetings = Meeting.objects.visible_to(request.user).exclude(state=Meeting.State.DRAFT)
    latest = meetings.first()
    if latest is None:
        return render(request, "bridge_points/no_meeting.html")
    return redirect("attendance", latest.slug)


@require_safe
def attendance(request: PortalRequest, slug: str) -> HttpResponse:
    """Lead to the session of today that is on or comes next, else the first; or say that there is none."""
    meeting = meeting_of(request, slug, Right.READ_ATTENDANCE)
    sessions = list(meeting.sessions.all())
    if not sessions:
        return render(request, "registrations/attendance_none.html", {"meeting": meeting})
    return redirect("attendance_session", slug, session_at(sessions, database_now()).pk)


@require_safe
def attendance_session(request: PortalRequest, slug: str, session: int) -> HttpResponse:
    """Show a session: sums by committee, who has not reported, the points; to htmx what is new."""
    meeting: Meeting = meeting_of(request, slug, Right.READ_ATTENDANCE)
    asked = get_object_or_404(meeting.sessions.select_related("meeting"), pk=session)
    looked_for = Filter.of(request.GET)
    shown = listing(asked, request.user, looked_for, database_now(), request.GET.get("page"))
    if request.htmx and request.GET.get("seen") == shown.fingerprint:
        return HttpResponse(status=NOTHING_NEW)
    context = {
        "meeting": meeting,
        "session": asked,
        "sessions": meeting.sessions.all(),
        "listing": shown,
        "page": shown.page,
    }
    template = "_attendance_list.html" if request.htmx else "attendance_session.html"
    return render(request, f"registrations/{template}", context)
