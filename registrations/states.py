"""How far a unit is: one word for the board, the letter's margin, the reminders and the reports."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import models
from django.db.models import DateTimeField, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import Unit, User
from invitations.calendars import OwnDeadline
from invitations.deadlines import effective_deadline, is_over
from invitations.models import Invitation, Meeting
from registrations.models import Extension, Registration

LAST_EXTENSION = (
    "(SELECT until FROM registrations_extension given WHERE given.invitation_id = invitations_invitation.id"
    " ORDER BY granted_at DESC, given.id DESC LIMIT 1)"
)
"""Written out: every page of a unit asks it, and Django takes 1.6 ms to compose it (measured)."""


class UnitState(models.TextChoices):
    """From called to submitted; the value names the chip of the look."""

    INVITED = "invited", "Chưa mở"
    SEEN = "seen", "Đã xem"
    CONFIRMED = "confirmed", "Đã xác nhận"
    DRAFT = "draft", "Đang soạn"
    SUBMITTED = "submitted", "Đã gửi"
    DECLINED = "declined", "Không tham dự"
    RETURNED = "returned", "Trả lại"
    EXTENDED = "extended", "Gia hạn"
    LATE = "late", "Trễ hạn"


class Standing(NamedTuple):
    """An invitation with what is known of it at the moment ``now``."""

    invitation: Invitation
    registration: Registration | None
    deadline: datetime
    state: UnitState
    now: datetime

    @property
    def is_answered(self) -> bool:
        """A submission stands."""
        return self.state == UnitState.SUBMITTED

    @property
    def is_silent(self) -> bool:
        """Neither a submission nor a refusal stands: the unit still owes an answer."""
        return self.state not in (UnitState.SUBMITTED, UnitState.DECLINED)

    @property
    def is_open(self) -> bool:
        """The unit may still write and submit."""
        return self.invitation.meeting.takes_registrations and not is_over(self.deadline, self.now)

    @property
    def is_extended(self) -> bool:
        """The unit has more time than the others."""
        return self.deadline > self.invitation.meeting.registration_deadline


def with_extension(invitations: QuerySet[Invitation]) -> QuerySet[Invitation]:
    """Add unit, audience, registration and ``extended_until`` to ``invitations``, in the same query.

    Whoever asks over several meetings adds ``select_related("meeting")``; ``meeting.invitations`` knows
    its own.
    """
    extended_until = RawSQL(LAST_EXTENSION, (), output_field=DateTimeField())  # noqa: S611 (no input in it)
    return invitations.select_related("unit", "audience", "registration").annotate(
        extended_until=extended_until
    )


def standing(invitation: Invitation, now: datetime) -> Standing:
    """Say how one invitation of ``with_extension`` stands at ``now`` (aware, PostgreSQL's clock)."""
    registration: Registration | None = getattr(invitation, "registration", None)
    extended_until: datetime | None = invitation.extended_until  # type: ignore[attr-defined]
    deadline = effective_deadline(invitation.meeting.registration_deadline, extended_until)
    state = _state(invitation, registration, deadline, now)
    return Standing(invitation, registration, deadline, state, now)


def standings(meeting: Meeting, user: User, now: datetime) -> list[Standing]:
    """Return how every invitation of ``meeting`` in the scope of ``user`` stands, in one query."""
    invitations = with_extension(meeting.invitations.visible_to(user))
    return [standing(invitation, now) for invitation in invitations]


def own_deadlines(unit: Unit | None) -> dict[int, OwnDeadline]:
    """Return the last extension of ``unit`` for each meeting, by the meeting's key, in one query."""
    if unit is None:
        return {}
    given = Extension.objects.filter(invitation__unit=unit).order_by("invitation_id", "-granted_at", "-pk")
    last = given.distinct("invitation_id").values_list("invitation__meeting_id", "until", "granted_at")
    return {meeting: OwnDeadline(until, granted_at) for meeting, until, granted_at in last}


def _state(
    invitation: Invitation, registration: Registration | None, deadline: datetime, now: datetime
) -> UnitState:
    if registration is not None and registration.is_answered:
        return UnitState.SUBMITTED
    if invitation.declined_at is not None:
        return UnitState.DECLINED
    if is_over(deadline, now):
        return UnitState.LATE
    if registration is not None and registration.state == Registration.State.RETURNED:
        return UnitState.RETURNED
    if deadline > invitation.meeting.registration_deadline:
        return UnitState.EXTENDED
    if registration is not None and registration.version:
        return UnitState.DRAFT
    if invitation.confirmed_at is not None:
        return UnitState.CONFIRMED
    return UnitState.SEEN if invitation.seen_at is not None else UnitState.INVITED
