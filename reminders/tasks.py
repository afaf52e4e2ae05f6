"""What Celery beat wakes every ten seconds; a call that is lost is made up for by the next."""

from celery import shared_task
from django.core.cache import cache

from reminders import services

STALE = 8
"""Seconds after which a call that nobody took up is forgotten: the next one is about to come."""

SIGN_OF_LIFE, SIGN_SECONDS = "reminders-heartbeat", 120
"""What ``/readyz`` asks for: beat called and the sender answered not long ago."""


@shared_task(name="reminders.tasks.remind")
def remind() -> None:
    """Plan what is due, and wake one sender for each channel that has something to do."""
    try:
        services.plan_alone()
    finally:
        for channel in services.channels_with_work():
            send.apply_async((channel,), expires=STALE)
    cache.set(SIGN_OF_LIFE, "alive", SIGN_SECONDS)


@shared_task(name="reminders.tasks.send")
def send(channel: str) -> None:
    """Send what is due by one channel; ends at once where another sender is at it."""
    services.send_by(channel)
