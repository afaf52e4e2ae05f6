"""Sheets over all points of a meeting: what is studied, how ready the points are, whom to call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.permissions import Right
from bridge_points.contacts import contacts
from bridge_points.readiness import KINDS, point_readiness
from bridge_points.studying import studying
from invitations.readiness import Filter
from invitations.views.scope import fetch

if TYPE_CHECKING:
    from accounts.requests import PortalRequest

ROWS_A_PAGE = 60


def _paginator(rows: list[object], request: PortalRequest) -> Paginator[object]:
    """Pages of sixty, or all on one to be printed (``in`` in the address)."""
    return Paginator(rows, max(len(rows), 1) if "in" in request.GET else ROWS_A_PAGE)


@require_safe
def material_openings_points(request: PortalRequest, slug: str) -> HttpResponse:
    """Show at which points which material is open; ``?chua-mo`` only where something is not."""
    meeting = fetch(request, slug, Right.READ_BOARD)
    materials = list(meeting.materials.filter(withdrawn_at=None).prefetch_related("audiences"))
    found = studying(meeting, materials, database_now())
    lacking = "chua-mo" in request.GET
    rows = [row for row in found.rows if row.lacks] if lacking else found.rows
    page = _paginator(list(rows), request).get_page(request.GET.get("page"))
    context = {"meeting": meeting, "studying": found, "page": page, "lacking": lacking}
    return render(request, "bridge_points/material_openings.html", context)


@require_safe
def assignment_points(request: PortalRequest, slug: str) -> HttpResponse:
    """Show how ready the points are; with ``in`` in the address all on one page, to be printed."""
    meeting = fetch(request, slug, Right.READ_BOARD)
    found = point_readiness(meeting, request.user, Filter.of(request.GET), database_now())
    page = _paginator(list(found.rows), request).get_page(request.GET.get("page"))
    context = {"meeting": meeting, "readiness": found, "page": page, "kinds": KINDS}
    return render(request, "bridge_points/assignment_points.html", context)


@require_safe
def point_contacts(request: PortalRequest, slug: str) -> HttpResponse:
    """Show whom to call, as far as the person may see them: one sheet to print, to dial and to copy from."""
    meeting = fetch(request, slug, Right.READ_LETTER)
    text = request.GET.get("q", "").strip()[:100]
    groups = [(group, group.text(meeting)) for group in contacts(meeting, request.user, text)]
    context = {
        "meeting": meeting,
        "groups": groups,
        "number": sum(len(group.people) for group, _ in groups),
        "q": text,
    }
    return render(request, "bridge_points/point_contacts.html", context)
