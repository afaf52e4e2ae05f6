"""The board of a meeting: every unit and every commune point at a glance, from one picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, F, Max, Q, Value, When

from accounts.fingerprint import fingerprint
from accounts.models import User
from accounts.permissions import Role
from accounts.templatetags.portal import CELLS, short_moment
from accounts.vietnamese import folded
from bridge_points.models import PointState
from invitations.models import Meeting
from registrations.models import Change, Submission
from registrations.states import UnitState
from reports.arrivals import Chart, arrivals, draw
from reports.counts import BOARD_ORDER, Counts, Figures, UnitCounts, read_counts
from reports.picture import one_picture

LATELY = timedelta(hours=1)
MOST_CHANGES = 8
NAMED_SHORTLY = 2
"""Of how many communes a remark gives the names."""

EDITS = (
    Change.Kind.HEADCOUNT,
    Change.Kind.POINT,
    Change.Kind.DELEGATE_ADDED,
    Change.Kind.DELEGATE_CHANGED,
    Change.Kind.DELEGATE_REMOVED,
)

VIEWS: dict[str, tuple[str, Callable[[UnitCounts], bool]]] = {
    "missing": ("Còn thiếu", lambda unit: unit.is_missing),
    "names": ("Thiếu tên", lambda unit: unit.sum.missing > 0),
    "communes": ("Thiếu điểm cầu xã", lambda unit: any(commune.point is None for commune in unit.communes)),
    "unsent": ("Sửa sau khi gửi", lambda unit: unit.has_unsent_changes),
}
"""Ways to narrow the board, beside the states."""


class Choice(NamedTuple):
    """One entry of the filter, with how many units it shows."""

    value: str
    label: str
    number: int


class LegendEntry(NamedTuple):
    """One filling of a cell, its short word, and how many cells have it."""

    state: PointState
    word: str
    number: int


class Detail(NamedTuple):
    """A piece of a line of the log."""

    text: str
    css: str = ""


class Contact(NamedTuple):
    """Whom to call at a unit."""

    name: str
    phone: str


@dataclass(frozen=True)
class Entry:
    """One line of the log: what happened to a unit lately, the small changes of one draft as one."""

    at: datetime
    unit: str
    before: str = ""
    after: str = ""
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True)
class Row:
    """One unit as the board shows it."""

    counts: UnitCounts
    submission: Submission | None
    contact: Contact | None
    now: datetime

    @property
    def chip(self) -> str:
        """The words in the state chip."""
        state, standing = self.counts.state, self.counts.standing
        if state == UnitState.EXTENDED:
            return f"Gia hạn {short_moment(standing.deadline, self.now)}"
        if self.counts.has_unsent_changes:
            return "Đã gửi, đang sửa"
        if state == UnitState.SUBMITTED and self.submission and self.submission.number > 1:
            return f"Đã gửi lần {self.submission.number}"
        return str(state.label)

    @property
    def at(self) -> datetime | None:
        """When something last happened: submitted, else written, confirmed, opened, called."""
        invitation, registration = self.counts.standing.invitation, self.counts.standing.registration
        if registration is not None and self.counts.is_submitted:
            return registration.submitted_at
        written = registration.changed_at if registration is not None else None
        if invitation.declined_at is not None:
            return invitation.declined_at
        return written or invitation.confirmed_at or invitation.seen_at or invitation.sent_at

    @property
    def cells(self) -> tuple[PointState, ...]:
        """How the unit's cells are filled."""
        return tuple(commune.state for commune in self.counts.communes)

    @property
    def has_declared(self) -> bool:
        """Something was written down."""
        registration = self.counts.standing.registration
        return registration is not None and (registration.version > 0 or bool(self.counts.lines))

    @property
    def remark(self) -> str:
        """What the unit still owes, in one line."""
        invitation, registration = self.counts.standing.invitation, self.counts.standing.registration
        if registration is not None and self.counts.state == UnitState.RETURNED:
            return registration.return_remark
        if self.counts.state == UnitState.DECLINED:
            return f"Không tham dự: {invitation.decline_reason}"
        if self.has_declared:
            return self._owed or f"Đã khai {self.counts.sum.declared} đại biểu, chưa bấm gửi"
        if invitation.confirmed_at:
            return "Đã xác nhận, chưa khai gì"
        return "Đã xem giấy mời, chưa xác nhận" if invitation.seen_at else "Chưa mở giấy mời"

    @property
    def _owed(self) -> str:
        silent = [commune for commune in self.counts.communes if commune.point is None]
        parts = [
            f"{self.counts.sum.missing} tên" if self.counts.sum.missing else "",
            f"{len(silent)} điểm cầu xã" if silent else "",
            self._technicians,
        ]
        owed = ", ".join(part for part in parts if part)
        return f"Thiếu {owed}" if owed else ""

    @property
    def _technicians(self) -> str:
        communes = self.counts.without_technician
        if not communes:
            return ""
        names = ", ".join(commune.unit.called for commune in communes[:NAMED_SHORTLY])
        more = " …" if len(communes) > NAMED_SHORTLY else ""
        return f"{len(communes)} cán bộ kỹ thuật ({names}{more})"


