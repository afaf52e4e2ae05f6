"""The verbs of the outbox: plan what is due, send it once, ask again by hand.

PostgreSQL is the truth; Celery beat and ``manage.py send_reminders`` only wake the work.
"""

from reminders.services.by_hand import Asked, remind_now
from reminders.services.planning import plan
from reminders.services.resending import resend
from reminders.services.sending import send_by, send_due
from reminders.services.waking import channels_with_work, plan_alone

__all__ = [
    "Asked",
    "channels_with_work",
    "plan",
    "plan_alone",
    "remind_now",
    "resend",
    "send_by",
    "send_due",
]
