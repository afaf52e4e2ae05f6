"""Reads a template workbook: what stands around each list, which columns it has, how its cells look.

A sheet of a template is called as its list is; the cells of one row name the columns (``{{họ và tên}}``).
The row above it holds the headings, all above that is the head, all below the foot. In head and foot stand
the marks of ``WORDS``, alone or in a sentence.
"""

from __future__ import annotations

import copy
import functools
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from accounts.vietnamese import line
from reports.workbooks.cells import Style
from reports.workbooks.drawing import BOLD, FILLS, draw, own_template
from reports.workbooks.tables import LAYOUTS, Layout, Look

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell.cell import Cell
    from openpyxl.styles import Font
    from openpyxl.worksheet.worksheet import Worksheet

WORDS = {
    "cấp trên": "cơ quan cấp trên của nơi ban hành",
    "cơ quan": "cơ quan ban hành",
    "quốc hiệu": "ĐẢNG CỘNG SẢN VIỆT NAM, hoặc quốc hiệu khi giấy mời theo thể thức nhà nước",
    "tiêu ngữ": "Độc lập - Tự do - Hạnh phúc; trống khi theo thể thức của Đảng",
    "nơi và ngày": "nơi và ngày lập bảng",
    "tiêu đề": "tên của bảng",
    "hội nghị": "tên hội nghị",
    "ghi chú": "số liệu lúc nào, bao nhiêu đơn vị đã gửi",
    "ký thay": "ký thay (T/L BAN THƯỜNG VỤ)",
    "chức vụ ký": "chức vụ người ký",
}
"""What head and foot may name, and what it is, for people."""

NEEDED = ("cơ quan", "nơi và ngày", "tiêu đề", "hội nghị", "ghi chú", "ký thay")
"""Without these a list would not say whose it is, of what, and of when."""

MOST_ROWS, MOST_COLUMNS = 60, 40
"""Of a sheet of a template, looked at from its corner."""

_MARK = re.compile(r"\{\{([^{}]*)\}\}")
_BEFORE = ("sheetPr", "sheetFormatPr", "cols")
_AFTER = ("printOptions", "pageMargins", "pageSetup", "headerFooter")
"""What is kept of a sheet but its cells, in the order of the standard."""


class TemplateProblem(Exception):
    """Why a workbook cannot be a template: Vietnamese sentences that name the mark and the way out."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(problems)
        self.problems = problems


class Area(NamedTuple):
    """Merged cells: rows and columns from 1, both ends within."""

    top: int
    left: int
    bottom: int
    right: int


class HeadCell(NamedTuple):
    """A cell around the list: where, how it looks, its text with marks, and how much text a line holds."""

    column: int
    style: Style
    text: str
    line_length: float
    points: float


class Line(NamedTuple):
    """A row around the list; without a height it grows with its text."""

    row: int
    height: float | None
    cells: tuple[HeadCell, ...]


@dataclass(frozen=True)
class Drawn:
    """How one kind of list is drawn: all that the writer needs, as plain values."""

    layout: Layout
    before: str
    after: str
    head: tuple[Line, ...]
    head_merges: tuple[Area, ...]
    foot: tuple[Line, ...]
    foot_merges: tuple[Area, ...]
    places: tuple[int, ...]
    """The column of the sheet of each column of the list that is shown."""
    chosen: tuple[int, ...]
    """Which columns of the list these are."""
    styles: dict[Look, tuple[Style, ...]]
    heading_row: int
    rooms: tuple[int | None, ...]
    """How many characters a line of each shown column holds; None where lines are not broken."""
    points: float
    """The size of the largest letters in the rows."""


@dataclass(frozen=True)
class Template:
    """A template that was read: its sheets, and the parts of the file that hold fonts, fills and borders."""

    sheets: dict[str, Drawn]
    styles: bytes
    theme: bytes


@functools.cache
def own() -> Template:
    """Return the portal's own template: it changes with the code only, and takes half a second to read."""
    return _read(own_template())


