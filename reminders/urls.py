"""Addresses of the outbox."""

from django.urls import path

from reminders import call_views, callbacks, sent_views, views

urlpatterns = [
    path("hop-gui/", views.outbox, name="outbox"),
    path("hop-gui/<int:pk>/", views.reminder, name="reminder"),
    path("hop-gui/<int:pk>/gui-lai/", views.reminder_resend, name="reminder_resend"),
    path("hop-gui/kenh/", views.red_ways, name="outbox_red_ways"),
    path("hop-gui/kenh/<slug:channel>/thu-lai/", views.channel_try, name="outbox_channel_try"),
    path("hoi-nghi/<slug:slug>/danh-sach-goi/", call_views.calls, name="calls"),
    path("hoi-nghi/<slug:slug>/danh-sach-goi/<slug:unit>/", call_views.call, name="call"),
    path("hoi-nghi/<slug:slug>/tin-da-gui/", sent_views.sent, name="sent"),
    path("hoi-nghi/<slug:slug>/don-vi-nhan/", views.recipients, name="meeting_recipients"),
    path("hoi-nghi/<slug:slug>/nhac/", views.reminder_now, name="reminder_now"),
    path("hoi-nghi/<slug:slug>/nhac/<slug:unit>/", views.reminder_now, name="reminder_now"),
    path("bao-phat/esms/<slug:key>/<slug:mark>/", callbacks.report_esms, name="report_esms"),
    path("bao-phat/zalo/", callbacks.report_zalo, name="report_zalo"),
]
