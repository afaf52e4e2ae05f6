"""Every address of the portal. Addresses are Vietnamese without marks, names are English."""

from django.contrib import admin
from django.urls import include, path

from conference_portal import health, navigation

urlpatterns = [
    path("", navigation.home, name="home"),
    path("", include("accounts.urls")),
    path("", include("invitations.urls")),
    path("", include("bridge_points.urls")),
    path("", include("registrations.urls")),
    path("", include("reminders.urls")),
    path("", include("reports.urls")),
    path("tai-khoan/", include("allauth.account.urls")),
    path("quan-tri/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
