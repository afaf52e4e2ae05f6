"""Addresses of units."""

from django.urls import path

from accounts import import_views, system_views, views

urlpatterns = [
    path("don-vi/", views.units, name="units"),
    path("don-vi/nhap-tu-tep/", import_views.units_import, name="units_import"),
    path("phan-mem/", system_views.systems, name="systems"),
    path("phan-mem/<int:pk>/thu-hoi/", system_views.system_revoke, name="system_revoke"),
    path("don-vi/<slug:unit>/", views.unit, name="unit"),
]
