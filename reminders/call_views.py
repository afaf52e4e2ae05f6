"""The call list, and what is written down of one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.clock import database_now
from accounts.permissions import Right, require
from invitations.models import Invitation, Meeting
from invitations.views.scope import fetch
from registrations.states import standing, with_extension
from reminders.calls import Line, call_list, lines_of
from reminders.forms import CallForm
from reminders.services.calling import record_call

if TYPE_CHECKING:
    from accounts.requests import PortalRequest


@require_GET
def calls(request: PortalRequest, slug: str) -> HttpResponse:
    """List the silent units: whom to call, how often they were reminded, what came of calls."""
    meeting = fetch(request, slug, Right.REMIND)
    found = call_list(meeting, request.user, request.GET, database_now())
    return render(request, "reminders/calls.html", {"meeting": meeting, "calls": found})


@require_http_methods(["GET", "POST"])
def call(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Show whom to ring up at one unit and what to say; write down what came of it."""
    meeting = _scope(request, slug, unit)
    require(request.user, Right.REMIND)
    line = _line(meeting, unit)
    form = CallForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            record_call(
                meeting=meeting,
                unit=line.standing.invitation.unit,
                user=request.user,
                heard=form.heard,
                key=form.cleaned_data["key"],
            )
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"Đã ghi cuộc gọi: {line.standing.invitation.unit.called}.")
            return redirect("calls", meeting.slug)
    context = {"meeting": meeting, "line": line, "form": form, "unit": line.standing.invitation.unit}
    return render(request, "reminders/call.html", context, status=422 if form.errors else 200)


def _scope(request: PortalRequest, slug: str, unit: str) -> Meeting:
    """Fetch the meeting if this person may see the unit called to it, or 404."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), slug=slug)
    get_object_or_404(Invitation.objects.visible_to(request.user), meeting=meeting, unit__slug=unit)
    return meeting


def _line(meeting: Meeting, unit: str) -> Line:
    invited = with_extension(meeting.invitations.sent().filter(unit__slug=unit)).first()
    if invited is None:
        raise Http404
    return lines_of(meeting, [standing(invited, database_now())])[0]
