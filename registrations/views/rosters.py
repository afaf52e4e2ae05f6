"""Lists of delegates from Excel: bring one, see how it was read, take it, get it back coloured."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.files.giving import give_made
from accounts.permissions import Right
from accounts.receiving import Quota, receive
from accounts.requests import PortalRequest
from registrations.models import RosterUpload
from registrations.preview import OPTIONS, preview
from registrations.roster import template as roster_template
from registrations.roster.cells import UnreadableRosterError
from registrations.roster.limits import MOST_BYTES
from registrations.roster_forms import RosterForm, chosen_columns, rows_to_leave
from registrations.services import Closed, rosters
from registrations.services.giving import given
from registrations.states import Standing
from registrations.views.scope import fetch

LISTS_ON_A_PAGE = 20
SMALLER = "Chép riêng bảng danh sách sang tệp Excel mới rồi tải lên."


@csrf_exempt  # only until the quota stands: reading the token reads the file
@require_http_methods(["GET", "POST"])
def lists(request: PortalRequest, slug: str, unit: str) -> HttpResponseBase:
    """Bring a list, as a file or as pasted cells; see the lists that were brought before."""
    at = fetch(request, slug, unit, Right.REGISTER)
    return csrf_protect(_lists)(request, at, receive(request, smaller=SMALLER))


def _lists(request: PortalRequest, at: Standing, quota: Quota) -> HttpResponse:
    form = RosterForm()
    if request.method == "POST":
        form = RosterForm(request.POST, request.FILES, refused=quota.refused)
    if form.is_valid():
        try:
            upload = _brought(request, at, form)
        except UnreadableRosterError as reason:
            form.add_error("file" if form.cleaned_data["file"] else "text", str(reason))
        else:
            return redirect(
                "registration_roster", at.invitation.meeting.slug, at.invitation.unit.slug, upload.key
            )
    earlier = RosterUpload.objects.filter(invitation=at.invitation).select_related("uploaded_by")
    pages = Paginator(earlier.defer("read", "columns"), LISTS_ON_A_PAGE)
    context = _page(at) | {
        "form": form,
        "earlier": pages.get_page(request.GET.get("page")),
        "most_megabytes": MOST_BYTES // 2**20,
    }
    return render(request, "registrations/rosters.html", context, status=422 if form.errors else 200)


def _brought(request: PortalRequest, at: Standing, form: RosterForm) -> RosterUpload:
    file, text = form.cleaned_data["file"], form.cleaned_data["text"]
    if file is None:
        return rosters.bring_text(invitation=at.invitation, user=request.user, text=text)
    return rosters.bring(invitation=at.invitation, user=request.user, name=file.name, data=file.read())


def _page(at: Standing) -> dict[str, Any]:
    return {"at": at, "meeting": at.invitation.meeting, "unit": at.invitation.unit, "is_open": at.is_open}


def _upload(at: Standing, key: UUID) -> RosterUpload:
    """Return one list of the unit; of another unit there is none."""
    upload = get_object_or_404(RosterUpload, invitation=at.invitation, key=key)
    upload.invitation = at.invitation
    return upload


@require_safe
def one(request: PortalRequest, slug: str, unit: str, key: UUID) -> HttpResponse:
    """Show how a list was read: its columns, and row by row what becomes of it."""
    at = fetch(request, slug, unit, Right.REGISTER)
    return _shown(request, at, _upload(at, key))


def _shown(
    request: PortalRequest,
    at: Standing,
    upload: RosterUpload,
    *,
    chosen: dict[str, str] | None = None,
    problem: str = "",
) -> HttpResponse:
    group, page = request.GET.get("nhom", ""), request.GET.get("page", 1)
    view = preview(upload, group=group, page=page, chosen=chosen)
    context = _page(at) | {
        "upload": upload,
        "view": view,
        "options": OPTIONS,
        "problem": problem,
        "chosen": chosen or {},
        "letters": "ABCDEFGHIJKL",
    }
    return render(request, "registrations/roster.html", context, status=422 if problem else 200)


@require_POST
def read_again(request: PortalRequest, slug: str, unit: str, key: UUID) -> HttpResponse:
    """Read a list with the clerk's own columns, or another sheet of it."""
    at = fetch(request, slug, unit, Right.REGISTER)
    upload = _upload(at, key)
    sheet, columns = request.POST.get("trang-tinh", ""), chosen_columns(request.POST)
    if sheet and sheet != upload.sheet:
        columns = {}
    try:
        rosters.read_again(upload=upload, columns=columns, sheet=sheet or upload.sheet)
    except UnreadableRosterError as reason:
        chosen = {letter: field.value for letter, field in columns.items()}
        return _shown(request, at, upload, chosen=chosen, problem=str(reason))
    messages.success(request, "Đã đọc lại danh sách.")
    return redirect("registration_roster", slug, unit, key)


@require_POST
def take(request: PortalRequest, slug: str, unit: str, key: UUID) -> HttpResponse:
    """Take the good rows; ask first where there are more names than were declared."""
    at = fetch(request, slug, unit, Right.REGISTER)
    upload, leave = _upload(at, key), rows_to_leave(request.POST)
    if "bo-lai-can-xem" in request.POST:
        roster = rosters.roster_of(upload)
        leave |= {row.row for row in roster.to_look_at} if roster else set()
    beyond = request.POST.get("vuot", "")
    try:
        taken = rosters.take(
            upload=upload,
            user=request.user,
            waited=request.waited(),
            leave=leave,
            beyond=beyond if beyond in ("raise", "keep") else "",
        )
    except rosters.BeyondDeclared as more:
        declared = any(one.declared is not None for one in more.roles)
        context = {"upload": upload, "roles": more.roles, "leave": sorted(leave), "some_declared": declared}
        return render(request, "registrations/roster_beyond.html", _page(at) | context)
    except Closed as too_late:
        hour = f"{timezone.localtime(too_late.deadline):%H:%M:%S, %d/%m/%Y}"
        messages.error(request, f"Đã hết hạn lúc {hour}. Chưa nhận dòng nào; danh sách vẫn còn ở đây.")
        return redirect("registration_roster", slug, unit, key)
    messages.success(request, _taken_words(taken.added, taken.known))
    return redirect("registration_roster", slug, unit, key)


def _taken_words(added: int, known: int) -> str:
    if not added:
        return f"Không có ai mới: {known} đồng chí đã có trong danh sách." if known else "Chưa nhận dòng nào."
    return f"Đã nhận {added} đồng chí." + (f" {known} đồng chí đã có từ trước." if known else "")


@require_safe
def marked(request: PortalRequest, slug: str, unit: str, key: UUID) -> HttpResponse:
    """Give the workbook back with its cells in question coloured."""
    at = fetch(request, slug, unit, Right.REGISTER)
    upload = _upload(at, key)
    try:
        data = rosters.marked(upload)
    except UnreadableRosterError as reason:
        messages.error(request, str(reason))
        return redirect("registration_roster", slug, unit, key)
    given(invitation=at.invitation, user=request.user, what=f"tệp cần sửa, {upload.name}")
    return give_made(data, title=rosters.file_name(upload), ending="xlsx")


@require_safe
def template(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Give a workbook to fill in, with the unit's own points and roles as lists to choose from."""
    at = fetch(request, slug, unit, Right.REGISTER)
    data = roster_template.written(at.invitation)
    return give_made(data, title=f"Danh sách đại biểu, {at.invitation.unit}", ending="xlsx")
