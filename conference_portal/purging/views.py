"""What will go of a meeting's people and when; keeping it longer; deleting it now; the record afterwards."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.clock import database_now
from accounts.permissions import Right
from accounts.requests import PortalRequest
from conference_portal.purging import services
from conference_portal.purging.forms import KeepForm, PurgeForm
from invitations import retention
from invitations.models import Meeting
from invitations.views.scope import fetch


@require_http_methods(["GET", "POST"])
def purge(request: PortalRequest, slug: str) -> HttpResponse:
    """Show what goes and when, or what has gone; POST with the meeting's code deletes it now."""
    meeting = fetch(request, slug, Right.EDIT_MEETING)
    if request.method == "GET":
        return _page(request, meeting)
    form = PurgeForm(request.POST, meeting=meeting)
    if not form.is_valid():
        return _page(request, meeting, purge_form=form, status=422)
    try:
        services.begin(meeting_id=meeting.pk, user=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return _page(request, meeting, status=409)
    services.wake_after_commit()
    messages.success(request, "Đang xóa dữ liệu cá nhân. Trang này ghi lại đã xóa những gì.")
    return redirect("meeting_purge", meeting.slug)


@require_POST
def keep(request: PortalRequest, slug: str) -> HttpResponse:
    """Set for how long the people of the meeting are kept."""
    meeting = fetch(request, slug, Right.EDIT_MEETING)
    form = KeepForm(request.POST, meeting=meeting)
    if not form.is_valid():
        return _page(request, meeting, keep_form=form, status=422)
    try:
        retention.keep(meeting_id=meeting.pk, days=form.cleaned_data["days"])
    except ValidationError as refused:
        form.add_error(None, refused.messages)
        return _page(request, meeting, keep_form=form, status=409)
    messages.success(request, "Đã đổi thời hạn giữ dữ liệu cá nhân.")
    return redirect("meeting_purge", meeting.slug)


def _page(
    request: PortalRequest,
    meeting: Meeting,
    *,
    keep_form: KeepForm | None = None,
    purge_form: PurgeForm | None = None,
    status: int = 200,
) -> HttpResponse:
    record = retention.purge_of(meeting)
    due = retention.due_at(meeting)
    context = {
        "meeting": meeting,
        "record": record,
        "due": due,
        "is_due": due is not None and due <= database_now(),
        "days": retention.days_of(meeting),
        "kinds": services.in_words(record.counts) if record else services.preview(meeting),
        "keep_form": keep_form or KeepForm(meeting=meeting),
        "purge_form": purge_form or PurgeForm(meeting=meeting),
    }
    return render(request, "purging/purge.html", context, status=status)
