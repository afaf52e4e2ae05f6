"""The wiring as an app (for its commands), and the admin site's door."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ConferencePortalConfig(AppConfig):
    """Commands that see every app."""

    name = "conference_portal"
    default = True


class PortalAdminConfig(admin.AdminConfig):
    """Django's admin, opened by the portal's own rights."""

    default = False
    default_site = "conference_portal.admin.PortalAdminSite"
