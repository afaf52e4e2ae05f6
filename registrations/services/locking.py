"""The anchor of every write: the unit's invitation, locked, and the deadline it has at that moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from accounts.models import User
from invitations.deadlines import effective_deadline
from invitations.models import Invitation
from registrations.models import Change, Extension, Registration


def lock(invitation_id: int) -> Invitation:
    """Lock the invitation; whoever else writes, submits or reminds for this unit waits."""
    return (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("meeting", "unit", "audience")
        .get(pk=invitation_id)
    )


def lock_all(invitation_ids: Collection[int]) -> list[Invitation]:
    """Lock several invitations, always in the order of their keys: two who do so never wait in a circle."""
    return list(
        Invitation.objects.select_for_update(of=("self",))
        .select_related("meeting", "unit", "audience")
        .filter(pk__in=invitation_ids)
        .order_by("pk")
    )


def registration_of(invitation: Invitation) -> Registration:
    """Return the unit's registration, made where nothing was declared: the log has its home there."""
    registration, _ = Registration.objects.get_or_create(invitation=invitation)
    return registration


def deadline_of(invitation: Invitation) -> datetime:
    """Return the unit's deadline as it is in the database at this moment (design, rule 3)."""
    last = Extension.objects.filter(invitation=invitation).first()
    return effective_deadline(invitation.meeting.registration_deadline, last.until if last else None)


def log(registration: Registration, kind: Change.Kind, what: str, at: datetime, user: User) -> None:
    """Write down what is no change of content: the version stays."""
    Change.objects.create(
        registration=registration, version=registration.version, at=at, by=user, kind=kind, what=what
    )
