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
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import Unit
from accounts.picture import Picture, one_picture
from bridge_points.models import BridgePoint, Incident
from invitations.models import Material, Meeting, Session
from invitations.openings import with_totals
from registrations.models import reasons_of
from reports.counts import OFFICIAL_ORDER, TIER_WORDS

Numbers = dict[str, Any]


class Came(NamedTuple):
    """Who came to one session at some points together."""

    reported: int = 0
    present: int = 0
    excused: int = 0
    absent: int = 0


MOST_REASONS = 30
OTHER_REASONS, NO_REASON = "Các lý do khác", "Không ghi lý do"


class Called(NamedTuple):
    """What some points together had declared."""

    points: int = 0
    declared: int = 0
    named: int = 0


_ADDED = """
    WITH counted AS (
        SELECT bridge_point_id AS point_id, sum(declared) AS declared, sum(named) AS named
        FROM reports_tally
        WHERE bridge_point_id IN
            (SELECT id FROM bridge_points_bridgepoint WHERE meeting_id = ANY(%(meetings)s))
        GROUP BY 1
    ), place AS (
        SELECT point.id, point.meeting_id, point.tier,
            array_to_string((string_to_array(rtrim(unit.path, '.'), '.'))[:%(steps)s], '.') || '.' AS area
        FROM bridge_points_bridgepoint point
        JOIN accounts_unit unit ON unit.id = point.unit_id
        WHERE point.meeting_id = ANY(%(meetings)s) AND point.connects
    )
    SELECT place.meeting_id, area, tier, NULL, count(*), coalesce(sum(counted.declared), 0)::bigint,
        coalesce(sum(counted.named), 0)::bigint, 0
    FROM place LEFT JOIN counted ON counted.point_id = place.id
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT place.meeting_id, area, tier, report.session_id, count(*), sum(report.present)::bigint,
        sum(report.excused)::bigint, sum(report.absent)::bigint
    FROM place JOIN registrations_attendance report ON report.point_id = place.id
    GROUP BY 1, 2, 3, 4
"""
"""For each area and tier what was declared (no session), and what was reported of each session."""


def read_numbers(meeting: Meeting) -> Numbers:
    """Read the report's numbers in one picture; ``taken_at`` is its moment. Ten queries."""
    with one_picture() as picture:
        return numbers_of(meeting, picture)


def numbers_of(meeting: Meeting, picture: Picture) -> Numbers:
    """Read them in the picture that is open."""
    earlier = _meeting_before(meeting)
    meetings = [one for one in (meeting, earlier) if one]
    held = list(Session.objects.filter(meeting__in=meetings))
    sessions = [one for one in held if one.meeting_id == meeting.pk]
    added, before = _read_added(meetings)
    return {
        "taken_at": timezone.localtime(picture.now).isoformat(timespec="seconds"),
        "sessions": [{"key": one.pk, "label": _label(one)} for one in sessions],
        "whole": added.line(sessions, "Toàn hội nghị", "", lambda area, tier: True),
        "tiers": added.tiers(sessions),
        "areas": added.areas(sessions),
        "reasons": _reasons(sessions, added),
        "incidents": _incidents(meeting, picture),
        "materials": _materials(meeting),
        "earlier": _earlier(earlier, [one for one in held if one not in sessions], before),
    }


class _Added:
    """What the database added up, to be added further."""

    def __init__(self) -> None:
        self.called: dict[tuple[str, str], Called] = {}
        self.came: dict[tuple[str, str], dict[int, Came]] = defaultdict(dict)

    def take(self, area: str, tier: str, session: int | None, numbers: tuple[int, ...]) -> None:
        """Take one line of the database."""
        if session is None:
            self.called[area, tier] = Called(*numbers[:3])
        else:
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


def _read_added(meetings: list[Meeting]) -> tuple[_Added, _Added]:
    """Add up a meeting, and the one before it whose areas nobody asks for; two queries."""
    meeting = meetings[0]
    steps = BridgePoint.objects.connected().filter(meeting=meeting).steps_to_areas()
    now, before = _Added(), _Added()
    with connection.cursor() as cursor:
        cursor.execute(_ADDED, {"meetings": [one.pk for one in meetings], "steps": steps})
        for of, area, tier, session, *numbers in cursor.fetchall():
            (now if of == meeting.pk else before).take(area, tier, session, tuple(numbers))
    return now, before


def _sums(rows: Iterable[tuple[int, ...]]) -> Iterable[int]:
    return (sum(column) for column in zip(*rows, strict=True))


def _label(session: Session) -> str:
    return f"{session.get_part_display()} {session.date:%d/%m/%Y}"


def _reasons(sessions: list[Session], added: _Added) -> list[Numbers]:
    """Why people stayed away with leave, over all sessions; what nobody gave a reason for is a line too.

    Told alike but for capitals and a full stop, reasons are one line. The lines add up to all who had leave.
    """
    excused = sum(came[one.pk].excused for came in added.came.values() for one in sessions if one.pk in came)
    lines: dict[str, Numbers] = {}
    for reason, number in reasons_of(sessions):
        line = lines.setdefault(reason.casefold().rstrip(". "), {"label": reason, "number": 0})
        line["number"] += number
    told = sorted(lines.values(), key=lambda one: (-one["number"], one["label"]))
    told, rest = told[:MOST_REASONS], told[MOST_REASONS:]
    if rest:
        told.append({"label": OTHER_REASONS, "number": sum(one["number"] for one in rest)})
    if silent := excused - sum(one["number"] for one in told):
        told.append({"label": NO_REASON, "number": silent})
    return told


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


def _materials(meeting: Meeting) -> list[Numbers]:
    """How many of the called units that a file is for have opened it."""
    return [
        {"title": one.title, "called": one.called, "opened": one.opened_by_called}
        for one in with_totals(Material.objects.filter(meeting=meeting, withdrawn_at__isnull=True))
    ]


def _meeting_before(meeting: Meeting) -> Meeting | None:
    """The last meeting that was held before this one, with its number of ``incidents``; None without one."""
    found = Incident.objects.filter(point__meeting=OuterRef("pk")).order_by().values("point__meeting")
    earlier = (
        Meeting.objects.filter(state__in=(Meeting.State.PUBLISHED, Meeting.State.CLOSED))
        .filter(registration_deadline__lt=meeting.registration_deadline)
        .exclude(pk=meeting.pk)
        .annotate(incidents=Coalesce(Subquery(found.annotate(sum=Count("pk")).values("sum")), 0))
    )
    return earlier.first()


def _earlier(earlier: Any, sessions: list[Session], added: _Added) -> Numbers | None:
    """The sums of the meeting before."""
    if earlier is None:
        return None
    line = added.line(sessions, earlier.short_title, earlier.slug, lambda area, tier: True)
    return {**line, "incidents": earlier.incidents}
