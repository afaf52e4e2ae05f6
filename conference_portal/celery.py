"""The Celery application: it finds every app's ``tasks.py``."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conference_portal.settings")

app = Celery("conference_portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
