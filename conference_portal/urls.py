"""Every address of the portal. Addresses are Vietnamese without marks, names are English."""

from allauth.account import views as account
from django.contrib import admin
from django.urls import include, path, re_path

from conference_portal import health, navigation
from conference_portal.purging import views as purging

# Of allauth's pages those that a person without self-registration needs; the others do not exist.
ACCOUNT = [
    path("dang-nhap/", account.login, name="account_login"),
    path("dang-xuat/", account.logout, name="account_logout"),
    path("xac-nhan-lai/", account.reauthenticate, name="account_reauthenticate"),
    path("bi-khoa/", account.account_inactive, name="account_inactive"),
    path("mat-khau/", account.password_change, name="account_change_password"),
    path("mat-khau/dat/", account.password_set, name="account_set_password"),
    path("quen-mat-khau/", account.password_reset, name="account_reset_password"),
    path("quen-mat-khau/da-gui/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^dat-lai-mat-khau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "dat-lai-mat-khau/xong/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

urlpatterns = [
    path("", navigation.home, name="home"),
    path("", include("accounts.urls")),
    path("", include("invitations.urls")),
    path("", include("bridge_points.urls")),
    path("", include("registrations.urls")),
    path("", include("reminders.urls")),
    path("", include("reminders.policy_urls")),
    path("", include("reports.urls")),
    path("hoi-nghi/<slug:slug>/xoa-du-lieu/", purging.purge, name="meeting_purge"),
    path("hoi-nghi/<slug:slug>/xoa-du-lieu/giu/", purging.keep, name="meeting_keep"),
    path("tai-khoan/", include(ACCOUNT)),
    path("api/v1/", include("conference_portal.api")),
    path("quan-tri/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]
