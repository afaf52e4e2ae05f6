"""Addresses of units."""

from django.urls import path

from accounts import views

urlpatterns = [
    path("don-vi/", views.units, name="units"),
    path("don-vi/<slug:unit>/", views.unit, name="unit"),
]
