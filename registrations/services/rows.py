"""Rows of a draft: numbers, points, delegates. What is sent twice is saved once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db.models import Max

from accounts.models import Tier, Unit, User
from accounts.vietnamese import line
from bridge_points.models import BridgePoint
from invitations.models import Invitation
from registrations.models import Change, Delegate, Headcount, Registration, keys_of_delegate
from registrations.services.drafts import Draft, Note, Stale, editing
from registrations.services.inserting import insert

POINT_FIELDS = ("venue", "chair", "technician", "technician_phone", "connects")
AT_A_TIME = 10_000
"""Rows of a list that are written at once: memory does not grow with the list."""

LINES = ("full_name", "position", "organisation", "note")
DELEGATE_FIELDS = ("full_name", "position", "organisation", "role_id", "phone", "note")


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────


def set_headcount(
    *, invitation_id: int, user: User, waited: timedelta, role_id: int, number: int | None
) -> None:
    """Declare how many of one invited role come to the unit's own point; None takes the number back.

    ``role_id`` must be a role of the unit's audience, else ``ValidationError``.
    """
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        role = draft.invitation.audience.roles.filter(pk=role_id).first()
        if role is None:
            raise ValidationError("Thành phần này không có trong giấy mời của đơn vị.")
        _declare(draft, own_point(draft.invitation), role_id, number, str(role))


def _declare(draft: Draft, point: BridgePoint, role_id: int | None, number: int | None, what: str) -> None:
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
    draft.note(Note(Change.Kind.HEADCOUNT, what, before, number))


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
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
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
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        return write_commune_point(draft, commune=commune, values=values, expected=expected, version=version)


def write_commune_point(
    draft: Draft, *, commune: Unit, values: Mapping[str, Any], expected: int | None, version: int
) -> BridgePoint:
    """Do as ``save_commune_point`` in a draft that is open already."""
    point, made = _commune_point(draft, commune)
    point = _save_point(draft, point, values, version or point.version, made=made)
    _declare(draft, point, None, expected, f"Số dự kiến, {commune.called}")
    return point


def connect_commune(
    *, invitation_id: int, user: User, waited: timedelta, commune: Unit, connects: bool
) -> BridgePoint:
    """Tick or untick a commune. Unticked, it keeps what was typed and does not count."""
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        return write_commune_connects(draft, commune=commune, connects=connects)


def write_commune_connects(draft: Draft, *, commune: Unit, connects: bool) -> BridgePoint:
    """Do as ``connect_commune`` in a draft that is open already."""
    point, made = _commune_point(draft, commune)
    return _save_point(draft, point, {"connects": connects}, point.version, made=made)


def _commune_point(draft: Draft, commune: Unit) -> tuple[BridgePoint, bool]:
    if not Unit.objects.communes_of(draft.invitation.unit).filter(pk=commune.pk).exists():
        raise ValidationError(f"{commune} không thuộc {draft.invitation.unit}.")
    return BridgePoint.objects.get_or_create(
        meeting=draft.invitation.meeting,
        unit=commune,
        defaults={"tier": commune.tier, "parent": own_point(draft.invitation)},
    )


def _save_point(
    draft: Draft, point: BridgePoint, values: Mapping[str, Any], version: int, *, made: bool = False
) -> BridgePoint:
    """Save what differs. A point that was only now ``made`` is a change even where it is as it begins."""
    point = BridgePoint.objects.select_for_update(of=("self",)).select_related("unit").get(pk=point.pk)
    if not made and all(getattr(point, name) == value for name, value in values.items()):
        return point
    if point.version != version:
        raise Stale(point, _last_change(draft.registration, Change.Kind.POINT, point.pk))
    before = None if made else _values(point, POINT_FIELDS)
    for name, value in values.items():
        setattr(point, name, value)
    point.version += 1
    point.save()
    draft.note(Note(Change.Kind.POINT, point.unit.called, before, _values(point, POINT_FIELDS)))
    return point


# ── Delegates ────────────────────────────────────────────────────────────────────────────────────


def add_delegates(
    *, invitation_id: int, user: User, waited: timedelta, rows: Sequence[Mapping[str, Any]]
) -> list[Delegate]:
    """Add delegates at the end of the unit's list, in the order given.

    Each row holds the fields of a delegate and a ``key`` (UUID) made with the form: a row whose key
    is there already is the same row sent twice over a bad line, and is given back unchanged. A row that
    names no ``bridge_point`` (or its ``_id``) is at the unit's own.
    """
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
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
                values = {"registration_id": registration.pk, "rank": rank, **row}
                if "bridge_point" not in row and "bridge_point_id" not in row:
                    values["bridge_point_id"] = point.pk
                delegate = Delegate(**values)
                delegate.compute_keys()
                known[delegate.key] = delegate
                new.append(delegate)
        Delegate.objects.bulk_create(new)
        draft.note(*(_added(delegate) for delegate in new))
        return [known[row["key"]] for row in rows]


def add_list(*, invitation_id: int, user: User, waited: timedelta, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add a whole list of delegates who are not there yet, as ``add_delegates`` does; return how many.

    Each row holds the same fields, foreign keys as ``role_id``; ``bridge_point_id`` None is the unit's own.
    """
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        registration = draft.registration
        first = rank = registration.delegates.aggregate(last=Max("rank"))["last"] or 0
        own = own_point(draft.invitation).pk
        same = {"registration_id": registration.pk, "version": 1}
        rows = iter(rows)
        while portion := list(islice(rows, AT_A_TIME)):
            values = [_as_stored(row, own, rank + n) for n, row in enumerate(portion, 1)]
            keys = insert(Delegate, values, same=same)
            draft.note_list([_added_row(row, key) for row, key in zip(values, keys, strict=True)])
            rank += len(portion)
        return rank - first


