"""How a step and its ways read on a page."""

from django import template

from reminders import forecast
from reminders.models import Level, Reminder, Step

register = template.Library()


@register.filter
def when(step: Step | None) -> str:
    """Say when a step comes: "1 ngày trước hạn"."""
    return forecast.when(step) if step else ""


@register.filter
def channel_name(channel: str) -> str:
    """Name a channel."""
    return str(Reminder.Channel(channel).label)


@register.filter
def people(step: Step) -> str:
    """Name whom a step reaches."""
    return "; ".join(str(Level(level).label) for level in step.to)


@register.filter
def ways(step: Step) -> str:
    """Name the channels of a step in their order."""
    return ", rồi ".join(str(Reminder.Channel(one).label) for one in step.channels)
