"""What beat calls of the portal as a whole: the sign of life, and the purge that knows every app."""

from celery import shared_task
from django.core.cache import cache

HEARTBEAT_KEY = "celery-heartbeat"
HEARTBEAT_SECONDS = 120
"""Beat wakes a worker every 30 s; four missed calls mean that one of the two is gone."""


@shared_task
def heartbeat() -> None:
    """Leave a mark that lives for two minutes: beat called and a worker answered."""
    cache.set(HEARTBEAT_KEY, "alive", HEARTBEAT_SECONDS)


@shared_task
def purge_people() -> None:
    """Delete the people of meetings whose retention time is over, and go on where a worker was killed."""
    from conference_portal.purging import services  # settings and run.py read this module before the apps

    services.purge_all()
