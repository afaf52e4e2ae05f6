"""Whose a message is: a lease that one sender takes, and what is done with what a dead sender left.

Every later write is fenced by the lease's token (``ReminderQuerySet.held``).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from reminders.channels import Outcome
from reminders.models import Reminder, ReminderAttempt
from reminders.policy import LETTERS

LEASE = timedelta(seconds=60)
"""How long a sender may be silent before another takes its message for abandoned."""

STOPPED = "Tiến trình gửi đã dừng giữa chừng"


def claim(
    *, now: datetime, limit: int, channel: str = Reminder.Channel.MAIL, letters: bool = False
) -> list[Reminder]:
    """Take a lease on the next messages of ``channel`` that are due; two senders never get the same one.

    Letters, whose papers take long to make, are claimed for themselves: nothing else waits for them.
    """
    token = uuid.uuid4()
    due = Reminder.objects.due(now).filter(channel=channel)
    due = due.filter(kind__in=LETTERS) if letters else due.exclude(kind__in=LETTERS)
    with transaction.atomic():
        claimed = list(due.select_for_update(skip_locked=True)[:limit])
        if claimed:
            Reminder.objects.filter(pk__in=[one.pk for one in claimed]).update(
                lease_token=token, lease_until=now + LEASE
            )
    for one in claimed:
        one.lease_token, one.lease_until = token, now + LEASE
    return claimed


def give_back(claimed: Collection[Reminder], *, at: datetime | None = None) -> None:
    """End the lease on messages that were claimed and not started, at once or ``at`` a moment."""
    ours = Reminder.objects.filter(
        pk__in=[one.pk for one in claimed],
        lease_token__in={one.lease_token for one in claimed},
        state__in=Reminder.TO_DO,
    )
    ours.update(lease_until=at)


def settle_abandoned(*, now: datetime, channel: str | None = None) -> int:
    """Find messages whose sender fell silent: nobody knows whether they went out, so ``unknown``.

    They are due at once, with the same key. Silent is who let its lease run out; or whoever it was,
    where the caller has the turn of ``channel`` and so knows that nobody else sends by it.
    """
    with transaction.atomic():
        if channel is None:
            silent = Reminder.objects.abandoned(now)
        else:
            claimed = Reminder.objects.filter(channel=channel, lease_until__isnull=False)
            claimed.filter(state__in=Reminder.TO_DO).update(lease_until=None)
            silent = claimed.filter(state=Reminder.State.SENDING)
        abandoned = list(silent.select_for_update(skip_locked=True).values_list("pk", flat=True))
        if not abandoned:
            return 0
        ReminderAttempt.objects.filter(reminder__in=abandoned, ended_at__isnull=True).update(
            ended_at=now, outcome=Outcome.UNKNOWN, detail=STOPPED
        )
        return Reminder.objects.filter(pk__in=abandoned).update(
            state=Reminder.State.UNKNOWN, due_at=now, lease_until=None
        )
