"""Who is due what: rows of the outbox, written by the policy or because somebody asked."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest

from accounts.clock import database_now
from accounts.models import Unit, User
from accounts.permissions import Right
from invitations.deadlines import GRACE
from invitations.models import Invitation, Meeting
from registrations.models import Registration
from registrations.states import Standing, standing, with_extension
from reminders import letters, policy, wording
from reminders.models import Reminder
from reminders.policy import Step

if TYPE_CHECKING:
    from reminders.wording import Wording

NOT_AGAIN_WITHIN = timedelta(minutes=10)
"""Asking by hand twice in so short a time is a double click, or two people in the office."""

NO_ADDRESS = "Đơn vị chưa có địa chỉ thư điện tử"


def plan(*, now: datetime | None = None) -> int:
    """Write a row for every message that is due and has none; return how many were written.

    The number of queries does not grow with the number of units. Two planners at once are harmless:
    the dedupe key lets each row in once.
    """
    now = now or database_now()
    chased = [(unit, step) for unit in _silent_units(now) if (step := step_of(unit, now))]
    digests = [(meeting, step) for meeting in _just_over(now) if (step := digest_of(meeting, now))]
    planned = _planned({step.slot for _, step in (*chased, *digests)})
    chased = [
        (unit, step)
        for unit, step in chased
        if (unit.invitation.meeting_id, unit.invitation.unit_id, *step) not in planned
    ]
    digests = [(meeting, step) for meeting, step in digests if (meeting.pk, None, *step) not in planned]
    rows = [*_unit_reminders(chased, now), *_digests(digests, now), *_letters(letters.due(now))]
    Reminder.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    return len(rows)


def _silent_units(now: datetime) -> list[Standing]:
    """Units that were called, have not answered, and whose own deadline is near or just over."""
    invitations = (
        with_extension(Invitation.objects.sent())
        .select_related("meeting")
        .filter(meeting__state=Meeting.State.PUBLISHED, declined_at__isnull=True)
        .exclude(registration__in=Registration.objects.answered())
        .alias(own_deadline=Greatest("meeting__registration_deadline", F("extended_until")))
        .filter(
            own_deadline__gte=now - policy.OVERDUE_FOR - GRACE,
            own_deadline__lte=now + policy.LOOK_AHEAD,
        )
    )
    return [standing(invitation, now) for invitation in invitations]


def _just_over(now: datetime) -> QuerySet[Meeting]:
    return Meeting.objects.filter(
        state=Meeting.State.PUBLISHED,
        registration_deadline__gte=now - policy.OVERDUE_FOR - GRACE,
        registration_deadline__lte=now - GRACE,
    )


def step_of(unit: Standing, now: datetime) -> Step | None:
    """Return what the policy asks for a unit ``now``, whether it has answered or not."""
    called_at = unit.invitation.sent_at
    return policy.step_due(deadline=unit.deadline, called_at=called_at, now=now) if called_at else None


def digest_of(meeting: Meeting, now: datetime) -> Step | None:
    """Return the digest that is due to the office ``now``."""
    if meeting.published_at is None:
        return None
    return policy.digest_due(
        deadline=meeting.registration_deadline, published_at=meeting.published_at, now=now
    )


def _planned(slots: set[datetime]) -> set[tuple[int, int | None, str, datetime]]:
    """What already has a row, to whatever address: a new clerk does not get old messages again."""
    if not slots:
        return set()
    rows = Reminder.objects.filter(channel=Reminder.Channel.MAIL, slot__in=slots).order_by()
    return set(rows.values_list("meeting_id", "unit_id", "kind", "slot"))


def _unit_reminders(chased: Collection[tuple[Standing, Step]], now: datetime) -> list[Reminder]:
    if not chased:
        return []
    addresses = _addresses([unit.invitation.unit for unit, _ in chased])
    texts = wording.to_units([(unit, step.kind) for unit, step in chased], now)
    return [
        _reminder(
            unit.invitation.meeting, unit.invitation.unit, step, addresses[unit.invitation.unit_id], text
        )
        for (unit, step), text in zip(chased, texts, strict=True)
    ]


def _digests(digests: Collection[tuple[Meeting, Step]], now: datetime) -> list[Reminder]:
    if not digests:
        return []
    standings: dict[int, list[Standing]] = defaultdict(list)
    for invitation in with_extension(
        Invitation.objects.sent()
        .filter(meeting__in=[meeting for meeting, _ in digests])
        .select_related("meeting")
    ):
        standings[invitation.meeting_id].append(standing(invitation, now))
    clerks: dict[int, list[User]] = defaultdict(list)
    called = [one.invitation.unit for many in standings.values() for one in many]
    for clerk in User.objects.clerks_of(*called):
        clerks[clerk.unit_id or 0].append(clerk)
    office = list(User.objects.who_may(Right.REMIND).values_list("email", flat=True))
    return [
        _reminder(meeting, None, step, office, wording.to_office(meeting, standings[meeting.pk], clerks))
        for meeting, step in digests
    ]


def _letters(due: Collection[letters.Due]) -> list[Reminder]:
    """One mail for each unit and version."""
    if not due:
        return []
    addresses = _addresses([one.invitation.unit for one in due])
    return [
        _reminder(
            one.invitation.meeting, one.invitation.unit, one.step, addresses[one.invitation.unit_id], text
        )
        for one, text in zip(due, wording.of_letters(due), strict=True)
    ]


def _addresses(units: Collection[Unit]) -> dict[int, list[str]]:
    """Where each unit reads its mail: its own address, else those of its clerks."""
    found = {unit.pk: [unit.email] if unit.email else [] for unit in units}
    for clerk in User.objects.clerks_of(*(unit for unit in units if not unit.email)):
        found[clerk.unit_id or 0].append(clerk.email)
    return found


def _reminder(meeting: Meeting, unit: Unit | None, step: Step, to: Iterable[str], text: Wording) -> Reminder:
    """One row. Without an address it is written too, as failed: the office must see whom to call."""
    recipient = ", ".join(dict.fromkeys(to))
    return Reminder(
        meeting=meeting,
        unit=unit,
        kind=step.kind,
        slot=step.slot,
        due_at=step.slot,
        recipient=recipient,
        recipient_name=unit.name if unit else settings.PORTAL_HELP_NAME,
        subject=text.subject,
        body=text.body,
        message_id=f"<{uuid.uuid4()}@{urlsplit(settings.PORTAL_BASE_URL).hostname or 'localhost'}>",
        state=Reminder.State.PENDING if recipient else Reminder.State.FAILED,
        failure="" if recipient else NO_ADDRESS,
    )


def next_way(reminder: Reminder, *, now: datetime) -> Reminder | None:
    """Return, unsaved, the message that takes the place of ``reminder``, which could not go out.

    It goes by the next channel of the step that is set up, not red and has an address; after the last
    one to the next level. None where nothing is left. The caller saves it, ``instead_of`` is set.
    """
    return None  # the steps have only mail so far


# ── By hand ──────────────────────────────────────────────────────────────────────────────────────


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
    called = Invitation.objects.sent().filter(meeting=meeting, unit__in=units)
    locked = list(called.order_by("pk").select_for_update().values_list("pk", flat=True))
    now = now or database_now()
    meeting = Meeting.objects.get(pk=meeting.pk)
    if not meeting.takes_registrations:
        raise ValidationError("Hội nghị không nhận đăng ký nên không nhắc được.")
    standings = [standing(one, now) for one in with_extension(meeting.invitations.filter(pk__in=locked))]
    recently = set(
        Reminder.objects.filter(
            meeting=meeting, kind=Reminder.Kind.BY_HAND, slot__gt=now - NOT_AGAIN_WITHIN
        ).values_list("unit", flat=True)
    )
    silent = [one for one in standings if one.is_silent]
    answered = sum(one.is_answered for one in standings)
    chased = [one for one in silent if one.invitation.unit_id not in recently]
    rows = _unit_reminders([(one, Step(Reminder.Kind.BY_HAND, now)) for one in chased], now)
    for row in rows:
        row.asked_at, row.asked_by = now, user
    Reminder.objects.bulk_create(rows, ignore_conflicts=True)
    failed = sum(1 for row in rows if row.state == Reminder.State.FAILED)
    return Asked(
        reminded=len(rows) - failed,
        answered=answered,
        declined=len(standings) - len(silent) - answered,
        just_reminded=len(silent) - len(chased),
        without_address=failed,
    )


@transaction.atomic
def resend(*, reminder_id: int, user: User) -> Reminder:
    """Put a message that failed for good back into the queue, to the unit's address of today.

    Raises ``ValidationError`` when it did not fail, or when there is still no address.
    """
    reminder = Reminder.objects.select_for_update(of=("self",)).select_related("unit").get(pk=reminder_id)
    if not reminder.can_be_resent:
        raise ValidationError("Thư này không ở trạng thái không gửi được.")
    if reminder.unit is not None:
        reminder.recipient = ", ".join(dict.fromkeys(_addresses([reminder.unit])[reminder.unit.pk]))
    else:
        reminder.recipient = ", ".join(User.objects.who_may(Right.REMIND).values_list("email", flat=True))
    if not reminder.recipient:
        raise ValidationError(f"{NO_ADDRESS}: thêm địa chỉ ở mục Đơn vị rồi gửi lại.")
    reminder.asked_at = reminder.due_at = database_now()
    reminder.state, reminder.failure, reminder.asked_by = Reminder.State.PENDING, "", user
    reminder.save(update_fields=["recipient", "asked_at", "due_at", "state", "failure", "asked_by"])
    return reminder
