"""Pressing "Gửi", and the receipt."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Right
from accounts.requests import PortalRequest
from registrations import services
from registrations.comparison import PROVINCIAL, point_names
from registrations.forms import SubmitForm
from registrations.models import Attempt, Change, Submission
from registrations.states import Standing
from registrations.views.scope import fetch
from registrations.views.versions import submissions_of


@require_POST
def submit(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Submit the registration: to the receipt, or to the page that says why not."""
    at = fetch(request, slug, unit, Right.REGISTER)
    form = SubmitForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("Biểu mẫu gửi không đủ. Mở lại trang đăng ký và bấm gửi lần nữa.")
    outcome = services.submit(
        invitation_id=at.invitation.pk,
        user=request.user,
        form_uuid=form.cleaned_data["form_uuid"],
        version=form.cleaned_data["version"],
        beyond=form.cleaned_data["beyond"],
        waited=request.waited(),
    )
    if outcome.submission is not None:
        return redirect("receipt", slug, unit, outcome.submission.number)
    if outcome.attempt.result == Attempt.Result.STALE:
        changes = Change.objects.select_related("by").filter(
            registration=at.registration, version__gt=form.cleaned_data["version"]
        )
        context = {"meeting": at.invitation.meeting, "unit": at.invitation.unit, "changes": changes[:100]}
        return render(request, "registrations/stale.html", context, status=409)
    messages.error(request, f"{outcome.attempt.get_result_display()}. Những gì đã nhập vẫn còn nguyên.")
    return redirect("registration", slug, unit)


@require_safe
def receipt(request: PortalRequest, slug: str, unit: str, number: int) -> HttpResponse:
    """Show the receipt of one submission and what was submitted; made to be printed."""
    at = fetch(request, slug, unit, Right.READ_REGISTRATION)
    submission = get_object_or_404(
        Submission.objects.select_related("submitted_by"), registration=at.registration, number=number
    )
    return show_receipt(request, at, submission)


def show_receipt(
    request: PortalRequest,
    at: Standing,
    submission: Submission,
    *,
    refused: Sequence[str] = (),
    kept: int = 0,
    status: int = 200,
) -> HttpResponse:
    """Draw the receipt, with what was ``refused`` of the files just sent and how many were ``kept``."""
    names = point_names(submission.content)
    context = {
        "at": at,
        "meeting": at.invitation.meeting,
        "unit": at.invitation.unit,
        "submission": submission,
        "numbers": [
            (row["role"] or names.get(row["point"], PROVINCIAL), row["number"])
            for row in submission.content["headcounts"]
        ],
        "submissions": submissions_of(at.registration),
        "scans": submission.scans.select_related("uploaded_by"),
        "refused": refused,
        "kept": kept,
        "extensions": at.invitation.extensions.select_related("granted_by"),
    }
    return render(request, "registrations/receipt.html", context, status=status)
