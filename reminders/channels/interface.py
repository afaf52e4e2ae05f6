"""What every channel takes and gives: a message, an answer, a way to send kept open for one batch."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from types import MappingProxyType, TracebackType
from typing import ClassVar, NamedTuple, Protocol, Self

from reminders.models import ReminderAttempt

Outcome = ReminderAttempt.Outcome


class Attachment(NamedTuple):
    """A file that goes with a message."""

    name: str
    content: bytes
    content_type: str


class Message(NamedTuple):
    """What is sent. ``key`` stays the same in every attempt, so that the other side can tell doubles.

    ``template_id`` and ``data`` are for a gateway that sends filled-in templates only; without them it
    takes the template of the settings and fills it from ``subject`` and ``body``.
    """

    key: str
    to: list[str]
    subject: str
    body: str
    attachments: tuple[Attachment, ...] = ()
    template_id: str = ""
    data: Mapping[str, str] = MappingProxyType({})
    fresh_until: float = math.inf
    """By ``time.monotonic()``: what has not begun to leave by then goes back unsent, to be asked again."""

    @property
    def is_stale(self) -> bool:
        """Opening the way took so long that somebody may have answered meanwhile: ``SKIPPED``."""
        return time.monotonic() > self.fresh_until

    @property
    def gateway_key(self) -> str:
        """``key`` as gateways take it: the part before the @, at most 48 characters, the same every time."""
        return gateway_key(self.key)


def gateway_key(message_id: str) -> str:
    """Return what a gateway knows a message by (RequestId, tracking_id), from its ``message_id``."""
    return message_id.strip("<>").partition("@")[0][:48]


class Answer(NamedTuple):
    """What became of one attempt: the outcome, the other side's words without addresses, its own number."""

    outcome: Outcome
    detail: str = ""
    gateway_id: str = ""

    @property
    def channel_is_down(self) -> bool:
        """The fault is the channel's and not the message's: the next message would meet it too."""
        return self.outcome in (Outcome.UNREACHABLE, Outcome.UNKNOWN, Outcome.BLOCKED)


class Channel(Protocol):
    """A way to send, kept open for one batch."""

    knows_doubles: ClassVar[bool]
    """The other side tells a message sent twice by its key: what is ``unknown`` may be sent again."""

    @classmethod
    def is_set_up(cls) -> bool:
        """Say whether the settings hold what it needs; without it no message takes this way."""

    def send(self, message: Message) -> Answer:
        """Try once. Every fault of the network or the other side is an answer, not an exception."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
