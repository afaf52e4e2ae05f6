"""The verbs of a registration: write a row, submit, give more time, send back.

Every write goes through ``_editing`` or ``submit``. Both lock the invitation first, then read
PostgreSQL's clock, then decide. The invitation is the anchor because it always exists: a unit that
has declared nothing yet has no registration, and a reminder must be able to wait for its submission.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import transaction
from django.db.models import Max

from accounts.clock import database_now
from accounts.models import Tier, Unit, User
from bridge_points.models import BridgePoint
from invitations.deadlines import Verdict, effective_deadline, judge
from invitations.models import Invitation
from registrations.models import Attempt, Change, Delegate, Extension, Headcount, Registration, Submission
from registrations.snapshot import digest, take_snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

POINT_FIELDS = ("venue", "chair", "technician", "technician_phone", "connects")
DELEGATE_FIELDS = ("full_name", "position", "organisation", "role_id", "phone", "note")


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


@dataclass(frozen=True)
class _Draft:
    """A registration that is locked and open, and the moment at which that was found."""

    registration: Registration
    invitation: Invitation
    user: User
    now: datetime

    def note(self, kind: Change.Kind, what: str, before: Any = None, after: Any = None) -> Change:
        """Count the change and keep both texts of it."""
        self.registration.version += 1
        self.registration.changed_at, self.registration.changed_by = self.now, self.user
        self.registration.save(update_fields=["version", "changed_at", "changed_by"])
        return Change.objects.create(
            registration=self.registration,
            version=self.registration.version,
            at=self.now,
            by=self.user,
            kind=kind,
            what=what,
            before=before,
            after=after,
        )


def _lock(invitation_id: int) -> Invitation:
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


@contextmanager
def _editing(*, invitation_id: int, user: User, waited: timedelta) -> Iterator[_Draft]:
    """Open the unit's draft for one write. Raises ``Closed`` when it is too late or not yet time."""
    with transaction.atomic():
        invitation = _lock(invitation_id)
        now = database_now()
        deadline = deadline_of(invitation)
        on_time = judge(arrived_at=now - waited, decided_at=now, deadline=deadline) is Verdict.ON_TIME
        if not (invitation.meeting.takes_registrations and on_time):
            raise Closed(deadline, now)
        registration, _ = Registration.objects.get_or_create(invitation=invitation)
        yield _Draft(registration, invitation, user, now)


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────


def set_headcount(
    *, invitation_id: int, user: User, waited: timedelta, role_id: int, number: int | None
) -> None:
    """Declare how many of one invited role come to the unit's own point; None takes the number back.

    ``role_id`` must be a role of the unit's audience, else ``ValidationError``.
    """
    with _editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        role = draft.invitation.audience.roles.filter(pk=role_id).first()
        if role is None:
            raise ValidationError("Thành phần này không có trong giấy mời của đơn vị.")
        _declare(draft, own_point(draft.invitation), role_id, number, str(role))


def _declare(draft: _Draft, point: BridgePoint, role_id: int | None, number: int | None, what: str) -> None:
    rows = Headcount.objects.filter(registration=draft.registration, bridge_point=point, role_id=role_id)
    before = rows.values_list("number", flat=True).first()
    if number == before:
        return
    if number is None:
        rows.delete()
    else:
        Headcount.objects.bulk_create(
            [Headcount(registration=draft.registration, bridge_point=point, role_id=role_id, number=number)],
            update_conflicts=True,
            unique_fields=["registration", "bridge_point", "role"],
            update_fields=["number"],
        )
    draft.note(Change.Kind.HEADCOUNT, what, before, number)


# ── Points ───────────────────────────────────────────────────────────────────────────────────────


def own_point(invitation: Invitation) -> BridgePoint:
    """Return the point where the unit's own delegates sit, made where it is not there yet.

    Units called to the provincial hall sit at the provincial point, which the office looks after;
    the others at their own.
    """
    meeting, audience = invitation.meeting, invitation.audience
    provincial = BridgePoint.objects.filter(meeting=meeting, tier=Tier.PROVINCE).order_by("pk").first()
    if audience.tier == Tier.PROVINCE and provincial is not None:
        return provincial
    point, _ = BridgePoint.objects.get_or_create(
        meeting=meeting, unit=invitation.unit, defaults={"tier": audience.tier, "parent": provincial}
    )
    return point


def save_own_point(
    *, invitation_id: int, user: User, waited: timedelta, values: Mapping[str, Any], version: int
) -> BridgePoint:
    """Save hall, chair and technician of the unit's own point. Raises ``Stale`` or ``Closed``."""
    with _editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        return _save_point(draft, own_point(draft.invitation), values, version)


def save_commune_point(
    *,
    invitation_id: int,
    user: User,
    waited: timedelta,
    commune: Unit,
    values: Mapping[str, Any],
    expected: int | None,
    version: int,
) -> BridgePoint:
    """Save the point of a commune below the unit, with the number of people expected there.

    ``version`` is 0 for a commune that has not answered. Raises ``Stale``, ``Closed``, and
    ``ValidationError`` for a commune of another unit.
    """
    with _editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        point = _commune_point(draft, commune)
        _save_point(draft, point, values, version or point.version)
        _declare(draft, point, None, expected, f"Số dự kiến, {commune.called}")
        return point


