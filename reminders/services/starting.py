"""Entering ``sending``: the last look before a small group of messages goes out.

In one transaction the invitations are locked, the policy is asked again, states and attempts are written.
A message is *started* here and *attempted* within ``FRESH`` after it, or it goes back: so nothing is
started after a submission, and nothing leaves later than ``FRESH`` after one.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import Count, F

from invitations.models import Invitation
from reminders.channels import Outcome
from reminders.models import Reminder, ReminderAttempt
from reminders.services import asking
from reminders.services.claiming import LEASE, give_back
from reminders.services.ending import cancel, fail

State = Reminder.State

FRESH = 2.0
"""Seconds from the start of a message to its attempt; what waits longer is asked again."""

MOST_RESENDS = 5
"""A message of which nobody knows whether it went out is tried so often, then left to a person."""

HELD_FOR = timedelta(seconds=2)
"""What is passed over because its unit is writing just now is looked at again after so long."""

NO_ATTACHMENT = "Chưa tạo được văn bản kèm thư, đề nghị gửi lại"
PARKED = "Đã gửi nhiều lần mà không rõ thư có đến, đề nghị gọi điện"
NOT_AGAIN = "Không rõ tin có đến, gửi lại có thể trùng, đề nghị gọi điện"


class Started(NamedTuple):
    """One message that may go out now: its attempt, the state it came from, until when it is fresh."""

    reminder: Reminder
    attempt: int
    came_from: str
    fresh_until: float
    """By ``time.monotonic()``."""


class Start(NamedTuple):
    """What became of a group at its start; what is neither started nor ended was passed over."""

    started: list[Started]
    ended: Counter[State]


@transaction.atomic
def start(
    claimed: Sequence[Reminder],
    *,
    clock: Callable[[], datetime],
    knows_doubles: bool = True,
    without_papers: Collection[int] = (),
) -> Start:
    """Start what still may, end what may not; a constant number of queries.

    A message is passed over where its lease was lost, or where its unit's registration is being written
    just now (the group does not wait for one unit). ``without_papers`` are the keys of those whose
    attachments could not be made. With a channel that ``knows_doubles`` an unknown message goes again.
    """
    mine = _mine(claimed)
    held = _being_written(mine)
    give_back(held, at=clock() + HELD_FOR)
    asked = [one for one in mine if one not in held]
    now, fresh_until = clock(), time.monotonic() + FRESH
    objections = asking.objections(asked, now) if asked else {}
    cancel(objections)
    ended = Counter({State.CANCELLED: len(objections)})
    may = [one for one in asked if one.pk not in objections]
    for failure, failed in _cannot(may, knows_doubles, without_papers).items():
        fail(failed, failure, now=now)
        ended[State.FAILED] += len(failed)
        may = [one for one in may if one not in failed]
    return Start(_write(may, now, fresh_until), +ended)


def _mine(claimed: Sequence[Reminder]) -> list[Reminder]:
    """Lock those still ours, and take over what may have changed since the claim."""
    tokens = {one.lease_token for one in claimed if one.lease_token}
    rows = (
        Reminder.objects.filter(
            pk__in=[one.pk for one in claimed], lease_token__in=tokens, state__in=Reminder.TO_DO
        )
        .order_by("pk")
        .select_for_update()
        .values_list("pk", "state", "attempts", "asked_at", named=True)
    )
    found = {row.pk: row for row in rows}
    mine = [one for one in claimed if one.pk in found]
    for one in mine:
        row = found[one.pk]
        one.state, one.attempts, one.asked_at = row.state, row.attempts, row.asked_at
    return mine


def _being_written(reminders: Sequence[Reminder]) -> list[Reminder]:
    """Take FOR SHARE on the invitations; return the messages of those that somebody holds FOR UPDATE."""
    chased = [one for one in reminders if one.unit_id is not None]
    if not chased:
        return []
    pairs = [(one.meeting_id, one.unit_id) for one in chased]
    rows = (
        f"SELECT meeting_id, unit_id FROM {connection.ops.quote_name(Invitation._meta.db_table)} "  # noqa: S608
        "WHERE (meeting_id, unit_id) IN (SELECT * FROM unnest(%s::bigint[], %s::bigint[]))"
    )
    parameters = [list(column) for column in zip(*pairs, strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(f"{rows} ORDER BY id FOR SHARE SKIP LOCKED", parameters)
        locked = set(cursor.fetchall())
        cursor.execute(rows, parameters)
        held = set(cursor.fetchall()) - locked
    return [one for one in chased if (one.meeting_id, one.unit_id) in held]


def _cannot(
    may: Sequence[Reminder], knows_doubles: bool, without_papers: Collection[int]
) -> dict[str, list[Reminder]]:
    """Those that are left to a person, by the reason."""
    unknown = [one for one in may if one.state == State.UNKNOWN]
    if not knows_doubles:
        parked, why = unknown, NOT_AGAIN
    else:
        parked, why = _tried_often(unknown), PARKED
    without = [one for one in may if one.pk in without_papers and one not in parked]
    return {reason: those for reason, those in ((why, parked), (NO_ATTACHMENT, without)) if those}


def _tried_often(unknown: Sequence[Reminder]) -> list[Reminder]:
    if not unknown:
        return []
    tries = (
        ReminderAttempt.objects.filter(reminder__in=unknown, outcome=Outcome.UNKNOWN)
        .order_by()
        .values("reminder")
        .annotate(number=Count("pk"))
        .filter(number__gte=MOST_RESENDS)
    )
    often = set(tries.values_list("reminder", flat=True))
    return [one for one in unknown if one.pk in often]


def _write(may: Sequence[Reminder], now: datetime, fresh_until: float) -> list[Started]:
    if not may:
        return []
    Reminder.objects.filter(pk__in=[one.pk for one in may]).update(
        state=State.SENDING, attempts=F("attempts") + 1, lease_until=now + LEASE
    )
    attempts = ReminderAttempt.objects.bulk_create(
        ReminderAttempt(reminder_id=one.pk, started_at=now) for one in may
    )
    started = []
    for one, attempt in zip(may, attempts, strict=True):
        started.append(Started(one, attempt.pk, one.state, fresh_until))
        one.state, one.attempts = State.SENDING, one.attempts + 1
    return started
