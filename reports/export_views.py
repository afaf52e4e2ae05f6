"""Files: asked for, followed, stopped, handed out, made by a schedule; telecom's list of points."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet, prefetch_related_objects
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.clock import database_now
from accounts.composed import Composed, Given
from accounts.files.giving import TYPES, attachment
from accounts.permissions import Right, may, require
from accounts.picture import one_picture
from accounts.requests import PortalRequest
from accounts.templatetags.portal import moment
from invitations.deadlines import GRACE
from invitations.models import Meeting
from invitations.views.scope import fetch
from reports import freezing, services
from reports.choices import Choice, choices
from reports.counting import read_counts
from reports.counts import BOARD_ORDER
from reports.forms import ScheduleForm
from reports.models import Download, ExportJob, ExportSchedule
from reports.views import _latest

MOST_JOBS = 20

LINK_IS_OVER = (
    "Đường dẫn tải chỉ dùng được trong 5 phút, và chỉ cho người đã bấm. "
    "Vào trang có tệp rồi bấm Tải về lần nữa."
)


@require_GET
def exports_latest(request: PortalRequest) -> HttpResponse:
    """Go to the totals of the newest meeting."""
    return _latest(request, "exports", Right.EXPORT)


@require_http_methods(["GET", "POST"])
def exports(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the totals and the files made of them; POST asks for a new file, htmx how far the files are."""
    meeting = fetch(request, slug, Right.EXPORT)
    if request.method == "POST":
        return _ask(request, meeting, _choice(request))
    jobs = _jobs(meeting)
    context = _shown(request, meeting, jobs)
    if request.htmx:
        return render(request, "reports/_jobs.html", context)
    frozen = freezing.settled(meeting, database_now())
    with one_picture() as picture:
        counts = read_counts(meeting, picture)
    context |= {
        "frozen": frozen,
        "freezes_at": moment(meeting.registration_deadline + GRACE),
        "counts": counts,
        "groups": partial(counts.groups, BOARD_ORDER),
        "now": picture.now,
        "choices": choices(),
        "schedules": _SCHEDULES.ask(meeting=meeting.pk),
        "schedule_form": ScheduleForm(),
    }
    return render(request, "reports/exports.html", context)


