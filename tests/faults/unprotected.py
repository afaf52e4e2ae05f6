"""The portal's Celery application with one protection taken out: the check must notice.

``FAULTS_WITHOUT=claiming``: no turn, no lease, no lock, no fence, no constraint against two attempts at
once or against sending without a lease. ``FAULTS_WITHOUT=key``: every attempt goes under a key of its own.
"""

import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import django

from conference_portal.celery import app

django.setup()

from django.db import connection  # noqa: E402

from accounts.clock import database_now  # noqa: E402
from reminders.channels import Message  # noqa: E402
from reminders.models import Reminder  # noqa: E402
from reminders.services import carrying, sending, starting  # noqa: E402

__all__ = ["app"]


OTHERS_LOOK = 0.3
"""Seconds between looking and starting: time for another sender to see the same messages."""


@contextmanager
def _everybody_has_the_turn(channel: str) -> Iterator[bool]:
    yield True


def _look_only(*, limit: int, channel: str, letters: bool = False, **_: Any) -> list[Reminder]:
    due = Reminder.objects.filter(channel=channel, due_at__lte=database_now())
    seen = list(due.filter(state__in=Reminder.TO_DO).order_by("due_at")[: 0 if letters else limit])
    time.sleep(OTHERS_LOOK)
    return seen


def _message(key: str, *rest: Any, **more: Any) -> Message:
    return Message(f"<{uuid.uuid4()}@faults>", *rest, **more)


if os.environ["FAULTS_WITHOUT"] == "claiming":
    sending.alone = _everybody_has_the_turn
    sending.claim = _look_only
    sending.settle_abandoned = lambda **_: 0
    starting._mine = list
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX IF EXISTS one_attempt_at_a_time")
        cursor.execute("ALTER TABLE reminders_reminder DROP CONSTRAINT IF EXISTS who_sends_holds_a_lease")
    connection.close()
else:
    carrying.Message = _message  # type: ignore[misc]
