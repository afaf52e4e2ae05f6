"""More time: a late unit asks for it from its closed page, the office answers one or many at once."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.clock import database_now
from accounts.permissions import Right
from accounts.requests import PortalRequest
from accounts.templatetags.portal import moment
from invitations.models import Meeting
from invitations.views.scope import fetch as fetch_meeting
from registrations import services
from registrations.extension_forms import AnswerForm, AskExtensionForm
from registrations.late_units import read_late_units
from registrations.overview import overview
from registrations.services.extending import Decided
from registrations.views.scope import fetch
from registrations.views.unit import closed_page


@require_POST
def ask(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Ask the office for more time; whatever comes of it, the reason that was typed is shown again."""
    at = fetch(request, slug, unit, Right.REGISTER)
    form = AskExtensionForm(request.POST)
    if not form.is_valid():
        return closed_page(request, overview(at), form=form, status=422)
    reason = form.cleaned_data["reason"]
    try:
        asked = services.ask_extension(invitation_id=at.invitation.pk, user=request.user, reason=reason)
    except ValidationError as problem:
        messages.warning(request, f"{' '.join(problem.messages)} Chưa gửi đề nghị này: {reason}")
        return redirect("registration", slug, unit)
    if not asked.is_new and asked.request.reason != reason:
        return closed_page(request, overview(at), form=form, status=409)
    return redirect("registration", slug, unit)


@require_http_methods(["GET", "POST"])
def requests(request: PortalRequest, slug: str) -> HttpResponse:
    """Show who asked for more time and who is late; POST grants or refuses those that are ticked."""
    meeting = fetch_meeting(request, slug, Right.EXTEND)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            decided = _decide(request, meeting, form)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            _say(request, form, decided)
            return redirect("extension_requests", slug)
    asked = request.GET
    late = read_late_units(
        meeting,
        database_now(),
        view=asked.get("xem", ""),
        page=asked.get("page", ""),
        ticked=form.ticked,
    )
    context = {"meeting": meeting, "late": late, "form": form}
    return render(request, "registrations/late_units.html", context, status=422 if form.errors else 200)


def _decide(request: PortalRequest, meeting: Meeting, form: AnswerForm) -> Decided:
    words, user = form.cleaned_data["words"], request.user
    if form.refuses:
        return services.refuse(meeting=meeting, chosen=form.chosen, answer=words, user=user)
    until = form.cleaned_data["until"]
    return services.grant(meeting=meeting, chosen=form.chosen, until=until, reason=words, user=user)


def _say(request: PortalRequest, form: AnswerForm, decided: Decided) -> None:
    """Say for whom it was done, and name those who were left as they are."""
    if decided.units:
        who = str(decided.units[0]) if len(decided.units) == 1 else f"{len(decided.units)} đơn vị"
        done = "Đã trả lời không cho" if form.refuses else "Đã cho"
        until = "" if form.refuses else f" đến {moment(form.cleaned_data['until'])}"
        messages.success(request, f"{done} {who}{until}.")
    if decided.passed:
        named = "; ".join(f"{one.unit} ({one.why})" for one in decided.passed)
        messages.warning(request, f"Giữ nguyên, không ghi đè: {named}.")
