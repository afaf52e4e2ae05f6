"""The board, the totals, the export jobs and their files."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.clock import database_now
from accounts.files.giving import TYPES, attachment
from accounts.permissions import Right, require
from accounts.requests import PortalRequest
from invitations.models import Meeting
from registrations.states import UnitState, standings
from reports import services
from reports.board import read_board
from reports.counts import BOARD_ORDER, read_counts
from reports.models import Download, ExportJob
from reports.picture import one_picture

MOST_JOBS = 20


def _meeting(request: PortalRequest, slug: str, right: Right) -> Meeting:
    """The meeting in the person's scope (404), for whoever has the right (403)."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), slug=slug)
    require(request.user, right)
    return meeting


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
    meeting = _meeting(request, slug, Right.READ_BOARD)
    text, state = request.GET.get("q", "").strip()[:100], request.GET.get("state", "")
    shown = read_board(meeting, text=text, state=state)
    context = {"board": shown, "meeting": meeting}
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
    meeting = _meeting(request, slug, Right.READ_BOARD)
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


# ── Totals and exports ───────────────────────────────────────────────────────────────────────────


@require_GET
def exports_latest(request: PortalRequest) -> HttpResponse:
    """Go to the totals of the newest meeting."""
    return _latest(request, "exports", Right.EXPORT)


@require_http_methods(["GET", "POST"])
def exports(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the totals and the files made of them; POST asks for a new file, htmx how far the files are."""
    meeting = _meeting(request, slug, Right.EXPORT)
    if request.method == "POST":
        services.ask_export(meeting=meeting, user=request.user, kind=_kind(request))
        return redirect(f"{request.path}#tep")
    jobs = _jobs(meeting)
    context: dict[str, Any] = {
        "meeting": meeting,
        "jobs": jobs,
        "under_way": any(j.is_under_way for j in jobs),
    }
    if request.htmx:
        return render(request, "reports/_jobs.html", context)
    with one_picture() as picture:
        counts = read_counts(meeting, picture)
    context |= {"counts": counts, "groups": partial(counts.groups, BOARD_ORDER), "now": picture.now}
    return render(request, "reports/exports.html", context)


def _kind(request: PortalRequest) -> ExportJob.Kind:
    """What is asked for (``noi-dung``); the workbook where nothing is said."""
    word = request.POST.get("noi-dung", ExportJob.Kind.DELEGATES)
    if word not in ExportJob.Kind.values:
        raise Http404(word)
    return ExportJob.Kind(word)


def _jobs(meeting: Meeting) -> list[ExportJob]:
    jobs = (
        ExportJob.objects.filter(meeting=meeting)
        .select_related("asked_by")
        .prefetch_related(Prefetch("downloads", Download.objects.select_related("user")))
    )
    return list(jobs[:MOST_JOBS])


@require_GET
def totals(request: PortalRequest, slug: str) -> HttpResponse:
    """Show declared, named and missing by role and by point; ``?don-vi=`` shows one unit's alone."""
    meeting = _meeting(request, slug, Right.EXPORT)
    with one_picture() as picture:
        counts = read_counts(meeting, picture)
    only = request.GET.get("don-vi", "")
    unit = next((unit for unit in counts.units if unit.unit.slug == only), None)
    context = {"meeting": meeting, "counts": counts, "unit": unit, "now": picture.now}
    return render(request, "reports/unit_totals.html" if unit else "reports/totals.html", context)


def _job(request: PortalRequest, pk: UUID) -> ExportJob:
    """The job in the person's scope (404), for whoever may export."""
    job = get_object_or_404(ExportJob.objects.visible_to(request.user).select_related("meeting"), pk=pk)
    require(request.user, Right.EXPORT)
    return job


@require_POST
def export_cancel(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Stop a job that is under way."""
    job = _job(request, pk)
    services.cancel_export(job_id=job.pk)
    return redirect(f"{reverse('exports', args=[job.meeting.slug])}#tep")


@require_GET
def export_download(request: PortalRequest, pk: UUID) -> HttpResponseBase:
    """Hand out a finished file: rights are asked again, and the download is on record before it begins."""
    job = _job(request, pk)
    back = redirect(f"{reverse('exports', args=[job.meeting.slug])}#tep")
    if not job.is_ready:
        messages.warning(request, "Tệp này chưa tạo xong. Chờ thanh tiến độ đầy rồi tải.")
        return back
    try:
        file = services.path_of(job).open("rb")
    except FileNotFoundError:
        messages.error(request, "Tệp này không còn trên máy chủ. Bấm tạo lại để có tệp mới.")
        return back
    services.record_download(job=job, user=request.user)
    response = FileResponse(file, content_type=TYPES[services.ending_of(job)])
    response["Content-Disposition"] = _attachment(job)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def _attachment(job: ExportJob) -> str:
    """Name the file in Vietnamese (RFC 5987), and in plain letters for old programs."""
    made = timezone.localtime(job.finished_at)
    what = "Tổng hợp đại biểu" if job.kind == ExportJob.Kind.DELEGATES else job.get_kind_display()
    name = f"{what}, {job.meeting.short_title}, {made:%Hh%M %d-%m-%Y}"
    return attachment(name, services.ending_of(job))
