"""The consolidated workbook: its head, its sheets, its columns.

What is exported are the live rows of all registrations: each row can be found again on its unit's page,
and at the deadline the drafts freeze, so that from then on the rows are what stands. A reader must still
know which of them were submitted: the sheet "Số lượng" gives the state of every unit ("Đã gửi lần 2",
"Đã gửi, có sửa chưa gửi lại", "Chưa gửi"), and the head of each sheet counts the units that have sent.
All sheets are read from one picture of the database, and every total is a value that agrees with its rows.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol, cast

from django.db.models import Case, IntegerField, Max, When
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.properties import PageSetupProperties

from accounts.templatetags.portal import moment
from registrations.models import Delegate, Submission
from registrations.states import UnitState
from reports.counts import COMMUNES, OFFICIAL_ORDER, Counts, Figures, Line, UnitCounts, read_counts
from reports.picture import one_picture

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.header_footer import HeaderFooterItem
    from openpyxl.worksheet.worksheet import Worksheet

    from invitations.models import Meeting

Content = str | int | None

ROWS_AT_A_TIME = 500
FONT = "Times New Roman"
A4 = 9
HEAD_ROW = 9
"""The row of the column headings: frozen, repeated on every printed page."""

_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")
"""What XML 1.0 cannot hold, and control characters that nobody typed on purpose."""


class Progress(Protocol):
    """Told now and then how many rows are written, of how many; may raise to stop the work."""

    def __call__(self, done: int, total: int) -> None:
        """Take note."""


class Column(NamedTuple):
    """A column: its heading, its width in characters, where its text stands, how Excel shows it."""

    heading: str
    width: float
    align: str = "left"
    format: str = "@"


DELEGATES = (
    Column("TT", 6, "center", "0"),
    Column("Họ và tên", 25),
    Column("Chức vụ", 26),
    Column("Đơn vị công tác", 26),
    Column("Thành phần", 22),
    Column("Điểm cầu", 16),
    Column("Đơn vị đăng ký", 22),
    Column("Điện thoại", 13, "center"),
    Column("Ghi chú", 18),
)

NUMBERS = (
    Column("TT", 6, "center", "0"),
    Column("Đơn vị", 30),
    Column("Điểm cầu", 24),
    Column("Thành phần", 40),
    Column("Số khai", 10, "right", "#,##0"),
    Column("Có tên", 10, "right", "#,##0"),
    Column("Thiếu tên", 10, "right", "#,##0"),
    Column("Điểm cầu xã", 11, "right", "#,##0"),
    Column("Tình trạng", 26),
)

COMMUNE_POINTS = (
    Column("TT", 6, "center", "0"),
    Column("Đơn vị", 24),
    Column("Xã, phường, thị trấn", 22),
    Column("Nơi họp", 32),
    Column("Chủ trì", 22),
    Column("Cán bộ kỹ thuật", 22),
    Column("Điện thoại", 13, "center"),
    Column("Số dự kiến", 9, "right", "#,##0"),
    Column("Tình trạng", 24),
)


def write_delegates(meeting: Meeting, path: Path, *, progress: Progress | None = None) -> int:
    """Write the consolidated workbook of ``meeting`` to ``path`` and return how many delegates it holds.

    Rows stream from the database into the file: memory does not grow with the list.
    """
    book = Workbook(write_only=True)
    try:
        with one_picture() as picture:
            counts = read_counts(meeting, picture)
            steps = _Steps(counts, progress)
            number = _delegates(book, meeting, counts, picture.now, steps)
            _numbers(book, meeting, counts, picture.now, steps)
            _communes(book, meeting, counts, picture.now, steps)
        book.save(path)
    except BaseException:
        _leave_nothing(book)
        raise
    steps.finish()
    return number


class _Steps:
    """Counts the rows and tells ``progress`` every few hundred."""

    def __init__(self, counts: Counts, progress: Progress | None) -> None:
        lines = sum(len(unit.lines) + 1 for unit in counts.units)
        self.total = counts.sum.named + lines + len(counts.communes)
        self.done = 0
        self._progress = progress or (lambda done, total: None)
        self._progress(0, self.total)

    def over(self, rows: Iterable[Sequence[Content]]) -> Iterator[Sequence[Content]]:
        for row in rows:
            yield row
            self.done += 1
            if self.done % ROWS_AT_A_TIME == 0:
                self._progress(min(self.done, self.total), self.total)

    def finish(self) -> None:
        self._progress(self.total, self.total)


# ── Sheets ───────────────────────────────────────────────────────────────────────────────────────


def _delegates(book: Workbook, meeting: Meeting, counts: Counts, now: datetime, steps: _Steps) -> int:
    sheet = _Sheet(book, "Đại biểu", DELEGATES)
    sheet.head(meeting, "Danh sách đại biểu dự hội nghị", _as_of(counts, now) + _heads(counts), now)
    for row in steps.over(_delegate_rows(meeting, counts)):
        sheet.row(row)
    sheet.finish(meeting)
    return sheet.rows


def _delegate_rows(meeting: Meeting, counts: Counts) -> Iterator[Sequence[Content]]:
    """Tier, unit, point, then the order in which the unit entered its delegates."""
    units = {unit.standing.invitation.pk: unit.unit.name for unit in counts.units}
    lines = [line for unit in counts.units for line in unit.lines]
    points = {line.point.pk: line.point.unit.called for line in lines}
    roles = {line.role.pk: str(line.role) for line in lines if line.role}
    tiers = [When(registration__invitation__unit__tier=tier, then=n) for n, tier in enumerate(OFFICIAL_ORDER)]
    delegates = (
        Delegate.objects.filter(registration__invitation__in=units.keys())
        .order_by(
            Case(*tiers, default=len(tiers), output_field=IntegerField()),
            "registration__invitation__unit__position",
            "registration__invitation__unit__sort_key",
            "registration__invitation_id",
            Case(When(bridge_point__tier__in=COMMUNES, then=1), default=0, output_field=IntegerField()),
            "bridge_point__unit__position",
            "bridge_point__unit__sort_key",
            "bridge_point_id",
            "rank",
            "pk",
        )
        .values_list(
            "registration__invitation_id",
            "bridge_point_id",
            "role_id",
            "full_name",
            "position",
            "organisation",
            "phone",
            "note",
        )
    )
    for number, (invitation, point, role, name, post, organisation, phone, note) in enumerate(
        delegates.iterator(chunk_size=2000), 1
    ):
        yield (
            number,
            name,
            post,
            organisation,
            roles.get(role, ""),
            points[point],
            units[invitation],
            phone,
            note,
        )


def _numbers(book: Workbook, meeting: Meeting, counts: Counts, now: datetime, steps: _Steps) -> None:
    sheet = _Sheet(book, "Số lượng", NUMBERS)
    note = _as_of(counts, now) + _heads(counts)
    sheet.head(meeting, "Số lượng đại biểu theo điểm cầu và thành phần", note, now)
    sent = _submission_numbers(meeting)
    place = 0
    for group in counts.groups(OFFICIAL_ORDER):
        communes = [unit for unit in group.units if unit.communes]
        sheet.row((None, group.label, None, None, *_columns(group.sum, communes), None), kind="group")
        for unit in group.units:
            place += 1
            sheet.row(_unit_row(place, unit, sent), kind="sum")
            for row in steps.over(_line_row(line) for line in unit.lines):
                sheet.row(row)
    submitted = f"{counts.submitted} trên {len(counts.units)} đơn vị đã gửi"
    sheet.row(
        (None, "Tổng cộng", None, None, *_columns(counts.sum, counts.communes), submitted), kind="group"
    )
    sheet.finish(meeting)


def _columns(figures: Figures, communes: Sequence[object]) -> tuple[int, int, int, int | None]:
    """The four numbers; units without communes have no number of points, rather than none of them."""
    return figures.declared, figures.named, figures.missing, figures.points if communes else None


def _unit_row(place: int, unit: UnitCounts, sent: dict[int, int]) -> Sequence[Content]:
    return (place, unit.unit.name, None, None, *_columns(unit.sum, unit.communes), _state(unit, sent))


def _line_row(line: Line) -> Sequence[Content]:
    role = str(line.role) if line.role else "Số dự kiến" if line.declared else "Chưa rõ thành phần"
    return (
        None,
        None,
        line.point.unit.called,
        role,
        line.declared,
        line.named,
        line.missing if line.role else None,
        None,
        None,
    )


def _submission_numbers(meeting: Meeting) -> dict[int, int]:
    numbers = Submission.objects.filter(registration__invitation__meeting=meeting).order_by()
    return dict(numbers.values_list("registration__invitation_id").annotate(last=Max("number")))


def _state(unit: UnitCounts, sent: dict[int, int]) -> str:
    """The state of a unit as an official list says it."""
    number = sent.get(unit.standing.invitation.pk, 1)
    if unit.has_unsent_changes:
        return f"Đã gửi lần {number}, có sửa chưa gửi lại"
    if unit.is_submitted:
        return f"Đã gửi lần {number}"
    if unit.state == UnitState.DECLINED:
        return "Không tham dự"
    if unit.state == UnitState.RETURNED:
        return "Trả lại, chưa gửi lại"
    return "Trễ hạn, chưa gửi" if unit.state == UnitState.LATE else "Chưa gửi"


def _communes(book: Workbook, meeting: Meeting, counts: Counts, now: datetime, steps: _Steps) -> None:
    sheet = _Sheet(book, "Điểm cầu cấp xã", COMMUNE_POINTS)
    connected = f"{counts.sum.points} trên {len(counts.communes)} điểm cầu đăng ký kết nối"
    sheet.head(meeting, "Danh sách điểm cầu cấp xã", f"{_as_of(counts, now)}; {connected}", now)
    for row in steps.over(_commune_rows(counts)):
        sheet.row(row)
    expected = sum(unit.expected_in_communes for unit in counts.units)
    sheet.row((None, "Tổng cộng", connected, None, None, None, None, expected, None), kind="group")
    sheet.finish(meeting)


def _commune_rows(counts: Counts) -> Iterator[Sequence[Content]]:
    number = 0
    for group in counts.groups(OFFICIAL_ORDER):
        for unit in group.units:
            expected = {line.point.unit_id: line.declared for line in unit.commune_lines}
            for commune in unit.communes:
                number += 1
                point = commune.point
                yield (
                    number,
                    unit.unit.name,
                    commune.unit.name,
                    point.venue if point else None,
                    point.chair if point else None,
                    point.technician if point else None,
                    point.technician_phone if point else None,
                    expected.get(commune.unit.pk),
                    commune.state.label,
                )


def _as_of(counts: Counts, now: datetime) -> str:
    return f"Số liệu lúc {moment(now)}: {counts.submitted} trên {len(counts.units)} đơn vị đã gửi"


def _heads(counts: Counts) -> str:
    """How many people the named rows are, where somebody has two posts."""
    if not counts.second_posts:
        return ""
    return f"; {counts.heads} người, {counts.second_posts} dòng tên là chức vụ thứ hai"


# ── A sheet in the official form ─────────────────────────────────────────────────────────────────

_THIN = Side(style="thin", color="808080")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_GREY = PatternFill("solid", fgColor="E7E1D8")
_PALE = PatternFill("solid", fgColor="F6F3EE")


@dataclass(frozen=True)
class _Style:
    font: Font
    fill: PatternFill | None = None


_KINDS = {
    "": _Style(Font(FONT, size=12)),
    "sum": _Style(Font(FONT, size=12, bold=True), _PALE),
    "group": _Style(Font(FONT, size=12, bold=True), _GREY),
}


class _Sheet:
    """One sheet: official head, frozen headings, rows, signature; set up to be printed on A4 across."""

    def __init__(self, book: Workbook, title: str, columns: Sequence[Column]) -> None:
        sheet = cast("Worksheet", book.create_sheet(title))  # a write-only one: it has all we use
        self._sheet, self._columns = sheet, columns
        self._last = get_column_letter(len(columns))
        self.rows = 0
        self._at = 0
        for number, column in enumerate(columns, 1):
            sheet.column_dimensions[get_column_letter(number)].width = column.width
        sheet.freeze_panes = f"A{HEAD_ROW + 1}"
        sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.print_options.horizontalCentered = True
        sheet.page_margins.left = sheet.page_margins.right = 0.5
        sheet.page_margins.top = sheet.page_margins.bottom = 0.7
        footer = cast("HeaderFooterItem", sheet.HeaderFooter.oddFooter)
        footer.center.text = "Trang &P/&N"
        self._cells = {kind: [self._body_cell(column, kind) for column in columns] for kind in _KINDS}

    def _body_cell(self, column: Column, kind: str) -> Cell:
        style = _KINDS[kind]
        cell: Cell = WriteOnlyCell(self._sheet)
        cell.font, cell.border = style.font, _BOX
        cell.number_format = column.format
        cell.alignment = Alignment(horizontal=column.align, vertical="top", wrap_text=True)
        if style.fill:
            cell.fill = style.fill
        return cell

    def head(self, meeting: Meeting, title: str, note: str, now: datetime) -> None:
        """Write the head of a Party document, the title, the meeting, and the headings."""
        local = timezone.localtime(now)
        middle = len(self._columns) // 2
        parent = meeting.issuer_parent.upper() if meeting.issuer_parent else meeting.issuer.upper()
        issuer = meeting.issuer.upper() if meeting.issuer_parent else "*"
        place = f"{meeting.place or '…'}, ngày {local:%d} tháng {local:%m} năm {local:%Y}"
        plain, bold = Font(FONT, size=13), Font(FONT, size=13, bold=True)
        right = Font(FONT, size=13, bold=True, underline="single")
        first = plain if meeting.issuer_parent else bold
        self._pair(middle, (parent, first), ("ĐẢNG CỘNG SẢN VIỆT NAM", right))
        self._pair(middle, (issuer, bold), (None, plain))
        star = "*" if issuer != "*" else None
        self._pair(middle, (star, bold), (place, Font(FONT, size=13, italic=True)))
        self._append([])
        self._across(title.upper(), Font(FONT, size=15, bold=True))
        self._across(" ".join(meeting.title.split()), Font(FONT, size=13, bold=True))
        self._across(f"({note})", Font(FONT, size=12, italic=True))
        self._append([])
        headings = []
        for column in self._columns:
            cell = self._text(column.heading, Font(FONT, size=12, bold=True))
            cell.border, cell.fill = _BOX, _GREY
            headings.append(cell)
        self._append(headings)

    def row(self, values: Sequence[Content], *, kind: str = "") -> None:
        """Write one row. The cells are used again and again: openpyxl has written them when this returns."""
        cells = self._cells[kind]
        for cell, value in zip(cells, values, strict=True):
            if isinstance(value, str):
                cell.value = _writable(value) or None
                if cell.value is not None:
                    cell.data_type = "s"
            else:
                cell.value = value
        self._append(cells)
        self.rows += 1

    def finish(self, meeting: Meeting) -> None:
        """Filter and frame what was written, and leave room for a signature."""
        self._sheet.auto_filter.ref = f"A{HEAD_ROW}:{self._last}{max(self._at, HEAD_ROW)}"
        middle = len(self._columns) // 2
        bold, italic = Font(FONT, size=13, bold=True), Font(FONT, size=12, italic=True)
        here = "(Ký, ghi rõ họ tên)"
        behalf = (meeting.sign_on_behalf or meeting.issuer).upper()
        self._append([])
        self._pair(middle, ("NGƯỜI LẬP BIỂU", bold), (behalf, bold))
        self._pair(
            middle,
            (here, italic),
            (meeting.sign_title.upper(), bold) if meeting.sign_title else (here, italic),
        )
        if meeting.sign_title:
            self._pair(middle, (None, italic), (here, italic))

    def _pair(self, middle: int, left: tuple[str | None, Font], right: tuple[str | None, Font]) -> None:
        cells: list[Cell | None] = [None] * len(self._columns)
        cells[0], cells[middle] = self._text(*left), self._text(*right)
        self._append(cells)
        self._merge(1, middle)
        self._merge(middle + 1, len(self._columns))

    def _across(self, text: str, font: Font) -> None:
        """One line over all columns, as high as its text needs: merged cells do not grow by themselves."""
        width = sum(column.width for column in self._columns) * 12 / (font.size or 12)
        lines = max(math.ceil(len(text) / (width * 0.95)), 1)
        self._sheet.row_dimensions[self._at + 1].height = lines * (font.size or 12) * 1.4
        self._append([self._text(text, font)])
        self._merge(1, len(self._columns))

    def _text(self, text: str | None, font: Font) -> Cell:
        cell: Cell = WriteOnlyCell(self._sheet, _writable(text) if text else None)
        if text:
            cell.data_type = "s"
        cell.font = font
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        return cell

    def _merge(self, first: int, last: int) -> None:
        area = CellRange(min_col=first, min_row=self._at, max_col=last, max_row=self._at)
        self._sheet.merged_cells.add(area)

    def _append(self, cells: Sequence[Cell | None]) -> None:
        self._sheet.append(list(cells))
        self._at += 1


def _writable(text: str) -> str:
    return _UNWRITABLE.sub("", text)


def _leave_nothing(book: Workbook) -> None:
    """Remove the temporary files of a workbook that was not finished: they hold names."""
    for sheet in book.worksheets:
        writer = getattr(sheet, "_writer", None)
        if writer is not None:
            with suppress(OSError):
                sheet.close()
            with suppress(OSError, ValueError):  # gone already
                writer.cleanup()
