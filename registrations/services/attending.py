"""What points report of a session: numbers and people, in any order, from any device, as late as it may be.

A device sends what it kept while its line was down, many entries in one request. Each has a key of its
own and an age: sent twice it is kept once, and the newest by ``made_at = arrival - age`` counts, so that
neither the order of arrival nor a wrong clock decides (docs/decisions/0025).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from time import monotonic
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction

from accounts.clock import database_now
from accounts.models import User
from bridge_points.models import BridgePoint
from invitations.models import Meeting, Session
from registrations.attendance_codes import by_code
from registrations.models import (
    MOST_AT_A_POINT,
    Attendance,
    AttendanceEntry,
    AttendanceMark,
    CommuneLink,
    Delegate,
    Headcount,
    counting_marks,
)

OLDEST = timedelta(days=30)
"""No entry waits longer in a telephone; a greater age is a clock that was set between making and sending."""

MOST_AT_ONCE = 2000
"""Entries in one request; a device with more sends them in turns."""


@dataclass(frozen=True)
class Source:
    """Who sends: somebody who is signed in, or a commune by its link, from which device."""

    device: UUID
    user: User | None = None
    link: CommuneLink | None = None


@dataclass(frozen=True)
class Numbers:
    """How many came, typed; ``counted`` asks instead for the count of the marked people."""

    key: UUID
    age: float
    present: int
    excused: int
    absent: int
    base: int = 0
    counted: bool = False
    sure: bool = False
    """The maker was asked whether more came than were declared, and said yes."""

    reason: str = ""
    """Why those with leave are not there, in a few words."""


@dataclass(frozen=True)
class Mark:
    """How one person was seen; ``visiting`` where the person is of another point and yet sits here."""

    key: UUID
    age: float
    delegate: UUID | None
    state: str
    scanned: bool = False
    visiting: bool = False
    code: str = ""
    """What stands on the person's card, where the device did not know whose it is."""

    reason: str = ""
    """Why the person has leave."""


@dataclass(frozen=True)
class Result:
    """What became of one entry, and ``why`` in words.

    ``state`` is kept, older, repeated, ask (more than declared), elsewhere (a guest?) or refused.
    """

    key: UUID
    state: str
    why: str = ""


def record(
    *,
    session_id: int,
    point_id: int,
    source: Source,
    entries: Sequence[Numbers | Mark],
    waited: timedelta = timedelta(0),
) -> list[Result]:
    """Keep what a device sends of one point at one session; say of each entry what became of it.

    Entries that cannot be kept are refused one by one, the others are kept. Raises ``ValidationError``
    where nothing is taken: the meeting is not held, the point does not take part, too many at once.
    """
    if len(entries) > MOST_AT_ONCE:
        raise ValidationError(f"Một lần gửi nhận nhiều nhất {MOST_AT_ONCE} mục.")
    began = monotonic()
    with transaction.atomic():
        session, point = _taken(session_id, point_id)
        marks = [one for one in entries if isinstance(one, Mark)]
        named = by_code({one.code for one in marks if one.code})
        marks = [_named(one, named) for one in marks]
        people = _lock_people({one.delegate for one in marks if one.delegate}, session)
        touched = _lock_points({point_id, *_seen_at(session_id, people.values())})
        now = database_now()
        desk = _Desk(session, point, source, now - waited - timedelta(seconds=monotonic() - began))
        desk.forget_repeated([one.key for one in entries])
        results: dict[UUID, Result] = {}
        for one in marks:
            results.setdefault(one.key, desk.mark(one, people.get(one.delegate) if one.delegate else None))
        desk.write_marks()
        numbers = [one for one in entries if isinstance(one, Numbers)]
        if desk.new_marks:
            _count_again(session, touched, desk)
        for result in desk.take_numbers(numbers):
            results.setdefault(result.key, result)
        return [results[one.key] for one in entries]


# ── Locks ────────────────────────────────────────────────────────────────────────────────────────


def _taken(session_id: int, point_id: int) -> tuple[Session, BridgePoint]:
    """Read session and point, and refuse what can never be reported."""
    _hold_open(session_id)
    session = Session.objects.select_related("meeting").get(pk=session_id)
    point = BridgePoint.objects.get(pk=point_id, meeting=session.meeting_id)
    if session.meeting.state != Meeting.State.PUBLISHED:
        raise ValidationError("Hội nghị không còn nhận điểm danh; gọi Văn phòng nếu cần sửa.")
    if not point.connects:
        raise ValidationError("Điểm cầu này không kết nối nên không điểm danh.")
    return session, point


