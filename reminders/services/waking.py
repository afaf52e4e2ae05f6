"""What is woken every few seconds: one planner, and a sender for each channel with something to do."""

from __future__ import annotations

from accounts.clock import database_now
from reminders.channels import WAYS, is_set_up
from reminders.models import Reminder
from reminders.services.planning import plan
from reminders.services.turns import PLANNING, alone


def plan_alone() -> int:
    """Plan, unless somebody plans just now; how many messages were written."""
    with alone(PLANNING) as has_turn:
        return plan() if has_turn else 0


def channels_with_work() -> list[str]:
    """Return the channels with a message that is due, or whose sender died over it."""
    due = Reminder.objects.due(database_now()).order_by().values_list("channel", flat=True)
    left = Reminder.objects.filter(state=Reminder.State.SENDING).order_by().values_list("channel", flat=True)
    found = {*due.distinct(), *left.distinct()}
    return [way for way in WAYS if way in found and is_set_up(way)]
