"""The verbs of a meeting: publish, move the deadline, call units, see, confirm, do what was asked."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.clock import database_now
from invitations.models import AssignedUnit, Audience, Deadline, Invitation, Meeting

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.models import Unit, User


@transaction.atomic
def publish(*, meeting_id: int) -> Meeting:
    """Publish a draft meeting: every unit on its list is called at this moment.

    Publishing again calls the units that were added since. Raises ``ValidationError`` with what is
    missing; nothing is published then.
    """
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    now = database_now()
    if problems := _why_not_publishable(meeting, now):
        raise ValidationError(problems)
    if meeting.is_draft:
        meeting.state = Meeting.State.PUBLISHED
        meeting.published_at = now
        meeting.save(update_fields=["state", "published_at"])
    meeting.invitations.filter(sent_at__isnull=True).update(sent_at=now)
    return meeting


def _why_not_publishable(meeting: Meeting, now: datetime) -> list[str]:
    reasons = []
    if meeting.state in (Meeting.State.CANCELLED, Meeting.State.CLOSED):
        reasons.append("Hội nghị đã hủy hoặc đã kết thúc, không công bố được nữa.")
    if not meeting.sessions.exists():
        reasons.append("Chưa có buổi nào. Thêm ít nhất một buổi họp.")
    if not meeting.audiences.exists():
        reasons.append("Chưa có nhóm điểm cầu nào. Thêm nhóm và thành phần mời.")
    if not meeting.invitations.exists():
        reasons.append("Chưa chọn đơn vị nào để mời.")
    if meeting.is_draft and meeting.registration_deadline <= now:
        reasons.append("Hạn đăng ký đã qua. Dời hạn trước khi công bố.")
    return reasons


@transaction.atomic
def move_deadline(*, meeting_id: int, to: datetime) -> Meeting:
    """Move the registration deadline for all units, and with it every hour of the letter that meant it.

    Raises ``ValidationError`` when the new hour has already passed (PostgreSQL's clock).
    """
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    if to <= database_now():
        raise ValidationError({"registration_deadline": "Hạn mới phải ở sau giờ này."})
    before = meeting.registration_deadline
    meeting.registration_deadline = to
    meeting.save(update_fields=["registration_deadline"])
    Deadline.objects.filter(meeting=meeting, at=before).update(at=to)
    meeting.assignments.filter(due_at=before).update(due_at=to)
    return meeting


@transaction.atomic
def call_units(*, audience: Audience, units: Collection[Unit]) -> None:
    """Make the list of units called under ``audience`` just ``units``.

    A unit called before under another heading moves here. A unit that was already sent its letter
    stays on the list: what was sent cannot be unsent. A unit added after publishing is called by the
    next ``publish``.
    """
    meeting = Meeting.objects.select_for_update().get(pk=audience.meeting_id)
    meeting.invitations.filter(audience=audience, sent_at__isnull=True).exclude(unit__in=units).delete()
    for unit in units:
        Invitation.objects.update_or_create(meeting=meeting, unit=unit, defaults={"audience": audience})


def see(*, invitation: Invitation, user: User) -> None:
    """Note that the called unit has opened its letter; only the first opening counts."""
    if invitation.seen_at is None and user.unit_id == invitation.unit_id:
        now = database_now()
        seen = Invitation.objects.filter(pk=invitation.pk, sent_at__isnull=False, seen_at__isnull=True)
        if seen.update(seen_at=now, seen_by=user):
            invitation.seen_at, invitation.seen_by = now, user


@transaction.atomic
def confirm(*, invitation_id: int, user: User) -> Invitation:
    """Confirm that the unit will take part; confirming again changes nothing."""
    invitation = Invitation.objects.select_for_update().get(pk=invitation_id)
    if invitation.confirmed_at is None:
        now = database_now()
        invitation.confirmed_at, invitation.confirmed_by = now, user
        if invitation.seen_at is None:
            invitation.seen_at, invitation.seen_by = now, user
        invitation.save(update_fields=["confirmed_at", "confirmed_by", "seen_at", "seen_by"])
    return invitation


@transaction.atomic
def mark_assignment(*, share_id: int, state: AssignedUnit.State, user: User) -> AssignedUnit:
    """Say how far a unit's share of an assignment is."""
    share = AssignedUnit.objects.select_for_update().get(pk=share_id)
    share.state = state
    share.changed_at, share.changed_by = database_now(), user
    share.save(update_fields=["state", "changed_at", "changed_by"])
    return share
