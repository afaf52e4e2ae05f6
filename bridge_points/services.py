"""The verbs of a bridge point: record a test of its line, add it, change it, take it away."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.clock import database_now
from bridge_points.models import BridgePoint, LineTest, PointCheck, PointLine
from invitations.models import Meeting

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from accounts.models import Unit, User


GOES_WITH_IT = (LineTest, PointLine, PointCheck)
"""Rows that are taken away with their point; what else refers to it keeps it: a signature, an incident."""


class StalePoint(Exception):
    """Somebody else has saved the point since it was opened. Carries the point as it is now."""

    def __init__(self, current: BridgePoint) -> None:
        super().__init__(current.pk)
        self.current = current


class PointInUse(Exception):
    """Rows that must not be lost hang on the point. Carries their number by what they are called."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        super().__init__(counts)
        self.counts = counts


def lock_point(point_id: int) -> BridgePoint:
    """Lock the point alone; its unit and its meeting stay free for others."""
    return (
        BridgePoint.objects.select_for_update(of=("self",)).select_related("unit", "meeting").get(pk=point_id)
    )


# ── Lines ────────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def record_line_test(
    *,
    point_id: int,
    result: LineTest.Result,
    note: str,
    user: User,
    key: UUID | None = None,
    phone_at: datetime | None = None,
) -> LineTest:
    """Record one test of a point's line, at PostgreSQL's hour; every test is kept.

    It ends whoever's call it was, and what waited for it: that the point is ready, that it is to be tested
    again. ``phone_at`` is what the technician's telephone took for the hour: noted, and nothing else.

    Tests of one point follow one another: the later one waits for the point and has the later hour, so
    the last test is the last that was made. A ``key`` that is known is the same test sent twice over a
    bad line, and is given back unchanged. Raises ``ValidationError`` when there is nothing to test.
    """
    point = lock_point(point_id)
    if key and (known := point.line_tests.filter(key=key).first()):
        return known
    if reason := why_not_testable(point):
        raise ValidationError(reason)
    PointLine.objects.filter(point=point).update(
        ready_at=None, retest_at=None, calling_since=None, calling_by=None
    )
    return LineTest.objects.create(
        point=point,
        at=database_now(),
        result=result,
        note=note,
        tested_by=user,
        key=key,
        phone_at=phone_at,
    )


def why_not_testable(point: BridgePoint) -> str:
    """Say why the point's line cannot be tested now; "" where it can."""
    if point.meeting.state in (Meeting.State.CANCELLED, Meeting.State.CLOSED):
        return "Hội nghị đã hủy hoặc đã kết thúc, không ghi thêm lần thử nào nữa."
    if not point.connects:
        return "Điểm cầu này không kết nối nên không có đường truyền để thử. Hỏi lại Văn phòng."
    return ""


# ── Points ───────────────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def add_point(*, meeting: Meeting, unit: Unit, values: Mapping[str, Any]) -> BridgePoint:
    """Add the point of ``unit``. Without a tier it has the unit's, without a parent the nearest above it.

    Raises ``ValidationError`` when the unit has a point already.
    """
    point = BridgePoint(meeting=meeting, unit=unit, **values)
    point.tier = point.tier or unit.tier
    point.parent = point.parent or nearest_above(meeting, unit)
    try:
        with transaction.atomic():
            point.save()
    except IntegrityError as error:
        raise ValidationError({"unit": f"{unit} đã có điểm cầu trong hội nghị này."}) from error
    return point


def nearest_above(meeting: Meeting, unit: Unit) -> BridgePoint | None:
    """Return the point of the closest unit above ``unit`` that has one: a commune's is its district's."""
    above = unit.path.rstrip(".").split(".")[:-1]
    points = {
        str(point.unit_id): point for point in BridgePoint.objects.filter(meeting=meeting, unit_id__in=above)
    }
    return next((points[key] for key in reversed(above) if key in points), None)


@transaction.atomic
def change_point(*, point_id: int, version: int, values: Mapping[str, Any]) -> BridgePoint:
    """Save what the office corrects at a point.

    ``version`` is that of the point as it was opened: another one raises ``StalePoint`` and nothing is
    saved. Raises ``ValidationError`` for a parent that lies below the point.
    """
    point = lock_point(point_id)
    if point.version != version:
        raise StalePoint(point)
    parent = values.get("parent")
    if parent is not None and point.pk in _chain_up(parent):
        raise ValidationError({"parent": "Điểm cầu này nằm dưới chính điểm cầu đang sửa. Chọn điểm khác."})
    for name, value in values.items():
        setattr(point, name, value)
    point.version += 1
    point.save()
    return point


def _chain_up(point: BridgePoint) -> list[int]:
    """The point and all above it."""
    parents = dict(BridgePoint.objects.filter(meeting_id=point.meeting_id).values_list("pk", "parent_id"))
    chain: list[int] = []
    above: int | None = point.pk
    while above is not None and above not in chain:
        chain.append(above)
        above = parents.get(above)
    return chain


@transaction.atomic
def remove_point(*, point_id: int) -> BridgePoint:
    """Take a point away with its line tests. Raises ``PointInUse`` while anything else hangs on it.

    The lock keeps others from adding a delegate between the look and the deed.
    """
    point = lock_point(point_id)
    if counts := what_hangs_on(point):
        raise PointInUse(counts)
    point.delete()
    return point


def what_hangs_on(point: BridgePoint) -> dict[str, int]:
    """Count what refers to the point, except what goes with it, by what it is called.

    Asked of the models and not of a list of names: the apps below know this one, not the other way
    round, and what they will add later must be found too.
    """
    counts: dict[str, int] = {}
    for relation in BridgePoint._meta.related_objects:
        model = relation.related_model
        if model not in GOES_WITH_IT and not isinstance(model, str):
            number = model._base_manager.filter(**{relation.field.name: point}).count()
            if number:
                name = "điểm cầu cấp dưới" if model is BridgePoint else model._meta.verbose_name
                counts[str(name)] = number
    return counts
