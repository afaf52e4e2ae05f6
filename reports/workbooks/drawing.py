"""The portal's own template: what a list looks like where staff have put nothing in its place.

Drawn by openpyxl, with marks in double braces where the portal writes; a template that staff bring is read
the same way. Sheets that theirs does not hold are drawn into it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from reports.workbooks.tables import LAYOUTS, Layout, Look

if TYPE_CHECKING:
    from openpyxl.worksheet.header_footer import HeaderFooterItem
    from openpyxl.worksheet.worksheet import Worksheet

FONT = "Times New Roman"
A4 = 9
HEAD_ROW = 9
"""The row of the column headings in the portal's own template."""

_THIN = Side(style="thin", color="808080")
_BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_GREY = PatternFill("solid", fgColor="E7E1D8")

FILLS = {
    Look.SUM: PatternFill("solid", fgColor="F6F3EE"),
    Look.GROUP: _GREY,
    Look.ADDED: PatternFill("solid", fgColor="DCEFDC"),
    Look.REMOVED: PatternFill("solid", fgColor="F6DADA"),
    Look.CHANGED: PatternFill("solid", fgColor="FBF0CF"),
}
"""Behind the rows that do not look like the others; the words beside them say the same."""

BOLD = frozenset({Look.SUM, Look.GROUP})


def own_template() -> Workbook:
    """Return the portal's own template, a sheet for each kind of list."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for layout in LAYOUTS:
        draw(book, layout)
    return book


def draw(book: Workbook, layout: Layout) -> Worksheet:
    """Draw the sheet of one kind of list: head of a Party document, headings, one row, signature."""
    sheet = cast("Worksheet", book.create_sheet(layout.sheet))
    for at, column in enumerate(layout.columns, 1):
        sheet.column_dimensions[get_column_letter(at)].width = column.width
    _set_up_print(sheet)
    _Pen(sheet, layout).head()
    _columns(sheet, layout)
    _Pen(sheet, layout).foot(HEAD_ROW + 3)
    return sheet


def _set_up_print(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_options.horizontalCentered = True
    sheet.page_margins.left = sheet.page_margins.right = 0.5
    sheet.page_margins.top = sheet.page_margins.bottom = 0.7
    footer = cast("HeaderFooterItem", sheet.HeaderFooter.oddFooter)
    footer.center.text = "Trang &P/&N"


def _columns(sheet: Worksheet, layout: Layout) -> None:
    """The headings, and below them the marks that say what stands where."""
    for at, column in enumerate(layout.columns, 1):
        heading = sheet.cell(HEAD_ROW, at, column.heading)
        heading.font, heading.fill, heading.border = Font(FONT, size=12, bold=True), _GREY, _BOX
        heading.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        body = sheet.cell(HEAD_ROW + 1, at, f"{{{{{column.mark}}}}}")
        body.font, body.border = Font(FONT, size=12), _BOX
        body.number_format = column.format
        apart = 1 if column.align == "right" else 0
        body.alignment = Alignment(horizontal=column.align, vertical="top", wrap_text=True, indent=apart)


class _Pen:
    """Writes the lines above and below a list."""

    def __init__(self, sheet: Worksheet, layout: Layout) -> None:
        self._sheet, self._last = sheet, len(layout.columns)
        self._middle = len(layout.columns) // 2

    def head(self) -> None:
        """Organisation and motto, place and date, title, meeting, note."""
        plain, bold = Font(FONT, size=13), Font(FONT, size=13, bold=True)
        ruled, italic = Font(FONT, size=13, bold=True, underline="single"), Font(FONT, size=13, italic=True)
        self._pair(1, ("{{cấp trên}}", plain), ("{{quốc hiệu}}", ruled))
        self._pair(2, ("{{cơ quan}}", bold), ("{{tiêu ngữ}}", bold))
        self._pair(3, ("*", bold), ("{{nơi và ngày}}", italic))
        self._across(5, "{{tiêu đề}}", Font(FONT, size=15, bold=True))
        self._across(6, "{{hội nghị}}", bold)
        self._across(7, "({{ghi chú}})", Font(FONT, size=12, italic=True))

    def foot(self, row: int) -> None:
        """Room for a signature."""
        bold, italic = Font(FONT, size=13, bold=True), Font(FONT, size=12, italic=True)
        here = "(Ký, ghi rõ họ tên)"
        self._pair(row, ("NGƯỜI LẬP BIỂU", bold), ("{{ký thay}}", bold))
        self._pair(row + 1, (here, italic), ("{{chức vụ ký}}", bold))
        self._pair(row + 2, ("", italic), (here, italic))

    def _pair(self, row: int, left: tuple[str, Font], right: tuple[str, Font]) -> None:
        self._write(row, 1, *left)
        self._write(row, self._middle + 1, *right)
        self._merge(row, 1, self._middle)
        self._merge(row, self._middle + 1, self._last)

    def _across(self, row: int, text: str, font: Font) -> None:
        self._write(row, 1, text, font)
        self._merge(row, 1, self._last)

    def _write(self, row: int, column: int, text: str, font: Font) -> None:
        cell = self._sheet.cell(row, column, text or None)
        cell.font = font
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)

    def _merge(self, row: int, first: int, last: int) -> None:
        self._sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
