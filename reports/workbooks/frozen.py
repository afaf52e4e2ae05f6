"""The official list and its supplements, made of what was frozen: submissions that nothing alters.

Each submission is held against the hash that the freeze wrote down before a row of it goes into the list.
So the file is the same whenever it is made, or it is not made at all.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from accounts.models import Tier, Unit
from accounts.picture import Picture
from accounts.templatetags.portal import moment
from invitations.models import InvitedRole, Meeting
from registrations.differences import altered_fields, differences
from registrations.models import Submission
from registrations.snapshot import digest
from reports import freezing
from reports.counts import COMMUNES, OFFICIAL_ORDER, TIER_WORDS, Figures
from reports.freezes import Freeze
from reports.workbooks.cells import Content
from reports.workbooks.changes import WORDS
from reports.workbooks.tables import (
    CHANGES,
    COMMUNE_POINTS,
    DELEGATES,
    NUMBERS,
    Look,
    Marked,
    Row,
    Table,
)

READ_AT_A_TIME = 4000
"""Delegates whose submissions come from the database together."""

STATES = {freezing.DECLINED: "Không tham dự", freezing.SILENT: "Chưa gửi khi chốt"}

Line = Mapping[str, Any]
Document = Mapping[str, Any]


class NotFrozenError(Exception):
    """The moment of the list has not come."""


class AlteredError(Exception):
    """A submission that was frozen is gone, or is not what its hash says."""


class PurgedError(Exception):
    """The people of a submission that was frozen are deleted, their time being over."""


class FrozenSource(NamedTuple):
    """The freezes of a meeting that a list is made of, the first of them whole, the others as supplements."""

    meeting: Meeting
    freezes: Sequence[Freeze]
    units: Mapping[str, Unit]

    @property
    def now(self) -> datetime:
        """The moment that the list tells of: that of its last part."""
        return self.freezes[-1].as_of


class Paper(NamedTuple):
    """What is kept of a unit's submission while its people go into the list: its numbers and its points."""

    lines: Sequence[tuple[str, str, int, int, int | None]]
    points: Sequence[Document]
    expected: Mapping[str, int]
    sum: Figures


def read_official(meeting: Meeting, picture: Picture) -> FrozenSource:
    """The official list, and each supplement by itself. Raises ``NotFrozenError``."""
    freezes = list(Freeze.objects.filter(meeting=meeting).order_by("number"))
    return _source(meeting, freezes)


def read_amended(meeting: Meeting, picture: Picture) -> FrozenSource:
    """The list with all supplements in it: what stands by the last freeze. Raises ``NotFrozenError``."""
    return _source(meeting, list(Freeze.objects.filter(meeting=meeting)[:1]))


def _source(meeting: Meeting, freezes: list[Freeze]) -> FrozenSource:
    if not freezes:
        raise NotFrozenError
    slugs = {slug for freeze in freezes for slug in freeze.lines}
    return FrozenSource(meeting, freezes, Unit.objects.in_bulk(list(slugs), field_name="slug"))


def number_of_rows(source: FrozenSource) -> int:
    """About how many rows the lists have."""
    first = source.freezes[0]
    return first.named + first.units + first.points


def tables(source: FrozenSource) -> Iterator[Table]:
    """People, numbers and points as they were frozen; then what each supplement corrects."""
    listed = _Listed(source)
    freeze = source.freezes[0]
    told, connected = f"{_said(freeze)}: ", f"{freeze.points} điểm cầu đăng ký kết nối"
    said = f"{told}{freeze.submitted} trên {freeze.units} đơn vị đã gửi{listed.heads}"
    names, numbers, points = _titles(freeze)
    yield Table(DELEGATES, "Đại biểu", names, said, listed.people())
    yield Table(NUMBERS, "Số lượng", numbers, said, listed.numbers())
    yield Table(COMMUNE_POINTS, "Điểm cầu cấp xã", points, f"{told}{connected}", listed.communes(connected))
    for before, after in pairwise(source.freezes):
        yield _supplement(source, before, after)


def _titles(freeze: Freeze) -> tuple[str, str, str]:
    """Of people, numbers and points."""
    if freeze.number:
        more = f"gồm bổ sung số {freeze.number}"
        return f"Danh sách đại biểu đã chốt, {more}", f"Số lượng đại biểu, {more}", f"Điểm cầu cấp xã, {more}"
    first = "Danh sách chính thức"
    return f"{first} đại biểu dự hội nghị", f"{first}: số lượng đại biểu", f"{first}: điểm cầu cấp xã"


def _said(freeze: Freeze) -> str:
    return f"Chốt lúc {moment(freeze.as_of)}, mã {freeze.code}"


