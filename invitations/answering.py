"""What a called unit does with its letter: it opens it, confirms, or says that nobody will come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max, Q

from accounts.clock import database_now
from invitations.issuing import newest_cover_of
from invitations.models import Answer, Invitation, LetterIssue

if TYPE_CHECKING:
    from accounts.models import User

OVER = "Hội nghị đã hoãn, đã hủy hoặc đã kết thúc, không cần xác nhận nữa."
CLOSED = "Hội nghị đã hoãn, đã hủy hoặc đã kết thúc, không nhận đầu mối nữa."
NEWER = "Giấy mời vừa có bản mới. Mời đồng chí xem những thay đổi rồi trả lời."


def see(*, invitation: Invitation, user: User, newest: int | None = None) -> None:
    """Note that the called unit has opened its letter, and which version was the newest then.

    The first opening keeps its moment and its person. ``newest`` saves asking where the caller knows.
    """
    if user.unit_id != invitation.unit_id:
        return
    if newest is None:
        newest = invitation.meeting.issues.aggregate(last=Max("number"))["last"] or 0
    if invitation.seen_at is not None and invitation.seen_number >= newest:
        return
    now = database_now()
    sent = Invitation.objects.filter(pk=invitation.pk, sent_at__isnull=False)
    if sent.filter(seen_at__isnull=True).update(seen_at=now, seen_by=user):
        invitation.seen_at, invitation.seen_by = now, user
    sent.filter(seen_number__lt=newest).update(seen_number=newest)


def confirm(*, invitation_id: int, user: User, number: int | None = None) -> Invitation:
    """Confirm that the unit will take part; confirming again changes nothing.

    ``number`` is the newest version that the person saw. Raises ``ValidationError`` when a later one asks
    again, and when the meeting was put off, called off or is over.
    """
    return _answer(invitation_id, Answer.Kind.CONFIRMED, user, number)


def decline(*, invitation_id: int, user: User, reason: str, number: int | None = None) -> Invitation:
    """Say that nobody of the unit will come, and why; the unit may change its mind. Raises as ``confirm``."""
    if not reason.strip():
        raise ValidationError({"reason": "Ghi lý do không tham dự để Văn phòng biết."})
    return _answer(invitation_id, Answer.Kind.DECLINED, user, number, reason.strip())


def take_decline_back(*, invitation: Invitation) -> None:
    """A unit that submits will come after all; ``invitation`` is locked."""
    if invitation.declined_at is not None:
        invitation.declined_at, invitation.declined_by, invitation.decline_reason = None, None, ""
        invitation.save(update_fields=["declined_at", "declined_by", "decline_reason"])


@transaction.atomic
def name_contact(*, invitation_id: int, name: str, phone: str, email: str) -> Invitation:
    """Note whom the unit names to be reached about the meeting; all empty takes the name back.

    Raises ``ValidationError`` when the meeting was put off, called off or is over.
    """
    Invitation.objects.select_for_update().get(pk=invitation_id)  # read below, once the lock is held
    invitation = Invitation.objects.select_related("meeting").get(pk=invitation_id)
    if not invitation.meeting.takes_registrations:
        raise ValidationError(CLOSED)
    invitation.contact_name, invitation.contact_phone, invitation.contact_email = name, phone, email
    invitation.save(update_fields=["contact_name", "contact_phone", "contact_email"])
    return invitation


@transaction.atomic
def _answer(
    invitation_id: int, kind: Answer.Kind, user: User, number: int | None, reason: str = ""
) -> Invitation:
    Invitation.objects.select_for_update().get(pk=invitation_id)  # read below, once the lock is held
    invitation = Invitation.objects.select_related("meeting").get(pk=invitation_id)
    if not invitation.meeting.takes_registrations:
        raise ValidationError(OVER)
    newest = newest_cover_of(invitation.meeting)
    if number is not None and _asked_again_since(newest, number):
        raise ValidationError(NEWER)
    if kind == Answer.Kind.CONFIRMED and invitation.confirmed_at is not None:
        return invitation
    if kind == Answer.Kind.DECLINED and invitation.decline_reason == reason and invitation.declined_at:
        return invitation
    now = database_now()
    confirms = kind == Answer.Kind.CONFIRMED
    invitation.confirmed_at, invitation.confirmed_by = (now, user) if confirms else (None, None)
    invitation.declined_at, invitation.declined_by = (None, None) if confirms else (now, user)
    invitation.decline_reason = reason
    if invitation.seen_at is None:
        invitation.seen_at, invitation.seen_by = now, user
    invitation.seen_number = max(invitation.seen_number, number or (newest.number if newest else 0))
    invitation.save()
    Answer.objects.create(invitation=invitation, issue=newest, kind=kind, reason=reason, at=now, by=user)
    return invitation


def _asked_again_since(newest: LetterIssue | None, number: int) -> bool:
    if newest is None or newest.number <= number:
        return False
    later = LetterIssue.objects.filter(Q(asks_again=True) | ~Q(kind=LetterIssue.Kind.CHANGED))
    return later.filter(meeting=newest.meeting_id, number__gt=number).exists()
