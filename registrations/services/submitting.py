"""Pressing "Gửi": fair to a slow line, firm at the deadline, the same receipt for the same form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import SuspiciousOperation
from django.db import transaction

from accounts.clock import database_now
from accounts.composed import Composed, Given
from accounts.models import User
from invitations.answering import take_decline_back
from invitations.deadlines import Verdict, judge
from invitations.models import Invitation
from registrations.models import Attempt, Change, Registration, Submission
from registrations.services import locking
from registrations.snapshot import Counts, digest, names_beyond, take_snapshot

_OF_FORM = Composed(
    lambda: Submission.objects.select_related("registration").filter(form_uuid=Given("form")).order_by()
)
_REGISTRATION = Composed(lambda: Registration.objects.filter(invitation=Given("invitation")).order_by())
_LAST = Composed(
    lambda: (
        Submission.objects.filter(registration=Given("registration"))
        .order_by("-number")
        .values_list("number")[:1]
    )
)


class Outcome(NamedTuple):
    """What came of pressing "Gửi": the attempt as recorded, and the submission where there is one."""

    attempt: Attempt
    submission: Submission | None


class _Press(NamedTuple):
    """Who pressed "Gửi" with which form, when it arrived and was decided, and by when it was due."""

    invitation: Invitation
    user: User
    form_uuid: UUID
    arrived_at: datetime
    decided_at: datetime
    deadline: datetime

    @property
    def verdict(self) -> Verdict:
        """Whether it was in time (rules 1 and 2)."""
        return judge(arrived_at=self.arrived_at, decided_at=self.decided_at, deadline=self.deadline)

    def came_to(self, result: Attempt.Result, submission: Submission | None = None) -> Outcome:
        """Record what came of it (rule 4)."""
        row = Attempt.objects.create(
            invitation=self.invitation,
            result=result,
            form_uuid=self.form_uuid,
            arrived_at=self.arrived_at,
            decided_at=self.decided_at,
            deadline=self.deadline,
            by=self.user,
            submission=submission,
        )
        return Outcome(row, submission)

    def keep(self, registration: Registration, content: dict[str, Any], counts: Counts) -> Submission:
        """Keep the numbered submission, with its receipt."""
        (last,) = _LAST.first(registration=registration.pk) or (0,)
        number = last + 1
        return Submission.objects.create(
            registration=registration,
            number=number,
            version=registration.version,
            form_uuid=self.form_uuid,
            code=f"{self.invitation.meeting.code}-{self.invitation.unit_id:03d}-{number:02d}",
            content=content,
            sha256=digest(content),
            arrived_at=self.arrived_at,
            decided_at=self.decided_at,
            deadline=self.deadline,
            submitted_by=self.user,
            **counts._asdict(),
        )


@transaction.atomic
def submit(
    *,
    invitation_id: int,
    user: User,
    form_uuid: UUID,
    version: int,
    beyond: bool = False,
    waited: timedelta = timedelta(0),
    clock: Callable[[], datetime] = database_now,
) -> Outcome:
    """Submit what the unit has declared, or say why not; every attempt is recorded.

    In: the form's UUID, the version of the draft that the person saw, whether names ``beyond`` the
    declared numbers are meant, and how long the request has ``waited`` since it arrived. The clock is
    read once the invitation is locked (rule 1); what arrived by the deadline and is decided within the
    grace is on time (rule 2). The same form sent again gives the same receipt, even after the deadline
    (rule 7). Touches PostgreSQL only: no broker and no mail can fail it (rule 8). The caller shows the
    receipt after this returns, that is after commit.
    """
    invitation, waited = locking.lock_arrived(invitation_id, waited)
    decided_at = clock()
    press = _Press(
        invitation, user, form_uuid, decided_at - waited, decided_at, locking.deadline_of(invitation)
    )
    earlier = _OF_FORM.first(form=form_uuid)
    if earlier is not None:
        if earlier.registration.invitation_id != invitation.pk:
            raise SuspiciousOperation("the form of another unit")
        return press.came_to(Attempt.Result.REPEATED, earlier)
    if not invitation.meeting.takes_registrations:
        return press.came_to(Attempt.Result.NOT_OPEN)
    if press.verdict is not Verdict.ON_TIME:
        return press.came_to(Attempt.Result.LATE)
    registration = _REGISTRATION.first(invitation=invitation.pk)
    if registration is None or registration.version == 0:
        return press.came_to(Attempt.Result.EMPTY)
    if registration.version != version:
        return press.came_to(Attempt.Result.STALE)
    content, counts = take_snapshot(registration, invitation)
    if names_beyond(content) and not beyond:
        return press.came_to(Attempt.Result.BEYOND)
    submission = press.keep(registration, content, counts)
    _mark_submitted(registration, submission, user)
    take_decline_back(invitation=invitation)
    return press.came_to(Attempt.Result.ACCEPTED, submission)


def _mark_submitted(registration: Registration, submission: Submission, user: User) -> None:
    registration.state = Registration.State.SUBMITTED
    registration.submitted_version = registration.version
    registration.submitted_at = submission.decided_at
    registration.return_remark = ""
    registration.save(update_fields=["state", "submitted_version", "submitted_at", "return_remark"])
    locking.log(registration, Change.Kind.SUBMITTED, f"lần {submission.number}", submission.decided_at, user)
