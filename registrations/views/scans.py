"""The signed scans of a submission: attach, download, take away."""

from __future__ import annotations

import logging
from pathlib import PurePath
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST, require_safe

from accounts.files.giving import attachment
from accounts.files.inspecting import ENDINGS
from accounts.files.refusing import FileRefused
from accounts.permissions import Right
from accounts.receiving import Quota, receive
from accounts.requests import PortalRequest
from registrations.models import SignedScan, Submission
from registrations.services import scanning
from registrations.states import Standing
from registrations.views.scope import fetch
from registrations.views.submission import show_receipt

logger = logging.getLogger(__name__)

SMALLER = "Quét ở chế độ đen trắng 200 dpi, hoặc chia thành nhiều tệp."


@csrf_exempt  # only until the quota stands: reading the token reads the files
@require_POST
def attach(request: PortalRequest, slug: str, unit: str, number: int) -> HttpResponseBase:
    """Attach one or more signed pages; what is refused is told file by file, the others are kept."""
    at, submission = _fetch(request, slug, unit, number, Right.REGISTER)
    quota = receive(request, most_files=scanning.MOST_FILES, smaller=SMALLER)
    return csrf_protect(_attach)(request, at, submission, quota)


def _attach(request: PortalRequest, at: Standing, submission: Submission, quota: Quota) -> HttpResponse:
    kept, refused = 0, list[str]()
    for file in request.FILES.getlist("files"):
        problem = _keep(request, at, submission, file)
        kept, refused = kept + (not problem), refused + ([problem] if problem else [])
    refused = [*quota.refused, *refused]
    if not kept and not refused:
        refused = ["Chưa chọn tệp nào. Bấm “Chọn tệp”, chọn bản quét hoặc ảnh chụp đã ký."]
    if refused:
        return show_receipt(request, at, submission, refused=refused, kept=kept, status=422)
    messages.success(request, f"Đã đính kèm {kept} tệp." if kept > 1 else "Đã đính kèm bản ký.")
    meeting, unit = at.invitation.meeting, at.invitation.unit
    return redirect("receipt", meeting.slug, unit.slug, submission.number)


def _keep(
    request: PortalRequest, at: Standing, submission: Submission, file: UploadedFile[bytes]
) -> str | None:
    """Attach one file, or say why not."""
    try:
        scanning.attach(submission=submission, invitation_id=at.invitation.pk, user=request.user, file=file)
    except FileRefused as reason:
        return f"“{file.name}”: {reason}"
    except ValidationError as reason:
        return f"“{file.name}”: {reason.messages[0]}"
    return None


@require_safe
def download(request: PortalRequest, slug: str, unit: str, number: int, key: UUID) -> HttpResponseBase:
    """Give a scan out as an attachment; who and what is written down by number, never by name."""
    _, submission = _fetch(request, slug, unit, number, Right.READ_REGISTRATION)
    scan = get_object_or_404(SignedScan, submission=submission, key=key)
    try:
        file = scan.file.open("rb")
    except FileNotFoundError:
        messages.error(request, "Tệp này không còn trên máy chủ. Đề nghị đơn vị gửi lại bản ký.")
        return redirect("receipt", slug, unit, number)
    logger.info("scan %s of submission %s given to user %s", scan.key, submission.pk, request.user.pk)
    response = FileResponse(file, content_type=scan.content_type)
    response["Content-Disposition"] = attachment(PurePath(scan.name).stem, ENDINGS[scan.content_type])
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def remove(request: PortalRequest, slug: str, unit: str, number: int, key: UUID) -> HttpResponse:
    """Take a scan away, after the page has asked."""
    at, submission = _fetch(request, slug, unit, number, Right.REGISTER)
    try:
        name = scanning.detach(
            submission=submission, invitation_id=at.invitation.pk, user=request.user, key=key
        )
    except SignedScan.DoesNotExist:
        messages.success(request, "Tệp này đã được xóa rồi.")
    else:
        messages.success(request, f"Đã xóa {name}.")
    return redirect("receipt", slug, unit, number)


def _fetch(
    request: PortalRequest, slug: str, unit: str, number: int, right: Right
) -> tuple[Standing, Submission]:
    at = fetch(request, slug, unit, right)
    found = Submission.objects.select_related("submitted_by")
    return at, get_object_or_404(found, registration=at.registration, number=number)
