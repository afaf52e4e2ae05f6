"""Which channels work: three faults in a row or one refused key make one red, a sent message green again."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from reminders.channels import Answer, Outcome
from reminders.models import ChannelState
from reminders.models.reminder import Channel as Way

FAULTS = 3
"""So many in a row, without a message that went through between them."""

TRY_AGAIN = timedelta(seconds=20)
"""A red channel is tried with one message so often: what waits is late by no more once it works again."""

TRY_A_KEY_AGAIN = timedelta(minutes=1)
"""The same where the fault is a key or an empty account, which only a person sets right."""

OTHER_WAY_AFTER = timedelta(minutes=5)
"""Red for longer than this, a channel loses its messages to the next one of their step."""


@transaction.atomic
def note_answer(channel: str, answer: Answer, now: datetime) -> None:
    """Keep what an answer tells of its channel. Two senders at once are harmless."""
    rows = ChannelState.objects.filter(channel=channel)
    if not answer.channel_is_down:
        troubled = rows.filter(Q(red_since__isnull=False) | Q(faults__gt=0))
        troubled.update(red_since=None, why="", try_again_at=None, faults=0)
        return
    ChannelState.objects.bulk_create([ChannelState(channel=channel)], ignore_conflicts=True)
    state = rows.select_for_update().get()
    state.faults += 1
    if answer.outcome == Outcome.BLOCKED or state.faults >= FAULTS:
        state.red_since = state.red_since or now
        state.why = answer.detail[:300] or answer.outcome.label
        state.try_again_at = now + (TRY_A_KEY_AGAIN if answer.outcome == Outcome.BLOCKED else TRY_AGAIN)
    state.save()


def red(now: datetime, *, since: timedelta = timedelta(0)) -> set[Way]:
    """Return the channels that are red at ``now``, and have been for ``since``."""
    found = ChannelState.objects.filter(red_since__lte=now - since)
    return {Way(one) for one in found.values_list("channel", flat=True)}


def may_try(channel: str, now: datetime) -> bool:
    """Say whether a message may be sent by ``channel`` now: it is not red, or to be tried again."""
    return not ChannelState.objects.filter(channel=channel, try_again_at__gt=now).exists()