def read_template(data: bytes) -> Template:
    """Return a template that staff brought. Raises ``TemplateProblem`` with all that is wrong with it.

    ``data`` was looked through before (``accounts.files.documents``): no macro, and not larger than it says.
    """
    book = load_workbook(io.BytesIO(data), keep_links=False, rich_text=False)
    known = [layout for layout in LAYOUTS if layout.sheet in book.sheetnames]
    if not known:
        names = ", ".join(f"“{layout.sheet}”" for layout in LAYOUTS)
        raise TemplateProblem([f"Mẫu không có trang tính nào trong các trang: {names}. Đặt lại tên trang."])
    if problems := [problem for layout in known for problem in _problems(book[layout.sheet], layout)]:
        raise TemplateProblem(problems)
    for layout in LAYOUTS:
        if layout not in known:
            draw(book, layout)
    return _read(book)


# ── What is wrong ────────────────────────────────────────────────────────────────────────────────


def _problems(sheet: Worksheet, layout: Layout) -> Iterator[str]:
    where = f"Trang “{layout.sheet}”"
    columns = {column.mark for column in layout.columns}
    row = _body_row(sheet, columns)
    if row is None:
        needed = " ".join(f"{{{{{column.mark}}}}}" for column in layout.columns if column.needed)
        yield f"{where}: thiếu dòng các cột của bảng. Ghi một dòng có {needed} ngay dưới dòng tiêu đề cột."
        return
    if row < 2:
        yield f"{where}: dòng các cột ở ngay đầu trang. Thêm dòng tiêu đề cột ở trên."
        return
    here = [mark for cell in sheet[row] for mark in _marks(cell.value)]
    for mark in here:
        if mark not in columns:
            yield f"{where}: bảng này không có cột {{{{{mark}}}}}. Xem bảng các cột, sửa tên hoặc bỏ ô đó."
    for mark in dict.fromkeys(mark for mark in here if here.count(mark) > 1):
        yield f"{where}: cột {{{{{mark}}}}} ghi hai lần. Để lại một."
    for column in layout.columns:
        if column.needed and column.mark not in here:
            yield f"{where}: thiếu cột {{{{{column.mark}}}}} ({column.heading})."
    around = {mark for cell in _cells(sheet) if cell.row != row for mark in _marks(cell.value)}
    for mark in sorted(around - WORDS.keys()):
        yield f"{where}: không có trường {{{{{mark}}}}}. Xem bảng các trường, sửa tên hoặc bỏ."
    for mark in NEEDED:
        if mark not in around:
            yield f"{where}: thiếu trường {{{{{mark}}}}} ({WORDS[mark]})."


def _marks(value: object) -> list[str]:
    return [line(found) for found in _MARK.findall(value)] if isinstance(value, str) else []


def _cells(sheet: Worksheet) -> Iterator[Cell]:
    for row in sheet.iter_rows(
        max_row=min(sheet.max_row, MOST_ROWS), max_col=min(sheet.max_column, MOST_COLUMNS)
    ):
        yield from cast("tuple[Cell, ...]", row)


def _body_row(sheet: Worksheet, columns: set[str]) -> int | None:
    """The first row in which a cell is a column's mark and nothing else."""
    for cell in _cells(sheet):
        if isinstance(cell.value, str) and cell.value.strip().startswith("{{"):
            marks = _marks(cell.value)
            if len(marks) == 1 and marks[0] in columns and _MARK.fullmatch(cell.value.strip()):
                return cell.row
    return None


# ── What the writer needs ────────────────────────────────────────────────────────────────────────


def _read(book: Workbook) -> Template:
    looks = {layout.sheet: _looks(book[layout.sheet], layout) for layout in LAYOUTS}
    saved = io.BytesIO()
    book.save(saved)
    with zipfile.ZipFile(saved) as archive:
        parts = {
            name: archive.read(f"xl/worksheets/sheet{at}.xml").decode()
            for at, name in enumerate(book.sheetnames, 1)
            if name in looks
        }
        sheets = {
            layout.sheet: _drawn(book[layout.sheet], layout, looks[layout.sheet], parts[layout.sheet])
            for layout in LAYOUTS
        }
        return Template(sheets, archive.read("xl/styles.xml"), archive.read("xl/theme/theme1.xml"))


