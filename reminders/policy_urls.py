"""Addresses of a meeting's plan of reminders."""

from django.urls import path

from reminders import policy_views

PLAN = "hoi-nghi/<slug:slug>/ke-hoach-nhac/"

urlpatterns = [
    path(PLAN, policy_views.plan, name="reminder_plan"),
    path(PLAN + "tin/", policy_views.picks, name="reminder_plan_picks"),
    path(PLAN + "tam-dung/", policy_views.pause, name="reminder_plan_pause"),
    path(PLAN + "gio-giac/", policy_views.hours, name="reminder_plan_hours"),
    path(PLAN + "mac-dinh/", policy_views.restore, name="reminder_plan_restore"),
    path(PLAN + "moc/moi/", policy_views.step_add, name="reminder_step_add"),
    path(PLAN + "moc/<int:pk>/", policy_views.step, name="reminder_step"),
    path(PLAN + "moc/<int:pk>/bo/", policy_views.step_remove, name="reminder_step_remove"),
]
