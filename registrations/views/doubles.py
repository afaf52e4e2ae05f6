"""Rows that look like one person: a unit sees pairs of its own branch, the office all of the meeting."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import Right
from accounts.requests import PortalRequest
from invitations.views.scope import fetch
from registrations.doubles import read_doubles, visible
from registrations.models import SamePerson
from registrations.services import pairing

SETTLED = "da-quyet"


@require_safe
def doubles(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the pairs to look at, or with ``?xem=da-quyet`` what was decided."""
    meeting = fetch(request, slug, Right.COMPARE_PEOPLE)
    settled, page = request.GET.get("xem") == SETTLED, request.GET.get("page", "")
    found = read_doubles(meeting, request.user, settled=settled, page=page)
    return render(request, "registrations/doubles.html", {"meeting": meeting, "doubles": found})


@require_POST
def decide(request: PortalRequest, slug: str, first: int, second: int) -> HttpResponse:
    """Decide about two rows, both of which the person sees; an empty ``kind`` takes the decision back."""
    meeting = fetch(request, slug, Right.COMPARE_PEOPLE)
    rows = visible(meeting, request.user).select_related("registration")
    one, other = (get_object_or_404(rows, pk=pk) for pk in (first, second))
    kind = request.POST.get("kind", "")
    if kind and kind not in SamePerson.Kind:
        return HttpResponseBadRequest("Không có cách quyết này. Mở lại trang và chọn một trong hai nút.")
    try:
        if kind:
            pairing.decide(first=one, second=other, kind=SamePerson.Kind(kind), user=request.user)
        else:
            pairing.take_back(first=one, second=other, user=request.user)
    except ValidationError as problem:
        messages.warning(request, " ".join(problem.messages))
    else:
        said = SamePerson.Kind(kind).label if kind else "Đã hoàn tác, chưa quyết"
        messages.success(request, f"{one.full_name}: {said.lower()}.")
    query = f"?xem={SETTLED}" if not kind else ""
    return redirect(reverse("doubles", args=[slug]) + query)
