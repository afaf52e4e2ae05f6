"""Addresses of units."""

from django.urls import path

from accounts import import_views, views

urlpatterns = [
    path("don-vi/", views.units, name="units"),
    path("don-vi/nhap-tu-tep/", import_views.units_import, name="units_import"),
    path("don-vi/<slug:unit>/", views.unit, name="unit"),
]
