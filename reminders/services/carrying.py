"""The part without a database: a started group goes out over a few lines of one channel.

A line is one connection in a thread of its own. No transaction is open here.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

from django.conf import settings

from reminders.channels import Answer, Attachment, Channel, Message, Outcome, open_channel
from reminders.models import Reminder
from reminders.services.finishing import Sent
from reminders.services.starting import Started

log = logging.getLogger(__name__)

LINES: Mapping[str, int] = {Reminder.Channel.MAIL: 4, Reminder.Channel.SMS: 4}
"""Connections of one sender to the other side. Zalo has one: its key is read from the database, and
the database belongs to the thread that began."""

Papers = Mapping[int, tuple[Attachment, ...]]


class Carrier:
    """The open lines of one pass over a channel."""

    def __init__(self, lines: Sequence[Channel], threads: ThreadPoolExecutor) -> None:
        self._lines = lines
        self._threads = threads

    def carry(self, group: Sequence[Started], papers: Papers) -> list[Sent]:
        """Send each message of ``group``; the answers in the same order.

        None for those that were no longer fresh when their turn came, and for those behind a fault of
        the channel itself.
        """
        answers: list[Answer | None] = [None] * len(group)
        waiting, broken = iter(enumerate(group)), threading.Event()
        turn = threading.Lock()

        def work(line: Channel) -> None:
            while not broken.is_set():
                with turn:
                    place, one = next(waiting, (0, None))
                if one is None or time.monotonic() > one.fresh_until:
                    return
                answer = _send(line, one, papers)
                if answer.channel_is_down:
                    broken.set()
                if answer.outcome != Outcome.SKIPPED:
                    answers[place] = answer

        if len(group) == 1 or len(self._lines) == 1:
            work(self._lines[0])
        else:
            list(self._threads.map(work, self._lines))
        return [Sent(one, answer) for one, answer in zip(group, answers, strict=True)]


@contextmanager
def carrier(channel: str, only: Channel | None = None) -> Iterator[Carrier]:
    """Open the lines of ``channel``, or ``only`` one that is given; they are closed at the end."""
    with ExitStack() as stack:
        lines = [only] if only else [open_channel(channel) for _ in range(LINES.get(channel, 1))]
        threads = stack.enter_context(ThreadPoolExecutor(len(lines), thread_name_prefix=channel))
        yield Carrier([stack.enter_context(line) for line in lines], threads)


def fields_of(reminder: Reminder) -> dict[str, str]:
    """Return what fills a template of Zalo; docs/operations.md names the same three parameters."""
    return {
        "don_vi": reminder.recipient_name[:100],
        "noi_dung": reminder.subject[:200],
        "lien_he": f"{settings.PORTAL_HELP_NAME}, {settings.PORTAL_HELP_PHONE}"[:100],
    }


def _send(line: Channel, started: Started, papers: Papers) -> Answer:
    reminder = started.reminder
    message = Message(
        reminder.message_id,
        reminder.addresses,
        reminder.subject,
        reminder.body,
        papers.get(reminder.pk, ()),
        fresh_until=started.fresh_until,
        data=fields_of(reminder),
    )
    try:
        return line.send(message)
    except Exception as error:  # a fault of ours must not keep the messages behind it from going
        log.error("Reminder %s met %s", reminder.pk, type(error).__name__)
        return Answer(Outcome.UNKNOWN, type(error).__name__)