class _Listed:
    """One freeze as rows. Its submissions are read once, in portions, whatever list asks for them first."""

    def __init__(self, source: FrozenSource) -> None:
        self._source, self._freeze = source, source.freezes[0]
        self._lines = sorted(self._freeze.content["units"], key=lambda line: self._tier_place(line["unit"]))
        self._papers: dict[str, Paper] = {}
        self._points: dict[str, str] = {}
        roles = InvitedRole.objects.filter(audience__meeting=source.meeting).order_by(
            "audience__position", "audience_id", "position", "pk"
        )
        self._role_place = {pk: place for place, pk in enumerate(roles.values_list("pk", flat=True))}

    @property
    def heads(self) -> str:
        """How many people the named rows are, where somebody has two posts."""
        posts = self._freeze.submissions.values_list("content__second_posts", flat=True)
        more = sum(number or 0 for number in posts)
        return f"; {self._freeze.named} người, {more} dòng tên là chức vụ thứ hai" if more else ""

    def _tier(self, slug: str) -> Tier:
        unit = self._source.units.get(slug)
        return Tier(unit.tier) if unit else Tier.OTHER

    def _tier_place(self, slug: str) -> int:
        return OFFICIAL_ORDER.index(self._tier(slug))

    def _name(self, slug: str) -> str:
        unit = self._source.units.get(slug)
        return unit.name if unit else slug

    def _documents(self) -> Iterator[tuple[str, Document]]:
        """Each submission of the list with its unit, and what the other sheets need of it kept."""
        for portion in _portions([line for line in self._lines if line["code"]]):
            found = documents(self._source.meeting, portion)
            self._name_points(found.values())
            for line in portion:
                document = found[line["code"]]
                self._papers[line["unit"]] = self._paper(document)
                yield line["unit"], document

    def _name_points(self, found: Collection[Document]) -> None:
        """Learn what the points of these submissions are called; those of other units are looked up."""
        for document in found:
            self._points.update({point["unit"]: point["name"] for point in document["points"]})
        seats = {
            row["point"] for document in found for row in (*document["headcounts"], *document["delegates"])
        }
        unknown = (
            Unit.objects.filter(slug__in=seats - self._points.keys()) if seats - self._points.keys() else ()
        )
        self._points.update({unit.slug: unit.called for unit in unknown})

    def _called(self, point: str) -> str:
        return self._points.get(point, point)

    def _paper(self, document: Document) -> Paper:
        """The numbers of one submission, line by line: points in their order, roles in the letter's."""
        off = {point["unit"] for point in document["points"] if not point["connects"]}
        places = _places(document)
        declared: dict[tuple[str, int | None], int] = defaultdict(int)
        words: dict[int | None, str] = {}
        for row in document["headcounts"]:
            if row["point"] not in off:
                declared[row["point"], row["role_id"]] += row["number"]
                words[row["role_id"]] = row["role"]
        named = Counter((row["point"], row["role_id"]) for row in document["delegates"])
        words |= {row["role_id"]: row["role"] for row in document["delegates"]}
        last = len(self._role_place)
        keys = sorted(
            declared.keys() | named.keys(),
            key=lambda key: (places.get(key[0], (0,)), self._role_place.get(key[1] or 0, last)),
        )
        lines = list[tuple[str, str, int, int, int | None]]()
        for point, role in keys:
            numbers = declared[point, role], named[point, role]
            said = words[role] or ("Số dự kiến" if numbers[0] else "Chưa rõ thành phần")
            missing = max(numbers[0] - numbers[1], 0) if role else None
            lines.append((self._called(point), said, *numbers, missing))
        communes = [point for point in document["points"] if point["unit"] != document["unit"]]
        expected = {row["point"]: row["number"] for row in document["headcounts"] if row["role_id"] is None}
        figures = Figures.of(Figures(line[2], line[3], line[4] or 0) for line in lines)
        connected = sum(1 for point in communes if point["connects"])
        return Paper(lines, communes, expected, figures._replace(points=connected))

    def _read_on(self) -> None:
        """Read what no list has asked for yet."""
        if len(self._papers) < self._freeze.submitted:
            for _ in self._documents():
                pass

    # ── The rows ─────────────────────────────────────────────────────────────────────────────

    def people(self) -> Iterator[Row]:
        """Every delegate in the order of an official list, numbered."""
        number = 0
        for slug, document in self._documents():
            unit, places = self._name(slug), _places(document)
            for row in sorted(document["delegates"], key=lambda row: places.get(row["point"], (0,))):
                number += 1
                yield (number, *_person(row, self._called(row["point"]), unit))

    def numbers(self) -> Iterator[Row]:
        """Every unit with its roles at its points; tiers and the whole as sums of these rows."""
        self._read_on()
        place, whole = 0, Figures()
        for tier, lines in groupby(self._lines, key=lambda line: self._tier(line["unit"])):
            units = list(lines)
            sums = [self._sum(line) for line in units]
            label = TIER_WORDS.get(tier, tier.label)
            yield Marked((None, label, None, None, *Figures.of(sums), None), Look.GROUP)
            for line, unit in zip(units, sums, strict=True):
                place, whole = place + 1, Figures.of((whole, unit))
                yield Marked((place, self._name(line["unit"]), None, None, *unit, _state(line)), Look.SUM)
                paper = self._papers.get(line["unit"])
                yield from ((None, None, *said, None, None) for said in (paper.lines if paper else ()))
        sent = f"{self._freeze.submitted} trên {self._freeze.units} đơn vị đã gửi"
        yield Marked((None, "Tổng cộng", None, None, *whole, sent), Look.GROUP)

    def _sum(self, line: Line) -> Figures:
        paper = self._papers.get(line["unit"])
        return paper.sum if paper else Figures()

    def communes(self, connected: str) -> Iterator[Row]:
        """Every commune's point that a submission names."""
        self._read_on()
        number = expected = 0
        for slug in (line["unit"] for line in self._lines if line["unit"] in self._papers):
            paper, unit = self._papers[slug], self._name(slug)
            for point in paper.points:
                number += 1
                said = paper.expected.get(point["unit"])
                expected += (said or 0) if point["connects"] else 0
                own = (point["venue"], point["chair"], point["technician"], point["technician_phone"])
                state = "Kết nối" if point["connects"] else "Không kết nối"
                yield (number, unit, point["name"], *own, said, state)
        yield Marked((None, "Tổng cộng", connected, None, None, None, None, expected, None), Look.GROUP)


