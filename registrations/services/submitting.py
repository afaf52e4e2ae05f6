"""Pressing "Gửi": fair to a slow line, firm at the deadline, the same receipt for the same form."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import SuspiciousOperation
from django.db import transaction
from django.db.models import Max

from accounts.clock import database_now
from accounts.models import User
from invitations.answering import take_decline_back
from invitations.deadlines import Verdict, judge
from registrations.models import Attempt, Change, Registration, Submission
from registrations.services import locking
from registrations.snapshot import digest, names_beyond, take_snapshot


class Outcome(NamedTuple):
    """What came of pressing "Gửi": the attempt as recorded, and the submission where there is one."""

    attempt: Attempt
    submission: Submission | None


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
    arrived_at = decided_at - waited
    deadline = locking.deadline_of(invitation)

    def attempt(result: Attempt.Result, submission: Submission | None = None) -> Outcome:
        row = Attempt.objects.create(
            invitation=invitation,
            result=result,
            form_uuid=form_uuid,
            arrived_at=arrived_at,
            decided_at=decided_at,
            deadline=deadline,
            by=user,
            submission=submission,
        )
        return Outcome(row, submission)

    earlier = Submission.objects.select_related("registration").filter(form_uuid=form_uuid).first()
    if earlier is not None:
        if earlier.registration.invitation_id != invitation.pk:
            raise SuspiciousOperation("the form of another unit")
        return attempt(Attempt.Result.REPEATED, earlier)
    if not invitation.meeting.takes_registrations:
        return attempt(Attempt.Result.NOT_OPEN)
    if judge(arrived_at=arrived_at, decided_at=decided_at, deadline=deadline) is not Verdict.ON_TIME:
        return attempt(Attempt.Result.LATE)
    registration = Registration.objects.filter(invitation=invitation).first()
    if registration is None or registration.version == 0:
        return attempt(Attempt.Result.EMPTY)
    if registration.version != version:
        return attempt(Attempt.Result.STALE)
    content, counts = take_snapshot(registration, invitation)
    if names_beyond(content) and not beyond:
        return attempt(Attempt.Result.BEYOND)
    number = (registration.submissions.aggregate(last=Max("number"))["last"] or 0) + 1
    submission = Submission.objects.create(
        registration=registration,
        number=number,
        version=registration.version,
        form_uuid=form_uuid,
        code=f"{invitation.meeting.code}-{invitation.unit_id:03d}-{number:02d}",
        content=content,
        sha256=digest(content),
        arrived_at=arrived_at,
        decided_at=decided_at,
        deadline=deadline,
        submitted_by=user,
        **counts._asdict(),
    )
    _mark_submitted(registration, submission, user)
    take_decline_back(invitation=invitation)
    return attempt(Attempt.Result.ACCEPTED, submission)


def _mark_submitted(registration: Registration, submission: Submission, user: User) -> None:
    registration.state = Registration.State.SUBMITTED
    registration.submitted_version = registration.version
    registration.submitted_at = submission.decided_at
    registration.return_remark = ""
    registration.save(update_fields=["state", "submitted_version", "submitted_at", "return_remark"])
    locking.log(registration, Change.Kind.SUBMITTED, f"lần {submission.number}", submission.decided_at, user)