class RowGroup(NamedTuple):
    """The rows of one tier."""

    label: str
    rows: list[Row]


@dataclass(frozen=True)
class Board:
    """Everything on the page, narrowed where ``text`` or ``state`` says so; the heads count all units."""

    meeting: Meeting
    now: datetime
    counts: Counts
    rows: list[Row]
    chart: Chart
    log: list[Entry]
    text: str = ""
    state: str = ""

    @property
    def title(self) -> str:
        """The answer: how many have submitted, how many have not."""
        units, missing = len(self.counts.units), len(self.counts.missing_units)
        if not units:
            return "Chưa đơn vị nào được mời"
        submitted, declined = self.counts.submitted, self.counts.declined
        if submitted == units:
            return f"Cả {units} đơn vị đã gửi"
        said = f"{submitted} trên {units} đơn vị đã gửi"
        if declined:
            said += f", {declined}\N{NO-BREAK SPACE}không tham dự"
        return f"{said}, còn thiếu\N{NO-BREAK SPACE}{missing}" if missing else said

    @property
    def deadline(self) -> datetime:
        """The next hour that counts: the meeting's, then the units' own."""
        still = [row.counts.standing.deadline for row in self.needs]
        common = self.meeting.registration_deadline
        return min((at for at in still if at >= self.now), default=common) if common < self.now else common

    @property
    def waiting(self) -> int:
        """How many units asked for more time and wait for the office."""
        return sum(1 for row in self.rows if getattr(row.counts.standing.invitation, "asks_for_time", False))

    @cached_property
    def needs(self) -> list[Row]:
        """The units that have not submitted."""
        return [row for row in self.rows if row.counts.is_missing]

    @cached_property
    def shown(self) -> list[Row]:
        """The rows that the filter leaves."""
        text = folded(self.text)
        keeps = _keeps(self.state)
        return [row for row in self.rows if text in row.counts.unit.search and keeps(row.counts)]

    @property
    def is_narrowed(self) -> bool:
        """Some units are not shown."""
        return len(self.shown) < len(self.rows)

    @cached_property
    def fingerprint(self) -> str:
        """The same for two boards that show the same, whatever the hour: a refresh then touches nothing."""
        rows = [
            (row.counts.unit.pk, row.counts.unit.name, row.chip, row.at, row.remark, row.contact)
            for row in self.rows
        ]
        cells = [(row.counts.sum, [commune.title for commune in row.counts.communes]) for row in self.rows]
        hours = (self.now.date(), self.deadline.timestamp())
        asked = (self.meeting.pk, self.meeting.slug, self.text, self.state)
        return fingerprint(asked, hours, rows, cells, self.log, self.waiting, self.counts.second_posts)

    @property
    def groups(self) -> list[RowGroup]:
        """The shown rows by tier."""
        rows = {row.counts.unit.pk: row for row in self.shown}
        groups = Counts([row.counts for row in self.shown]).groups(BOARD_ORDER)
        return [RowGroup(group.label, [rows[unit.unit.pk] for unit in group.units]) for group in groups]

    @property
    def sum(self) -> Figures:
        """The bottom row: of the rows that are shown."""
        return Figures.of(row.counts.sum for row in self.shown)

    @property
    def shown_submitted(self) -> int:
        """How many of the rows shown have submitted."""
        return sum(1 for row in self.shown if row.counts.is_submitted)

    @property
    def shown_communes(self) -> int:
        """How many cells the rows shown have."""
        return sum(len(row.counts.communes) for row in self.shown)

    @property
    def legend(self) -> list[LegendEntry]:
        """Each filling of a cell, with how many cells have it."""
        numbers = Counter(commune.state for commune in self.counts.communes)
        return [LegendEntry(state, CELLS[state], numbers[state]) for state in PointState]

    @property
    def filled(self) -> int:
        """Declared places that have a name."""
        return self.counts.own_sum.declared - self.counts.own_sum.missing

    @property
    def without_technician(self) -> int:
        """Connected communes where nobody can be called about the line."""
        return sum(len(unit.without_technician) for unit in self.counts.units)

    @property
    def expected_in_communes(self) -> int:
        """People declared at the communes."""
        return sum(unit.expected_in_communes for unit in self.counts.units)

    @property
    def choices(self) -> list[Choice]:
        """The filter's entries that show something, and the one that is chosen."""
        entries = [(value, label) for value, (label, _) in VIEWS.items()]
        entries += [(state.value, str(state.label)) for state in UnitState]
        choices = [
            Choice(value, label, sum(map(_keeps(value), self.counts.units))) for value, label in entries
        ]
        return [choice for choice in choices if choice.number or choice.value == self.state]


