"""The outbox and all that decides about it: its messages, its policy, its channels, the calls of people."""

from reminders.models.call import Call
from reminders.models.gateway import ChannelState, DeliveryReport, ZaloToken
from reminders.models.policy import Level, Policy, Step
from reminders.models.reminder import Reminder, ReminderAttempt, ReminderQuerySet

__all__ = [
    "Call",
    "ChannelState",
    "DeliveryReport",
    "Level",
    "Policy",
    "Reminder",
    "ReminderAttempt",
    "ReminderQuerySet",
    "Step",
    "ZaloToken",
]
