"""One share of work with all that was reported of it, and how ready the units of a meeting are."""

from __future__ import annotations

import logging
from pathlib import PurePath
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clock import database_now
from accounts.files.giving import give
from accounts.files.inspecting import ENDINGS
from accounts.permissions import Right, require
from accounts.receiving import MOST_BYTES, Quota, receive
from accounts.requests import PortalRequest
from invitations import working
from invitations.models import AssignedUnit, Assignment, ShareFile
from invitations.readiness import Filter, readiness
from invitations.views.scope import fetch
from invitations.work_forms import ReportForm

logger = logging.getLogger(__name__)

SMALLER = "Chụp ở cỡ nhỏ hơn, hoặc lưu thành PDF rồi chọn lại."
ROWS_A_PAGE = 60


def _share(request: PortalRequest, pk: int, *, to_mark: bool = False) -> AssignedUnit:
    """Fetch a share in the person's scope, or 404; then ask whether the person may report on it, or 403."""
    visible = AssignedUnit.objects.visible_to(request.user)
    share = get_object_or_404(visible.select_related("assignment__meeting", "unit", "changed_by"), pk=pk)
    require(request.user, Right.DO_ASSIGNMENT)
    if to_mark and not share.may_be_marked_by(request.user):
        raise PermissionDenied(Right.DO_ASSIGNMENT)
    return share


@csrf_exempt  # only until the quota stands: reading the token reads the files
@require_http_methods(["GET", "POST"])
def report(request: PortalRequest, pk: int) -> HttpResponseBase:
    """Show one share with every report and file; take a new report."""
    share = _share(request, pk, to_mark=request.method == "POST")
    quota = receive(request, most_files=working.MOST_FILES, smaller=SMALLER)
    return csrf_protect(_report)(request, share, quota)


def _report(request: PortalRequest, share: AssignedUnit, quota: Quota) -> HttpResponse:
    if request.method != "POST":
        return _page(request, share, ReportForm(initial={"state": share.state, "was": share.state}), [])
    form, files = ReportForm(request.POST), request.FILES.getlist("files")
    refused = list(quota.refused)
    if form.is_valid() and not refused:
        try:
            working.report(
                share_id=share.pk,
                state=AssignedUnit.State(form.cleaned_data["state"]),
                user=request.user,
                was=form.cleaned_data["was"] or None,
                remark=form.cleaned_data["remark"],
                files=files,
            )
        except ValidationError as problem:
            refused = problem.messages
        else:
            messages.success(request, "Đã ghi báo cáo.")
            return redirect("assignment_report", share.pk)
    return _page(request, share, form, refused)


def _page(request: PortalRequest, share: AssignedUnit, form: ReportForm, refused: list[str]) -> HttpResponse:
    context = {
        "share": share,
        "form": form,
        "refused": refused,
        "may_mark": share.may_be_marked_by(request.user),
        "reports": share.reports.select_related("by"),
        "files": share.files.select_related("uploaded_by"),
        "most_megabytes": MOST_BYTES // 2**20,
    }
    status = 422 if refused or form.errors else 200
    return render(request, "invitations/assignment_report.html", context, status=status)


@require_safe
def file(request: PortalRequest, pk: int, key: UUID) -> HttpResponseBase:
    """Give out a photo or file of a share."""
    share = _share(request, pk)
    row = get_object_or_404(ShareFile, share=share, key=key)
    try:
        response = give(
            request,
            row.file,
            title=PurePath(row.name).stem,
            ending=ENDINGS[row.content_type],
            content_type=row.content_type,
            sha256=row.sha256,
        )
    except FileNotFoundError:
        messages.error(request, "Tệp này không còn trên máy chủ. Đề nghị đơn vị gửi lại.")
        return redirect("assignment_report", pk)
    logger.info("file %s of share %s given to user %s", row.key, share.pk, request.user.pk)
    return response


@require_POST
def file_remove(request: PortalRequest, pk: int, key: UUID) -> HttpResponse:
    """Take a file away, after the page has asked."""
    share = _share(request, pk, to_mark=True)
    try:
        name = working.remove_file(share_id=share.pk, key=key)
    except ShareFile.DoesNotExist:
        messages.success(request, "Tệp này đã được xóa rồi.")
    else:
        messages.success(request, f"Đã xóa {name}.")
    return redirect("assignment_report", pk)


@require_safe
def ready(request: PortalRequest, slug: str) -> HttpResponse:
    """Show how far the units' work is; with ``in`` in the address all on one page, to be printed."""
    meeting = fetch(request, slug, Right.READ_BOARD)
    found = readiness(meeting, request.user, Filter.of(request.GET), database_now())
    rows = found.rows
    paginator = Paginator(rows, max(len(rows), 1) if "in" in request.GET else ROWS_A_PAGE)
    page = paginator.get_page(request.GET.get("page"))
    context = {"meeting": meeting, "readiness": found, "page": page, "choices": Assignment.Kind.choices}
    return render(request, "invitations/assignment_readiness.html", context)
