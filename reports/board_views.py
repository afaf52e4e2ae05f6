"""What hangs on the board: its rows as a file, the lists that were frozen, the meeting beside others."""

from __future__ import annotations

from itertools import pairwise

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.clock import database_now
from accounts.files.giving import give_made
from accounts.models import Unit
from accounts.permissions import Right
from accounts.requests import PortalRequest
from accounts.templatetags.portal import moment
from invitations.deadlines import GRACE
from invitations.models import Meeting
from invitations.retention import purge_of
from invitations.views.scope import fetch
from reports import freezing
from reports.board import read_board
from reports.board_files import FORMS, take_rows
from reports.boards import NationBoard, UnitBoard
from reports.comparing import compare
from reports.freezes import Freeze


def asked_board(request: PortalRequest, meeting: Meeting) -> UnitBoard | NationBoard:
    """The board as the address asks for it: ``q``, ``state``, ``khu-vuc`` (an area), ``truc-thuoc``."""
    slug = request.GET.get("khu-vuc", "")
    area = get_object_or_404(Unit, slug=slug) if slug else None
    return read_board(
        meeting,
        text=request.GET.get("q", "").strip()[:100],
        state=request.GET.get("state", ""),
        area=area,
        only_direct=area is not None and bool(request.GET.get("truc-thuoc")),
    )


@require_GET
def board_file(request: PortalRequest, slug: str, form: str) -> HttpResponse:
    """Hand out the rows that the board shows, as a workbook or a CSV; who took them is on record."""
    meeting = fetch(request, slug, Right.EXPORT)
    if form not in FORMS:
        raise Http404(form)
    shown = asked_board(request, meeting)
    made = take_rows(shown, user=request.user, form=form)
    title = f"Bảng theo dõi, {meeting.short_title}, {timezone.localtime(shown.now):%Hh%M %d-%m-%Y}"
    return give_made(made, title=title, ending=form)


@require_GET
def freezes(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the official list with its hash, and what each supplement corrects."""
    meeting = fetch(request, slug, Right.READ_BOARD)
    freezing.settled(meeting, database_now())
    found = list(Freeze.objects.filter(meeting=meeting))
    supplements = [(after, freezing.corrections(after, before)) for after, before in pairwise(found)]
    context = {
        "meeting": meeting,
        "official": found[-1] if found else None,
        "lines": freezing.shown_lines(found[-1]) if found else [],
        "supplements": supplements[::-1],
        "purge": purge_of(meeting),
        "opens_at_words": moment(meeting.registration_deadline + GRACE),
    }
    return render(request, "reports/freezes.html", context)


@require_GET
def board_compare(request: PortalRequest, slug: str) -> HttpResponse:
    """Set the meeting beside an earlier one (``voi``)."""
    meeting = fetch(request, slug, Right.READ_BOARD)
    context = {"meeting": meeting, "compared": compare(meeting, request.user, request.GET.get("voi", ""))}
    return render(request, "reports/compare.html", context)