def _looks(sheet: Worksheet, layout: Layout) -> dict[Look, list[Cell]]:
    """Cells that look as each kind of row: the template draws the plain one, the others are made of it.

    They stand far below all that is read, so that the styles are in the book when it is saved.
    """
    row = _body_row(sheet, {column.mark for column in layout.columns}) or 0
    body = [cast("Cell", cell) for cell in sheet[row] if _marks(cell.value)]
    found = {Look.PLAIN: body}
    for at, look in enumerate(FILLS, MOST_ROWS + 10):
        found[look] = []
        for cell in body:
            made = cast("Cell", sheet.cell(at, cell.column))
            for part in ("border", "alignment", "number_format", "protection"):
                setattr(made, part, copy.copy(getattr(cell, part)))
            made.fill = FILLS[look]
            made.font = _font(cell, bold=look in BOLD)
            found[look].append(made)
    return found


def _font(cell: Cell, *, bold: bool) -> Font:
    made: Any = copy.copy(cell.font)
    made.b = made.b or bold
    return cast("Font", made)


def _drawn(sheet: Worksheet, layout: Layout, looks: dict[Look, list[Cell]], xml: str) -> Drawn:
    body = looks[Look.PLAIN]
    row = body[0].row
    marks = [column.mark for column in layout.columns]
    areas = [Area(one.min_row, one.min_col, one.max_row, one.max_col) for one in sheet.merged_cells.ranges]
    before = {name: _part(xml, name) for name in _BEFORE}
    return Drawn(
        layout=layout,
        before=before["sheetPr"] + "{views}" + before["sheetFormatPr"] + before["cols"],
        after="".join(_part(xml, name) for name in _AFTER),
        head=tuple(_lines(sheet, 1, row - 1, areas)),
        head_merges=tuple(area for area in areas if area.bottom < row),
        foot=tuple(_lines(sheet, row + 1, _last_row(sheet), areas)),
        foot_merges=tuple(area for area in areas if row < area.top <= _last_row(sheet)),
        places=tuple(cell.column for cell in body),
        chosen=tuple(marks.index(_marks(cell.value)[0]) for cell in body),
        styles={look: tuple(cell.style_id for cell in cells) for look, cells in looks.items()},
        heading_row=row - 1,
        rooms=tuple(_room(sheet, cell, layout) for cell in body),
        points=max(_points(cell) for cell in body),
    )


def _part(xml: str, name: str) -> str:
    """One element of a sheet that openpyxl wrote, without what only its own file can name."""
    found = re.search(rf"<{name}\b(?:[^>]*/>|.*?</{name}>)", xml, re.DOTALL)
    return re.sub(r'\s(?:r:id|codeName)="[^"]*"', "", found[0]) if found else ""


def _lines(sheet: Worksheet, first: int, last: int, areas: list[Area]) -> Iterator[Line]:
    for row in range(first, last + 1):
        cells = tuple(
            _head_cell(sheet, cast("Cell", cell), areas)
            for cell in sheet[row][:MOST_COLUMNS]
            if cell.has_style or cell.value is not None
        )
        yield Line(row, sheet.row_dimensions[row].height, cells)


def _last_row(sheet: Worksheet) -> int:
    """Where the foot ends: what is empty below it, however it is styled, is not part of the template."""
    return max(cell.row for cell in _cells(sheet) if cell.value is not None)


def _head_cell(sheet: Worksheet, cell: Cell, areas: list[Area]) -> HeadCell:
    column = cell.column
    right = next(
        (area.right for area in areas if area.top == cell.row == area.bottom and area.left == column), column
    )
    points = _points(cell)
    width = sum(_width(sheet, at) for at in range(column, right + 1)) * 12 / points
    text = "" if cell.value is None else str(cell.value)
    return HeadCell(column, cell.style_id, text, width, points)


def _room(sheet: Worksheet, cell: Cell, layout: Layout) -> int | None:
    """How many characters a line of a body cell holds: at 12 points as many as the column is wide."""
    mark = _marks(cell.value)[0]
    text = next(column.format == "@" for column in layout.columns if column.mark == mark)
    return (
        max(int(_width(sheet, cell.column) * 12 / _points(cell)), 1)
        if text and cell.alignment.wrap_text
        else None
    )


def _points(cell: Cell) -> float:
    return float(cell.font.sz or 11)


def _width(sheet: Worksheet, column: int) -> float:
    return float(sheet.column_dimensions[get_column_letter(column)].width)


def filled(text: str, words: dict[str, str]) -> str:
    """Return ``text`` with its marks replaced; a mark that nothing is known of leaves nothing."""
    return _MARK.sub(lambda found: words.get(line(found[1]), ""), text) if "{{" in text else text