@require_http_methods(["GET", "POST"])
def point_files(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the files with the list of bridge points, which hold no delegate; POST asks for a new one."""
    meeting = fetch(request, slug, Right.EXPORT_POINTS)
    if request.method == "POST":
        choice = Choice(ExportJob.Kind.POINTS, _form(request))
        return _ask(request, meeting, choice)
    jobs = _jobs(meeting, ExportJob.Kind.POINTS)
    context = _shown(request, meeting, jobs)
    if request.htmx:
        return render(request, "reports/_jobs.html", context)
    return render(request, "reports/point_files.html", context)


def _shown(request: PortalRequest, meeting: Meeting, jobs: list[ExportJob]) -> dict[str, Any]:
    under_way = any(job.is_under_way for job in jobs)
    return {"meeting": meeting, "jobs": jobs, "under_way": under_way, "here": request.path}


def _ask(request: PortalRequest, meeting: Meeting, choice: Choice) -> HttpResponse:
    try:
        job = services.ask_export(
            meeting=meeting,
            user=request.user,
            kind=choice.kind,
            form=choice.form,
            anew="lam-moi" in request.POST,
        )
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        if job.is_ready:
            messages.info(request, "Số liệu không đổi từ lần tạo trước: tệp đã có sẵn, bấm Tải về.")
    return redirect(f"{request.path}#tep")


def _choice(request: PortalRequest) -> Choice:
    """What is asked for (``noi-dung``, ``dang``); the consolidated workbook where nothing is said."""
    word = request.POST.get("noi-dung", ExportJob.Kind.DELEGATES)
    if word not in ExportJob.Kind.values:
        raise Http404(word)
    return Choice(ExportJob.Kind(word), _form(request))


def _form(request: PortalRequest) -> ExportJob.Form:
    word = request.POST.get("dang", ExportJob.Form.XLSX)
    if word not in (ExportJob.Form.XLSX, ExportJob.Form.CSV, ExportJob.Form.PDF):
        raise Http404(word)
    return ExportJob.Form(word)


def _jobs(meeting: Meeting, *kinds: ExportJob.Kind) -> list[ExportJob]:
    """The newest files of a meeting, of these kinds or of all, with who took them."""
    jobs = _JOBS.ask(*kinds, meeting=meeting.pk)
    prefetch_related_objects(jobs, Prefetch("downloads", Download.objects.select_related("user")))
    return jobs


def _newest(*kinds: ExportJob.Kind) -> QuerySet[ExportJob]:
    jobs = ExportJob.objects.filter(meeting=Given("meeting")).select_related("asked_by", "schedule")
    return (jobs.filter(kind__in=kinds) if kinds else jobs)[:MOST_JOBS]


_JOBS = Composed(_newest)
_SCHEDULES = Composed(
    lambda: ExportSchedule.objects.filter(meeting=Given("meeting"), stopped_at=None).select_related("user")
)


# ── One file ─────────────────────────────────────────────────────────────────────────────────────


def _job(request: PortalRequest, pk: UUID) -> ExportJob:
    """The job in the person's scope (404), for whoever may take such a file."""
    job = get_object_or_404(ExportJob.objects.visible_to(request.user).select_related("meeting"), pk=pk)
    require(request.user, Right.EXPORT_POINTS if job.kind == ExportJob.Kind.POINTS else Right.EXPORT)
    return job


def _page_of(request: PortalRequest, job: ExportJob) -> str:
    page = "exports" if may(request.user, Right.EXPORT) else "point_files"
    return f"{reverse(page, args=[job.meeting.slug])}#tep"


@require_POST
def export_cancel(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Stop a job that is under way."""
    job = _job(request, pk)
    services.cancel_export(job_id=job.pk)
    return redirect(_page_of(request, job))


@require_POST
def export_retry(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Ask again for what came to nothing."""
    job = _job(request, pk)
    try:
        services.retry_export(job=job, user=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    return redirect(_page_of(request, job))


@require_GET
def export_download(request: PortalRequest, pk: UUID) -> HttpResponse:
    """Give a link to a finished file: the person's own, for five minutes. Mails lead here."""
    job = _job(request, pk)
    if job.is_ready:
        return redirect("export_file", services.link_to(job, request.user))
    if job.state == ExportJob.State.EXPIRED:
        messages.warning(request, "Tệp này đã xóa sau 7 ngày. Bấm Tạo lại để có tệp mới.")
    else:
        messages.warning(request, "Tệp này chưa tạo xong. Chờ thanh tiến độ đầy rồi tải.")
    return redirect(_page_of(request, job))


@require_GET
def export_file(request: PortalRequest, token: str) -> HttpResponseBase:
    """Hand out a file: rights are asked again, and the download is on record before it begins."""
    pk = services.linked(token, request.user)
    if pk is None:
        messages.warning(request, LINK_IS_OVER)
        return redirect("home")
    job = _job(request, pk)
    try:
        file = services.open_file(job)
    except FileNotFoundError:
        messages.error(request, "Tệp này không còn trên máy chủ. Bấm tạo lại để có tệp mới.")
        return redirect(_page_of(request, job))
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


# ── By a schedule ────────────────────────────────────────────────────────────────────────────────


@require_POST
def export_schedule(request: PortalRequest, slug: str) -> HttpResponse:
    """Have a file made every day, or after the deadline."""
    meeting = fetch(request, slug, Right.EXPORT)
    form = ScheduleForm(request.POST)
    if form.is_valid():
        schedule = services.make_schedule(meeting=meeting, user=request.user, **form.wanted)
        messages.success(request, f"Đã đặt lịch: {schedule}. Xong tệp sẽ có thư báo kèm đường dẫn.")
    else:
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
    return redirect(f"{reverse('exports', args=[meeting.slug])}#lich")


@require_POST
def export_schedule_stop(request: PortalRequest, pk: int) -> HttpResponse:
    """Stop an own schedule."""
    meetings = Meeting.objects.visible_to(request.user)
    schedules = ExportSchedule.objects.filter(meeting__in=meetings).select_related("meeting")
    schedule = get_object_or_404(schedules, pk=pk)
    require(request.user, Right.EXPORT)
    services.stop_schedule(schedule_id=schedule.pk, user=request.user)
    return redirect(f"{reverse('exports', args=[schedule.meeting.slug])}#lich")
