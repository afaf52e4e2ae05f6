"""The day itself at a glance: who has reported of a session, how many came, whose line is lost.

One statement adds up all points by committee and tier, so that every number is of one moment and 16,242
points cost one reading. Who looks shares what was read within the last ``SHARED_FOR`` seconds in the same
process: ten screens that ask every ten seconds cost the database no more than two do (decision 0029).
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Q, Window
from django.utils import timezone

from accounts.fingerprint import fingerprint
from accounts.models import Unit
from accounts.picture import one_picture
from bridge_points.models import BridgePoint, Incident, LineTest
from invitations.deadlines import quick_report_due
from invitations.models import Meeting, Session
from registrations.attendance_listing import session_at
from registrations.models import Attendance
from reports.counts import OFFICIAL_ORDER

SHARED_FOR = 10
"""Seconds for which what was read is shown to others too: as long as a page waits between two questions."""

MOST_KEPT = 16
MOST_SILENT = 12
MOST_INCIDENTS = 8

LOST = (Incident.Kind.LINE, Incident.Kind.SILENT)
"""Open incidents of these kinds say that nobody reaches the point."""


class DayFigures(NamedTuple):
    """What is known of some points together at a session."""

    points: int = 0
    declared: int = 0
    reported: int = 0
    present: int = 0
    excused: int = 0
    absent: int = 0
    on_line: int = 0
    """Reported, or last tested good, and no open incident says that they are lost."""
    lost: int = 0
    incidents: int = 0
    crossed: int = 0
    """Two devices reported without having seen each other."""

    @classmethod
    def of(cls, parts: Iterable[DayFigures]) -> DayFigures:
        """Add up."""
        return cls(*(sum(column) for column in zip(cls(), *parts, strict=True)))

    @property
    def silent(self) -> int:
        """Points that have not reported."""
        return self.points - self.reported

    @property
    def unknown(self) -> int:
        """Points of which nothing says whether they are on the line."""
        return self.points - self.on_line - self.lost


class DayRow(NamedTuple):
    """An area, which is a committee or a province with all below it, or a tier; with its figures."""

    label: str
    slug: str
    path: str
    sum: DayFigures


@dataclass(frozen=True)
class DayBoard:
    """Everything on the page, of one moment."""

    meeting: Meeting
    session: Session
    sessions: list[Session]
    now: datetime
    due_at: datetime
    areas: list[DayRow]
    tiers: list[DayRow]
    silent: list[BridgePoint]
    open_incidents: int
    incidents: list[Incident]

    @cached_property
    def sum(self) -> DayFigures:
        """All points that take part."""
        return DayFigures.of(row.sum for row in self.tiers)

    @property
    def is_overdue(self) -> bool:
        """The quick report of the session was due."""
        return self.now >= self.due_at

    @property
    def silent_more(self) -> int:
        """Silent points that are not named."""
        return self.sum.silent - len(self.silent)

    @property
    def incidents_more(self) -> int:
        """Open incidents that are not named."""
        return self.open_incidents - len(self.incidents)

    @cached_property
    def fingerprint(self) -> str:
        """The same for two boards that show the same, whatever the hour."""
        silent = [(point.pk, point.version, point.unit.called) for point in self.silent]
        open_ = [(one.pk, str(one.handled_by), one.point.unit.called) for one in self.incidents]
        sessions = [(one.pk, str(one)) for one in self.sessions]
        hours = (self.due_at.timestamp(), self.is_overdue, timezone.localdate(self.now))
        return fingerprint(
            self.meeting.slug, self.session.pk, sessions, hours,
            self.areas, self.tiers, silent, self.open_incidents, open_,
        )  # fmt: skip


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────

_shared: dict[tuple[int, str], tuple[float, DayBoard | None]] = {}


def shared_day_board(meeting: Meeting, asked: str = "") -> DayBoard | None:
    """Return what ``read_day_board`` gives, or gave to somebody within the last ``SHARED_FOR`` seconds.

    Inside a transaction that is already open (a test's) it is read each time: others do not see its rows.
    """
    if connection.in_atomic_block:
        return read_day_board(meeting, asked)
    key, now = (meeting.pk, asked), time.monotonic()
    kept = _shared.get(key)
    if kept is None or now - kept[0] > SHARED_FOR:
        kept = (now, read_day_board(meeting, asked))
        _shared.pop(key, None)
        _shared[key] = kept
        while len(_shared) > MOST_KEPT:
            _shared.pop(next(iter(_shared)), None)
    return kept[1]


def read_day_board(meeting: Meeting, asked: str = "") -> DayBoard | None:
    """Read a session of ``meeting`` in one picture: the one with the key ``asked``, else that of the hour.

    Six queries, whatever the number of points. None where there is no such session.
    """
    with one_picture() as picture:
        sessions = list(meeting.sessions.all())
        chosen = [one for one in sessions if str(one.pk) == asked] if asked else sessions
        if not chosen:
            return None
        session = chosen[0] if asked else session_at(sessions, picture.now)
        steps = meeting.bridge_points.connected().steps_to_areas()
        areas, tiers = _sums(session, steps)
        open_incidents, incidents = _incidents(meeting)
        return DayBoard(
            meeting=meeting,
            session=session,
            sessions=sessions,
            now=picture.now,
            due_at=quick_report_due(session.date, session.part, session.starts_at),
            areas=areas,
            tiers=tiers,
            silent=_silent(session, areas, steps),
            open_incidents=open_incidents,
            incidents=incidents,
        )


_ADDED_UP = """
    WITH broken AS (
        SELECT incident.point_id, count(*) AS number, bool_or(incident.kind = ANY(%(lost)s)) AS lost
        FROM bridge_points_incident incident
        JOIN bridge_points_bridgepoint point ON point.id = incident.point_id
        WHERE incident.closed_at IS NULL AND point.meeting_id = %(meeting)s
        GROUP BY 1
    ), every_point AS MATERIALIZED (
        SELECT
            point.id, point.tier,
            -- A step of a path is the key of a unit; a point that stands above all areas is its own.
            coalesce(nullif(split_part(unit.path, '.', %(steps)s), '')::bigint, unit.id) AS area
        FROM bridge_points_bridgepoint point
        JOIN accounts_unit unit ON unit.id = point.unit_id
        WHERE point.meeting_id = %(meeting)s AND point.connects
    ), declared AS (
        SELECT area, tier, sum(tally.declared)::bigint AS number
        FROM reports_tally tally JOIN every_point ON every_point.id = tally.bridge_point_id
        GROUP BY 1, 2
    ), came AS (
        SELECT area, tier, count(*) AS points, count(report.id) AS reported,
            coalesce(sum(report.present), 0)::bigint AS present,
            coalesce(sum(report.excused), 0)::bigint AS excused,
            coalesce(sum(report.absent), 0)::bigint AS absent,
            count(*) FILTER (WHERE broken.lost IS NOT TRUE AND (report.id IS NOT NULL OR (
                SELECT made.result = %(good)s FROM bridge_points_linetest made
                WHERE made.point_id = every_point.id ORDER BY made.at DESC LIMIT 1
            ))) AS on_line,
            count(*) FILTER (WHERE broken.lost) AS lost,
            coalesce(sum(broken.number), 0)::bigint AS incidents,
            count(report.crossed_id) AS crossed
        FROM every_point
        LEFT JOIN registrations_attendance report
            ON report.point_id = every_point.id AND report.session_id = %(session)s
        LEFT JOIN broken ON broken.point_id = every_point.id
        GROUP BY 1, 2
    )
    SELECT area, tier, points, coalesce(declared.number, 0), reported, present, excused, absent,
        on_line, lost, incidents, crossed
    FROM came LEFT JOIN declared USING (area, tier)
"""


def _sums(session: Session, steps: int) -> tuple[list[DayRow], list[DayRow]]:
    """The figures of each area, and of each tier."""
    asked: dict[str, int | str | list[str]] = {
        "meeting": session.meeting_id,
        "session": session.pk,
        "steps": steps,
        "lost": [str(kind) for kind in LOST],
        "good": str(LineTest.Result.GOOD),
    }
    with connection.cursor() as cursor:
        cursor.execute(_ADDED_UP, asked)
        found = [(area, tier, DayFigures(*figures)) for area, tier, *figures in cursor.fetchall()]
    by_area: dict[int, list[DayFigures]] = defaultdict(list)
    for area, _, sum_ in found:
        by_area[area].append(sum_)
    units = Unit.objects.filter(pk__in=by_area)
    areas = [
        DayRow(unit.called, unit.slug, unit.path, DayFigures.of(by_area[unit.pk]))
        for unit in units.order_by("position", "sort_key", "pk")
    ]
    tiers = [
        DayRow(str(tier.label), "", "", DayFigures.of(mine))
        for tier in OFFICIAL_ORDER
        if (mine := [sum_ for _, of, sum_ in found if of == tier])
    ]
    return areas, tiers


def _silent(session: Session, areas: list[DayRow], steps: int) -> list[BridgePoint]:
    """The first points that have not reported, in the order of the tree.

    Only the committees that they belong to are put in order: at the beginning every point is silent.
    """
    first, number = Q(pk=None), 0
    for row in areas:
        if row.sum.silent and number < MOST_SILENT:
            is_area = row.path.count(".") == steps  # else a point that stands above all areas
            first |= Q(unit__path__startswith=row.path) if is_area else Q(unit__path=row.path)
            number += row.sum.silent
    reported = Attendance.objects.filter(session=session).values("point")
    points = BridgePoint.objects.connected().filter(meeting=session.meeting_id).exclude(pk__in=reported)
    found = points.filter(first).in_tree_order()
    return list(found.select_related("unit")[:MOST_SILENT])


def _incidents(meeting: Meeting) -> tuple[int, list[Incident]]:
    """How many incidents are open, and the newest of them."""
    found = Incident.objects.open().filter(point__meeting=meeting)
    newest = found.annotate(all=Window(Count("pk"))).select_related("point__unit", "handled_by")
    shown = list(newest.order_by("-opened_at", "-pk")[:MOST_INCIDENTS])
    number: int = getattr(shown[0], "all", 0) if shown else 0
    return number, list(shown)