def _as_stored(row: Mapping[str, Any], own_point_id: int, rank: int) -> dict[str, Any]:
    stored = {**row, "rank": rank}
    stored["bridge_point_id"] = row["bridge_point_id"] or own_point_id
    for name in LINES:
        stored[name] = line(stored[name])
    stored["sort_key"], stored["search"] = keys_of_delegate(
        stored["full_name"], stored["position"], stored["organisation"]
    )
    return stored


def _added_row(row: Mapping[str, Any], pk: int) -> Note:
    values = {"id": pk, **{name: row[name] for name in DELEGATE_FIELDS}}
    return Note(Change.Kind.DELEGATE_ADDED, row["full_name"], None, values)


def _added(delegate: Delegate) -> Note:
    return Note(Change.Kind.DELEGATE_ADDED, delegate.full_name, None, _values(delegate, DELEGATE_FIELDS))


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
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
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
        after = _values(delegate, DELEGATE_FIELDS)
        draft.note(Note(Change.Kind.DELEGATE_CHANGED, delegate.full_name, before, after))
        return delegate


def remove_delegate(*, invitation_id: int, user: User, waited: timedelta, delegate_id: int) -> Change:
    """Take a delegate off the list. The change that comes back can be given to ``put_back``."""
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        delegate = draft.registration.delegates.get(pk=delegate_id)
        before = _values(delegate, DELEGATE_FIELDS) | {
            "rank": delegate.rank,
            "bridge_point_id": delegate.bridge_point_id,
            "origin": delegate.origin,
            "key": str(delegate.key),
        }
        (change,) = draft.note(Note(Change.Kind.DELEGATE_REMOVED, delegate.full_name, before))
        delegate.delete()
        return change


def put_back(*, invitation_id: int, user: User, waited: timedelta, change_id: int) -> Delegate:
    """Undo a removal: the delegate stands where it stood, under its key. Twice gives the same row."""
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        change = draft.registration.changes.get(pk=change_id, kind=Change.Kind.DELEGATE_REMOVED)
        values = {name: value for name, value in (change.before or {}).items() if name != "id"}
        key = UUID(values.pop("key"))
        delegate, made = Delegate.objects.get_or_create(
            key=key, registration=draft.registration, defaults=values
        )
        if made:
            draft.note(_added(delegate))
        return delegate


def _values(row: BridgePoint | Delegate, names: Sequence[str]) -> dict[str, Any]:
    return {"id": row.pk, **{name: getattr(row, name) for name in names}}


def _last_change(registration: Registration, kind: Change.Kind, row_id: int) -> Change | None:
    return registration.changes.select_related("by").filter(kind=kind, after__id=row_id).first()
