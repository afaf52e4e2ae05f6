"""Study materials: units open them, propaganda hands them out and sees who opened which."""

from __future__ import annotations

import logging
from pathlib import PurePath
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clock import database_now
from accounts.files.giving import begins, give
from accounts.files.refusing import FileRefused
from accounts.permissions import Right, may, require
from accounts.receiving import MOST_BYTES as MOST_AT_ONCE
from accounts.receiving import Quota, receive
from accounts.requests import PortalRequest
from invitations import arriving, materials, services
from invitations.material_files import ENDINGS, MOST_BYTES
from invitations.material_forms import ArrivalForm, MaterialForm
from invitations.models import ArrivingFile, Material, Meeting
from invitations.openings import lines_of, sheet_of
from invitations.views.scope import fetch

logger = logging.getLogger(__name__)

TOO_LARGE = "Tệp lớn tải từng phần cần trình duyệt bật JavaScript; hoặc chia thành nhiều tệp."


# ── Reading ──────────────────────────────────────────────────────────────────────────────────


@require_safe
def materials_latest(request: PortalRequest) -> HttpResponse:
    """Lead to the materials of the newest meeting, or say that there is none yet."""
    require(request.user, Right.READ_MATERIAL)
    meeting = Meeting.objects.visible_to(request.user).first()
    if meeting is None:
        return render(request, "invitations/materials_no_meeting.html")
    return redirect("materials", meeting.slug)


@require_safe
def overview(request: PortalRequest, slug: str) -> HttpResponse:
    """List the materials: a unit's own with what it opened, for who sees all with how many opened."""
    meeting = fetch(request, slug, Right.READ_MATERIAL)
    now = database_now()
    context: dict[str, Any] = {"meeting": meeting, "now": now}
    if may(request.user, Right.READ_BOARD):
        found = list(meeting.materials.prefetch_related("audiences").select_related("uploaded_by"))
        context |= {"sheet": sheet_of(meeting, found, now), "every": meeting.audiences.count()}
        return render(request, "invitations/materials_all.html", context)
    lines = lines_of(meeting, request.user, now)
    unopened = sum(line.released and line.opening is None for line in lines)
    waiting = sum(not line.released for line in lines)
    context |= {"lines": lines, "unopened": unopened, "waiting": waiting}
    return render(request, "invitations/materials.html", context)


@require_safe
def openings(request: PortalRequest, slug: str) -> HttpResponse:
    """Show which unit opened which material, to be printed too; ``?chua-mo`` only who lacks something."""
    meeting = fetch(request, slug, Right.READ_BOARD)
    found = list(meeting.materials.filter(withdrawn_at=None).prefetch_related("audiences"))
    sheet = sheet_of(meeting, found, database_now())
    lacking = "chua-mo" in request.GET
    rows = [row for row in sheet.rows if row.lacks] if lacking else sheet.rows
    context = {"meeting": meeting, "sheet": sheet, "rows": rows, "lacking": lacking}
    return render(request, "invitations/materials_openings.html", context)


@require_safe
def file(request: PortalRequest, slug: str, key: UUID) -> HttpResponseBase:
    """Give a material out, from where a broken download stopped; the unit's first opening is on record."""
    meeting = fetch(request, slug, Right.READ_MATERIAL)
    announced = Material.objects.filter(meeting=meeting).announced_to(request.user)
    material = get_object_or_404(announced, key=key)
    if not may(request.user, Right.READ_BOARD) and material.released_at > database_now():
        at = timezone.localtime(material.released_at)
        messages.warning(
            request, f"“{material.title}” mở từ {at:%H:%M, %d/%m/%Y}. Đến giờ ấy đồng chí mở lại."
        )
        return redirect("materials", slug)
    try:
        response = give(
            request,
            material.file,
            title=PurePath(material.name).stem,
            ending=ENDINGS[material.content_type],
            content_type=material.content_type,
            sha256=material.sha256,
        )
    except FileNotFoundError:
        messages.error(request, "Tệp này không còn trên máy chủ. Báo Ban Tuyên giáo tải lên lại.")
        return redirect("materials", slug)
    if begins(request):
        materials.opened(material=material, user=request.user)
        logger.info("material %s given to user %s", material.key, request.user.pk)
    return response


# ── Handing out ──────────────────────────────────────────────────────────────────────────────


@csrf_exempt  # only until the quota stands: reading the token reads the file
@require_http_methods(["GET", "POST"])
def add(request: PortalRequest, slug: str) -> HttpResponseBase:
    """Publish a file that comes with the form, or that has arrived piece by piece."""
    meeting = fetch(request, slug, Right.PUBLISH_MATERIAL)
    quota = receive(request, smaller=TOO_LARGE)
    return csrf_protect(_add)(request, meeting, quota)


