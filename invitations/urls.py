"""Addresses of meetings and letters."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
