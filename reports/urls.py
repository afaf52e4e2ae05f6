"""Addresses of board and workbooks."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
