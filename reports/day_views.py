"""The board of the day, for a desk, a telephone and the wall of the hall."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from accounts.permissions import Right, require
from accounts.requests import PortalRequest
from invitations.models import Meeting
from invitations.views.scope import fetch
from reports.day_board import shared_day_board


@require_GET
def day_board_latest(request: PortalRequest) -> HttpResponse:
    """Go to the day of the newest published meeting, or say that there is none yet."""
    require(request.user, Right.READ_BOARD)
    meetings = Meeting.objects.visible_to(request.user).exclude(state=Meeting.State.DRAFT)
    latest = meetings.first()
    return redirect("day_board", latest.slug) if latest else render(request, "reports/no_meeting.html")


@require_GET
def day_board(request: PortalRequest, slug: str) -> HttpResponse:
    """Show a session (``buoi``, else that of the hour); htmx gets what moves, or just the hour."""
    meeting = fetch(request, slug, Right.READ_BOARD)
    asked = request.GET.get("buoi", "")[:20]
    board = shared_day_board(meeting, asked)
    if board is None and asked:
        raise Http404(asked)
    wall = request.GET.get("man-hinh") == "lon"
    context = {"board": board, "meeting": meeting, "asked": asked, "wall": wall}
    if board is None or not request.htmx:
        return render(request, "reports/day.html", context)
    if request.GET.get("seen") == board.fingerprint:
        response = render(request, "reports/_day_hour.html", context | {"oob": True})
        response["HX-Reswap"] = "none"
        return response
    return render(request, "reports/_day.html", context)
