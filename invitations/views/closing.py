"""Closing a meeting that is over, and opening it again."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Right
from accounts.requests import PortalRequest
from invitations import closing
from invitations.issuing_forms import ReasonForm
from invitations.models import Meeting
from invitations.views.scope import fetch


@require_http_methods(["GET", "POST"])
def close(request: PortalRequest, slug: str) -> HttpResponse:
    """Show whether the meeting is closed, by whom and when; POST closes it."""
    meeting = fetch(request, slug, Right.EDIT_MEETING)
    if request.method == "GET":
        return _page(request, meeting)
    try:
        closing.close(meeting_id=meeting.pk, user=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return _page(request, meeting, status=409)
    messages.success(request, "Đã đóng hội nghị. Từ bây giờ không ai ghi thêm được.")
    return redirect("meeting_close", meeting.slug)


@require_POST
def reopen(request: PortalRequest, slug: str) -> HttpResponse:
    """Open a closed meeting again, with a reason."""
    meeting = fetch(request, slug, Right.EDIT_MEETING)
    form = _form(request)
    if not form.is_valid():
        return _page(request, meeting, form, status=422)
    try:
        closing.reopen(meeting_id=meeting.pk, user=request.user, reason=form.cleaned_data["reason"])
    except ValidationError as refused:
        form.add_error(None, refused.messages)
        return _page(request, meeting, form, status=409)
    messages.success(request, "Đã mở lại hội nghị. Sửa xong thì đóng lại.")
    return redirect("meeting_close", meeting.slug)


def _form(request: PortalRequest | None = None) -> ReasonForm:
    return ReasonForm(
        request.POST if request else None,
        missing="Ghi lý do mở lại, ví dụ sửa số điểm danh của Can Lộc.",
        help_text="Giữ cùng tên đồng chí và giờ mở, mọi người ở Văn phòng đọc được.",
    )


def _page(
    request: PortalRequest, meeting: Meeting, form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    meeting.refresh_from_db(fields=["state"])
    context = {
        "meeting": meeting,
        "form": form or _form(),
        "turns": list(meeting.closings.select_related("by")),
        "is_closed": meeting.state == Meeting.State.CLOSED,
    }
    return render(request, "invitations/meeting_close.html", context, status=status)
