"""A draft that is open for one write: locked, on time, counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import transaction

from accounts.clock import database_now
from accounts.models import User
from invitations.deadlines import Verdict, judge
from invitations.models import Invitation
from registrations.models import Change, Registration
from registrations.services import locking
from registrations.services.inserting import append


class Closed(Exception):
    """The unit may not write now: its deadline has passed, or the meeting takes no registrations."""

    def __init__(self, deadline: datetime, now: datetime) -> None:
        super().__init__(deadline, now)
        self.deadline, self.now = deadline, now


class Stale(Exception):
    """Somebody else has saved this row since it was opened: carries it as it is now, and who did."""

    def __init__(self, current: Any, change: Change | None) -> None:
        super().__init__(current)
        self.current, self.change = current, change


class Note(NamedTuple):
    """What was touched, in words, with both texts of it."""

    kind: Change.Kind
    what: str
    before: Any = None
    after: Any = None


@dataclass(frozen=True)
class Draft:
    """A registration that is locked and open, and the moment at which that was found."""

    registration: Registration
    invitation: Invitation
    user: User
    now: datetime

    def note(self, *notes: Note) -> Sequence[Change]:
        """Count each change and keep both texts of it."""
        registration = self.registration
        changes = []
        for note in notes:
            registration.version += 1
            changes.append(
                Change(
                    registration_id=registration.pk,
                    version=registration.version,
                    at=self.now,
                    by_id=self.user.pk,
                    **note._asdict(),
                )
            )
        if changes:
            registration.changed_at, registration.changed_by = self.now, self.user
            registration.save(update_fields=["version", "changed_at", "changed_by"])
        return Change.objects.bulk_create(changes)

    def note_list(self, notes: Sequence[Note]) -> None:
        """Do the same for a whole list of changes: each is counted and kept, in one statement."""
        registration, first = self.registration, self.registration.version + 1
        same = {"registration_id": registration.pk, "at": self.now, "by_id": self.user.pk}
        append(
            Change,
            ({"version": version, **note._asdict()} for version, note in enumerate(notes, first)),
            same=same,
        )
        registration.version += len(notes)
        registration.changed_at, registration.changed_by = self.now, self.user
        registration.save(update_fields=["version", "changed_at", "changed_by"])


@contextmanager
def editing(*, invitation_id: int, user: User, waited: timedelta) -> Iterator[Draft]:
    """Open the unit's draft for one write. Raises ``Closed`` when it is too late or not yet time."""
    with transaction.atomic():
        invitation, waited = locking.lock_arrived(invitation_id, waited)
        now = database_now()
        deadline = locking.deadline_of(invitation)
        on_time = judge(arrived_at=now - waited, decided_at=now, deadline=deadline) is Verdict.ON_TIME
        if not (invitation.meeting.takes_registrations and on_time):
            raise Closed(deadline, now)
        registration, _ = Registration.objects.get_or_create(invitation=invitation)
        yield Draft(registration, invitation, user, now)