def _add(request: PortalRequest, meeting: Meeting, quota: Quota) -> HttpResponse:
    sent = request.POST if request.method == "POST" else None
    form = MaterialForm(sent, meeting=meeting)
    arrival = ArrivalForm(sent, request.FILES if sent is not None else None)
    brought = None
    if sent is not None:
        brought, problem = _brought(request, meeting, arrival, quota)
        if form.is_valid() and brought is not None:
            try:
                _publish(request, brought, form, arrival)
            except ValidationError as reasons:
                return _again(request, meeting, form, brought, reasons)
            messages.success(request, f"Đã công bố: {form.cleaned_data['title']}.")
            return redirect("materials", meeting.slug)
        if problem:
            arrival.add_error("file", problem)
    return _form_page(request, meeting, form=form, arrival=arrival, brought=brought)


def _brought(
    request: PortalRequest, meeting: Meeting, arrival: ArrivalForm, quota: Quota
) -> tuple[ArrivingFile | None, str]:
    """The file, or why there is none."""
    if quota.refused:
        return None, quota.refused[0]
    arrival.is_valid()
    sent, key = arrival.cleaned_data.get("file"), arrival.cleaned_data.get("arrived")
    try:
        if sent is not None:
            return arriving.bring_whole(meeting=meeting, user=request.user, file=sent), ""
        if key is not None:
            return arriving.whole(meeting=meeting, user=request.user, key=key), ""
    except FileRefused as reason:
        return None, str(reason)
    except ValidationError as reason:
        return None, reason.messages[0]
    return None, "" if arrival.errors else "Chọn tệp tài liệu."


def _publish(
    request: PortalRequest, brought: ArrivingFile, form: MaterialForm, arrival: ArrivalForm
) -> Material:
    return materials.publish(
        arriving=brought,
        user=request.user,
        sha256=arrival.cleaned_data.get("sha256", ""),
        **form.cleaned_data,
    )


def _again(
    request: PortalRequest,
    meeting: Meeting,
    form: MaterialForm,
    brought: ArrivingFile,
    problem: ValidationError,
) -> HttpResponse:
    """Show the form with what was wrong: a bad title keeps the file, a bad file keeps the title."""
    arrival = ArrivalForm(request.POST)
    for field, reasons in problem.message_dict.items():
        (arrival if field == "file" else form).add_error(field, reasons)
    kept = None if "file" in problem.message_dict else brought
    return _form_page(request, meeting, form=form, arrival=arrival, brought=kept)


def _form_page(request: PortalRequest, meeting: Meeting, *, form: MaterialForm, **more: Any) -> HttpResponse:
    arrival = more.get("arrival")
    wrong = form.errors or (arrival is not None and arrival.errors)
    context = {
        "meeting": meeting,
        "form": form,
        "most_megabytes": MOST_BYTES // 2**20,
        "most_at_once": MOST_AT_ONCE // 2**20,
        "piece": arriving.PIECE,
        **more,
    }
    return render(request, "invitations/material_form.html", context, status=422 if wrong else 200)


def _material(request: PortalRequest, slug: str, key: UUID) -> Material:
    """Fetch a material in the person's scope, or 404; then ask whether the person hands out, or 403."""
    meeting = fetch(request, slug, Right.PUBLISH_MATERIAL)
    return get_object_or_404(meeting.materials.select_related("meeting"), key=key)


@require_http_methods(["GET", "POST"])
def edit(request: PortalRequest, slug: str, key: UUID) -> HttpResponse:
    """Correct title, audiences and hour; the file stays as it is."""
    material = _material(request, slug, key)
    form = MaterialForm(request.POST or None, meeting=material.meeting, material=material)
    if form.is_valid():
        try:
            materials.change(material_id=material.pk, **form.cleaned_data)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, "Đã lưu tài liệu.")
            return redirect("materials", slug)
    return _form_page(request, material.meeting, form=form, material=material)


@require_POST
def move(request: PortalRequest, slug: str, key: UUID) -> HttpResponse:
    """Move a material one place up (``len``) or down."""
    material = _material(request, slug, key)
    by = -1 if "len" in request.POST else 1
    services.move_part(siblings=material.meeting.materials.all(), pk=material.pk, by=by)
    return redirect("materials", slug)


@require_POST
def withdraw(request: PortalRequest, slug: str, key: UUID) -> HttpResponse:
    """Take a material away from the units' pages; ``lai`` puts it back."""
    material = _material(request, slug, key)
    if "lai" in request.POST:
        materials.publish_again(material_id=material.pk)
        messages.success(request, f"Đã công bố lại: {material.title}.")
    else:
        materials.withdraw(material_id=material.pk)
        messages.success(request, f"Đã thu hồi: {material.title}. Công bố lại được bất cứ lúc nào.")
    return redirect("materials", slug)
