"""Incidents: the list that telecom and the office watch, the report in two taps, one incident to its end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clock import database_now
from accounts.permissions import Right, may, require
from bridge_points import incidents as verbs
from bridge_points.forms import IncidentCloseForm, IncidentForm, IncidentNoteForm
from bridge_points.incident_listing import Filter, incidents
from bridge_points.listing import found_by
from bridge_points.models import BridgePoint, Incident
from bridge_points.scope import incident_of, meeting_of, point_of
from invitations.models import Meeting

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import User
    from accounts.requests import PortalRequest

NOTHING_NEW = 204
"""htmx leaves the list as it is."""

MOST_CHOICES = 30


@require_safe
def incidents_latest(request: PortalRequest) -> HttpResponse:
    """Lead to the incidents of the newest meeting, or say that there is none yet."""
    require(request.user, Right.LIST_POINTS)
    meeting = Meeting.objects.visible_to(request.user).first()
    if meeting is None:
        return render(request, "bridge_points/no_meeting.html")
    return redirect("incidents", meeting.slug)


@require_safe
def incident_list(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the incidents that the person may see; to htmx the list where something has changed."""
    meeting = meeting_of(request, slug, Right.LIST_POINTS)
    shown = incidents(meeting, request.user, Filter.of(request.GET), database_now(), request.GET.get("page"))
    if request.htmx and request.GET.get("seen") == shown.fingerprint:
        return HttpResponse(status=NOTHING_NEW)
    template = "_incident_list.html" if request.htmx else "incidents.html"
    context = {"meeting": meeting, "listing": shown, "page": shown.page, "kinds": Incident.Kind}
    return render(request, f"bridge_points/{template}", context)


@require_safe
def incident_where(request: PortalRequest, slug: str) -> HttpResponse:
    """Ask at which point something goes wrong; who has one point only is led to it."""
    meeting = meeting_of(request, slug, Right.OPEN_INCIDENT)
    q = request.GET.get("q", "").strip()[:100]
    points = BridgePoint.objects.visible_to(request.user).filter(meeting=meeting).connected()
    found = list(found_by(points, q, "").select_related("unit").in_tree_order()[: MOST_CHOICES + 1])
    if len(found) == 1 and not q:
        return redirect("incident_open", slug, found[0].unit.slug)
    context = {"meeting": meeting, "points": found[:MOST_CHOICES], "more": found[MOST_CHOICES:], "q": q}
    return render(request, "bridge_points/incident_where.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def incident_open(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Report what goes wrong at a point: one tap on a button that names it."""
    point = point_of(request, slug, unit, Right.OPEN_INCIDENT)
    form = IncidentForm(request.POST if request.method == "POST" else None, kinds=_kinds(request.user))
    if form.is_valid():
        try:
            incident = verbs.open_incident(point_id=point.pk, report=form.report, user=request.user)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"Đã báo: {point.unit.called}, {str(incident).lower()}.")
            return redirect("incident", slug, incident.key)
    context = {
        "meeting": point.meeting,
        "point": point,
        "form": form,
        "open": point.incidents.open(),
        "why_not": verbs.why_not_reportable(point.meeting, connects=point.connects),
    }
    return render(request, "bridge_points/incident_open.html", context, status=422 if form.is_bound else 200)


def _kinds(user: User) -> list[Incident.Kind]:
    """That a point is silent is said by those who hear nothing of it."""
    silent = [Incident.Kind.SILENT] if may(user, Right.HANDLE_INCIDENT) else []
    return [*Incident.REPORTED, *silent]


@require_safe
def incident(request: PortalRequest, slug: str, key: UUID) -> HttpResponse:
    """Show one incident, minute by minute."""
    return _page(request, incident_of(request, slug, key))


def _page(request: PortalRequest, found: Incident, status: int = 200, **more: Any) -> HttpResponse:
    context = {
        "meeting": found.point.meeting,
        "point": found.point,
        "incident": found,
        "minutes": found.minutes(database_now()),
        "entries": found.entries.select_related("by"),
        "note": IncidentNoteForm(),
        "close": IncidentCloseForm(),
    }
    return render(request, "bridge_points/incident.html", context | more, status=status)


@require_POST
def incident_take(request: PortalRequest, slug: str, key: UUID) -> HttpResponse:
    """Act on the incident from now on."""
    found = incident_of(request, slug, key, Right.HANDLE_INCIDENT)
    try:
        verbs.take_incident(incident_id=found.pk, user=request.user)
    except verbs.AlreadyClosed:
        return _page(request, incident_of(request, slug, key), 409, overtaken=True)
    return redirect(_at(found))


@require_POST
def incident_note(request: PortalRequest, slug: str, key: UUID) -> HttpResponse:
    """Add what happens meanwhile."""
    found = incident_of(request, slug, key, Right.HANDLE_INCIDENT)
    form = IncidentNoteForm(request.POST)
    if not form.is_valid():
        return _page(request, found, 422, note=form)
    try:
        verbs.note_incident(incident_id=found.pk, user=request.user, **form.cleaned_data)
    except verbs.AlreadyClosed:
        typed = form.cleaned_data["text"]
        return _page(request, incident_of(request, slug, key), 409, overtaken=True, typed=typed)
    return redirect(_at(found))


@require_POST
def incident_close(request: PortalRequest, slug: str, key: UUID) -> HttpResponse:
    """Close the incident with what was done; who comes second sees what the first wrote, and the own text."""
    found = incident_of(request, slug, key, Right.HANDLE_INCIDENT)
    form = IncidentCloseForm(request.POST)
    if not form.is_valid():
        return _page(request, found, 422, close=form)
    try:
        verbs.close_incident(incident_id=found.pk, user=request.user, **form.cleaned_data)
    except verbs.AlreadyClosed:
        typed = form.cleaned_data["done"]
        return _page(request, incident_of(request, slug, key), 409, overtaken=True, typed=typed)
    messages.success(request, f"Đã khép sự cố ở {found.point.unit.called}.")
    return redirect(_at(found))


def _at(found: Incident) -> str:
    return reverse("incident", args=[found.point.meeting.slug, found.key])
