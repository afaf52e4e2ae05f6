"""The numbers of the result report, read in one picture into plain data.

Points are added up by the database, once for what was declared and once for what was reported; every sum
here is a sum of these lines, so that tiers, areas and sessions agree. What is returned is what a frozen
report keeps: text, whole numbers, lists.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone

from accounts.models import Unit
from accounts.picture import Picture, one_picture
from bridge_points.models import BridgePoint, Incident
from invitations.models import Material, Meeting, Session
from invitations.openings import sheet_of
from reports.counts import OFFICIAL_ORDER, TIER_WORDS

Numbers = dict[str, Any]


class Came(NamedTuple):
    """Who came to one session at some points together."""

    reported: int = 0
    present: int = 0
    excused: int = 0
    absent: int = 0


class Called(NamedTuple):
    """What some points together had declared."""

    points: int = 0
    declared: int = 0
    named: int = 0


_DECLARED = """
    WITH counted AS (
        SELECT bridge_point_id AS point_id, sum(declared) AS declared, sum(named) AS named
        FROM reports_tally
        WHERE bridge_point_id IN (SELECT id FROM bridge_points_bridgepoint WHERE meeting_id = %(meeting)s)
        GROUP BY 1
    )
    SELECT
        array_to_string((string_to_array(rtrim(unit.path, '.'), '.'))[:%(steps)s], '.') || '.' AS area,
        point.tier, count(*), coalesce(sum(counted.declared), 0)::bigint,
        coalesce(sum(counted.named), 0)::bigint
    FROM bridge_points_bridgepoint point
    JOIN accounts_unit unit ON unit.id = point.unit_id
    LEFT JOIN counted ON counted.point_id = point.id
    WHERE point.meeting_id = %(meeting)s AND point.connects
    GROUP BY 1, 2
"""

_REPORTED = """
    SELECT
        array_to_string((string_to_array(rtrim(unit.path, '.'), '.'))[:%(steps)s], '.') || '.' AS area,
        point.tier, report.session_id, count(*), sum(report.present)::bigint,
        sum(report.excused)::bigint, sum(report.absent)::bigint
    FROM registrations_attendance report
    JOIN bridge_points_bridgepoint point ON point.id = report.point_id
    JOIN accounts_unit unit ON unit.id = point.unit_id
    WHERE point.meeting_id = %(meeting)s AND point.connects
    GROUP BY 1, 2, 3
"""


def read_numbers(meeting: Meeting) -> Numbers:
    """Read the report's numbers in one picture; ``taken_at`` is its moment. Some ten queries."""
    with one_picture() as picture:
        return numbers_of(meeting, picture)


def numbers_of(meeting: Meeting, picture: Picture) -> Numbers:
    """Read them in the picture that is open."""
    sessions = list(meeting.sessions.all())
    added = _Added(meeting)
    return {
        "taken_at": timezone.localtime(picture.now).isoformat(timespec="seconds"),
        "sessions": [{"key": one.pk, "label": _label(one)} for one in sessions],
        "whole": added.line(sessions, "Toàn hội nghị", "", lambda area, tier: True),
        "tiers": added.tiers(sessions),
        "areas": added.areas(sessions),
        "incidents": _incidents(meeting, picture),
        "materials": _materials(meeting, picture),
        "earlier": _earlier(meeting),
    }


class _Added:
    """What the database added up, to be added further."""

    def __init__(self, meeting: Meeting) -> None:
        points = BridgePoint.objects.connected().filter(meeting=meeting)
        asked = {"meeting": meeting.pk, "steps": points.steps_to_areas()}
        self.called: dict[tuple[str, str], Called] = {}
        self.came: dict[tuple[str, str], dict[int, Came]] = defaultdict(dict)
        with connection.cursor() as cursor:
            cursor.execute(_DECLARED, asked)
            for area, tier, *numbers in cursor.fetchall():
                self.called[area, tier] = Called(*numbers)
            cursor.execute(_REPORTED, asked)
            for area, tier, session, *numbers in cursor.fetchall():
                self.came[area, tier][session] = Came(*numbers)

    def line(self, sessions: list[Session], label: str, slug: str, which: Any) -> Numbers:
        """Add up the points of which ``which(area, tier)`` is true."""
        keys = [key for key in self.called if which(*key)]
        called = Called(*_sums(self.called[key] for key in keys)) if keys else Called()
        came = [
            Came(*_sums(self.came[key].get(one.pk, Came()) for key in keys)) if keys else Came()
            for one in sessions
        ]
        return {
            "label": label,
            "slug": slug,
            **called._asdict(),
            "sessions": [one._asdict() for one in came],
        }

    def tiers(self, sessions: list[Session]) -> list[Numbers]:
        """A line for each tier that has points."""
        there = {tier for _, tier in self.called}
        return [
            self.line(
                sessions, str(TIER_WORDS.get(tier, tier.label)), "", lambda _, of, tier=tier: of == tier
            )
            for tier in OFFICIAL_ORDER
            if tier in there
        ]

    def areas(self, sessions: list[Session]) -> list[Numbers]:
        """A line for each committee, or each province of a nation."""
        paths = {area for area, _ in self.called}
        units = Unit.objects.filter(path__in=paths).order_by("position", "sort_key", "pk")
        return [
            self.line(
                sessions,
                unit.called,
                unit.slug,
                lambda area, _, path=unit.path: area == path,
            )
            for unit in units
        ]


def _sums(rows: Iterable[tuple[int, ...]]) -> Iterable[int]:
    return (sum(column) for column in zip(*rows, strict=True))


def _label(session: Session) -> str:
    return f"{session.get_part_display()} {session.date:%d/%m/%Y}"


def _incidents(meeting: Meeting, picture: Picture) -> list[Numbers]:
    """Every incident in the order in which they were reported; one still open has lost its minutes so far."""
    found = Incident.objects.filter(point__meeting=meeting).select_related("point__unit", "session")
    return [
        {
            "key": str(one.key),
            "point": one.point.unit.called,
            "session": _label(one.session) if one.session else "",
            "kind": one.get_kind_display(),
            "at": f"{timezone.localtime(one.opened_at):%H:%M %d/%m/%Y}",
            "minutes": one.minutes(picture.now),
            "done": one.done,
            "open": one.is_open,
        }
        for one in found.order_by("opened_at", "pk")
    ]


def _materials(meeting: Meeting, picture: Picture) -> list[Numbers]:
    """How many of the called units that a file is for have opened it."""
    found = Material.objects.filter(meeting=meeting, withdrawn_at__isnull=True)
    materials = list(found.prefetch_related("audiences"))
    return [
        {"title": total.material.title, "called": total.called, "opened": total.opened}
        for total in sheet_of(meeting, materials, picture.now).totals
    ]


def _earlier(meeting: Meeting) -> Numbers | None:
    """The sums of the last meeting that was held before this one; None where there is none."""
    earlier = (
        Meeting.objects.filter(state__in=(Meeting.State.PUBLISHED, Meeting.State.CLOSED))
        .filter(registration_deadline__lt=meeting.registration_deadline)
        .exclude(pk=meeting.pk)
        .first()
    )
    if earlier is None:
        return None
    sessions = list(earlier.sessions.all())
    line = _Added(earlier).line(sessions, earlier.short_title, earlier.slug, lambda area, tier: True)
    return {**line, "incidents": Incident.objects.filter(point__meeting=earlier).count()}
