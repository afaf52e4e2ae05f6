"""Who or how many came to a session at a point (*điểm danh*): what counts now, and all that ever came in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, models
from django.db.models import F, FilteredRelation, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from accounts.permissions import Right, may
from bridge_points.models import BridgePoint
from invitations.deadlines import quick_report_due
from invitations.models import Session
from registrations.models.commune_link import CommuneLink
from registrations.models.delegate import Delegate
from registrations.models.registration import MOST_IN_A_ROLE, Headcount

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from accounts.models import User

MOST_AT_A_POINT = MOST_IN_A_ROLE
"""More than any hall of the province holds; a larger number is a slip of the finger."""

MOST_LETTERS_OF_A_REASON = 100
"""A reason is a few words, so that the report can add up those who gave the same."""


class AttendanceQuerySet(models.QuerySet["Attendance"]):
    """Which numbers."""

    def visible_to(self, user: User) -> AttendanceQuerySet:
        """Those at the points that ``user`` sees, for who may read attendance."""
        if not may(user, Right.READ_ATTENDANCE):
            return self.none()
        return self.filter(point__in=BridgePoint.objects.visible_to(user))

    def total(self) -> dict[str, int]:
        """The sums: ``points`` that reported, ``present``, ``excused``, ``absent``."""
        return self.aggregate(
            points=models.Count("pk"),
            **{name: Coalesce(Sum(name), 0) for name in ("present", "excused", "absent")},
        )


class Attendance(models.Model):
    """What counts now for one point at one session; made by its first report."""

    session = models.ForeignKey(
        Session, on_delete=models.PROTECT, related_name="attendances", verbose_name="Buổi"
    )
    point = models.ForeignKey(
        BridgePoint, on_delete=models.PROTECT, related_name="attendances", verbose_name="Điểm cầu"
    )
    present = models.PositiveIntegerField("Có mặt")
    excused = models.PositiveIntegerField("Vắng có phép")
    absent = models.PositiveIntegerField("Vắng không phép")
    reason = models.CharField("Lý do vắng có phép", max_length=MOST_LETTERS_OF_A_REASON, blank=True)
    """Of typed numbers; where they follow the marks, each mark has its own."""

    counted = models.BooleanField(default=False)
    """The numbers follow the marks of the delegates; typed ones stand until somebody says otherwise."""

    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField("Ghi lúc")
    arrived_at = models.DateTimeField("Nhận lúc")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    device = models.UUIDField()
    crossed = models.ForeignKey("AttendanceEntry", on_delete=models.SET_NULL, null=True, related_name="+")
    """Another device's numbers that the maker of these had not seen; the next report answers it."""

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name = "điểm danh"
        verbose_name_plural = "điểm danh"
        constraints = [
            models.UniqueConstraint(fields=["session", "point"], name="one_attendance_per_session_and_point"),
            models.CheckConstraint(
                condition=Q(present__lte=MOST_AT_A_POINT)
                & Q(excused__lte=MOST_AT_A_POINT)
                & Q(absent__lte=MOST_AT_A_POINT),
                name="attendance_is_possible",
            ),
            models.CheckConstraint(
                condition=Q(made_at__lte=F("arrived_at")), name="attendance_is_made_before_it_arrives"
            ),
        ]

    def __str__(self) -> str:
        """How many are there."""
        return str(self.present)

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Present, absent with leave, absent without."""
        return self.present, self.excused, self.absent


class _Arrival(models.Model):
    """What came in from a device; ``made_at`` is its arrival less its age: a phone's clock decides nothing.

    ``key`` is made with the entry: what a bad line sends twice is kept once.
    """

    session = models.ForeignKey(Session, on_delete=models.PROTECT, related_name="%(class)ss")
    point = models.ForeignKey(BridgePoint, on_delete=models.PROTECT, related_name="%(class)ss")
    key = models.UUIDField(unique=True)
    device = models.UUIDField()
    age = models.FloatField()
    """Seconds between the making and the sending, as the device counted them."""

    reason = models.CharField(max_length=MOST_LETTERS_OF_A_REASON, blank=True)
    """Why somebody stays away with leave; it may be private, so it goes with the people."""

    made_at = models.DateTimeField()
    arrived_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    link = models.ForeignKey(CommuneLink, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        abstract = True


class AttendanceEntry(_Arrival):
    """The numbers of a point as somebody reported them once; rows are only ever added."""

    present = models.PositiveIntegerField()
    excused = models.PositiveIntegerField()
    absent = models.PositiveIntegerField()
    counted = models.BooleanField(default=False)
    """It asked for the count of the marks, and these are what was counted."""

    base = models.PositiveIntegerField(default=0)
    """The version that its maker had seen, 0 for none."""

    applied = models.BooleanField()
    """It was newer than what was there; else it was kept here only."""

    class Meta:
        verbose_name = "lần báo điểm danh"
        verbose_name_plural = "lần báo điểm danh"
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["session", "point", "-made_at"], name="attendance_entries")]

    def __str__(self) -> str:
        """How many were there."""
        return str(self.present)

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Present, absent with leave, absent without."""
        return self.present, self.excused, self.absent


class AttendanceMarkQuerySet(models.QuerySet["AttendanceMark"]):
    """Which marks."""

    def standing(self) -> AttendanceMarkQuerySet:
        """Of each delegate the newest mark at each point where there is one; the others are history."""
        return (
            self.filter(delegate__isnull=False)
            .order_by("session_id", "point_id", "delegate_id", "-made_at", "-pk")
            .distinct("session_id", "point_id", "delegate_id")
        )


