"""The verbs of the outbox: plan what is due, send it once, ask again by hand.

PostgreSQL is the truth; Celery beat and ``manage.py send_reminders`` only wake the work.
"""

from reminders.services.planning import Asked, plan, remind_now, resend
from reminders.services.sending import send_due

__all__ = ["Asked", "plan", "remind_now", "resend", "send_due"]
