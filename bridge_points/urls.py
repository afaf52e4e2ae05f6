"""Addresses of bridge points."""

from django.urls import path

from bridge_points import sheet_views, views

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
]
