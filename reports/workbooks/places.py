"""Lists of bridge points, of whom to call, of units that have not answered. None holds a delegate's name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from accounts.models import User
from accounts.permissions import Role
from accounts.templatetags.portal import moment
from bridge_points.models import LineTest
from reports.counts import OFFICIAL_ORDER, UnitCounts
from reports.workbooks.cells import Content
from reports.workbooks.source import Source, state_of, submission_numbers
from reports.workbooks.tables import (
    COMMUNE_POINTS,
    CONTACTS,
    POINTS,
    SILENT_UNITS,
    Look,
    Marked,
    Row,
    Table,
)

if TYPE_CHECKING:
    from bridge_points.models import BridgePoint


def commune_points(source: Source) -> Table:
    """Every commune below an invited unit, with its point where it has one."""
    counts = source.counts
    connected = f"{counts.sum.points} trên {len(counts.communes)} điểm cầu đăng ký kết nối"
    note = f"{source.as_of}; {connected}"
    return Table(
        COMMUNE_POINTS, "Điểm cầu cấp xã", "Danh sách điểm cầu cấp xã", note, _communes(source, connected)
    )


def _communes(source: Source, connected: str) -> Iterator[Row]:
    number = 0
    for unit in _units(source):
        declared = {line.point.unit.pk: line.declared for line in unit.commune_lines}
        for commune in unit.communes:
            number += 1
            point = commune.point
            own = (point.venue, point.chair, point.technician, point.technician_phone) if point else ("",) * 4
            yield (
                number, unit.unit.name, commune.unit.name, *own,
                declared.get(commune.unit.pk), commune.state.label,
            )  # fmt: skip
    expected = sum(unit.expected_in_communes for unit in source.counts.units)
    yield Marked((None, "Tổng cộng", connected, None, None, None, None, expected, None), Look.GROUP)


def _units(source: Source) -> Iterator[UnitCounts]:
    """The units in the order of an official list."""
    for group in source.counts.groups(OFFICIAL_ORDER):
        yield from group.units


# ── For telecom ──────────────────────────────────────────────────────────────────────────────────


def points(source: Source) -> Iterator[Table]:
    """Every bridge point with its technician and its last test; nobody else is named."""
    rows = list(source.meeting.bridge_points.select_related("unit", "parent__unit").with_last_result())
    ready = sum(point.has_technician for point in rows if point.connects)
    connected = sum(point.connects for point in rows)
    note = f"Số liệu lúc {moment(source.now)}: {connected} điểm cầu kết nối, {ready} có cán bộ kỹ thuật"
    yield Table(POINTS, "Điểm cầu", "Danh sách điểm cầu", note, _point_rows(source, rows))


def _point_rows(source: Source, rows: Sequence[BridgePoint]) -> Iterator[Row]:
    last = dict(
        LineTest.objects.filter(point__meeting=source.meeting)
        .order_by("point_id", "at", "pk")
        .values_list("point_id", "at")
    )
    for number, point in enumerate(_as_a_tree(rows), 1):
        yield (
            number,
            point.unit.name,
            point.get_tier_display(),
            point.parent.unit.called if point.parent else "",
            point.venue,
            point.technician,
            point.technician_phone,
            point.state.label,
            moment(last[point.pk]) if point.pk in last else "",
        )


def _as_a_tree(rows: Sequence[BridgePoint]) -> Iterator[BridgePoint]:
    """Each point before those below it; one whose parent is not among them stands at the top."""
    below: dict[int | None, list[BridgePoint]] = defaultdict(list)
    known = {point.pk for point in rows}
    for point in rows:
        below[point.parent_id if point.parent_id in known else None].append(point)
    waiting = list(reversed(below.pop(None, [])))
    while waiting:
        point = waiting.pop()
        yield point
        waiting += reversed(below.pop(point.pk, []))


# ── Whom to call ─────────────────────────────────────────────────────────────────────────────────


def contacts(source: Source) -> Iterator[Table]:
    """Whom to call in each unit: who was named for this meeting, its accounts, its own number."""
    note = f"Số liệu lúc {moment(source.now)}"
    yield Table(CONTACTS, "Đầu mối", "Danh sách đầu mối liên hệ", note, _contact_rows(source))


def _contact_rows(source: Source) -> Iterator[Row]:
    number = 0
    for contact in source.meeting.contacts.all():
        number += 1
        about = contact.about or "Liên hệ chung"
        yield (number, contact.organisation, contact.name, about, contact.phone, "", "")
    clerks = clerks_of(source)
    for unit in _units(source):
        for name, about, phone, mail in _people_of(unit, clerks.get(unit.unit.pk, [])):
            number += 1
            yield (number, unit.unit.name, name, about, phone, mail, unit.state.label)


def _people_of(unit: UnitCounts, clerks: Sequence[User]) -> Iterator[tuple[str, str, str, str]]:
    invitation = unit.standing.invitation
    if invitation.contact_name or invitation.contact_phone:
        named = (invitation.contact_name, "Đầu mối của đơn vị", invitation.contact_phone)
        yield (*named, invitation.contact_email)
    for clerk in clerks:
        yield (str(clerk), "Cán bộ đăng ký", clerk.phone, clerk.email)
    if unit.unit.phone or not (clerks or invitation.contact_name):
        yield ("", "Số chung của đơn vị", unit.unit.phone, unit.unit.email)


def clerks_of(source: Source) -> dict[int, list[User]]:
    """The people who register for each unit."""
    units = [unit.unit.pk for unit in source.counts.units]
    found: dict[int, list[User]] = defaultdict(list)
    for clerk in User.objects.filter(unit__in=units, role=Role.CLERK, is_active=True).order_by("pk"):
        found[clerk.unit_id or 0].append(clerk)
    return found


# ── Who has not answered ─────────────────────────────────────────────────────────────────────────


def silent_units(source: Source) -> Iterator[Table]:
    """Every unit that has neither submitted nor declined, with whom to call."""
    silent = len(source.counts.missing_units)
    note = f"{source.as_of}; còn {silent} đơn vị chưa gửi"
    title = "Danh sách đơn vị chưa gửi đăng ký"
    yield Table(SILENT_UNITS, "Đơn vị chưa gửi", title, note, _silent_rows(source))


def _silent_rows(source: Source) -> Iterator[Row]:
    clerks, sent = clerks_of(source), submission_numbers(source.meeting)
    silent = [unit for unit in _units(source) if unit.is_missing]
    for number, unit in enumerate(silent, 1):
        name, phone = _first_contact(unit, clerks.get(unit.unit.pk, []))
        yield (
            number,
            unit.unit.name,
            unit.unit.get_tier_display(),
            state_of(unit, sent),
            moment(unit.standing.deadline),
            unit.sum.declared,
            unit.sum.named,
            name,
            phone,
        )
    sums: tuple[Content, ...] = (
        sum(unit.sum.declared for unit in silent),
        sum(unit.sum.named for unit in silent),
    )
    yield Marked((None, "Tổng cộng", None, f"{len(silent)} đơn vị", None, *sums, None, None), Look.GROUP)


def _first_contact(unit: UnitCounts, clerks: Sequence[User]) -> tuple[str, str]:
    """Who can be called: the first with a number."""
    people = [(name, phone) for name, _, phone, _ in _people_of(unit, clerks)]
    return next((person for person in people if person[1]), people[0] if people else ("", ""))
