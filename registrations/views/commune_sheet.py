"""The communes of a unit by Excel: the workbook to fill, the preview of what comes back, the take-over."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.files.giving import give_made
from accounts.permissions import Right
from accounts.requests import PortalRequest
from registrations import commune_sheet as sheets
from registrations.overview import overview
from registrations.roster import guarded
from registrations.roster.cells import UnreadableRosterError
from registrations.roster.containers import TOO_LARGE
from registrations.roster.limits import MOST_BYTES
from registrations.services.commune_table import take_sheet
from registrations.services.drafts import Closed, Stale
from registrations.services.giving import given
from registrations.states import Standing
from registrations.views.rows import too_late_words
from registrations.views.scope import fetch, fresh_overview


@require_http_methods(["GET", "POST"])
def sheet(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Offer the workbook and take one back: nothing is written before the preview is confirmed."""
    at = fetch(request, slug, unit, Right.REGISTER)
    if request.method == "GET":
        return _page(request, at)
    upload = request.FILES.get("file")
    if upload is None:
        return _page(request, at, problem="Chọn tệp Excel đã điền rồi bấm Xem trước.", status=422)
    if (upload.size or 0) > MOST_BYTES:
        return _page(request, at, problem=TOO_LARGE, status=422)
    try:
        read = guarded.read_communes(upload.read(), upload.name or "")
    except UnreadableRosterError as reason:
        return _page(request, at, problem=str(reason), status=422)
    return _page(request, at, preview=sheets.preview(read, overview(at)))


@require_safe
def workbook(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Send the workbook of the unit's communes, filled with what is known."""
    at = fetch(request, slug, unit, Right.REGISTER)
    made = sheets.write_workbook(overview(at))
    given(invitation=at.invitation, user=request.user, what="bảng điểm cầu xã")
    return give_made(made, title=f"Điểm cầu xã {at.invitation.unit}", ending="xlsx")


@require_POST
def take(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Write the rows of a preview, all or none."""
    at = fetch(request, slug, unit, Right.REGISTER)
    rows = sheets.unsealed(request.POST.get("rows", ""), at.invitation.pk)
    if rows is None:
        return _page(request, at, problem="Bản xem trước đã cũ. Tải tệp lên lần nữa.", status=422)
    try:
        changed = take_sheet(
            invitation_id=at.invitation.pk,
            user=request.user,
            waited=request.waited(),
            rows=[row for _, row in rows],
        )
    except Closed as too_late:
        problem = f"{too_late_words(too_late)} Chưa ghi gì."
        return _page(request, at, preview=sheets.again(rows, overview(at)), problem=problem, status=409)
    except Stale as stale:
        problem = f"Có người vừa sửa {stale.current.unit.called}. Chưa ghi gì: xem lại bên dưới rồi nhận."
        preview = sheets.again(rows, fresh_overview(at))
        return _page(request, at, preview=preview, problem=problem, status=409)
    messages.success(request, f"Đã ghi {len(changed)} xã từ tệp Excel.")
    return redirect("registration_communes", slug, unit)


def _page(
    request: PortalRequest,
    at: Standing,
    *,
    preview: sheets.SheetPreview | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "at": at,
        "meeting": at.invitation.meeting,
        "unit": at.invitation.unit,
        "editable": at.is_open,
        "preview": preview,
        "problem": problem,
        "rows": sheets.sealed(preview.changed, at.invitation.pk) if preview else "",
    }
    return render(request, "registrations/commune_sheet.html", context, status=status)
