"""A point at a session: its page, which also works without a line, and the address that takes what waited."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.files.giving import give_made
from accounts.permissions import Right, require
from accounts.requests import PortalRequest
from bridge_points.models import BridgePoint
from bridge_points.scope import point_of
from invitations.models import Invitation, Session
from registrations.attendance_codes import SIDE, cards, read_picture
from registrations.attendance_desk import point_desk
from registrations.attendance_forms import read_batch
from registrations.models import Delegate
from registrations.services import attending
from registrations.services.attending import Source
from registrations.services.giving import given

WORKER = "portal/js/attending_worker.js"


@login_not_required
@require_GET
def worker(request: HttpRequest) -> HttpResponse:
    """The script that keeps a point's page while the line is down; each page gives it its narrow scope.

    It stands at the root, for a worker answers only for addresses below its own.
    """
    if finders.find(WORKER):
        with open(finders.find(WORKER), encoding="utf-8") as script:  # type: ignore[arg-type]
            text = script.read()
    else:
        with staticfiles_storage.open(WORKER) as script:
            text = script.read().decode()
    return HttpResponse(text, "text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


def _asked(request: PortalRequest, slug: str, session: int, unit: str) -> tuple[Session, BridgePoint]:
    point = point_of(request, slug, unit, Right.READ_ATTENDANCE)
    return get_object_or_404(Session.objects.select_related("meeting"), pk=session, meeting__slug=slug), point


@never_cache
@require_GET
def point_page(request: PortalRequest, slug: str, session: int, unit: str) -> HttpResponse:
    """Show a point at a session: the numbers, the people, what waits to be sent."""
    asked, point = _asked(request, slug, session, unit)
    return with_camera(render(request, "registrations/attendance_point.html", context_of(asked, point)))


@require_POST
def cards_file(request: PortalRequest, slug: str, session: int, unit: str) -> HttpResponse:
    """Give the cards of a point's delegates as a PDF; who took it is written down."""
    _, point = _asked(request, slug, session, unit)
    require(request.user, Right.RECORD_ATTENDANCE)
    people = list(Delegate.objects.filter(bridge_point=point).order_by("registration", "rank", "pk"))
    for invitation in Invitation.objects.filter(registration__in={one.registration_id for one in people}):
        given(invitation=invitation, user=request.user, what=f"Thẻ QR đại biểu, {point}")
    return give_made(cards(point, people), title=f"Thẻ đại biểu {point.unit.called}", ending="pdf")


@require_POST
def sync(request: PortalRequest, slug: str, session: int, unit: str) -> HttpResponse:
    """Take what a device kept for a point."""
    asked, point = _asked(request, slug, session, unit)
    require(request.user, Right.RECORD_ATTENDANCE)
    return taken(request, asked, point, {"user": request.user})


@require_POST
def read_code(request: PortalRequest, slug: str, session: int, unit: str) -> HttpResponse:
    """Read the card that a telephone without a reader of its own shows the camera."""
    _asked(request, slug, session, unit)
    require(request.user, Right.RECORD_ATTENDANCE)
    return code_in(request)


def context_of(session: Session, point: BridgePoint) -> dict[str, Any]:
    """What the page of a point shows, with the other sessions of the meeting."""
    sessions = list(session.meeting.sessions.all())
    return {
        "meeting": session.meeting,
        "session": session,
        "sessions": sessions,
        "point": point,
        "desk": point_desk(session, point),
        "side": SIDE,
    }


def with_camera(response: HttpResponse) -> HttpResponse:
    """Let this page ask for the camera, which reads the codes of the delegates."""
    response.headers["Permissions-Policy"] = "camera=(self), geolocation=(), microphone=()"
    return response


def taken(request: PortalRequest, session: Session, point: BridgePoint, who: dict[str, Any]) -> HttpResponse:
    """Keep the entries of a request; answer what became of each and how the point stands now."""
    try:
        device, entries = read_batch(request.body)
        results = attending.record(
            session_id=session.pk,
            point_id=point.pk,
            source=Source(device=device, **who),
            entries=entries,
            waited=request.waited(),
        )
    except ValidationError as refusal:
        return JsonResponse({"why": refusal.messages[0]}, status=HTTPStatus.CONFLICT)
    became = [{"key": str(one.key), "state": one.state, "why": one.why} for one in results]
    return JsonResponse({"results": became, "now": point_desk(session, point).as_json()})


def code_in(request: HttpRequest) -> HttpResponse:
    """Answer what the code in the picture says that was sent; nothing of it is kept."""
    try:
        return JsonResponse({"code": read_picture(request.body)})
    except ValidationError as refusal:
        return JsonResponse({"why": refusal.messages[0]}, status=HTTPStatus.BAD_REQUEST)


def session_or_404(meeting_id: int, session: int) -> Session:
    """The session of a meeting, or 404."""
    found = Session.objects.select_related("meeting").filter(pk=session, meeting=meeting_id).first()
    if found is None:
        raise Http404
    return found
