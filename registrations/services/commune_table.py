"""Many communes of one unit at once: ticked together, or taken from a sheet; all are written or none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError

from accounts.models import Unit, User
from bridge_points.models import BridgePoint
from registrations.models import Headcount
from registrations.services.drafts import Draft, Stale, editing
from registrations.services.rows import write_commune_connects, write_commune_point


class SheetRow(NamedTuple):
    """What a sheet says of one commune: the boxes that are filled in it, and the point's version as seen."""

    commune_id: int
    values: dict[str, Any]
    """``BridgePoint``'s names, and ``expected``; what is not named stays."""

    version: int


def connect_communes(*, invitation_id: int, user: User, waited: timedelta, connects: bool) -> list[Unit]:
    """Tick every commune of the unit, or untick it; return those that were changed.

    Unticked, a commune keeps what was typed and does not count. Raises ``Closed``.
    """
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        so = _points(draft).filter(connects=connects).values("unit")
        others = list(Unit.objects.communes_of(draft.invitation.unit).exclude(pk__in=so))
        for commune in others:
            write_commune_connects(draft, commune=commune, connects=connects)
        return others


def take_sheet(*, invitation_id: int, user: User, waited: timedelta, rows: Sequence[SheetRow]) -> list[Unit]:
    """Write what a sheet says of many communes; return those that were changed.

    A row that already reads so changes nothing: a sheet taken twice is taken once. Raises ``Closed``,
    ``Stale`` where a point changed since the preview, ``ValidationError`` for a commune of another unit.
    """
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        communes = Unit.objects.communes_of(draft.invitation.unit).in_bulk([row.commune_id for row in rows])
        if len(communes) < len(rows):
            raise ValidationError(f"Có xã không thuộc {draft.invitation.unit}.")
        points = {point.unit_id: point for point in _points(draft)}
        numbers = dict(
            Headcount.objects.filter(
                registration=draft.registration, bridge_point__in=points.values(), role=None
            ).values_list("bridge_point__unit", "number")
        )
        return [
            communes[row.commune_id]
            for row in rows
            if _take_row(
                draft, communes[row.commune_id], row, points.get(row.commune_id), numbers.get(row.commune_id)
            )
        ]


def _points(draft: Draft) -> Any:
    return BridgePoint.objects.filter(meeting=draft.invitation.meeting)


def _take_row(
    draft: Draft, commune: Unit, row: SheetRow, point: BridgePoint | None, number: int | None
) -> bool:
    values = dict(row.values)
    expected = values.pop("expected", number)
    same = point is not None and all(getattr(point, name) == value for name, value in values.items())
    if same and expected == number:
        return False
    if point is not None and point.version != row.version:
        raise Stale(point, None)
    write_commune_point(draft, commune=commune, values=values, expected=expected, version=row.version)
    return True
