"""Declining a letter, with a reason."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.permissions import Right
from accounts.requests import PortalRequest
from invitations.issuing_forms import ReasonForm
from registrations.services.declining import decline as decline_letter
from registrations.views.scope import fetch


@require_http_methods(["GET", "POST"])
def decline(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Say that nobody of the person's own unit will come, and why."""
    at = fetch(request, slug, unit, Right.CONFIRM)
    if at.invitation.unit_id != request.user.unit_id:
        raise PermissionDenied("each unit answers its own letter")
    form = ReasonForm(
        request.POST if request.method == "POST" else None,
        initial={"reason": at.invitation.decline_reason},
        missing="Ghi lý do không tham dự để Văn phòng biết.",
        help_text="Văn phòng đọc nguyên văn. Đổi ý thì xác nhận lại được khi hội nghị còn nhận đăng ký.",
    )
    number = request.POST.get("ban", "")
    if request.method == "POST" and form.is_valid():
        try:
            decline_letter(
                invitation_id=at.invitation.pk,
                user=request.user,
                reason=form.cleaned_data["reason"],
                number=int(number) if number.isdecimal() else None,
            )
        except ValidationError as problem:
            form.add_error(None, problem.messages)
        else:
            messages.success(request, "Đã báo không tham dự.")
            return redirect("meeting", slug)
    context = {"at": at, "form": form, "issue": at.invitation.meeting.issues.defer("content").first()}
    return render(request, "registrations/decline.html", context, status=422 if form.errors else 200)
