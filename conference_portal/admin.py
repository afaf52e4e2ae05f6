"""The admin site: only who manages units and users gets in, and there sees everything registered."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from accounts.permissions import Right, may


class PortalAdminSite(admin.AdminSite):
    """What staff correct by hand. What they may do with each model is said in accounts/admin.py."""

    site_header = "Quản trị Cổng hội nghị"
    site_title = "Quản trị"
    index_title = "Sửa bằng tay"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in by the right, not by a flag on the account."""
        return request.user.is_active and may(request.user, Right.MANAGE_UNITS)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Answer 403, as every page of the portal does, to who is signed in and lacks the right."""
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied(Right.MANAGE_UNITS)
            response: HttpResponseBase = inner(request, *args, **kwargs)
            return response

        return guarded

    @login_not_required
    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """One door for all: the portal's own sign-in page, with its limits on attempts."""
        if request.user.is_authenticated:
            return redirect("admin:index")
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
