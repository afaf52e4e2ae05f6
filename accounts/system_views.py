"""The page of other software: which has a key, what it may read, when it last did."""

from __future__ import annotations

from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import Right, require
from accounts.requests import PortalRequest
from accounts.system_forms import SystemForm
from accounts.systems import SystemKey, make_key, revoke_key


@never_cache
@require_http_methods(["GET", "POST"])
def systems(request: PortalRequest) -> HttpResponse:
    """List the systems with their keys; POST makes one and shows it on this answer, and never again."""
    require(request.user, Right.MANAGE_SYSTEMS)
    form = SystemForm(request.POST if request.method == "POST" else None)
    made, key = None, ""
    if form.is_bound and form.is_valid():
        try:
            made, key = make_key(**form.cleaned_data, user=request.user)
            form = SystemForm()
        except IntegrityError:
            form.add_error("name", "Tên phần mềm: đã có khóa đang dùng. Thu hồi khóa cũ hoặc đặt tên khác.")
    found = SystemKey.objects.select_related("user__unit", "made_by", "revoked_by")
    standing = [one for one in found if one.revoked_at is None]
    revoked = [one for one in found if one.revoked_at is not None]
    context = {"form": form, "made": made, "key": key, "standing": standing, "revoked": revoked}
    return render(request, "accounts/systems.html", context)


@require_POST
def system_revoke(request: PortalRequest, pk: int) -> HttpResponse:
    """Revoke the key of a system."""
    require(request.user, Right.MANAGE_SYSTEMS)
    key = get_object_or_404(SystemKey, pk=pk)
    if revoke_key(key_id=key.pk, user=request.user):
        messages.success(request, f"Đã thu hồi khóa của “{key.name}”. Phần mềm này không đọc được nữa.")
    return redirect("systems")
