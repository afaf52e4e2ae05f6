"""Addresses of bridge points."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
