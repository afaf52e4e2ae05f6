"""Addresses of the outbox."""

from django.urls import path

from reminders import callbacks, views

urlpatterns = [
    path("hop-gui/", views.outbox, name="outbox"),
    path("hop-gui/<int:pk>/", views.reminder, name="reminder"),
    path("hop-gui/<int:pk>/gui-lai/", views.reminder_resend, name="reminder_resend"),
    path("hoi-nghi/<slug:slug>/don-vi-nhan/", views.recipients, name="meeting_recipients"),
    path("hoi-nghi/<slug:slug>/nhac/", views.reminder_now, name="reminder_now"),
    path("hoi-nghi/<slug:slug>/nhac/<slug:unit>/", views.reminder_now, name="reminder_now"),
    path("bao-phat/esms/<slug:key>/<slug:mark>/", callbacks.report_esms, name="report_esms"),
    path("bao-phat/zalo/", callbacks.report_zalo, name="report_zalo"),
]
