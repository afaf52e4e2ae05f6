"""Addresses of board and workbooks."""

from django.urls import path

from reports import (
    board_views,
    day_views,
    export_views,
    result_template_views,
    result_views,
    template_views,
    views,
)

RESULT = "hoi-nghi/<slug:slug>/bao-cao/"

urlpatterns = [
    path("theo-doi/", views.board_latest, name="board_latest"),
    path("hoi-nghi/<slug:slug>/theo-doi/", views.board, name="board"),
    path("hoi-nghi/<slug:slug>/theo-doi/tep.<slug:form>", board_views.board_file, name="board_file"),
    path("hoi-nghi/<slug:slug>/chot/", board_views.freezes, name="freezes"),
    path("hoi-nghi/<slug:slug>/so-sanh/", board_views.board_compare, name="board_compare"),
    path("ngay-hop/", day_views.day_board_latest, name="day_board_latest"),
    path("hoi-nghi/<slug:slug>/ngay-hop/", day_views.day_board, name="day_board"),
    path("hoi-nghi/<slug:slug>/tinh-hinh/", views.board_margin, name="board_margin"),
    path("tong-hop/", export_views.exports_latest, name="exports_latest"),
    path("hoi-nghi/<slug:slug>/tong-hop/", export_views.exports, name="exports"),
    path("hoi-nghi/<slug:slug>/tong-hop/so-lieu/", views.totals, name="totals"),
    path("hoi-nghi/<slug:slug>/tong-hop/lich/", export_views.export_schedule, name="export_schedule"),
    path("hoi-nghi/<slug:slug>/tong-hop/diem-cau/", export_views.point_files, name="point_files"),
    path("tong-hop/lich/<int:pk>/dung/", export_views.export_schedule_stop, name="export_schedule_stop"),
    path("tong-hop/mau/", template_views.export_template, name="export_template"),
    path("tong-hop/mau/tep/", template_views.export_template_file, name="export_template_file"),
    path("tong-hop/mau/bo/", template_views.export_template_withdraw, name="export_template_withdraw"),
    path("tong-hop/tep/<str:token>/", export_views.export_file, name="export_file"),
    path("tong-hop/<uuid:pk>/", export_views.export_download, name="export_download"),
    path("tong-hop/<uuid:pk>/dung/", export_views.export_cancel, name="export_cancel"),
    path("tong-hop/<uuid:pk>/lai/", export_views.export_retry, name="export_retry"),
    path("bao-cao/", result_views.result_latest, name="result_latest"),
    path(RESULT, result_views.result, name="result"),
    path(RESULT + "phan-viet/", result_views.result_texts, name="result_texts"),
    path(RESULT + "don-vi/", result_views.result_tellings, name="result_tellings"),
    path(RESULT + "gop/", result_views.result_merge, name="result_merge"),
    path(RESULT + "chot/", result_views.result_sign, name="result_sign"),
    path(RESULT + "tep.<slug:form>", result_views.result_file, name="result_file"),
    path(RESULT + "lan-<int:version>/", result_views.result_version, name="result_version"),
    path(RESULT + "lan-<int:version>/tep.<slug:form>", result_views.result_file, name="result_version_file"),
    path("bao-cao/mau/", result_template_views.result_template, name="result_template"),
    path("bao-cao/mau/tep/", result_template_views.result_template_file, name="result_template_file"),
    path("bao-cao/mau/bo/", result_template_views.result_template_withdraw, name="result_template_withdraw"),
]