class AttendanceMark(_Arrival):
    """One delegate as a point saw them once; rows are only ever added, and the newest of a point stands.

    A delegate who was seen present somewhere is present: where two points say so, the newest counts, and
    both are told. A delegate who is purged leaves the mark without a person.
    """

    class State(models.TextChoices):
        """What was seen."""

        PRESENT = "present", "Có mặt"
        EXCUSED = "excused", "Vắng có phép"
        ABSENT = "absent", "Vắng không phép"
        CLEARED = "cleared", "Chưa điểm danh"

    delegate = models.ForeignKey(Delegate, on_delete=models.SET_NULL, null=True, related_name="marks")
    state = models.CharField(max_length=8, choices=State)
    scanned = models.BooleanField(default=False)

    objects = AttendanceMarkQuerySet.as_manager()

    class Meta:
        verbose_name = "điểm danh đại biểu"
        verbose_name_plural = "điểm danh đại biểu"
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["session", "point", "delegate", "-made_at"], name="marks_of_a_point"),
            models.Index(fields=["session", "delegate"], name="marks_of_a_delegate"),
        ]

    def __str__(self) -> str:
        """What was seen."""
        return self.get_state_display()


# ── Points of a session ──────────────────────────────────────────────────────────────────────────


def _sum_at_the_point() -> Coalesce:
    """What was declared for a point, over all units that sit there."""
    numbers = Headcount.objects.filter(bridge_point=OuterRef("pk")).order_by().values("bridge_point")
    return Coalesce(Subquery(numbers.annotate(sum=Sum("number")).values("sum")), 0)


def points_of_session(session: Session) -> models.QuerySet[BridgePoint]:
    """The points that take part, each with ``declared`` and what it reported: one query for all of them.

    ``here`` is the key of its ``Attendance`` or None; ``present``, ``excused``, ``absent`` its numbers.
    """
    points = BridgePoint.objects.connected().filter(meeting=session.meeting_id)
    reported = {
        name: F(f"report__{name}") for name in ("present", "excused", "absent", "made_at", "arrived_at")
    }
    return points.annotate(
        report=FilteredRelation("attendances", condition=Q(attendances__session=session)),
    ).annotate(here=F("report__pk"), crossed=F("report__crossed"), declared=_sum_at_the_point(), **reported)


def silent_points(session: Session, now: datetime) -> models.QuerySet[BridgePoint]:
    """The points that take part and owe the quick report of ``session`` at ``now``; none before it is due."""
    points = BridgePoint.objects.connected().filter(meeting=session.meeting_id)
    if now < quick_report_due(session.date, session.part, session.starts_at):
        return points.none()
    reported = Attendance.objects.filter(session=session).values("point")
    return points.exclude(pk__in=reported)


_REASONS = """
    WITH standing AS (
        SELECT DISTINCT ON (session_id, point_id, delegate_id) *
        FROM registrations_attendancemark
        WHERE session_id = ANY(%(sessions)s) AND delegate_id IS NOT NULL
        ORDER BY session_id, point_id, delegate_id, made_at DESC, id DESC
    ), counting AS (
        SELECT DISTINCT ON (session_id, delegate_id) session_id, point_id, state, reason
        FROM standing
        ORDER BY session_id, delegate_id,
            CASE state WHEN 'present' THEN 2 WHEN 'cleared' THEN 0 ELSE 1 END DESC, made_at DESC, id DESC
    ), told AS (
        SELECT report.point_id, mark.reason, 1 AS number
        FROM counting mark
        JOIN registrations_attendance report USING (session_id, point_id)
        WHERE report.counted AND mark.state = 'excused' AND mark.reason <> ''
        UNION ALL
        SELECT point_id, reason, excused
        FROM registrations_attendance
        WHERE session_id = ANY(%(sessions)s) AND NOT counted AND excused > 0 AND reason <> ''
    )
    SELECT reason, sum(number)::bigint
    FROM told JOIN bridge_points_bridgepoint point ON point.id = told.point_id
    WHERE point.connects
    GROUP BY reason ORDER BY reason
"""


def reasons_of(sessions: Sequence[Session]) -> list[tuple[str, int]]:
    """Each reason that was given for a leave, with how many people it was given for; one query.

    Where the numbers of a point follow the marks, the marks that count tell (as ``settled`` chooses them);
    where numbers were typed, the reason that was typed beside them stands for all of them.
    """
    with connection.cursor() as cursor:
        cursor.execute(_REASONS, {"sessions": [one.pk for one in sessions]})
        return [(reason, number) for reason, number in cursor.fetchall()]


# ── People ───────────────────────────────────────────────────────────────────────────────────────


def counting_marks(session_id: int, delegates: Any) -> list[AttendanceMark]:
    """Return the mark that counts for each of ``delegates``, keys or a query of them.

    Present counts before anything else, then the newest.
    Each carries ``rivals``, the points of the other marks that say present of the same person.
    """
    standing = AttendanceMark.objects.filter(session=session_id, delegate__in=delegates).standing()
    return settled(list(standing))


def settled(standing: list[AttendanceMark]) -> list[AttendanceMark]:
    """Of the standing marks of several points choose the one that counts for each person."""
    by_person: dict[int | None, list[AttendanceMark]] = {}
    for mark in standing:
        by_person.setdefault(mark.delegate_id, []).append(mark)
    chosen = []
    for marks in by_person.values():
        marks.sort(key=lambda one: (_WEIGHT[one.state], one.made_at, one.pk), reverse=True)
        first, *others = marks
        first.rivals = [  # type: ignore[attr-defined]
            one.point_id for one in others if one.state == first.state == AttendanceMark.State.PRESENT
        ]
        chosen.append(first)
    return chosen


_WEIGHT: dict[str, int] = {
    AttendanceMark.State.PRESENT: 2,
    AttendanceMark.State.EXCUSED: 1,
    AttendanceMark.State.ABSENT: 1,
    AttendanceMark.State.CLEARED: 0,
}
