"""The sign of life that ``/readyz`` asks for."""

from celery import shared_task
from django.core.cache import cache

HEARTBEAT_KEY = "celery-heartbeat"
HEARTBEAT_SECONDS = 120
"""Beat wakes a worker every 30 s; four missed calls mean that one of the two is gone."""


@shared_task
def heartbeat() -> None:
    """Leave a mark that lives for two minutes: beat called and a worker answered."""
    cache.set(HEARTBEAT_KEY, "alive", HEARTBEAT_SECONDS)
