"""Points that still owe something of their own: a line found good, a report of who came to a session."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple

from bridge_points.models import BridgePoint, PointState
from invitations.models import Invitation, Session
from invitations.openings import up_from
from registrations.models import silent_points
from reminders.models import Reminder
from reminders.policy import TESTS, Instant, report_due

Names = Mapping[int, list[str]]
"""By invitation, what its open points are called."""


class OpenPoints(NamedTuple):
    """What messages about points chase: the untested, and by session those that have not reported."""

    untested: Names
    silent: Mapping[int, Names]

    def of(self, invitation: int, kind: str, session: int | None) -> list[str]:
        """The points that a message of this kind to one unit names."""
        if kind in TESTS:
            return self.untested.get(invitation, [])
        if kind == Reminder.Kind.PRESENCE and session is not None:
            return self.silent.get(session, {}).get(invitation, [])
        return []


def open_points(wanted: Iterable[tuple[int, Instant]]) -> OpenPoints:
    """Read what such messages are about, given with their meeting; no query for those about no points."""
    chased = list(wanted)
    tests = {meeting for meeting, instant in chased if instant.kind in TESTS}
    sessions = {instant.session for _, instant in chased if instant.session is not None}
    return OpenPoints(untested(tests), silent(sessions))


def untested(meetings: Collection[int]) -> Names:
    """Return the connected points that are not yet tested good; two queries, or none."""
    if not meetings:
        return {}
    owner = _owners(meetings)
    points = BridgePoint.objects.filter(meeting__in=meetings).connected().with_last_result()
    found: dict[int, list[str]] = defaultdict(list)
    for point in points.select_related("unit"):
        if point.state != PointState.TESTED and (invitation := owner(point)):
            found[invitation].append(point.unit.called)
    return found


def silent(sessions: Collection[int]) -> dict[int, Names]:
    """Return, by session, the connected points that have not reported it; two queries and one a session."""
    if not sessions:
        return {}
    found: dict[int, Names] = {}
    held = list(Session.objects.filter(pk__in=sessions))
    owner = _owners({session.meeting_id for session in held})
    for session in held:
        names: dict[int, list[str]] = defaultdict(list)
        for point in silent_points(session, report_due(session)).select_related("unit"):
            if invitation := owner(point):
                names[invitation].append(point.unit.called)
        found[session.pk] = names
    return found


def _owners(meetings: Collection[int]) -> Callable[[BridgePoint], int | None]:
    """What finds the invitation of a point: that of the called unit nearest above it."""
    sent = Invitation.objects.sent().filter(meeting__in=meetings).order_by()
    at = {(meeting, path): pk for pk, meeting, path in sent.values_list("pk", "meeting_id", "unit__path")}

    def find(point: BridgePoint) -> int | None:
        steps = ((point.meeting_id, step) for step in up_from(point.unit.path))
        return next((at[step] for step in steps if step in at), None)

    return find
