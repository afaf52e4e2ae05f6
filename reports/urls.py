"""Addresses of board and workbooks."""

from django.urls import path

from reports import views

urlpatterns = [
    path("theo-doi/", views.board_latest, name="board_latest"),
    path("hoi-nghi/<slug:slug>/theo-doi/", views.board, name="board"),
    path("hoi-nghi/<slug:slug>/tinh-hinh/", views.board_margin, name="board_margin"),
    path("tong-hop/", views.exports_latest, name="exports_latest"),
    path("hoi-nghi/<slug:slug>/tong-hop/", views.exports, name="exports"),
    path("hoi-nghi/<slug:slug>/tong-hop/so-lieu/", views.totals, name="totals"),
    path("tong-hop/<uuid:pk>/", views.export_download, name="export_download"),
    path("tong-hop/<uuid:pk>/dung/", views.export_cancel, name="export_cancel"),
]
