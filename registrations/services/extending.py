"""More time for units that are late: asked for by the unit, granted or refused by the office."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.clock import database_now
from accounts.models import Unit, User
from accounts.templatetags.portal import moment
from invitations.deadlines import is_over
from invitations.models import Invitation, Meeting
from registrations.models import Change, Extension, ExtensionRequest, Registration
from registrations.services import locking


class Asked(NamedTuple):
    """The request that waits, and whether this press made it."""

    request: ExtensionRequest
    is_new: bool


class Chosen(NamedTuple):
    """One line that the office ticked: a unit, with the request that its page showed, if there was one."""

    invitation_id: int
    request_id: int | None


class Passed(NamedTuple):
    """A unit that was left as it is, and why."""

    unit: Unit
    why: str


class Decided(NamedTuple):
    """What came of one decision about several units."""

    units: list[Unit]
    passed: list[Passed]


@transaction.atomic
def ask_extension(*, invitation_id: int, user: User, reason: str) -> Asked:
    """Ask the office for more time, with a reason; one request waits at a time, a second press finds it.

    Raises ``ValidationError`` when the unit is not late, or has submitted, or nothing is taken any more.
    """
    invitation = locking.lock(invitation_id)
    now = database_now()
    if not invitation.meeting.takes_registrations:
        raise ValidationError("Hội nghị không nhận đăng ký nữa.")
    deadline = locking.deadline_of(invitation)
    if not is_over(deadline, now):
        raise ValidationError(f"Bản đăng ký đang mở đến {moment(deadline)}, không phải xin gia hạn.")
    registration = locking.registration_of(invitation)
    if registration.is_answered:
        raise ValidationError("Đơn vị đã gửi đăng ký, không phải xin gia hạn.")
    waiting = invitation.extension_requests.waiting().first()
    if waiting is not None:
        return Asked(waiting, is_new=False)
    request = ExtensionRequest.objects.create(
        invitation=invitation, reason=reason, asked_at=now, asked_by=user
    )
    locking.log(registration, Change.Kind.ASKED, reason[:300], now, user)
    return Asked(request, is_new=True)


@transaction.atomic
def extend(*, invitation_id: int, until: datetime, reason: str, user: User) -> Extension:
    """Give one unit more time, until a later hour, with a reason that stays on record (rule 3).

    A unit that had submitted may submit again: its registration is reopened. A request that waits is
    answered by it. Raises ``ValidationError`` when ``until`` is not later than now or than the meeting's
    deadline.
    """
    invitation = locking.lock(invitation_id)
    now = database_now()
    _check_hour(until, invitation.meeting, now)
    return _extend(invitation, until, reason, user, now)


@transaction.atomic
def grant(*, meeting: Meeting, chosen: Sequence[Chosen], until: datetime, reason: str, user: User) -> Decided:
    """Give several units of ``meeting`` more time at once, each on record of its own.

    Whom a colleague has answered since the page was drawn is left as it is, and named. Raises
    ``ValidationError`` as ``extend`` does: then nobody got anything.
    """
    invitations, now = _lock(meeting, chosen)
    _check_hour(until, meeting, now)
    asked = dict(chosen)
    decided = Decided([], [])
    for invitation in invitations:
        request_id = asked[invitation.pk]
        why = _answered(invitation, request_id) if request_id else _not_late(invitation, now)
        if why:
            decided.passed.append(Passed(invitation.unit, why))
        else:
            _extend(invitation, until, reason, user, now)
            decided.units.append(invitation.unit)
    return decided


@transaction.atomic
def refuse(*, meeting: Meeting, chosen: Sequence[Chosen], answer: str, user: User) -> Decided:
    """Refuse the requests of several units of ``meeting`` with a word that they read.

    Whom a colleague has answered since is left as it is, and named; so is who asked for nothing.
    """
    invitations, now = _lock(meeting, chosen)
    asked = dict(chosen)
    decided = Decided([], [])
    for invitation in invitations:
        request_id = asked[invitation.pk]
        why = _answered(invitation, request_id) if request_id else "chưa đề nghị gia hạn"
        if why:
            decided.passed.append(Passed(invitation.unit, why))
        else:
            _refuse(invitation, answer, user, now)
            decided.units.append(invitation.unit)
    return decided


def _lock(meeting: Meeting, chosen: Collection[Chosen]) -> tuple[list[Invitation], datetime]:
    ids = {one.invitation_id for one in chosen}
    invitations = [one for one in locking.lock_all(ids) if one.meeting_id == meeting.pk]
    return invitations, database_now()


def _check_hour(until: datetime, meeting: Meeting, now: datetime) -> None:
    if until <= now:
        raise ValidationError({"until": "Giờ gia hạn phải ở sau giờ này."})
    if until <= meeting.registration_deadline:
        raise ValidationError({"until": "Giờ gia hạn phải sau hạn chung của hội nghị."})


def _answered(invitation: Invitation, request_id: int) -> str:
    """What a colleague has answered this request meanwhile, or "" while it waits."""
    requests = invitation.extension_requests.select_related("decided_by", "extension")
    request = requests.filter(pk=request_id).first()
    if request is None:
        return "đề nghị này không còn"
    if request.state == ExtensionRequest.State.WAITING:
        return ""
    who = f"đồng chí {request.decided_by}" if request.decided_by else "người khác"
    extension = request.extension
    what = f"đã cho đến {moment(extension.until)}" if extension else "đã trả lời không cho"
    return f"{who} {what}"


def _not_late(invitation: Invitation, now: datetime) -> str:
    """Why a unit that asked for nothing needs no time any more, or ""."""
    registration = Registration.objects.filter(invitation=invitation).first()
    if registration is not None and registration.is_answered:
        return "đã gửi đăng ký"
    deadline = locking.deadline_of(invitation)
    if is_over(deadline, now):
        return ""
    last = invitation.extensions.select_related("granted_by").first()
    who = f"đồng chí {last.granted_by} " if last and last.granted_by and last.until == deadline else ""
    return f"{who}đã cho đến {moment(deadline)}"


def _extend(invitation: Invitation, until: datetime, reason: str, user: User, now: datetime) -> Extension:
    extension = Extension.objects.create(
        invitation=invitation, until=until, reason=reason, granted_at=now, granted_by=user
    )
    invitation.extension_requests.waiting().update(
        state=ExtensionRequest.State.GRANTED,
        decided_at=now,
        decided_by=user,
        answer=reason,
        extension=extension,
    )
    registration = locking.registration_of(invitation)
    if registration.state == Registration.State.SUBMITTED:
        registration.state = Registration.State.REOPENED
        registration.save(update_fields=["state"])
    locking.log(registration, Change.Kind.EXTENDED, reason[:300], now, user)
    return extension


def _refuse(invitation: Invitation, answer: str, user: User, now: datetime) -> None:
    invitation.extension_requests.waiting().update(
        state=ExtensionRequest.State.REFUSED, decided_at=now, decided_by=user, answer=answer
    )
    registration = locking.registration_of(invitation)
    locking.log(registration, Change.Kind.REFUSED, answer[:300], now, user)
