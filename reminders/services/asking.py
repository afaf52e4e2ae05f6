"""What the policy says of messages that are about to start: asked again, for a whole batch at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from invitations.models import Invitation, LetterIssue, Meeting
from reminders import policy
from reminders.called import Called, called
from reminders.letters import TOLD
from reminders.models import Reminder
from reminders.open_points import OpenPoints, open_points
from reminders.policy import ANCHORS, Facts, Instant, Timetable
from reminders.services import policies

Kind, Objection = Reminder.Kind, Reminder.Objection


def objections(reminders: Sequence[Reminder], now: datetime) -> dict[int, Reminder.Objection]:
    """Return, by the key of the message, why it must not start; those that may are not in it.

    The caller holds the invitations of these messages FOR SHARE: what is read here stays true until it
    commits. The number of queries does not grow with the number of messages.
    """
    chased = [one for one in reminders if one.kind not in policy.LETTERS]
    letters = [one for one in reminders if one.kind in policy.LETTERS]
    said = {**_of_chased(chased, now), **_of_letters(letters)}
    return {key: why for key, why in said.items() if why is not None}


def _meetings(reminders: Collection[Reminder]) -> dict[int, Meeting]:
    """The meetings as they are now, and not as they were when the batch was claimed."""
    return Meeting.objects.in_bulk({one.meeting_id for one in reminders})


def _called(reminders: Collection[Reminder]) -> dict[tuple[int, int], Called]:
    """The units of these messages, by meeting and unit; one query."""
    found = called(
        Invitation.objects.filter(
            meeting__in={one.meeting_id for one in reminders},
            unit__in={one.unit_id for one in reminders if one.unit_id is not None},
        )
    )
    return {(one.meeting_id, one.unit_id): one for one in found}


def _of_chased(reminders: Collection[Reminder], now: datetime) -> dict[int, Reminder.Objection | None]:
    if not reminders:
        return {}
    tables, units = policies.timetables(_meetings(reminders).values()), _called(reminders)
    planned = {
        one.pk: (unit, tables[one.meeting_id].find(one.kind, one.slot, unit.deadline) if unit else None)
        for one in reminders
        if one.unit_id is not None
        for unit in [units.get((one.meeting_id, one.unit_id))]
    }
    points = open_points((unit.meeting_id, instant) for unit, instant in planned.values() if unit and instant)
    return {
        one.pk: _of_unit(one, *planned[one.pk], tables[one.meeting_id], points, now)
        if one.pk in planned
        else _of_digest(one, tables[one.meeting_id], now)
        for one in reminders
    }


def _of_digest(reminder: Reminder, table: Timetable, now: datetime) -> Reminder.Objection | None:
    instants = table.digests()
    return policy.objection(
        key=(reminder.kind, reminder.slot),
        due=policy.due(instants, called_at=table.meeting.published_at or now, now=now),
        instants=instants,
        state=table.meeting.state,
        facts=Facts(),
        by_hand=reminder.asked_at is not None,
    )


def _of_unit(
    reminder: Reminder,
    unit: Called | None,
    own: Instant | None,
    table: Timetable,
    points: OpenPoints,
    now: datetime,
) -> Reminder.Objection | None:
    if unit is None:
        return Objection.NOT_CALLED
    anchor = ANCHORS.get(Kind(reminder.kind))
    instants = table.instants(anchor, unit.deadline) if anchor else []
    return policy.objection(
        key=(reminder.kind, reminder.slot),
        due=policy.due(instants, called_at=unit.sent_at, now=now),
        instants=instants,
        state=table.meeting.state,
        facts=unit.facts(points, reminder.kind, own.session if own else None),
        by_hand=reminder.asked_at is not None,
    )


def _of_letters(reminders: Collection[Reminder]) -> dict[int, Reminder.Objection | None]:
    if not reminders:
        return {}
    meetings = _meetings(reminders)
    issued = LetterIssue.objects.filter(meeting__in=meetings).order_by("meeting", "-number")
    newest = dict(issued.distinct("meeting").values_list("meeting", "issued_at"))
    sent = set(
        Invitation.objects.sent()
        .filter(meeting__in=meetings, unit__in={one.unit_id for one in reminders})
        .order_by()
        .values_list("meeting_id", "unit_id")
    )
    return {
        one.pk: policy.letter_objection(
            slot=one.slot,
            newest=newest.get(one.meeting_id),
            is_called=(one.meeting_id, one.unit_id) in sent,
            is_told=meetings[one.meeting_id].state in TOLD,
        )
        for one in reminders
    }
