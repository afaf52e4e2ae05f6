"""Writes a list to fill in: the unit's name and meeting at its head, its points and roles to choose from."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple, cast

import openpyxl
from django.utils import timezone
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from accounts.models import Tier
from bridge_points.models import BridgePoint
from registrations.roster.reader import OWN_LISTS
from registrations.roster.vocabulary import CALLED, Field

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

    from invitations.models import Invitation

ROWS = 1_000
"""Rows with lists to choose from; more may be typed below."""
FRAMED = 60
"""Rows that are drawn: what is printed of an empty list."""

FONT = "Times New Roman"
HEAD_ROW = 8
A4 = 9


class _Column(NamedTuple):
    field: Field
    heading: str
    width: float
    align: str = "left"


COLUMNS = (
    _Column(Field.NUMBER, "STT", 6, "center"),
    _Column(Field.FULL_NAME, CALLED[Field.FULL_NAME], 28),
    _Column(Field.POSITION, CALLED[Field.POSITION], 26),
    _Column(Field.ORGANISATION, CALLED[Field.ORGANISATION], 30),
    _Column(Field.ROLE, CALLED[Field.ROLE], 30),
    _Column(Field.POINT, CALLED[Field.POINT], 22),
    _Column(Field.PHONE, CALLED[Field.PHONE], 15, "center"),
    _Column(Field.NOTE, CALLED[Field.NOTE], 20),
)
_THIN = Side(style="thin", color="808080")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_GREY = PatternFill("solid", fgColor="FFE7E1D8")


def written(invitation: Invitation) -> bytes:
    """Return the workbook for one unit and one meeting. All that is typed in it is text."""
    book = openpyxl.Workbook()
    sheet = cast("Worksheet", book.active)
    sheet.title = "Danh sách đại biểu"
    _head(sheet, invitation)
    _rows(sheet)
    lists = book.create_sheet(OWN_LISTS)
    lists.sheet_state = "hidden"
    roles = [str(role) for role in invitation.audience.roles.all()]
    _offer(sheet, lists, Field.ROLE, roles, "Thành phần ghi trong giấy mời.")
    _offer(sheet, lists, Field.POINT, points_of(invitation), "Để trống: điểm cầu của đơn vị.")
    done = io.BytesIO()
    book.save(done)
    return done.getvalue()


def points_of(invitation: Invitation) -> list[str]:
    """The names of the unit's points: its own, and those of the communes below that connect."""
    own, meeting = invitation.unit, invitation.meeting
    branch = BridgePoint.objects.filter(meeting=meeting, connects=True, unit__path__startswith=own.path)
    points = branch.exclude(unit=own).select_related("unit").order_by("unit__position", "unit__sort_key")
    here = [] if invitation.audience.tier == Tier.PROVINCE else [own.called]
    return here + [point.unit.called for point in points]


# ── The head of a Party document ─────────────────────────────────────────────────────────────────


def _head(sheet: Worksheet, invitation: Invitation) -> None:
    meeting, unit, last = invitation.meeting, invitation.unit, len(COLUMNS)
    day = timezone.localdate()
    parent = unit.parent.name if unit.parent else ""
    middle = last // 2
    _across(sheet, 1, 1, middle, parent.upper(), Font(FONT, size=13))
    _across(sheet, 2, 1, middle, unit.name.upper(), Font(FONT, size=13, bold=True))
    _across(sheet, 3, 1, middle, "*", Font(FONT, size=13, bold=True))
    party = Font(FONT, size=13, bold=True, underline="single")
    _across(sheet, 1, middle + 1, last, "ĐẢNG CỘNG SẢN VIỆT NAM", party)
    place = f"{meeting.place or '…'}, ngày … tháng {day:%m} năm {day:%Y}"
    _across(sheet, 3, middle + 1, last, place, Font(FONT, size=13, italic=True))
    _across(sheet, 5, 1, last, "DANH SÁCH ĐẠI BIỂU", Font(FONT, size=15, bold=True))
    _across(sheet, 6, 1, last, " ".join(meeting.title.split()), Font(FONT, size=13, bold=True))
    sheet.row_dimensions[6].height = 36


def _across(sheet: Worksheet, row: int, first: int, last: int, text: str, font: Font) -> None:
    _text(sheet, row, first, text, font)
    sheet.cell(row, first).alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    sheet.merge_cells(None, row, first, row, last)


def _text(sheet: Worksheet, row: int, column: int, text: str, font: Font) -> None:
    cell = sheet.cell(row, column, text or None)
    cell.font = font
    if text:
        cell.data_type = "s"


# ── The table ────────────────────────────────────────────────────────────────────────────────────


def _rows(sheet: Worksheet) -> None:
    for place, column in enumerate(COLUMNS, 1):
        sheet.column_dimensions[_letter(place)].width = column.width
        _text(sheet, HEAD_ROW, place, column.heading, Font(FONT, size=12, bold=True))
        heading = sheet.cell(HEAD_ROW, place)
        heading.border, heading.fill = _BOX, _GREY
        heading.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        for row in range(HEAD_ROW + 1, HEAD_ROW + 1 + ROWS):
            cell = sheet.cell(row, place)
            cell.number_format = "@"
            if row <= HEAD_ROW + FRAMED:
                cell.font, cell.border = Font(FONT, size=12), _BOX
                cell.alignment = Alignment(horizontal=column.align, vertical="top", wrap_text=True)
    sheet.freeze_panes = f"A{HEAD_ROW + 1}"
    sheet.print_title_rows = f"{HEAD_ROW}:{HEAD_ROW}"
    sheet.print_area = f"A1:{_letter(len(COLUMNS))}{HEAD_ROW + FRAMED}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _offer(sheet: Worksheet, lists: Worksheet, field: Field, words: Sequence[str], hint: str) -> None:
    """Let the cells of a column be chosen from ``words``; another word is asked about, not forbidden."""
    if not words:
        return
    at = next(place for place, column in enumerate(COLUMNS, 1) if column.field is field)
    beside = lists.max_column + 1 if lists.max_row > 1 or lists["A1"].value else 1
    _text(lists, 1, beside, CALLED[field], Font(bold=True))
    for row, word in enumerate(words, 2):
        _text(lists, row, beside, word, Font())
    letter, source = _letter(at), _letter(beside)
    offered = DataValidation(
        type="list",
        formula1=f"'{lists.title}'!${source}$2:${source}${len(words) + 1}",
        allow_blank=True,
        errorStyle="warning",
        showErrorMessage=True,
        errorTitle="Không có trong danh mục",
        error="Chữ này không có trong danh mục của đơn vị. Vẫn giữ?",
        showInputMessage=True,
        promptTitle=CALLED[field],
        prompt=hint,
    )
    offered.add(f"{letter}{HEAD_ROW + 1}:{letter}{HEAD_ROW + ROWS}")
    sheet.add_data_validation(offered)


def _letter(column: int) -> str:
    return get_column_letter(column)
