"""The anchor of every write: the unit's invitation, locked, and the deadline it has at that moment."""

from __future__ import annotations

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


def deadline_of(invitation: Invitation) -> datetime:
    """Return the unit's deadline as it is in the database at this moment (design, rule 3)."""
    last = Extension.objects.filter(invitation=invitation).first()
    return effective_deadline(invitation.meeting.registration_deadline, last.until if last else None)


def log(registration: Registration, kind: Change.Kind, what: str, at: datetime, user: User) -> None:
    """Write down what is no change of content: the version stays."""
    Change.objects.create(
        registration=registration, version=registration.version, at=at, by=user, kind=kind, what=what
    )
