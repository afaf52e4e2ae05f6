"""All that a unit submitted, and what changed from one version to another."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import Right
from accounts.requests import PortalRequest
from invitations.views.scope import fetch as fetch_meeting
from registrations.comparison import point_names, sections
from registrations.differences import Document, differences
from registrations.models import Registration, Submission
from registrations.services.looking import with_unseen
from registrations.snapshot import take_snapshot
from registrations.states import Standing
from registrations.version_forms import DRAFT, VersionsForm, usual
from registrations.views.scope import fetch


@require_safe
def compare(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Set two versions side by side: who was added, removed, altered, which points and numbers."""
    at = fetch(request, slug, unit, Right.READ_REGISTRATION)
    context: dict[str, Any] = {"at": at, "meeting": at.invitation.meeting, "unit": at.invitation.unit}
    registration = at.registration
    context["submissions"] = submissions = submissions_of(registration)
    if registration is None or not submissions:
        return render(request, "registrations/compare.html", context)
    unsent = registration.has_unsent_changes
    chosen = usual(submissions, unsent=unsent) | {name: value for name, value in request.GET.items() if value}
    form = VersionsForm(chosen, submissions=submissions, unsent=unsent)
    context["form"] = form
    if form.is_valid():
        context |= _compared(at, registration, form.cleaned_data["tu"], form.cleaned_data["den"])
    return render(request, "registrations/compare.html", context, status=422 if form.errors else 200)


def submissions_of(registration: Registration | None) -> list[Submission]:
    """Return what the unit submitted, newest first, without the contents."""
    if registration is None:
        return []
    found = Submission.objects.filter(registration=registration).defer("content")
    return list(found.select_related("submitted_by"))


def _compared(at: Standing, registration: Registration, first: str, second: str) -> dict[str, Any]:
    numbers = [int(number) for number in (first, second) if number != DRAFT]
    found = Submission.objects.filter(registration=registration, number__in=numbers)
    contents: dict[str, Document] = {str(one.number): one.content for one in found}
    if second == DRAFT:
        contents[DRAFT], _ = take_snapshot(registration, at.invitation)
    before, after = contents[first], contents[second]
    difference = differences(before, after)
    return {
        "difference": difference,
        "sections": sections(difference, point_names(before, after)),
        "first": f"lần {first}",
        "second": "Bản đang soạn" if second == DRAFT else f"Lần {second}",
    }


@require_safe
def changes(request: PortalRequest, slug: str) -> HttpResponse:
    """List the units whose registration was changed since the person last looked, newest first."""
    meeting = fetch_meeting(request, slug, Right.READ_BOARD)
    rows = list(with_unseen(meeting, request.user))
    new = [row for row in rows if row.unseen]  # type: ignore[attr-defined]
    everything = "tat-ca" in request.GET
    context = {"meeting": meeting, "rows": rows if everything else new, "new": len(new), "all": len(rows)}
    return render(request, "registrations/changes.html", context | {"everything": everything})
