"""What a list is, before it is a workbook, a CSV or a PDF: columns by name, and rows that stream."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from reports.workbooks.cells import Content


class Look(StrEnum):
    """How a row looks."""

    PLAIN = ""
    SUM = "sum"
    GROUP = "group"
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Marked:
    """A row that does not look like the others; plain rows are plain tuples, of which there are a million."""

    values: Sequence[Content]
    look: Look


Row = Sequence[Content] | Marked


class Column(NamedTuple):
    """A column of a list: its mark in the template, heading, width in characters, how it stands and shows."""

    mark: str
    heading: str
    width: float
    align: str = "left"
    format: str = "@"
    repeats: bool = False
    """Its texts come again and again: they are written once."""
    needed: bool = False
    """A template without it is refused."""


@dataclass(frozen=True)
class Layout:
    """A kind of list: the sheet of the template that draws it, and its columns in the order of its rows."""

    sheet: str
    columns: tuple[Column, ...]


@dataclass
class Table:
    """One list, ready to be written: on one sheet, and where it is too long on the next ones."""

    layout: Layout
    sheet: str
    title: str
    note: str
    rows: Iterable[Row]
    filtered: bool = True
    """With arrows in the headings to filter by."""


@dataclass
class Head:
    """What stands around every list of one meeting, by the marks of the template."""

    words: dict[str, str] = field(default_factory=dict)


def number(mark: str, heading: str, width: float = 10) -> Column:
    """Return a column of whole numbers."""
    return Column(mark, heading, width, "right", "#,##0")


PLACE = Column("tt", "TT", 6, "center", "0", needed=True)
UNIT = Column("đơn vị đăng ký", "Đơn vị", 30, repeats=True, needed=True)
PHONE = Column("điện thoại", "Điện thoại", 13, "center")
DECLARED, NAMED, MISSING = (
    number("số khai", "Số khai"),
    number("có tên", "Có tên"),
    number("thiếu tên", "Thiếu tên"),
)
STATE = Column("tình trạng", "Tình trạng", 26, repeats=True)

DELEGATES = Layout(
    "Đại biểu",
    (
        PLACE,
        Column("họ và tên", "Họ và tên", 25, needed=True),
        Column("chức vụ", "Chức vụ", 26, repeats=True),
        Column("đơn vị công tác", "Đơn vị công tác", 26, repeats=True),
        Column("thành phần", "Thành phần", 22, repeats=True),
        Column("điểm cầu", "Điểm cầu", 16, repeats=True),
        Column("đơn vị đăng ký", "Đơn vị đăng ký", 22, repeats=True, needed=True),
        PHONE,
        Column("ghi chú", "Ghi chú", 18),
    ),
)

NUMBERS = Layout(
    "Số lượng",
    (
        PLACE,
        UNIT,
        Column("điểm cầu", "Điểm cầu", 24, repeats=True),
        Column("thành phần", "Thành phần", 40, repeats=True),
        DECLARED,
        NAMED,
        MISSING,
        number("điểm cầu xã", "Điểm cầu xã", 11),
        STATE,
    ),
)

TOTALS = Layout(
    "Tổng số",
    (
        PLACE,
        Column("nội dung", "Nội dung", 60, needed=True),
        number("đơn vị", "Đơn vị"),
        number("đã gửi", "Đã gửi"),
        DECLARED,
        NAMED,
        MISSING,
        number("điểm cầu xã", "Điểm cầu xã", 11),
    ),
)

COMMUNE_POINTS = Layout(
    "Điểm cầu cấp xã",
    (
        PLACE,
        Column("đơn vị đăng ký", "Đơn vị", 24, repeats=True, needed=True),
        Column("điểm cầu", "Xã, phường, thị trấn", 22, needed=True),
        Column("nơi họp", "Nơi họp", 32),
        Column("chủ trì", "Chủ trì", 22),
        Column("cán bộ kỹ thuật", "Cán bộ kỹ thuật", 22),
        PHONE,
        number("số dự kiến", "Số dự kiến", 9),
        Column("tình trạng", "Tình trạng", 24, repeats=True),
    ),
)

POINTS = Layout(
    "Điểm cầu",
    (
        PLACE,
        Column("điểm cầu", "Điểm cầu", 28, needed=True),
        Column("cấp", "Cấp", 22, repeats=True),
        Column("trực thuộc", "Thuộc điểm cầu", 24, repeats=True),
        Column("nơi họp", "Nơi họp", 34),
        Column("cán bộ kỹ thuật", "Cán bộ kỹ thuật", 24),
        PHONE,
        Column("tình trạng", "Tình trạng", 24, repeats=True),
        Column("lần thử", "Thử gần nhất", 18),
    ),
)

CONTACTS = Layout(
    "Đầu mối",
    (
        PLACE,
        UNIT,
        Column("họ và tên", "Họ và tên", 26, needed=True),
        Column("việc", "Đầu mối về", 30, repeats=True),
        PHONE,
        Column("thư điện tử", "Thư điện tử", 30),
        Column("tình trạng", "Tình trạng", 20, repeats=True),
    ),
)

SILENT_UNITS = Layout(
    "Đơn vị chưa gửi",
    (
        PLACE,
        UNIT,
        Column("cấp", "Cấp", 24, repeats=True),
        Column("tình trạng", "Tình trạng", 26, repeats=True),
        Column("hạn", "Hạn", 20, repeats=True),
        DECLARED,
        NAMED,
        Column("họ và tên", "Liên hệ", 26),
        PHONE,
    ),
)

CHANGES = Layout(
    "Thay đổi",
    (
        PLACE,
        Column("thay đổi", "Thay đổi", 12, repeats=True, needed=True),
        *DELEGATES.columns[1:],
        Column("trước đây", "Trước đây", 40),
    ),
)

RESULT_PLACES = Layout(
    "Có mặt",
    (
        PLACE,
        Column("nội dung", "Đơn vị, cấp", 32, repeats=True, needed=True),
        Column("buổi", "Buổi", 22, repeats=True, needed=True),
        number("điểm cầu", "Điểm cầu"),
        number("đăng ký", "Đăng ký"),
        NAMED,
        number("đã báo", "Điểm đã báo", 12),
        number("có mặt", "Có mặt"),
        number("có phép", "Vắng có phép", 12),
        number("không phép", "Vắng không phép", 12),
        Column("tỷ lệ", "Tỷ lệ", 10, "right"),
    ),
)

RESULT_REASONS = Layout(
    "Lý do vắng",
    (
        PLACE,
        Column("lý do", "Lý do", 60, needed=True),
        number("lượt", "Lượt vắng", 12),
    ),
)

RESULT_INCIDENTS = Layout(
    "Sự cố",
    (
        PLACE,
        Column("điểm cầu", "Điểm cầu", 28, needed=True),
        Column("buổi", "Buổi", 22, repeats=True),
        Column("sự cố", "Sự cố", 24, repeats=True, needed=True),
        Column("lúc", "Báo lúc", 18),
        number("phút", "Phút mất"),
        Column("đã làm", "Đã làm", 46),
    ),
)

RESULT_MATERIALS = Layout(
    "Tài liệu",
    (
        PLACE,
        Column("tài liệu", "Tài liệu", 60, needed=True),
        number("đã mở", "Đơn vị đã mở", 12),
        number("được gửi", "Đơn vị được gửi", 12),
        Column("tỷ lệ", "Tỷ lệ", 10, "right"),
    ),
)

LAYOUTS = (
    *(DELEGATES, NUMBERS, TOTALS, COMMUNE_POINTS, POINTS, CONTACTS, SILENT_UNITS, CHANGES),
    *(RESULT_PLACES, RESULT_REASONS, RESULT_INCIDENTS, RESULT_MATERIALS),
)
"""Every sheet that a template may hold, in its order."""
