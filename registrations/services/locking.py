"""The anchor of every write: the unit's invitation, locked, and the deadline it has at that moment."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from time import monotonic

from django.db.models import QuerySet

from accounts.composed import Composed, Given
from accounts.models import User
from invitations.deadlines import effective_deadline
from invitations.models import Invitation
from registrations.models import Change, Extension, Registration

_READ_WITH = ("meeting", "unit", "audience")
_LOCKED = Composed(lambda: _in_order().select_for_update().filter(pk=Given("pk")).values_list("pk"))
_READ = Composed(lambda: _in_order().select_related(*_READ_WITH).filter(pk=Given("pk")))
_EXTENSION = Composed(lambda: Extension.objects.filter(invitation=Given("invitation"))[:1])


def lock(invitation_id: int) -> Invitation:
    """Lock the invitation; whoever else writes, submits or reminds for this unit waits.

    It is read once the lock is held: what the meeting says has maybe changed while we waited.
    """
    if not _LOCKED.ask(pk=invitation_id):
        raise Invitation.DoesNotExist(invitation_id)
    (invitation,) = _READ.ask(pk=invitation_id)
    return invitation


def lock_all(invitation_ids: Collection[int]) -> list[Invitation]:
    """Lock several invitations, always in the order of their keys: two who do so never wait in a circle."""
    locked = list(_in_order().select_for_update().filter(pk__in=invitation_ids).values_list("pk", flat=True))
    return list(_in_order().select_related(*_READ_WITH).filter(pk__in=locked))


def _in_order() -> QuerySet[Invitation]:
    return Invitation.objects.order_by("pk")


def registration_of(invitation: Invitation) -> Registration:
    """Return the unit's registration, made where nothing was declared: the log has its home there."""
    registration, _ = Registration.objects.get_or_create(invitation=invitation)
    return registration


def lock_arrived(invitation_id: int, waited: timedelta) -> tuple[Invitation, timedelta]:
    """Lock the invitation, and return with it how long the request has waited, the lock included.

    Whoever waits for a lock has arrived already (design, rule 2).
    """
    began = monotonic()
    invitation = lock(invitation_id)
    return invitation, waited + timedelta(seconds=monotonic() - began)


def deadline_of(invitation: Invitation) -> datetime:
    """Return the unit's deadline as it is in the database at this moment (design, rule 3)."""
    last = _EXTENSION.first(invitation=invitation.pk)
    return effective_deadline(invitation.meeting.registration_deadline, last.until if last else None)


def log(registration: Registration, kind: Change.Kind, what: str, at: datetime, user: User) -> None:
    """Write down what is no change of content: the version stays."""
    Change.objects.create(
        registration=registration, version=registration.version, at=at, by=user, kind=kind, what=what
    )