def documents(meeting: Meeting, lines: Sequence[Line]) -> dict[str, Document]:
    """The submissions that ``lines`` name, by their codes. Raises ``AlteredError``, ``PurgedError``."""
    codes = [line["code"] for line in lines if line["code"]]
    here = Submission.objects.filter(registration__invitation__meeting=meeting, code__in=codes)
    if here.filter(purged_at__isnull=False).exists():
        raise PurgedError
    found = dict(here.values_list("code", "content"))
    for line in lines:
        if line["code"] and (line["code"] not in found or digest(found[line["code"]]) != line["sha256"]):
            raise AlteredError
    return found


def _portions(lines: Sequence[Line]) -> Iterator[list[Line]]:
    portion, number = list[Line](), 0
    for line in lines:
        if portion and number + line["named"] > READ_AT_A_TIME:
            yield portion
            portion, number = [], 0
        portion.append(line)
        number += line["named"]
    if portion:
        yield portion


def _places(document: Document) -> dict[str, tuple[int, ...]]:
    """Where the points of a submission stand: units before communes; another unit's hall before all."""
    return {
        point["unit"]: (1, point["tier"] in COMMUNES, place) for place, point in enumerate(document["points"])
    }


def _person(row: Line, point: str, unit: str) -> Sequence[Content]:
    return (
        row["full_name"], row["position"], row["organisation"], row["role"],
        point, unit, row["phone"], row["note"],
    )  # fmt: skip


def _state(line: Line) -> str:
    if line["state"] != freezing.SUBMITTED:
        return STATES[line["state"]]
    return f"Đã gửi lần {line['submission']}, biên nhận {line['code']}"


# ── Supplements ──────────────────────────────────────────────────────────────────────────────────


def _supplement(source: FrozenSource, before: Freeze, after: Freeze) -> Table:
    """What one supplement corrects: unit by unit, and in each unit person by person."""
    rows, told = list[Marked](), Counter[Look]()
    corrected = freezing.corrections(after, before)
    for place, one in enumerate(corrected, 1):
        numbers = f"khai {one.before['declared']}, nay {one.after['declared']}"
        names = f"có tên {one.before['named']}, nay {one.after['named']}"
        words = f"{one.words}; {numbers}; {names}"
        rows.append(Marked((place, *(None,) * 6, one.unit, None, None, words), Look.GROUP))
        people = list(_people(source.meeting, one))
        told.update(row.look for row in people)
        rows += people
    counted = ", ".join(f"{WORDS[look].lower()} {told[look]}" for look in WORDS)
    note = f"{_said(after)}: {len(corrected)} đơn vị thay đổi; người: {counted}"
    title = f"Bổ sung số {after.number} cho danh sách chính thức"
    return Table(CHANGES, f"Bổ sung số {after.number}", title, note, rows, filtered=False)


def _people(meeting: Meeting, one: freezing.Correction) -> Iterator[Marked]:
    """The people of a unit whom a supplement adds, alters or takes out, in the list's order."""
    found = documents(meeting, [one.before, one.after])
    first, second = found.get(one.before["code"], {}), found.get(one.after["code"], {})
    changed = differences(first, second).people
    points = {point["unit"]: point["name"] for side in (first, second) for point in side.get("points", ())}
    asked = [(Look.ADDED, row, "") for row in changed.added]
    for altered in changed.altered:
        was = "; ".join(f"{field.label}: {field.before}" for field in altered_fields(altered, points))
        asked.append((Look.CHANGED, dict(altered.after), was))
    asked += [(Look.REMOVED, row, "") for row in changed.removed]
    for look, row, was in asked:
        point = str(points.get(row["point"], row["point"]))
        yield Marked((None, WORDS[look], *_person(row, point, one.unit), was), look)
