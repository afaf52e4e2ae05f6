"""How a message travels: small classes behind one interface.

A channel knows nothing of the outbox: it takes a message and says what became of it. It must never
be called with a transaction open.
"""

from __future__ import annotations

from reminders.channels.interface import Answer, Attachment, Channel, Message, Outcome
from reminders.channels.mail import MailChannel
from reminders.channels.portal import PortalChannel
from reminders.channels.sms import SmsChannel
from reminders.channels.zalo import ZaloChannel
from reminders.models import Reminder

__all__ = ["WAYS", "Answer", "Attachment", "Channel", "Message", "Outcome", "is_set_up", "open_channel"]

WAYS: dict[str, type[Channel]] = {
    Reminder.Channel.MAIL: MailChannel,
    Reminder.Channel.SMS: SmsChannel,
    Reminder.Channel.ZALO: ZaloChannel,
    Reminder.Channel.PORTAL: PortalChannel,
}
"""The ways a sender can take by itself. ``CALL`` is not among them: a person settles it with a Call."""


def is_set_up(channel: str) -> bool:
    """Say whether messages may take ``channel`` on this portal; a person can always ring up."""
    if channel == Reminder.Channel.CALL:
        return True
    way = WAYS.get(channel)
    return way is not None and way.is_set_up()


def open_channel(channel: str) -> Channel:
    """Return ``channel`` for one batch, to be used in a ``with``. Raises ``KeyError`` for a call."""
    return WAYS[channel]()
