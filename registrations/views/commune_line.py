"""What a commune says by its link about the line of its point: it is ready, something goes wrong.

Open as long as the link stands, also after the deadline of the registration: lines are tested later.
"""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from bridge_points import calling, incidents
from bridge_points.forms import IncidentForm
from bridge_points.models import Incident
from registrations.commune_line import PointLineSeen, line_of
from registrations.models import CommuneLink
from registrations.states import Standing
from registrations.views.commune_public import link_of, page_of, sealed, standing_of, stands


def _asked(token: str) -> tuple[CommuneLink, Standing, PointLineSeen | None]:
    link = link_of(token)
    at = standing_of(link)
    line = line_of(link, at.invitation.meeting_id) if stands(link, at) else None
    if stands(link, at) and line is None:
        raise Http404
    return link, at, line


@login_not_required
@csrf_exempt
@never_cache
@require_POST
def commune_link_ready(request: HttpRequest, token: str) -> HttpResponse:
    """Say that the commune's point is ready and waits for its test."""
    link, at, line = _asked(token)
    if line is None:
        return sealed(page_of(request, "commune_revoked.html", link, at, status=410))
    try:
        calling.report_ready(point_id=line.point.pk)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    return sealed(redirect("commune_link", token))


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def commune_link_incident(request: HttpRequest, token: str) -> HttpResponse:
    """Report what goes wrong at the commune's point."""
    link, at, line = _asked(token)
    if line is None:
        return sealed(page_of(request, "commune_revoked.html", link, at, status=410))
    form = IncidentForm(request.POST if request.method == "POST" else None, kinds=Incident.REPORTED)
    if form.is_valid():
        try:
            incidents.open_incident(point_id=line.point.pk, report=form.report, user=None)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return sealed(redirect("commune_link", token))
    status = 422 if form.is_bound else 200
    shown = {"form": form, "line": line, "token": token}
    return sealed(page_of(request, "commune_incident.html", link, at, status, **shown))
