"""Telling the units: what changed since the letter went out, put off, called off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.permissions import Right
from accounts.requests import PortalRequest
from invitations import issuing, services
from invitations.issuing_forms import ReasonForm
from invitations.models import LetterIssue, Meeting
from invitations.views.scope import fetch


@require_http_methods(["GET", "POST"])
def issue(request: PortalRequest, slug: str) -> HttpResponse:
    """Show what the units have not been told yet, and tell them. With htmx: the notice of the other pages."""
    meeting = fetch(request, slug, Right.INVITE)
    if request.method == "POST":
        return _sent(request, meeting)
    found = issuing.waiting(meeting)
    context = {"meeting": meeting, "found": found, "called": meeting.invitations.sent().count()}
    if request.htmx:
        return render(request, "invitations/_unsent_changes.html", context)
    return render(request, "invitations/meeting_issue.html", context)


def _sent(request: PortalRequest, meeting: Meeting) -> HttpResponse:
    number = request.POST.get("ban", "")
    try:
        sent = issuing.send(
            meeting_id=meeting.pk,
            user=request.user,
            number=int(number) if number.isdecimal() else -1,
            sha256=request.POST.get("noi_dung", ""),
        )
    except ValidationError as problem:
        for said in problem.messages:
            messages.error(request, said)
        return redirect("meeting_issue", meeting.slug)
    called = meeting.invitations.sent().count()
    messages.success(request, f"Bản {sent.number} của giấy mời đang được gửi cho {called} đơn vị.")
    return redirect("meeting", meeting.slug)


class Ending(NamedTuple):
    """One way to call a meeting off, in words."""

    verb: str
    title: str
    text: str
    done: str
    act: Callable[..., LetterIssue]


POSTPONE = Ending(
    "Hoãn hội nghị",
    "Hoãn hội nghị",
    "Các đơn vị nhận thông báo hoãn, không đăng ký được nữa và không bị nhắc. "
    "Khi có ngày mới, sửa giấy mời rồi mời lại.",
    "Đã hoãn hội nghị, thông báo đang được gửi.",
    issuing.postpone,
)
CANCEL = Ending(
    "Hủy hội nghị",
    "Hủy hội nghị",
    "Các đơn vị nhận thông báo hủy, không xác nhận và không đăng ký được nữa. Không mở lại được.",
    "Đã hủy hội nghị, thông báo đang được gửi.",
    issuing.cancel,
)


@require_http_methods(["GET", "POST"])
def postpone(request: PortalRequest, slug: str) -> HttpResponse:
    """Put a published meeting off, with a reason."""
    return _end(request, fetch(request, slug, Right.EDIT_MEETING), POSTPONE)


@require_http_methods(["GET", "POST"])
def cancel(request: PortalRequest, slug: str) -> HttpResponse:
    """Call a published meeting off, with a reason; a draft, of which nobody knows, is deleted."""
    meeting = fetch(request, slug, Right.EDIT_MEETING)
    if not meeting.is_draft:
        return _end(request, meeting, CANCEL)
    if request.method == "GET":
        return redirect("meeting_edit", slug)
    try:
        services.discard(meeting_id=meeting.pk)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
        return redirect("meeting", slug)
    messages.success(request, "Đã xóa bản soạn.")
    return redirect("meetings")


def _end(request: PortalRequest, meeting: Meeting, ending: Ending) -> HttpResponse:
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        missing=f"Ghi lý do {ending.verb.split()[0].lower()} để các đơn vị biết.",
        help_text="Các đơn vị đọc nguyên văn, trong thư và trên mọi trang của hội nghị.",
    )
    if request.method == "POST" and form.is_valid():
        try:
            ending.act(meeting_id=meeting.pk, user=request.user, reason=form.cleaned_data["reason"])
        except ValidationError as problem:
            form.add_error(None, problem.messages)
        else:
            messages.success(request, ending.done)
            return redirect("meeting", meeting.slug)
    context: dict[str, Any] = {"meeting": meeting, "form": form, "ending": ending}
    context["called"] = meeting.invitations.sent().count()
    return render(request, "invitations/meeting_end.html", context, status=422 if form.errors else 200)
