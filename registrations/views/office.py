"""What the office decides about one unit: more time, or back to the unit."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.permissions import Right
from accounts.requests import PortalRequest
from registrations import services
from registrations.forms import ExtensionForm, ReturnForm
from registrations.late_units import last_request
from registrations.views.scope import fetch


@require_http_methods(["GET", "POST"])
def extend(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Give one unit more time, with a reason."""
    at = fetch(request, slug, unit, Right.EXTEND)
    form = ExtensionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.extend(invitation_id=at.invitation.pk, user=request.user, **form.cleaned_data)
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, f"Đã gia hạn cho {at.invitation.unit}.")
            return redirect("registration", slug, unit)
    context = {"at": at, "form": form, "earlier": at.invitation.extensions.select_related("granted_by")}
    context["asked"] = last_request(at.invitation)
    return render(request, "registrations/extend.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def send_back(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Return a registration with a remark."""
    at = fetch(request, slug, unit, Right.RETURN)
    form = ReturnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.return_registration(
                invitation_id=at.invitation.pk, user=request.user, **form.cleaned_data
            )
        except ValidationError as problem:
            form.add_error(None, problem)
        else:
            messages.success(request, f"Đã trả lại đăng ký của {at.invitation.unit}.")
            return redirect("registration", slug, unit)
    return render(
        request, "registrations/return.html", {"at": at, "form": form}, status=422 if form.errors else 200
    )
