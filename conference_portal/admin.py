"""The admin site: only who manages units and users gets in, and there sees everything registered."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.permissions import Right, may


class PortalAdminSite(admin.AdminSite):
    """What staff correct by hand."""

    site_header = "Quản trị Cổng hội nghị"
    site_title = "Quản trị"
    index_title = "Sửa bằng tay"
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Let in by the right, not by a flag on the account."""
        return request.user.is_active and may(request.user, Right.MANAGE_UNITS)
