"""What the policy says of messages that are about to start: asked again, for a whole batch at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from invitations.models import Invitation, LetterIssue, Meeting
from registrations.states import Standing, standing, with_extension
from reminders import policy
from reminders.letters import TOLD
from reminders.models import Reminder
from reminders.policy import Step
from reminders.services.planning import digest_of, step_of


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


def _called(reminders: Collection[Reminder]) -> dict[tuple[int, int], Invitation]:
    """What was sent to the units of these messages, by meeting and unit; one query."""
    invitations = with_extension(
        Invitation.objects.sent().filter(
            meeting__in={one.meeting_id for one in reminders}, unit__in={one.unit_id for one in reminders}
        )
    )
    return {(one.meeting_id, one.unit_id): one for one in invitations.select_related("meeting")}


def _of_chased(reminders: Collection[Reminder], now: datetime) -> dict[int, Reminder.Objection | None]:
    if not reminders:
        return {}
    meetings, called = _meetings(reminders), _called(reminders)
    standings = {key: standing(invitation, now) for key, invitation in called.items()}
    return {
        one.pk: _of_unit(one, standings.get((one.meeting_id, one.unit_id)), now)
        if one.unit_id is not None
        else _of_digest(one, meetings[one.meeting_id], now)
        for one in reminders
    }


def _of_digest(reminder: Reminder, meeting: Meeting, now: datetime) -> Reminder.Objection | None:
    return policy.objection(
        step=Step(Reminder.Kind(reminder.kind), reminder.slot),
        due=digest_of(meeting, now),
        deadline=meeting.registration_deadline,
        is_open=meeting.takes_registrations,
        by_hand=reminder.asked_at is not None,
    )


def _of_unit(reminder: Reminder, unit: Standing | None, now: datetime) -> Reminder.Objection | None:
    if unit is None:
        return Reminder.Objection.NOT_CALLED
    return policy.objection(
        step=Step(Reminder.Kind(reminder.kind), reminder.slot),
        due=step_of(unit, now),
        deadline=unit.deadline,
        is_open=unit.invitation.meeting.takes_registrations,
        is_answered=unit.is_answered,
        is_declined=not unit.is_answered and not unit.is_silent,
        by_hand=reminder.asked_at is not None,
    )


def _of_letters(reminders: Collection[Reminder]) -> dict[int, Reminder.Objection | None]:
    if not reminders:
        return {}
    meetings = _meetings(reminders)
    issued = LetterIssue.objects.filter(meeting__in=meetings).order_by("meeting", "-number")
    newest = dict(issued.distinct("meeting").values_list("meeting", "issued_at"))
    called = set(
        Invitation.objects.sent()
        .filter(meeting__in=meetings, unit__in={one.unit_id for one in reminders})
        .order_by()
        .values_list("meeting_id", "unit_id")
    )
    return {
        one.pk: policy.letter_objection(
            slot=one.slot,
            newest=newest.get(one.meeting_id),
            is_called=(one.meeting_id, one.unit_id) in called,
            is_told=meetings[one.meeting_id].state in TOLD,
        )
        for one in reminders
    }