def connect_commune(
    *, invitation_id: int, user: User, waited: timedelta, commune: Unit, connects: bool
) -> BridgePoint:
    """Tick or untick a commune. Unticked, it keeps what was typed and does not count."""
    with _editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        point = _commune_point(draft, commune)
        return _save_point(draft, point, {"connects": connects}, point.version)


def _commune_point(draft: _Draft, commune: Unit) -> BridgePoint:
    if not Unit.objects.communes_of(draft.invitation.unit).filter(pk=commune.pk).exists():
        raise ValidationError(f"{commune} không thuộc {draft.invitation.unit}.")
    point, _ = BridgePoint.objects.get_or_create(
        meeting=draft.invitation.meeting,
        unit=commune,
        defaults={"tier": commune.tier, "parent": own_point(draft.invitation)},
    )
    return point


def _save_point(draft: _Draft, point: BridgePoint, values: Mapping[str, Any], version: int) -> BridgePoint:
    point = BridgePoint.objects.select_for_update(of=("self",)).select_related("unit").get(pk=point.pk)
    if all(getattr(point, name) == value for name, value in values.items()):
        return point
    if point.version != version:
        raise Stale(point, _last_change(draft.registration, Change.Kind.POINT, point.pk))
    before = _values(point, POINT_FIELDS)
    for name, value in values.items():
        setattr(point, name, value)
    point.version += 1
    point.save()
    draft.note(Change.Kind.POINT, point.unit.called, before, _values(point, POINT_FIELDS))
    return point


# ── Delegates ────────────────────────────────────────────────────────────────────────────────────


def add_delegates(
    *, invitation_id: int, user: User, waited: timedelta, rows: Sequence[Mapping[str, Any]]
) -> list[Delegate]:
    """Add delegates at the end of the unit's list, in the order given.

    Each row holds the fields of a delegate and a ``key`` (UUID) made with the form: a row whose key
    is there already is the same row sent twice over a bad line, and is given back unchanged.
    """
    with _editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        registration = draft.registration
        known = {
            delegate.key: delegate
            for delegate in Delegate.objects.filter(key__in=[row["key"] for row in rows])
        }
        if any(delegate.registration_id != registration.pk for delegate in known.values()):
            raise SuspiciousOperation("a delegate of another registration")
        rank = registration.delegates.aggregate(last=Max("rank"))["last"] or 0
        point = own_point(draft.invitation)
        new = []
        for row in rows:
            if row["key"] not in known:
                rank += 1
                delegate = Delegate(registration=registration, bridge_point=point, rank=rank, **row)
                delegate.compute_keys()
                known[delegate.key] = delegate
                new.append(delegate)
        Delegate.objects.bulk_create(new)
        for delegate in new:
            draft.note(
                Change.Kind.DELEGATE_ADDED, delegate.full_name, None, _values(delegate, DELEGATE_FIELDS)
            )
        return [known[row["key"]] for row in rows]


def change_delegate(
    *,
    invitation_id: int,
    user: User,
    waited: timedelta,
    delegate_id: int,
    values: Mapping[str, Any],
    version: int,
) -> Delegate:
    """Save one delegate's row. Raises ``Stale`` when somebody else saved it since it was opened.

    A row that already reads so is given back: a save whose answer was lost on the line comes again.
    """
    with _editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        delegate = draft.registration.delegates.select_related("role").get(pk=delegate_id)
        if all(getattr(delegate, name) == value for name, value in values.items()):
            return delegate
        if delegate.version != version:
            change = _last_change(draft.registration, Change.Kind.DELEGATE_CHANGED, delegate.pk)
            raise Stale(delegate, change)
        before = _values(delegate, DELEGATE_FIELDS)
        for name, value in values.items():
            setattr(delegate, name, value)
        delegate.version += 1
        delegate.save()
        draft.note(
            Change.Kind.DELEGATE_CHANGED, delegate.full_name, before, _values(delegate, DELEGATE_FIELDS)
        )
        return delegate


def remove_delegate(*, invitation_id: int, user: User, waited: timedelta, delegate_id: int) -> Change:
    """Take a delegate off the list. The change that comes back can be given to ``put_back``."""
    with _editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        delegate = draft.registration.delegates.get(pk=delegate_id)
        before = _values(delegate, DELEGATE_FIELDS) | {
            "rank": delegate.rank,
            "bridge_point_id": delegate.bridge_point_id,
        }
        change = draft.note(Change.Kind.DELEGATE_REMOVED, delegate.full_name, before, None)
        delegate.delete()
        return change


