"""The board, the totals, the export jobs and their files."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.clock import database_now
from accounts.permissions import Right, require
from accounts.picture import one_picture
from accounts.requests import PortalRequest
from invitations.models import Meeting
from invitations.views.scope import fetch
from registrations.states import UnitState, standings
from reports import freezing
from reports.board_views import asked_board
from reports.counting import read_counts

MOST_JOBS = 20


def _latest(request: PortalRequest, page: str, right: Right) -> HttpResponse:
    """Go to the page of the newest published meeting, or say what to do first."""
    require(request.user, right)
    meetings = Meeting.objects.visible_to(request.user).exclude(state=Meeting.State.DRAFT)
    latest = meetings.first()
    return redirect(page, latest.slug) if latest else render(request, "reports/no_meeting.html")


# ── The board ────────────────────────────────────────────────────────────────────────────────────


@require_GET
def board_latest(request: PortalRequest) -> HttpResponse:
    """Go to the board of the newest meeting."""
    return _latest(request, "board", Right.READ_BOARD)


@require_GET
def board(request: PortalRequest, slug: str) -> HttpResponse:
    """Show every unit and every commune point; htmx gets what moves, or just the hour where nothing did."""
    meeting = fetch(request, slug, Right.READ_BOARD)
    shown = asked_board(request, meeting)
    if shown.frozen.is_due:
        shown = replace(shown, frozen=freezing.settle(meeting))
    context = {"board": shown, "meeting": meeting, "wall": request.GET.get("man-hinh") == "lon"}
    if not request.htmx:
        return render(request, "reports/board.html", context)
    if request.GET.get("seen") == shown.fingerprint:
        response = render(request, "reports/_board_hour.html", context | {"oob": True})
        response["HX-Reswap"] = "none"
        return response
    return render(request, "reports/_board.html", context | {"oob": True})


@require_GET
def board_margin(request: PortalRequest, slug: str) -> HttpResponse:
    """Show in the letter's margin how many units are in which state."""
    meeting = fetch(request, slug, Right.READ_BOARD)
    found = standings(meeting, request.user, database_now())
    sent = [at for at in found if at.invitation.sent_at is not None]
    count = Counter(at.state for at in sent)
    context = {
        "meeting": meeting,
        "called": len(sent),
        "submitted": count[UnitState.SUBMITTED],
        "states": [(state, count[state]) for state in reversed(UnitState) if count[state]],
    }
    return render(request, "reports/margin.html", context)


# ── Totals ───────────────────────────────────────────────────────────────────────────────────────


@require_GET
def totals(request: PortalRequest, slug: str) -> HttpResponse:
    """Show declared, named and missing by role and by point; ``?don-vi=`` shows one unit's alone."""
    meeting = fetch(request, slug, Right.EXPORT)
    freezing.settled(meeting, database_now())
    with one_picture() as picture:
        counts = read_counts(meeting, picture)
    only = request.GET.get("don-vi", "")
    unit = next((unit for unit in counts.units if unit.unit.slug == only), None)
    context = {"meeting": meeting, "counts": counts, "unit": unit, "now": picture.now}
    return render(request, "reports/unit_totals.html" if unit else "reports/totals.html", context)
