"""Reminders as they are usually sent: one Celery task a message, Django's ``EmailMessage``, a flag after it.

It loses a message whose worker is killed, or sends it twice, and asks nobody whether it is still due; it
is here to compare its speed.
"""

from __future__ import annotations

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conference_portal.settings")

from celery import Celery
from django.core.mail import EmailMessage

app = Celery("plain")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_routes = {}


@app.task(name="benchmarks.plain_task.send")
def send(reminder_id: int) -> None:
    """Send one message and mark it."""
    from accounts.clock import database_now
    from reminders.models import Reminder

    reminder = Reminder.objects.get(pk=reminder_id)
    mail = EmailMessage(reminder.subject, reminder.body, to=reminder.addresses)
    mail.extra_headers["Message-ID"] = reminder.message_id
    mail.send()
    Reminder.objects.filter(pk=reminder_id).update(
        state=Reminder.State.SENT, attempts=1, sent_at=database_now()
    )