def put_back(*, invitation_id: int, user: User, waited: timedelta, change_id: int) -> Delegate:
    """Undo a removal: the delegate stands where it stood. Undoing twice gives the same row."""
    with _editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        change = draft.registration.changes.get(pk=change_id, kind=Change.Kind.DELEGATE_REMOVED)
        values = {name: value for name, value in (change.before or {}).items() if name != "id"}
        key = UUID(int=change.pk)
        delegate, made = Delegate.objects.get_or_create(
            key=key, registration=draft.registration, defaults=values
        )
        if made:
            draft.note(
                Change.Kind.DELEGATE_ADDED, delegate.full_name, None, _values(delegate, DELEGATE_FIELDS)
            )
        return delegate


# ── Submitting ───────────────────────────────────────────────────────────────────────────────────


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
    waited: timedelta = timedelta(0),
    clock: Callable[[], datetime] = database_now,
) -> Outcome:
    """Submit what the unit has declared, or say why not; every attempt is recorded.

    In: the form's UUID, the version of the draft that the person saw, and how long the request has
    ``waited`` since it arrived. The clock is read once the invitation is locked (rule 1); what arrived
    by the deadline and is decided within the grace is on time (rule 2). The same form sent again gives
    the same receipt, even after the deadline (rule 7). Touches PostgreSQL only: no broker and no mail
    can fail it (rule 8). The caller shows the receipt after this returns, that is after commit.
    """
    invitation = _lock(invitation_id)
    decided_at = clock()
    arrived_at = decided_at - waited
    deadline = deadline_of(invitation)

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
    submission = _write_submission(
        registration, invitation, user, form_uuid, arrived_at, decided_at, deadline
    )
    return attempt(Attempt.Result.ACCEPTED, submission)


def _write_submission(
    registration: Registration,
    invitation: Invitation,
    user: User,
    form_uuid: UUID,
    arrived_at: datetime,
    decided_at: datetime,
    deadline: datetime,
) -> Submission:
    content, counts = take_snapshot(registration, invitation)
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
    registration.state = Registration.State.SUBMITTED
    registration.submitted_version = registration.version
    registration.submitted_at = decided_at
    registration.return_remark = ""
    registration.save(update_fields=["state", "submitted_version", "submitted_at", "return_remark"])
    _log(registration, Change.Kind.SUBMITTED, f"lần {number}", decided_at, user)
    return submission


# ── What the office decides ──────────────────────────────────────────────────────────────────────


@transaction.atomic
def extend(*, invitation_id: int, until: datetime, reason: str, user: User) -> Extension:
    """Give one unit more time, until a later hour, with a reason that stays on record (rule 3).

    A unit that had submitted may submit again: its registration is reopened. Raises
    ``ValidationError`` when ``until`` is not later than now or than the meeting's deadline.
    """
    invitation = _lock(invitation_id)
    now = database_now()
    if until <= now:
        raise ValidationError({"until": "Giờ gia hạn phải ở sau giờ này."})
    if until <= invitation.meeting.registration_deadline:
        raise ValidationError({"until": "Giờ gia hạn phải sau hạn chung của hội nghị."})
    extension = Extension.objects.create(
        invitation=invitation, until=until, reason=reason, granted_at=now, granted_by=user
    )
    registration = Registration.objects.filter(invitation=invitation).first()
    if registration is not None:
        if registration.state == Registration.State.SUBMITTED:
            registration.state = Registration.State.REOPENED
            registration.save(update_fields=["state"])
        _log(registration, Change.Kind.EXTENDED, reason[:300], now, user)
    return extension


@transaction.atomic
def return_registration(
    *, invitation_id: int, remark: str, user: User, until: datetime | None = None
) -> Registration:
    """Send a submitted registration back with a remark, and with more time where ``until`` is given.

    Raises ``ValidationError`` when nothing is submitted, or when the unit could not submit again
    because its deadline has passed and no new hour is given.
    """
    invitation = _lock(invitation_id)
    registration = Registration.objects.filter(invitation=invitation).first()
    if registration is None or not registration.is_answered:
        raise ValidationError("Đơn vị chưa gửi đăng ký, không có gì để trả lại.")
    now = database_now()
    if until is None and deadline_of(invitation) <= now:
        raise ValidationError({"until": "Đã hết hạn: cho đơn vị một giờ để gửi lại."})
    if until is not None:
        extend(invitation_id=invitation_id, until=until, reason=remark, user=user)
        registration.refresh_from_db()
    registration.state = Registration.State.RETURNED
    registration.returned_at, registration.return_remark = now, remark
    registration.save(update_fields=["state", "returned_at", "return_remark"])
    _log(registration, Change.Kind.RETURNED, remark[:300], now, user)
    return registration


def _log(registration: Registration, kind: Change.Kind, what: str, at: datetime, user: User) -> None:
    """Write down what is no change of content: the version stays."""
    Change.objects.create(
        registration=registration, version=registration.version, at=at, by=user, kind=kind, what=what
    )


def _values(row: BridgePoint | Delegate, names: Sequence[str]) -> dict[str, Any]:
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}


def _last_change(registration: Registration, kind: Change.Kind, row_id: int) -> Change | None:
    return registration.changes.select_related("by").filter(kind=kind, after__id=row_id).first()