def _hold_open(session_id: int) -> None:
    """Take FOR SHARE on the meeting: whoever closes it waits, and points do not wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM invitations_session session JOIN invitations_meeting meeting"
            " ON meeting.id = session.meeting_id WHERE session.id = %s FOR SHARE OF meeting",
            [session_id],
        )


def _lock_people(keys: set[UUID], session: Session) -> dict[UUID, Delegate]:
    """Lock the people of the meeting that are marked: of one person one device writes at a time."""
    if not keys:
        return {}
    rows = Delegate.objects.filter(key__in=keys, registration__invitation__meeting=session.meeting_id)
    locked = rows.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return {one.key: one for one in locked}


def _seen_at(session_id: int, people: Iterable[Delegate]) -> set[int]:
    """The points where these people were marked before: their counts may change with the new marks."""
    marks = AttendanceMark.objects.filter(session=session_id, delegate__in=list(people)).order_by()
    return set(marks.values_list("point", flat=True).distinct())


def _lock_points(ids: set[int]) -> list[int]:
    """Lock points in the order of their keys, after the people: two devices never wait in a circle."""
    locked = BridgePoint.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    return list(locked.values_list("pk", flat=True))


# ── One batch ────────────────────────────────────────────────────────────────────────────────────


class _Desk:
    """One request at work, under its locks."""

    def __init__(self, session: Session, point: BridgePoint, source: Source, arrived_at: datetime) -> None:
        self.session, self.point, self.source, self.arrived_at = session, point, source, arrived_at
        self.new_marks: list[AttendanceMark] = []
        self._known: set[UUID] = set()
        self._current: Attendance | None = None
        self._crossed: AttendanceEntry | None = None
        self._reported_at: datetime | None = None
        self._new_entries: list[AttendanceEntry] = []

    def forget_repeated(self, keys: list[UUID]) -> None:
        """Learn which entries are here already."""
        for model in (AttendanceEntry, AttendanceMark):
            self._known.update(model.objects.filter(key__in=keys).values_list("key", flat=True))

    def came(self, one: Numbers | Mark) -> dict[str, Any]:
        """What every row says of how it came."""
        age = min(max(one.age, 0.0), OLDEST.total_seconds())
        return {
            "session": self.session,
            "point": self.point,
            "key": one.key,
            "device": self.source.device,
            "age": age,
            "made_at": self.arrived_at - timedelta(seconds=age),
            "arrived_at": self.arrived_at,
            "by": self.source.user,
            "link": self.source.link,
        }

    def mark(self, one: Mark, person: Delegate | None) -> Result:
        """Judge one mark; it is written with the others."""
        if one.key in self._known:
            return Result(one.key, "repeated")
        if person is None:
            return Result(one.key, "refused", _whose(one))
        if person.bridge_point_id != self.point.pk and not one.visiting:
            return Result(
                one.key, "elsewhere", f"{person.full_name} đăng ký ở điểm cầu khác, chưa ghi có mặt ở đây."
            )
        self._known.add(one.key)
        self.new_marks.append(
            AttendanceMark(
                delegate=person,
                state=one.state,
                scanned=one.scanned,
                reason=one.reason if one.state == AttendanceMark.State.EXCUSED else "",
                **self.came(one),
            )
        )
        return Result(one.key, "kept")

    def write_marks(self) -> None:
        """Write the new marks in one statement."""
        AttendanceMark.objects.bulk_create(self.new_marks)

    def take_numbers(self, entries: Iterable[Numbers]) -> list[Result]:
        """Keep reports of numbers, the oldest first; write once what counts after all of them."""
        self._current = Attendance.objects.filter(session=self.session, point=self.point).first()
        reports = AttendanceEntry.objects.filter(session=self.session, point=self.point, applied=True)
        self._reported_at = reports.values_list("made_at", flat=True).first()
        results = [self._numbers(one) for one in sorted(entries, key=lambda one: -one.age)]
        AttendanceEntry.objects.bulk_create(self._new_entries)
        if self._new_entries and self._current is not None:
            self._current.crossed = self._crossed  # it has its key only now
            self._current.save()
        return results

    def _numbers(self, one: Numbers) -> Result:
        """Judge one report; it counts where it is not older than what is there."""
        if one.key in self._known:
            return Result(one.key, "repeated")
        if why := _impossible(one):
            return Result(one.key, "refused", why)
        said = self._counted if one.counted else (one.present, one.excused, one.absent)
        if self.declared is not None and said[0] > self.declared and not (one.sure or one.counted):
            return Result(one.key, "ask", f"Có mặt {said[0]}, đăng ký {self.declared}: đúng chứ?")
        self._known.add(one.key)
        entry = AttendanceEntry(
            **self.came(one),
            **dict(zip(("present", "excused", "absent"), said, strict=True)),
            counted=one.counted,
            base=one.base,
            reason=one.reason if one.excused else "",
        )
        now = self._current
        # What ticks alone have counted is no report: it gives way to one, whichever was made first.
        entry.applied = self._reported_at is None or entry.made_at >= self._reported_at
        self._cross(entry, now)
        self._new_entries.append(entry)
        if entry.applied:
            self._put(entry)
        return Result(one.key, "kept" if entry.applied else "older")

    @cached_property
    def declared(self) -> int | None:
        """How many were declared for the point; None where nothing was."""
        numbers = list(Headcount.objects.filter(bridge_point=self.point).values_list("number", flat=True))
        return sum(numbers) if numbers else None

    @cached_property
    def _counted(self) -> tuple[int, int, int]:
        return _counted_at(self.session.pk, [self.point.pk])[self.point.pk]

    def _cross(self, entry: AttendanceEntry, now: Attendance | None) -> None:
        """Where two devices reported without having seen each other, remember the numbers that lost."""
        if now is None:
            return
        if not self._new_entries:
            self._crossed = now.crossed
        blind = now.version > entry.base and now.device != self.source.device and now.numbers != entry.numbers
        if not entry.applied:
            self._crossed = entry if blind else self._crossed
            return
        earlier = AttendanceEntry.objects.filter(session=self.session, point=self.point, applied=True)
        if blind:
            self._crossed = earlier.filter(device=now.device).first()
        elif entry.base >= now.version:
            self._crossed = None  # its maker saw both, and decided

    def _put(self, entry: AttendanceEntry) -> None:
        row = self._current or Attendance(session=self.session, point=self.point, version=0)
        row.present, row.excused, row.absent = entry.numbers
        row.counted, row.reason = entry.counted, entry.reason
        row.version += 1
        row.made_at, row.arrived_at = entry.made_at, entry.arrived_at
        row.by, row.device = entry.by, entry.device
        self._current, self._reported_at = row, entry.made_at


def _named(one: Mark, named: dict[str, Delegate]) -> Mark:
    """Put the person in the place of a code."""
    return replace(one, delegate=named[one.code].key) if one.code in named else one


def _whose(one: Mark) -> str:
    """Say why nobody of the meeting is meant."""
    if one.code and one.delegate is None:
        return f"Mã {one.code} không đúng. Gõ lại mã ghi dưới ô QR."
    if one.code:
        return f"Mã {one.code} là của hội nghị khác, không ghi."
    return "Đại biểu này không có trong danh sách của hội nghị."


def _impossible(one: Numbers) -> str:
    """Say why numbers cannot be, or ""."""
    names = {"Có mặt": one.present, "Vắng có phép": one.excused, "Vắng không phép": one.absent}
    for name, number in names.items():
        if not 0 <= number <= MOST_AT_A_POINT:
            return f"{name}: từ 0 đến {MOST_AT_A_POINT}. Sửa số rồi gửi lại."
    return ""


# ── Counting people ──────────────────────────────────────────────────────────────────────────────


def _counted_at(session_id: int, points: Sequence[int]) -> dict[int, tuple[int, int, int]]:
    """Count the marks that stand for their person, at each of ``points``."""
    here = AttendanceMark.objects.filter(session=session_id, point__in=points, delegate__isnull=False)
    states: dict[int, Counter[str]] = {point: Counter() for point in points}
    for mark in counting_marks(session_id, here.order_by().values("delegate")):
        if mark.point_id in states:
            states[mark.point_id][mark.state] += 1
    kinds = AttendanceMark.State
    return {
        point: (tally[kinds.PRESENT], tally[kinds.EXCUSED], tally[kinds.ABSENT])
        for point, tally in states.items()
    }


def _count_again(session: Session, points: Sequence[int], desk: _Desk) -> None:
    """Let the numbers that follow the marks follow the new ones; typed numbers stand as they are."""
    rows = {one.point_id: one for one in Attendance.objects.filter(session=session, point__in=points)}
    made_at = max(mark.made_at for mark in desk.new_marks)
    for point, said in _counted_at(session.pk, points).items():
        row = rows.get(point)
        if row is None and point == desk.point.pk:
            row = Attendance(session=session, point=desk.point, version=0, counted=True)
            row.made_at, row.device = made_at, desk.source.device
        if row is None or not row.counted or (row.pk and row.numbers == said):
            continue
        row.present, row.excused, row.absent = said
        row.version += 1
        row.made_at = max(row.made_at, made_at)
        row.arrived_at = max(row.arrived_at or desk.arrived_at, desk.arrived_at)
        row.by = desk.source.user
        row.save()
