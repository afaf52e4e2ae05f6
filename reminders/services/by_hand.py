"""What a person in the office asks for: remind now, send a step before its time, withdraw it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.clock import database_now
from accounts.models import Unit, User
from invitations.models import Invitation, Meeting
from reminders.called import Called, called
from reminders.composing import compose, write
from reminders.models import Reminder
from reminders.open_points import open_points
from reminders.policy import Instant, Timetable
from reminders.services import policies
from reminders.services.planning import Wanted, is_owed, planned_keys, unit_key

Kind, State, Objection = Reminder.Kind, Reminder.State, Reminder.Objection

NOT_AGAIN_WITHIN = timedelta(minutes=10)
"""Asking by hand twice in so short a time is a double click, or two people in the office."""


class Asked(NamedTuple):
    """What came of asking by hand."""

    reminded: int
    answered: int
    declined: int
    just_reminded: int
    without_address: int


@transaction.atomic
def remind_now(
    *, meeting: Meeting, units: Collection[Unit], user: User, now: datetime | None = None
) -> Asked:
    """Write a message at once to each of ``units`` that is called and has not answered.

    A unit that somebody reminded by hand within the last ten minutes gets no second one. Raises
    ``ValidationError`` when the meeting takes no registrations.
    """
    found = _locked(meeting, {unit.pk for unit in units})
    now = now or database_now()
    meeting = Meeting.objects.get(pk=meeting.pk)
    if not meeting.takes_registrations:
        raise ValidationError("Hội nghị không nhận đăng ký nên không nhắc được.")
    recently = set(
        Reminder.objects.filter(
            meeting=meeting, kind=Kind.BY_HAND, slot__gt=now - NOT_AGAIN_WITHIN
        ).values_list("unit", flat=True)
    )
    silent = [one for one in found if not (one.is_answered or one.is_declined)]
    answered = sum(one.is_answered for one in found)
    chased = [one for one in silent if one.unit_id not in recently]
    instant = Instant(Kind.BY_HAND, now, now, now)
    rows = list(compose([(one, instant) for one in chased], policies.timetables([meeting]), now))
    write(rows, now, asked_by=user, asked_at=now)
    reached = {row.unit_id for row in rows if row.state != State.FAILED}
    return Asked(
        reminded=len(reached),
        answered=answered,
        declined=len(found) - len(silent) - answered,
        just_reminded=len(silent) - len(chased),
        without_address=len(chased) - len(reached),
    )


def _locked(meeting: Meeting, units: Collection[int]) -> list[Called]:
    """Lock the invitations, so that nobody submits meanwhile, and read them as they are after that."""
    sent = Invitation.objects.sent().filter(meeting=meeting, unit__in=units)
    locked = list(sent.order_by("pk").select_for_update().values_list("pk", flat=True))
    return called(Invitation.objects.filter(pk__in=locked))


# ── A step before its time ───────────────────────────────────────────────────────────────────


class Pick(NamedTuple):
    """One line of the forecast: the unit and what its message stands for."""

    unit_id: int
    kind: str
    slot: datetime


class Ahead(NamedTuple):
    """What came of picking messages that are still to come."""

    done: int
    gone: int
    """Already planned or sent, or no longer due: the unit answered, its deadline moved."""
    without_address: int = 0


@transaction.atomic
def send_ahead(
    *, meeting: Meeting, picks: Collection[Pick], user: User, now: datetime | None = None
) -> Ahead:
    """Send the picked messages at once, each in the place of its own: at its hour it does not go again.

    Raises ``ValidationError`` when the meeting takes no registrations.
    """
    tables, wanted, now = _picked(meeting, picks, now)
    rows = list(compose(wanted, tables, now))
    for row in rows:
        row.due_at = now
    write(rows, now, asked_by=user, asked_at=now)
    reached = {(row.unit_id, row.kind, row.slot) for row in rows if row.state != State.FAILED}
    return Ahead(len(reached), len(set(picks)) - len(wanted), len(wanted) - len(reached))


@transaction.atomic
def withdraw(*, meeting: Meeting, picks: Collection[Pick], user: User, now: datetime | None = None) -> Ahead:
    """Cancel the picked messages under their keys, so that they are never planned again.

    One that was planned meanwhile and has not started is cancelled too. Raises as ``send_ahead``.
    """
    tables, wanted, now = _picked(meeting, picks, now)
    rows = list(compose(wanted, tables, now))
    for row in rows:
        row.state, row.objection, row.failure = State.CANCELLED, Objection.WITHDRAWN, ""
    write(rows, now, asked_by=user, asked_why="Hủy trước khi gửi")
    done = {(one.unit_id, *instant.key) for one, instant in wanted}
    for pick in set(picks):
        waiting = Reminder.objects.filter(meeting=meeting, unit=pick.unit_id, kind=pick.kind, slot=pick.slot)
        if waiting.filter(state=State.PENDING).update(
            state=State.CANCELLED, objection=Objection.WITHDRAWN, asked_by=user, lease_until=None
        ):
            done.add(pick)
    return Ahead(len(done), len(set(picks) - done))


def _picked(
    meeting: Meeting, picks: Collection[Pick], now: datetime | None
) -> tuple[dict[int, Timetable], list[Wanted], datetime]:
    """What of the picks is still to come, judged once the invitations are locked."""
    found = {one.unit_id: one for one in _locked(meeting, {pick.unit_id for pick in picks})}
    now = now or database_now()
    tables = policies.written([Meeting.objects.get(pk=meeting.pk)])
    table = tables[meeting.pk]
    planned = planned_keys([meeting.pk], {pick.slot for pick in picks})
    there = [
        (one, instant)
        for pick in set(picks)
        if (one := found.get(pick.unit_id))
        and (instant := table.find(pick.kind, pick.slot, one.deadline))
        and unit_key(one, instant) not in planned
    ]
    points = open_points((meeting.pk, instant) for _, instant in there)
    wanted = [(one, instant) for one, instant in there if is_owed(one, instant, table, points)]
    return tables, wanted, now
