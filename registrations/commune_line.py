"""What a commune sees of the line of its own point by its link: ready or not, each test, what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bridge_points.models import BridgePoint, Incident, LineTest
from bridge_points.services import why_not_testable

if TYPE_CHECKING:
    from datetime import datetime

    from registrations.models import CommuneLink

LAST_TESTS = 5


class PointLineSeen(NamedTuple):
    """The line of one point: since when it says that it is ready, its last tests, what is open."""

    point: BridgePoint
    ready_at: datetime | None
    tests: list[LineTest]
    open: list[Incident]

    @property
    def is_good(self) -> bool:
        """The last test was good."""
        return bool(self.tests) and self.tests[0].result == LineTest.Result.GOOD


def line_of(link: CommuneLink, meeting_id: int) -> PointLineSeen | None:
    """Read the line of the commune's point: three queries; None where it has no point that is tested."""
    points = BridgePoint.objects.filter(meeting=meeting_id, unit=link.unit_id)
    point = points.select_related("line", "meeting", "unit").first()
    if point is None or why_not_testable(point):
        return None
    line = getattr(point, "line", None)
    tests = list(point.line_tests.all()[:LAST_TESTS])
    return PointLineSeen(point, line.ready_at if line else None, tests, list(point.incidents.open()))