def read_board(meeting: Meeting, *, text: str = "", state: str = "") -> Board:
    """Read the board in eleven queries and one picture; an unknown ``state`` narrows nothing."""
    with one_picture() as picture:
        now = picture.now
        counts = read_counts(meeting, picture)
        submissions = picture.once(("submissions", meeting.pk), lambda: _submissions(meeting))
        last = {submission.registration_id: submission for submission in submissions}
        contacts = _contacts(counts.missing_units)
        changes = _changes(meeting, now)
    registrations = [unit.standing.registration for unit in counts.units if unit.standing.registration]
    return Board(
        meeting=meeting,
        now=now,
        counts=counts,
        rows=[
            Row(unit, last.get(_registration_id(unit) or 0), contacts.get(unit.unit.pk), now)
            for unit in counts.units
        ],
        chart=draw(
            events=arrivals(registrations, submissions),
            units=len(counts.units),
            begins=meeting.published_at or now,
            deadline=meeting.registration_deadline,
            now=now,
        ),
        log=_log(changes, counts, last),
        text=text,
        state=state if state in VIEWS or state in UnitState else "",
    )


def _submissions(meeting: Meeting) -> list[Submission]:
    """All of them, each unit's in their order, without the people."""
    return list(
        Submission.objects.filter(registration__invitation__meeting=meeting)
        .order_by("registration_id", "number")
        .only("registration_id", "number", "declared", "points", "decided_at")
    )


def _keeps(state: str) -> Callable[[UnitCounts], bool]:
    if state in VIEWS:
        return VIEWS[state][1]
    return (lambda unit: unit.state == state) if state else (lambda unit: True)


def _registration_id(unit: UnitCounts) -> int | None:
    return unit.standing.registration.pk if unit.standing.registration else None


def _contacts(units: list[UnitCounts]) -> dict[int, Contact]:
    """Whom to call: the unit's first clerk with a number, else the unit's own number."""
    contacts = {unit.unit.pk: Contact("", unit.unit.phone) for unit in units if unit.unit.phone}
    clerks = User.objects.filter(unit__in=contacts.keys() | {unit.unit.pk for unit in units})
    for clerk in clerks.filter(role=Role.CLERK, is_active=True).exclude(phone="").order_by("-pk"):
        if clerk.unit_id is not None:
            contacts[clerk.unit_id] = Contact(str(clerk), clerk.phone)
    return contacts


def _changes(meeting: Meeting, now: datetime) -> list[Any]:
    """The last things that happened, the small changes of one registration gathered into one."""
    return list(
        Change.objects.filter(registration__invitation__meeting=meeting, at__gt=now - LATELY)
        .exclude(kind__in=(Change.Kind.DOWNLOADED, Change.Kind.PAIRED))  # these name people
        .annotate(
            group=Case(When(kind__in=EDITS, then=Value("edit")), default=F("kind"), output_field=CharField())
        )
        .values("group", "registration_id")
        .annotate(
            last=Max("at"),
            text=Max("what"),
            **{kind.name.lower(): Count("pk", filter=Q(kind=kind)) for kind in EDITS},
        )
        .order_by("-last", "-registration_id")[:MOST_CHANGES]
    )


def _log(changes: list[Any], counts: Counts, last: dict[int, Submission]) -> list[Entry]:
    units = {_registration_id(unit): unit for unit in counts.units}
    return [
        _entry(change, units[pk], last.get(pk))
        for change in changes
        if (pk := change["registration_id"]) in units
    ]


def _entry(change: dict[str, Any], unit: UnitCounts, submission: Submission | None) -> Entry:
    at, name, what = change["last"], unit.unit.name, change["text"]
    match change["group"]:
        case Change.Kind.SUBMITTED if submission:
            numbers = f"{submission.declared} đại biểu"
            numbers += f", {submission.points} điểm cầu xã" if submission.points else ""
            return Entry(at, name, after=f"gửi lần {submission.number}: {numbers}")
        case Change.Kind.RETURNED:
            return Entry(at, name, before="Văn phòng trả lại", after=f": {what}")
        case Change.Kind.EXTENDED:
            return Entry(at, name, before="Văn phòng gia hạn", after=f": {what}")
        case Change.Kind.SCAN_ADDED:
            return Entry(at, name, after=f"đính kèm bản ký: {what}")
        case Change.Kind.SCAN_REMOVED:
            return Entry(at, name, after=f"xóa bản ký: {what}")
        case Change.Kind.ASKED:
            return Entry(at, name, after=f"xin gia hạn: {what}")
        case Change.Kind.REFUSED:
            return Entry(at, name, before="Văn phòng không gia hạn cho", after=f": {what}")
    details = [
        Detail(f"+{change['delegate_added']} tên", "plus") if change["delegate_added"] else None,
        Detail(f"−{change['delegate_removed']} tên", "minus") if change["delegate_removed"] else None,
        Detail(f"sửa {change['delegate_changed']} tên") if change["delegate_changed"] else None,
        Detail(f"điểm cầu {change['point']} lần") if change["point"] else None,
        Detail(f"số lượng {change['headcount']} lần") if change["headcount"] else None,
    ]
    sent_at = unit.standing.registration.submitted_at if unit.standing.registration else None
    verb = "sửa sau khi gửi" if sent_at and at > sent_at and unit.is_submitted else "lưu bản soạn"
    return Entry(at, name, after=verb, details=tuple(detail for detail in details if detail))
