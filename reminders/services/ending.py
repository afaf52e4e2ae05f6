"""A message comes to its end: cancelled, failed, or given to the next channel. The caller holds its row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from reminders.models import Reminder
from reminders.services import planning
from reminders.services.health import OTHER_WAY_AFTER, red

State = Reminder.State
MOST_AT_ONCE = 200
"""Messages of a red channel that are given to another in one pass."""


def cancel(objections: Mapping[int, Reminder.Objection]) -> None:
    """End each message with its objection."""
    keys: dict[Reminder.Objection, list[int]] = defaultdict(list)
    for key, objection in objections.items():
        keys[objection].append(key)
    for objection, those in keys.items():
        Reminder.objects.filter(pk__in=those).update(
            state=State.CANCELLED, objection=objection, failure="", lease_until=None
        )


def fail(failed: Collection[Reminder], failure: str, *, now: datetime) -> None:
    """End messages as failed for good; what the policy sends in their place is saved with it."""
    Reminder.objects.filter(pk__in=[one.pk for one in failed]).update(
        state=State.FAILED, failure=failure[:300], objection="", lease_until=None
    )
    send_otherwise(failed, now=now)


def send_otherwise(gone: Collection[Reminder], *, now: datetime) -> list[Reminder]:
    """Save the message of the next channel for each of ``gone`` that has one; returns those that have."""
    next_ways = [(one, planning.next_way(one, now=now)) for one in gone]
    found = [(one, way) for one, way in next_ways if way is not None]
    Reminder.objects.bulk_create([way for _, way in found], ignore_conflicts=True)
    return [one for one, _ in found]


@transaction.atomic
def leave_red_channel(channel: str, *, now: datetime) -> int:
    """Give messages of a channel that has been red for long to the next one of their step; how many.

    Those of which nobody knows whether they went out stay, and so do those with no other way. In no
    order: the ones that must stay keep nobody behind them.
    """
    if channel not in red(now, since=OTHER_WAY_AFTER):
        return 0
    waiting = (
        Reminder.objects.due(now)
        .filter(channel=channel, state=State.PENDING, step__channels__len__gt=1)
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("?")[:MOST_AT_ONCE]
    )
    moved = send_otherwise(list(waiting), now=now)
    cancel({one.pk: Reminder.Objection.OTHER_WAY for one in moved})
    return len(moved)
