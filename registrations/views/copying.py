"""Taking over what the unit declared for an earlier meeting: which one, what of it, and doing it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import Right
from accounts.requests import PortalRequest
from registrations import services
from registrations.copy_forms import TakeOverForm
from registrations.earlier import earlier, plan_of
from registrations.services import copying
from registrations.views.scope import fetch


@require_safe
def sources(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """List the unit's earlier meetings of which something can be taken over."""
    at = fetch(request, slug, unit, Right.REGISTER)
    context = {"at": at, "meeting": at.invitation.meeting, "unit": at.invitation.unit}
    return render(request, "registrations/copy_sources.html", context | {"earlier": earlier(at.invitation)})


@require_http_methods(["GET", "POST"])
def preview(request: PortalRequest, slug: str, unit: str, source: str) -> HttpResponse:
    """Show who and which points would come over from one meeting; POST takes them."""
    at = fetch(request, slug, unit, Right.REGISTER)
    then = get_object_or_404(earlier(at.invitation), meeting__slug=source)
    form = TakeOverForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            taken = copying.take_over(
                invitation_id=at.invitation.pk,
                user=request.user,
                waited=request.waited(),
                source_id=then.pk,
                only=form.only,
                **form.cleaned_data,
            )
        except services.Closed:
            messages.error(request, "Đã hết hạn, chưa lấy gì. Những gì đã nhập vẫn còn nguyên.")
            return redirect("registration", slug, unit)
        _say(request, taken)
        return redirect(reverse("registration", args=[slug, unit]) + ("#ten" if taken.people else ""))
    context = {"at": at, "meeting": at.invitation.meeting, "unit": at.invitation.unit, "then": then}
    plan = plan_of(at.invitation, then)
    context |= {
        "plan": plan,
        "people": plan.people if "tat-ca" in request.GET else plan.people_first,
        "form": form,
        "ticked": form.only if form.is_bound else None,
    }
    return render(request, "registrations/copy_preview.html", context, status=422 if form.errors else 200)


def _say(request: PortalRequest, taken: copying.Taken) -> None:
    if taken.people or taken.points:
        messages.success(
            request, f"Đã lấy {taken.people} người, {taken.points} điểm cầu. Chưa gửi, sửa được."
        )
    else:
        messages.warning(request, "Mọi thứ đã có ở đây, không lấy thêm gì.")
