"""Who is called and by when: choosing units, publishing, moving the deadline."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Right
from accounts.requests import PortalRequest
from invitations import deadlines, services, wording
from invitations.forms import CallForm, DeadlineMoveForm
from invitations.models import Meeting
from invitations.views.scope import fetch


@require_http_methods(["GET", "POST"])
def units(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Choose the units called under one heading; those whose letter went out stay."""
    meeting = fetch(request, slug, Right.INVITE)
    audience = get_object_or_404(meeting.audiences.select_related("meeting"), pk=pk)
    form = CallForm(request.POST or None, audience=audience)
    if request.method == "POST" and form.is_valid():
        services.call_units(audience=audience, units=list(form.cleaned_data["units"]))
        messages.success(request, f"Đã lưu danh sách đơn vị: {audience}.")
        return redirect("meeting_edit", slug)
    context = {"meeting": meeting, "audience": audience, "form": form}
    return render(request, "invitations/meeting_units.html", context, status=422 if form.errors else 200)


@require_POST
def publish(request: PortalRequest, slug: str) -> HttpResponse:
    """Publish the meeting, or call the units added since."""
    meeting = fetch(request, slug, Right.INVITE)
    waiting = meeting.invitations.filter(sent_at__isnull=True).count()
    try:
        services.publish(meeting_id=meeting.pk, user=request.user)
    except ValidationError as problem:
        for missing in problem.messages:
            messages.error(request, missing)
        return redirect("meeting_edit", slug)
    messages.success(request, f"Đã gửi thư mời cho {waiting} đơn vị.")
    return redirect("meeting", slug)


@require_http_methods(["GET", "POST"])
def deadline(request: PortalRequest, slug: str) -> HttpResponse:
    """Move the registration deadline of all units."""
    meeting = fetch(request, slug, Right.EXTEND)
    form = DeadlineMoveForm(request.POST or None, instance=Meeting())
    if request.method == "POST" and form.is_valid():
        try:
            moved = services.move_deadline(
                meeting_id=meeting.pk, to=form.cleaned_data["registration_deadline"]
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            return _told(request, moved)
    context = {
        "meeting": meeting,
        "form": form,
        "called": meeting.invitations.sent().count(),
        "with_it": meeting.deadlines.filter(at=meeting.registration_deadline),
        "asked": meeting.assignments.filter(due_at=meeting.registration_deadline),
    }
    return render(request, "invitations/meeting_deadline.html", context, status=422 if form.errors else 200)


def _told(request: PortalRequest, meeting: Meeting) -> HttpResponse:
    """Say what the deadline is now, and what looks wrong with it."""
    at = timezone.localtime(meeting.registration_deadline)
    messages.success(request, f"Hạn đăng ký từ nay là {at:%H:%M, %d/%m/%Y}.")
    first = wording.begins_at(list(meeting.sessions.all()))
    for doubt in deadlines.doubts(
        registration_deadline=meeting.registration_deadline, line_test_at=None, first_session=first
    ):
        messages.warning(request, f"{doubt} Hạn mới vẫn được lưu.")
    return redirect("meeting", meeting.slug)
