"""How messages go out: claim, start, send, finish, group by group, each in a short transaction of its own.

No transaction is open while the network is. A pass over a channel has that channel's turn: one sender a
channel, however many workers and beats there are, so that a channel which hangs keeps nobody else. The
leases hold without the turn too.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime

from accounts.clock import database_now
from reminders.channels import WAYS, Answer, Attachment, Channel, Outcome, is_set_up
from reminders.letters import PORTION, Attachments
from reminders.models import Reminder
from reminders.services.carrying import Carrier, carrier
from reminders.services.claiming import claim, settle_abandoned
from reminders.services.ending import leave_red_channel
from reminders.services.finishing import Sent, finish
from reminders.services.health import may_try, note_answer
from reminders.services.starting import start
from reminders.services.turns import alone

log = logging.getLogger(__name__)

Tally = Counter[Reminder.State]

GROUP = 40
"""Messages that are started together: as many as go out well within ``FRESH``."""

GROWTH = 4
"""The first message tries the channel alone; each group that met no fault lets the next be larger."""


def send_due(*, now: datetime | None = None, channel: Channel | None = None) -> Tally:
    """Send everything that is due, one channel after the other; how many messages came to which state.

    ``channel`` takes the place of the mail's own.
    """
    tally: Tally = Counter()
    for way in WAYS:
        if is_set_up(way):
            tally += send_by(way, now=now, line=channel if way == Reminder.Channel.MAIL else None)
    return tally


def send_by(channel: str, *, now: datetime | None = None, line: Channel | None = None) -> Tally:
    """Send everything that is due by ``channel``; nothing where another sender has its turn, or it is red.

    Ends early when the channel itself is down: what was claimed is given back for a later pass.
    """
    clock: Callable[[], datetime] = (lambda: now) if now else database_now
    with alone(channel) as has_turn:
        if not has_turn:
            return Counter()
        settle_abandoned(now=clock(), channel=channel)
        if not may_try(channel, clock()):
            leave_red_channel(channel, now=clock())
            return Counter()
        return send_all(channel, clock=clock, line=line)


def send_all(channel: str, *, clock: Callable[[], datetime], line: Channel | None = None) -> Tally:
    """Claim and send until nothing of ``channel`` is due, or the channel is down.

    A message whose fate is unknown makes the next one go alone; two such in a row end the pass.
    """
    tally: Tally = Counter()
    limit = 1
    with carrier(channel, line) as carries:
        while limit and (claimed := _claim(channel, limit, clock())):
            came_of, done = _send_group(channel, claimed, carries, clock)
            tally += came_of
            limit = _next_limit(limit, done)
    return tally


def _next_limit(limit: int, done: Sequence[Sent]) -> int:
    """How many messages may go together after a group of at most ``limit``; 0 ends the pass."""
    if fault := _fault(done):
        return 0 if limit == 1 or fault.outcome != Outcome.UNKNOWN else 1
    attempted = sum(1 for one in done if one.answer)
    if attempted < len(done):  # slower than a group is fresh
        return attempted
    return min(limit * GROWTH, GROUP)


def _claim(channel: str, limit: int, now: datetime) -> list[Reminder]:
    """Reminders first; letters, whose papers take long to make, while nothing else waits."""
    return claim(now=now, limit=limit, channel=channel) or claim(
        now=now, limit=min(limit, PORTION), channel=channel, letters=True
    )


def _send_group(
    channel: str, claimed: Sequence[Reminder], carries: Carrier, clock: Callable[[], datetime]
) -> tuple[Tally, list[Sent]]:
    """Send one claimed group; how many came to which state, and the answers."""
    papers, without_papers = _papers(claimed)
    began = start(
        claimed, clock=clock, knows_doubles=WAYS[channel].knows_doubles, without_papers=without_papers
    )
    if not began.started:
        return began.ended, []
    done = carries.carry(began.started, papers)
    came_of = finish(done, now=clock())
    if answer := _fault(done) or next((one.answer for one in done if one.answer), None):
        note_answer(channel, answer, clock())
    return began.ended + came_of, done


def _fault(done: Sequence[Sent]) -> Answer | None:
    """The answer that tells of a fault of the channel, the plainest where there are several."""
    faults = [one.answer for one in done if one.answer and one.answer.channel_is_down]
    return min(faults, key=lambda answer: answer.outcome == Outcome.UNKNOWN, default=None)


def _papers(claimed: Sequence[Reminder]) -> tuple[dict[int, tuple[Attachment, ...]], set[int]]:
    """What goes with each message, and the keys of those for which it could not be made."""
    attached = Attachments(claimed)
    papers: dict[int, tuple[Attachment, ...]] = {}
    without: set[int] = set()
    for one in claimed:
        try:
            if files := attached.of(one):
                papers[one.pk] = files
        except Exception as error:  # nothing has gone out: a person may send it again
            log.error("Reminder %s has no attachment: %s", one.pk, type(error).__name__)
            without.add(one.pk)
    return papers, without
