"""A meeting beside an earlier one: who is usually late, who grew, who shrank. Three queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Max, Min

from accounts.models import Unit, User
from invitations.models import Invitation, Meeting
from registrations.models import Submission

MOST_MEETINGS = 10
"""So many meetings, the newest ones, say what a unit usually does."""

USUALLY = 0.5
"""From this share of its meetings on a unit is called usually late."""


class Then(NamedTuple):
    """What one unit did in one meeting: when it first submitted, and what its last submission counts."""

    first_at: datetime | None
    deadline: datetime
    declared: int | None

    @property
    def early(self) -> timedelta | None:
        """How long before the common deadline the unit first submitted; negative when after it."""
        return self.deadline - self.first_at if self.first_at else None

    @property
    def is_late(self) -> bool:
        """It had not submitted when the common deadline passed."""
        return self.first_at is None or self.first_at > self.deadline


@dataclass(frozen=True)
class Line:
    """One unit in both meetings."""

    unit: Unit
    before: Then | None
    now: Then
    meetings: int
    late: int

    @property
    def change(self) -> int | None:
        """By how many people its declaration grew; None where one of the two is missing."""
        if self.before is None or self.before.declared is None or self.now.declared is None:
            return None
        return self.now.declared - self.before.declared

    @property
    def is_usually_late(self) -> bool:
        """It was late in at least half of the earlier meetings that it was called to."""
        return bool(self.late) and self.late >= USUALLY * self.meetings


@dataclass(frozen=True)
class Comparison:
    """The units of a meeting beside those of an earlier one."""

    meeting: Meeting
    earlier: Meeting | None
    choices: list[Meeting]
    lines: list[Line]

    @cached_property
    def late(self) -> list[Line]:
        """The units that are usually late, most often first."""
        return sorted(
            (line for line in self.lines if line.is_usually_late),
            key=lambda line: (-line.late, line.meetings),
        )

    @cached_property
    def grew(self) -> list[Line]:
        """The units that declare more than then, most first."""
        return sorted(
            (one for one in self.lines if (one.change or 0) > 0), key=lambda one: -(one.change or 0)
        )

    @cached_property
    def shrank(self) -> list[Line]:
        """The units that declare less than then, most first."""
        return sorted((one for one in self.lines if (one.change or 0) < 0), key=lambda one: one.change or 0)

    @property
    def declared(self) -> tuple[int, int]:
        """What the units that submitted to both declared then and declare now."""
        both = [line for line in self.lines if line.change is not None]
        return (
            sum((line.before.declared or 0) for line in both if line.before),
            sum((line.now.declared or 0) for line in both),
        )

    @property
    def title(self) -> str:
        """The answer."""
        if self.earlier is None:
            return "Chưa có hội nghị trước để so sánh"
        return (
            f"{len(self.grew)} đơn vị tăng, {len(self.shrank)} đơn vị giảm, {len(self.late)} đơn vị hay trễ"
        )


def compare(meeting: Meeting, user: User, earlier_slug: str = "") -> Comparison:
    """Set ``meeting`` beside the earlier one of that slug, or the newest of those before it."""
    choices = list(
        Meeting.objects.visible_to(user)
        .exclude(state__in=(Meeting.State.DRAFT, Meeting.State.CANCELLED, Meeting.State.POSTPONED))
        .filter(registration_deadline__lt=meeting.registration_deadline)
        .exclude(pk=meeting.pk)[:MOST_MEETINGS]
    )
    earlier = next((one for one in choices if one.slug == earlier_slug), choices[0] if choices else None)
    called = meeting.invitations.sent().select_related("unit")
    units = [invitation.unit for invitation in called]
    did = _did([meeting, *choices])
    lines = []
    for unit in units:
        before = [did[unit.pk, one.pk] for one in choices if (unit.pk, one.pk) in did]
        lines.append(
            Line(
                unit=unit,
                before=did.get((unit.pk, earlier.pk)) if earlier else None,
                now=did[unit.pk, meeting.pk],
                meetings=len(before),
                late=sum(then.is_late for then in before),
            )
        )
    return Comparison(meeting, earlier, choices, lines)


def _did(meetings: list[Meeting]) -> dict[tuple[int, int], Then]:
    """What each unit did in each of these meetings; a unit that was not called to one is not there."""
    rows: Any = (
        Submission.objects.filter(registration__invitation__meeting__in=meetings)
        .order_by()
        .values("registration__invitation_id")
        .annotate(first=Min("decided_at"), last=Max("number"))
    )
    first = {row["registration__invitation_id"]: row for row in rows}
    numbers: dict[int, int] = defaultdict(int)
    last = (
        Submission.objects.filter(registration__invitation__meeting__in=meetings)
        .order_by("registration_id", "-number")
        .distinct("registration_id")
    )
    numbers.update(last.values_list("registration__invitation_id", "declared"))
    called = (
        Invitation.objects.sent()
        .filter(meeting__in=meetings)
        .order_by()
        .values_list("pk", "unit_id", "meeting_id", "meeting__registration_deadline")
    )
    return {
        (unit, meeting): Then(
            first[pk]["first"] if pk in first else None, deadline, numbers[pk] if pk in first else None
        )
        for pk, unit, meeting, deadline in called
    }
