"""A unit's part of the result report."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.permissions import Right
from accounts.requests import PortalRequest
from registrations.models import ResultRequest, ResultTelling
from registrations.services import telling as services
from registrations.states import Standing
from registrations.telling_forms import LABELS, TellingForm
from registrations.views.scope import fetch


@require_http_methods(["GET", "POST"])
def telling(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Show what is asked of the unit and by when; POST sends it, again as often as it changes."""
    at = fetch(request, slug, unit, Right.TELL_RESULT)
    if request.method == "GET":
        return _page(request, at)
    form = TellingForm(request.POST)
    if not form.is_valid():
        return _page(request, at, form, status=422)
    version = form.cleaned_data["version"]
    try:
        services.tell(invitation_id=at.invitation.pk, user=request.user, version=version, parts=form.parts)
    except services.Overtaken as overtaken:
        again = TellingForm(initial={**form.parts, "version": overtaken.kept.version})
        return _page(request, at, again, status=409, theirs=overtaken.kept)
    except ValidationError as refused:
        form.add_error(None, refused.messages)
        return _page(request, at, form, status=422)
    messages.success(request, "Đã gửi phần báo cáo của đơn vị. Sửa và gửi lại được khi hội nghị chưa đóng.")
    return redirect("result_telling", slug, unit)


def _page(
    request: PortalRequest,
    at: Standing,
    form: TellingForm | None = None,
    *,
    status: int = 200,
    theirs: ResultTelling | None = None,
) -> HttpResponse:
    kept = ResultTelling.objects.filter(invitation=at.invitation).select_related("sent_by").first()
    if form is None:
        parts = {name: getattr(kept, name) if kept else "" for name in LABELS}
        form = TellingForm(initial={"version": kept.version if kept else 0, **parts})
    context = {
        "at": at,
        "meeting": at.invitation.meeting,
        "asked": ResultRequest.objects.filter(meeting=at.invitation.meeting).first(),
        "kept": kept,
        "form": form,
        "theirs": [(label, getattr(theirs, name)) for name, (label, _) in LABELS.items()] if theirs else [],
    }
    return render(request, "registrations/telling.html", context, status=status)
