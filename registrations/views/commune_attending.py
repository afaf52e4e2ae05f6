"""A commune reports by its signed link who came to its own point; also after the registration's deadline."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import PortalRequest
from bridge_points.models import BridgePoint
from registrations.models import CommuneLink
from registrations.states import Standing
from registrations.views.attending import code_in, context_of, session_or_404, taken, with_camera
from registrations.views.commune_public import link_of, page_of, sealed, standing_of, stands


def _asked(token: str) -> tuple[CommuneLink, Standing, BridgePoint | None]:
    """The link, where it stands, and the commune's point; None where the link opens nothing any more."""
    link = link_of(token)
    at = standing_of(link)
    if not stands(link, at):
        return link, at, None
    points = BridgePoint.objects.connected().select_related("unit")
    point = points.filter(meeting=at.invitation.meeting_id, unit=link.unit_id).first()
    if point is None:
        raise Http404
    return link, at, point


@login_not_required
@never_cache
@require_safe
def commune_link_attendance(request: HttpRequest, token: str, session: int) -> HttpResponse:
    """Show the commune its own point at a session."""
    link, at, point = _asked(token)
    if point is None:
        return sealed(page_of(request, "commune_revoked.html", link, at, status=410))
    shown = context_of(session_or_404(at.invitation.meeting_id, session), point)
    del shown["meeting"]
    page = page_of(request, "commune_attendance.html", link, at, token=token, **shown)
    return sealed(with_camera(page))


@login_not_required
@csrf_exempt
@require_POST
def commune_link_read_code(request: HttpRequest, token: str, session: int) -> HttpResponse:
    """Read the card that the commune's telephone shows the camera."""
    _, at, point = _asked(token)
    if point is None:
        return sealed(_revoked(at))
    session_or_404(at.invitation.meeting_id, session)
    return sealed(code_in(request))


@login_not_required
@csrf_exempt
@require_POST
def commune_link_attendance_sync(request: HttpRequest, token: str, session: int) -> HttpResponse:
    """Take what the commune's telephone kept."""
    link, at, point = _asked(token)
    if point is None:
        return sealed(_revoked(at))
    asked = session_or_404(at.invitation.meeting_id, session)
    return sealed(taken(cast(PortalRequest, request), asked, point, {"link": link}))


def _revoked(at: Standing) -> HttpResponse:
    return JsonResponse({"why": f"Đường dẫn đã thu hồi, gọi {at.invitation.unit}."}, status=410)
