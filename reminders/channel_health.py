"""How each way out is, for the outbox and for the head of the board: green, red since when and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count

from accounts.clock import database_now
from reminders.channels import is_set_up
from reminders.models import ChannelState, Reminder

SHOWN = (Reminder.Channel.MAIL, Reminder.Channel.SMS, Reminder.Channel.ZALO)
"""Ways that can fail as a whole; the portal's own page and a telephone call cannot."""

SET_UP_BY: dict[str, str] = {
    Reminder.Channel.SMS: "Chưa thiết lập: cần khóa eSMS (hướng dẫn vận hành)",
    Reminder.Channel.ZALO: "Chưa thiết lập: cần ứng dụng và mẫu tin Zalo (hướng dẫn vận hành)",
}


@dataclass(frozen=True)
class Way:
    """One channel: whether it is set up, since when it is red and why, and what waits for it."""

    channel: str
    is_set_up: bool
    waiting: int = 0
    red_since: datetime | None = None
    why: str = ""
    try_again_at: datetime | None = None

    @property
    def name(self) -> str:
        """The channel's name."""
        return str(Reminder.Channel(self.channel).label)

    @property
    def is_red(self) -> bool:
        """Nothing goes out by it now."""
        return self.red_since is not None

    @property
    def how_to_set_up(self) -> str:
        """What to do where it is not set up."""
        return SET_UP_BY.get(self.channel, "")


def ways() -> list[Way]:
    """Return every channel that can fail, in two queries."""
    states = {state.channel: state for state in ChannelState.objects.all()}
    waiting = dict(
        Reminder.objects.filter(state__in=Reminder.TO_DO, due_at__lte=database_now())
        .order_by()
        .values_list("channel")
        .annotate(Count("pk"))
    )
    return [_way(channel, states.get(channel), waiting.get(channel, 0)) for channel in SHOWN]


def red_ways() -> Sequence[Way]:
    """Return the channels that are red now, in one query: what every page of the chasers should say."""
    found = ChannelState.objects.filter(red_since__isnull=False, channel__in=SHOWN).order_by("red_since")
    return [_way(state.channel, state, 0) for state in found]


def _way(channel: str, state: ChannelState | None, waiting: int) -> Way:
    if state is None:
        return Way(channel, is_set_up(channel), waiting)
    return Way(channel, is_set_up(channel), waiting, state.red_since, state.why, state.try_again_at)


@transaction.atomic
def try_now(channel: str, *, now: datetime | None = None) -> bool:
    """Let the next pass try a red channel at once; False if it is not red."""
    now = now or database_now()
    red = ChannelState.objects.filter(channel=channel, red_since__isnull=False)
    if not red.update(try_again_at=now):
        return False
    waiting = Reminder.objects.filter(channel=channel, state__in=Reminder.TO_DO, lease_until__isnull=True)
    waiting.filter(due_at__gt=now, attempts__gte=1).update(due_at=now)
    return True
