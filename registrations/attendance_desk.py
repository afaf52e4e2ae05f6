"""One point at one session as its page and its telephone see it: numbers, people, what two devices said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.utils import timezone

from bridge_points.models import BridgePoint
from invitations.models import Session
from registrations.attendance_codes import code_of
from registrations.models import (
    Attendance,
    AttendanceEntry,
    AttendanceMark,
    Delegate,
    Headcount,
    settled,
)

LAST_ENTRIES = 10


@dataclass(frozen=True)
class PersonLine:
    """One delegate at the point: ``state`` as this point marked, ``conflict`` where another one did too."""

    delegate: Delegate
    state: str
    reason: str
    conflict: str

    @property
    def code(self) -> str:
        """What stands on the person's card."""
        return code_of(self.delegate)

    @property
    def is_guest(self) -> bool:
        """The person is registered at another point and was seen here."""
        return bool(getattr(self.delegate, "guest", False))


@dataclass(frozen=True)
class PointDesk:
    """Everything that the page of a point at a session shows, from six queries."""

    session: Session
    point: BridgePoint
    attendance: Attendance | None
    declared: int | None
    people: list[PersonLine]
    entries: list[AttendanceEntry]

    @property
    def conflicts(self) -> list[PersonLine]:
        """People who were seen at two points."""
        return [line for line in self.people if line.conflict]

    def as_json(self) -> dict[str, Any]:
        """What a telephone needs to show the same."""
        row = self.attendance
        return {
            "declared": self.declared,
            "numbers": row and {
                "present": row.present,
                "excused": row.excused,
                "absent": row.absent,
                "reason": row.reason,
                "version": row.version,
                "counted": row.counted,
                "made": f"{timezone.localtime(row.made_at):%H:%M}",
                "crossed": row.crossed and {
                    "present": row.crossed.present,
                    "excused": row.crossed.excused,
                    "absent": row.crossed.absent,
                    "made": f"{timezone.localtime(row.crossed.made_at):%H:%M}",
                },
            },
            "people": {str(line.delegate.key): line.state for line in self.people if line.state},
            "reasons": {str(line.delegate.key): line.reason for line in self.people if line.reason},
            "conflicts": [line.conflict for line in self.conflicts],
        }  # fmt: skip


def point_desk(session: Session, point: BridgePoint) -> PointDesk:
    """Read one point at one session; ``point`` comes with its unit."""
    rows = Attendance.objects.select_related("crossed", "by").filter(session=session, point=point)
    numbers = list(Headcount.objects.filter(bridge_point=point).values_list("number", flat=True))
    entries = AttendanceEntry.objects.select_related("by", "link__unit").filter(session=session, point=point)
    return PointDesk(
        session=session,
        point=point,
        attendance=rows.first(),
        declared=sum(numbers) if numbers else None,
        people=_people(session, point),
        entries=list(entries[:LAST_ENTRIES]),
    )


def _people(session: Session, point: BridgePoint) -> list[PersonLine]:
    """Those of the point, and the guests it marked, each with the marks of every point."""
    seen_here = AttendanceMark.objects.filter(session=session, point=point, delegate__isnull=False)
    mine = Q(bridge_point=point) | Q(pk__in=seen_here.order_by().values("delegate"))
    delegates = list(Delegate.objects.filter(mine).order_by("registration", "rank", "pk"))
    marks = list(
        AttendanceMark.objects.filter(session=session, delegate__in=[one.pk for one in delegates])
        .standing()
        .select_related("point__unit")
    )
    here = {mark.delegate_id: mark for mark in marks if mark.point_id == point.pk}
    names = {mark.point_id: mark.point.unit.called for mark in marks}
    counting = {mark.delegate_id: mark for mark in settled(marks)}
    lines = []
    for one in delegates:
        one.guest = one.bridge_point_id != point.pk  # type: ignore[attr-defined]
        mark = counting.get(one.pk)
        own = here.get(one.pk)
        state, reason = (own.state, own.reason) if own else ("", "")
        lines.append(PersonLine(one, state, reason, _conflict(one, mark, names)))
    return lines


def _conflict(one: Delegate, mark: AttendanceMark | None, names: dict[int, str]) -> str:
    """Say where else a person was seen present, and where they count."""
    rivals = getattr(mark, "rivals", []) if mark else []
    if not rivals or mark is None:
        return ""
    others = ", ".join(names[point] for point in rivals)
    where = names[mark.point_id]
    return f"{one.full_name} được ghi có mặt ở cả {where} và {others}; đang tính ở {where}."
