"""The verbs of telecom's queue: take a point to call it, let it go, say it is ready, move it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from accounts.clock import database_now
from bridge_points.models import CALL_LASTS, BridgePoint, PointLine
from bridge_points.services import lock_point, why_not_testable
from invitations.models import Meeting

if TYPE_CHECKING:
    from datetime import datetime

    from accounts.models import User


class Taken(Exception):
    """Another technician is calling the point. Carries who, and since when."""

    def __init__(self, by: User, since: datetime) -> None:
        super().__init__(by.pk)
        self.by, self.since = by, since


def _line(point_id: int) -> tuple[PointLine, datetime]:
    """Lock the point and give its place in the queue, with PostgreSQL's hour after the lock."""
    point = lock_point(point_id)
    if reason := why_not_testable(point):
        raise ValidationError(reason)
    line, _ = PointLine.objects.select_related("calling_by").get_or_create(point=point)
    return line, database_now()


@transaction.atomic
def take_call(*, point_id: int, user: User) -> PointLine:
    """Take the point for ``user``, who calls it now; the others see it until a result or ``CALL_LASTS``.

    Raises ``Taken`` while another has it, and ``ValidationError`` where there is nothing to test.
    """
    line, now = _line(point_id)
    held = line.calling_since is not None and line.calling_since > now - CALL_LASTS
    if held and line.calling_by is not None and line.calling_by != user:
        raise Taken(line.calling_by, line.calling_since or now)
    line.calling_by, line.calling_since = user, now
    line.save(update_fields=["calling_by", "calling_since"])
    return line


@transaction.atomic
def release_call(*, point_id: int, user: User) -> None:
    """Let a point go that ``user`` took; what another took stays."""
    lock_point(point_id)
    PointLine.objects.filter(point=point_id, calling_by=user).update(calling_by=None, calling_since=None)


@transaction.atomic
def report_ready(*, point_id: int) -> PointLine:
    """Keep that the point is ready and waits for its test; said twice, the first hour stands.

    Raises ``ValidationError`` where there is nothing to test.
    """
    line, now = _line(point_id)
    if line.ready_at is None:
        line.ready_at = now
        line.save(update_fields=["ready_at"])
    return line


@transaction.atomic
def ask_retest(*, point_id: int) -> PointLine:
    """Put a point back among those to be tested, whatever its last test said. Raises ``ValidationError``."""
    line, now = _line(point_id)
    line.retest_at = line.retest_at or now
    line.calling_by = line.calling_since = None
    line.save(update_fields=["retest_at", "calling_by", "calling_since"])
    return line


@transaction.atomic
def call_before(*, point_id: int, other_id: int) -> None:
    """Let the point be called right before the other one of its meeting.

    Whoever moves something in a meeting's queue waits for who moves at the moment; tests go on meanwhile.
    Raises ``ValidationError`` for points of two meetings.
    """
    point, other = BridgePoint.objects.get(pk=point_id), BridgePoint.objects.get(pk=other_id)
    if point.meeting_id != other.meeting_id or point == other:
        raise ValidationError("Chỉ xếp thứ tự giữa hai điểm cầu khác nhau của một hội nghị.")
    Meeting.objects.select_for_update(no_key=True).get(pk=point.meeting_id)
    queue = BridgePoint.objects.filter(meeting=point.meeting_id).in_queue()
    now_at = dict(queue.values_list("pk", F("line__position")))
    order = [pk for pk in now_at if pk != point.pk]
    order.insert(order.index(other.pk), point.pk)
    PointLine.objects.bulk_create(
        [PointLine(point_id=pk, position=place) for place, pk in enumerate(order) if now_at[pk] != place],
        update_conflicts=True,
        update_fields=["position"],
        unique_fields=["point"],
    )
