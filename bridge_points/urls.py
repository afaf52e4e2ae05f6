"""Addresses of bridge points."""

from django.urls import path

from bridge_points import check_views, incident_views, line_views, sheet_views, views

POINT = "hoi-nghi/<slug:slug>/diem-cau/<slug:unit>/"
LINES = "hoi-nghi/<slug:slug>/thu-duong-truyen/"
INCIDENTS = "hoi-nghi/<slug:slug>/su-co/"

urlpatterns = [
    path("diem-cau/", views.points_latest, name="points_latest"),
    path("hoi-nghi/<slug:slug>/diem-cau/", views.points, name="points"),
    path("hoi-nghi/<slug:slug>/them-diem-cau/", views.point_add, name="point_add"),
    path("hoi-nghi/<slug:slug>/diem-cau/<slug:unit>/", views.point_tests, name="point_tests"),
    path("hoi-nghi/<slug:slug>/diem-cau/<slug:unit>/thu/", views.point_test, name="point_test"),
    path("hoi-nghi/<slug:slug>/diem-cau/<slug:unit>/sua/", views.point_edit, name="point_edit"),
    path("hoi-nghi/<slug:slug>/diem-cau/<slug:unit>/bo/", views.point_remove, name="point_remove"),
    path(
        "hoi-nghi/<slug:slug>/tai-lieu/da-mo/diem-cau/",
        sheet_views.material_openings_points,
        name="material_openings_points",
    ),
    path("hoi-nghi/<slug:slug>/viec/diem-cau/", sheet_views.assignment_points, name="assignment_points"),
    path("hoi-nghi/<slug:slug>/lien-he/", sheet_views.point_contacts, name="point_contacts"),
    path("thu-duong-truyen/", line_views.line_console_latest, name="line_console_latest"),
    path(LINES, line_views.line_console, name="line_console"),
    path(LINES + "<slug:unit>/", line_views.line_point, name="line_point"),
    path(LINES + "<slug:unit>/goi/", line_views.line_call, name="line_call"),
    path(LINES + "<slug:unit>/thu-lai/", line_views.line_retest, name="line_retest"),
    path(LINES + "<slug:unit>/thu-tu/", line_views.line_order, name="line_order"),
    path(LINES + "<slug:unit>/san-sang/", line_views.line_ready, name="line_ready"),
    path("su-co/", incident_views.incidents_latest, name="incidents_latest"),
    path(INCIDENTS, incident_views.incident_list, name="incidents"),
    path(INCIDENTS + "bao/", incident_views.incident_where, name="incident_where"),
    path(INCIDENTS + "bao/<slug:unit>/", incident_views.incident_open, name="incident_open"),
    path(INCIDENTS + "<uuid:key>/", incident_views.incident, name="incident"),
    path(INCIDENTS + "<uuid:key>/nhan/", incident_views.incident_take, name="incident_take"),
    path(INCIDENTS + "<uuid:key>/ghi/", incident_views.incident_note, name="incident_note"),
    path(INCIDENTS + "<uuid:key>/xong/", incident_views.incident_close, name="incident_close"),
    path(POINT + "kiem-tra/", check_views.point_checks, name="point_checks"),
    path(POINT + "kiem-tra/<slug:item>/", check_views.point_check, name="point_check"),
    path(POINT + "ky/<slug:part>/", check_views.point_sign, name="point_sign"),
]
