"""The communes of a unit as a workbook, and what a workbook that comes back would change.

A box that is empty in the sheet stays as it is in the portal: a half-filled sheet takes nothing away.
"""

from __future__ import annotations

import io
import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from django import forms
from django.core import signing
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from accounts.models import Unit
from accounts.vietnamese import folded
from bridge_points.models import BridgePoint
from registrations.commune_desk import Compared, compared, shown, values_of
from registrations.forms import NumberField
from registrations.overview import CommuneLine, Overview
from registrations.services.commune_links import POINT_TEXTS
from registrations.services.commune_table import SheetRow

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

SALT = "registrations.commune_sheet"
STANDS_FOR = 12 * 3600
"""Seconds that a preview may be taken after it was shown: as long as one is signed in."""

COLUMNS = {
    "name": ("Xã, phường, thị trấn", 28),
    "connects": ("Kết nối", 10),
    "venue": ("Nơi họp", 34),
    "chair": ("Chủ trì", 26),
    "technician": ("Cán bộ kỹ thuật", 24),
    "technician_phone": ("Điện thoại", 16),
    "expected": ("Số dự kiến", 12),
}
"""Headings and widths of the workbook; ``registrations.roster.communes`` understands them."""

YES = ("x", "co", "ket noi", "co ket noi", "1", "yes", "true", "v")
NO = ("khong", "khong ket noi", "0", "no", "false", "k")


# ── Out ──────────────────────────────────────────────────────────────────────────────────────────


def write_workbook(view: Overview) -> bytes:
    """Return the unit's communes as .xlsx, filled with what is known."""
    book = Workbook()
    sheet: Worksheet = book.worksheets[0]
    sheet.title = "Điểm cầu xã"
    unit, meeting = view.invitation.unit, view.invitation.meeting
    deadline = timezone.localtime(view.standing.deadline)
    for text in (
        f"Điểm cầu cấp xã của {unit}",
        f"{meeting.short_title}. Hạn {deadline:%H:%M, %d/%m/%Y}. Cột Kết nối ghi Có hoặc Không; "
        f"ô để trống thì Cổng giữ nguyên.",
    ):
        sheet.append([text])
        _as_text(sheet, sheet.max_row)
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([heading for heading, _ in COLUMNS.values()])
    for cell in sheet[3]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="F2EBDF")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    for line in view.communes:
        sheet.append(_cells(line))
        _as_text(sheet, sheet.max_row)
    _finish(sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _cells(line: CommuneLine) -> list[str | int | None]:
    known = values_of(line.point, line.expected)
    texts = [shown(name, known[name]).capitalize() if name == "connects" else known[name] for name in known]
    return [line.unit.name, *texts]


def _as_text(sheet: Worksheet, row: int) -> None:
    """Keep texts texts: what begins with = is no formula, and a telephone keeps its first 0."""
    for cell in sheet[row]:
        if isinstance(cell.value, str):
            cell.data_type, cell.number_format = "s", "@"


def _finish(sheet: Worksheet) -> None:
    for letter, (_, width) in zip("ABCDEFG", COLUMNS.values(), strict=True):
        sheet.column_dimensions[letter].width = width
    for row in range(4, sheet.max_row + 1):
        sheet.cell(row, 6).number_format = "@"
    choice = DataValidation(type="list", formula1='"Có,Không"', allow_blank=True)
    sheet.add_data_validation(choice)
    choice.add(f"B4:B{max(sheet.max_row, 4)}")
    sheet.freeze_panes = "B4"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True  # type: ignore[union-attr]


# ── Back ─────────────────────────────────────────────────────────────────────────────────────────


class Fault(NamedTuple):
    """Why a row is not taken, and the cell to mend."""

    cell: str
    text: str


@dataclass
class SheetLine:
    """One row of the sheet, with the commune it is about."""

    row: int
    line: CommuneLine
    values: dict[str, Any]

    @property
    def boxes(self) -> list[Compared]:
        """What would change, box by box."""
        before = values_of(self.line.point, self.line.expected)
        return [box for box in compared(before, self.values) if box.differs]

    @property
    def as_row(self) -> SheetRow:
        """For the service."""
        point = self.line.point
        return SheetRow(self.line.unit.pk, self.values, point.version if point else 0)


@dataclass
class SheetPreview:
    """What a sheet would change: communes that change, those that stay, and rows that are refused."""

    changed: list[SheetLine] = field(default_factory=list)
    same: list[SheetLine] = field(default_factory=list)
    refused: list[tuple[int, str, list[Fault]]] = field(default_factory=list)


class _SheetForm(forms.ModelForm[BridgePoint]):
    """Checks the boxes of one row as the pages do."""

    expected = NumberField(label="Số dự kiến")

    class Meta:
        model = BridgePoint
        fields = POINT_TEXTS


def preview(read: dict[str, Any], view: Overview) -> SheetPreview:
    """Say what a sheet, as ``guarded.read_communes`` read it, would change in ``view``."""
    find, result = _Finder(view.communes), SheetPreview()
    columns: dict[str, str] = read["columns"]
    taken: dict[int, int] = {}
    for item in read["rows"]:
        row, cells = int(item["row"]), dict(item["cells"])
        name = cells.pop("name", "")
        code = cells.pop("code", "")
        line, why = find(name, code)
        if line is None:
            if why and cells:  # a total or a signature below the table fills nothing else
                result.refused.append((row, name or code, [Fault(f"{columns['name']}{row}", why)]))
            continue
        values, faults = _checked(cells, columns, row)
        if line.unit.pk in taken:
            faults.append(Fault(f"{columns['name']}{row}", f"Dòng {taken[line.unit.pk]} đã là xã này."))
        taken.setdefault(line.unit.pk, row)
        if faults:
            result.refused.append((row, line.unit.called, faults))
            continue
        if values and line.point is None:
            values.setdefault("connects", True)
        found = SheetLine(row, line, values)
        (result.changed if found.boxes else result.same).append(found)
    return result


def _checked(cells: dict[str, str], columns: dict[str, str], row: int) -> tuple[dict[str, Any], list[Fault]]:
    values: dict[str, Any] = {}
    faults: list[Fault] = []
    if "connects" in cells:
        said = re.sub(r"[^a-z0-9]+", " ", folded(cells["connects"])).strip()
        if said in YES or said in NO:
            values["connects"] = said in YES
        else:
            text = f"“{cells['connects']}” không rõ: ghi Có hoặc Không."
            faults.append(Fault(f"{columns['connects']}{row}", text))
    texts = {name: text for name, text in cells.items() if name != "connects"}
    form = _SheetForm(texts)
    form.full_clean()
    for name in texts:
        if name in form.errors:
            faults.append(Fault(f"{columns[name]}{row}", " ".join(map(str, form.errors[name]))))
        else:
            values[name] = form.cleaned_data[name]
    return values, faults


class _Finder:
    """Finds the commune that a sheet names: by code, by its whole name, or without xã, phường, thị trấn."""

    def __init__(self, lines: list[CommuneLine]) -> None:
        self._codes = {line.unit.code: line for line in lines if line.unit.code}
        self._whole: dict[str, set[int]] = defaultdict(set)
        self._bare: dict[str, set[int]] = defaultdict(set)
        self._lines = {line.unit.pk: line for line in lines}
        for line in lines:
            for name in _names(line.unit):
                self._whole[_words(name)].add(line.unit.pk)
                self._bare[_bare(name)].add(line.unit.pk)

    def __call__(self, name: str, code: str) -> tuple[CommuneLine | None, str]:
        if code in self._codes:
            return self._codes[code], ""
        if not name:
            return None, "Chưa ghi tên xã." if code else ""
        found = self._whole.get(_words(name)) or self._bare.get(_bare(name)) or set()
        if len(found) == 1:
            return self._lines[next(iter(found))], ""
        if found:
            return None, f"Có {len(found)} đơn vị tên “{name}”. Ghi đủ “xã”, “phường” hay “thị trấn”."
        return None, f"Đơn vị không có xã nào tên “{name}”. Sửa tên, hoặc xóa dòng này."


def _names(unit: Unit) -> tuple[str, ...]:
    return (unit.name, unit.short_name) if unit.short_name else (unit.name,)


def _words(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", folded(name)).strip()


def _bare(name: str) -> str:
    words = re.sub(r"^(?:dang uy|dang bo|ubnd|uy ban nhan dan) ", "", _words(name))
    return re.sub(r"^(?:xa|phuong|thi tran|tt|p|x) ", "", words)


# ── From the preview to the take-over ────────────────────────────────────────────────────────────


def sealed(lines: list[SheetLine], invitation_id: int) -> str:
    """Pack the rows of a preview for its form; signed, so that what is taken is what was shown."""
    rows = [[line.row, *line.as_row] for line in lines]
    return signing.dumps([invitation_id, rows], salt=SALT, compress=True)


def unsealed(text: str, invitation_id: int) -> list[tuple[int, SheetRow]] | None:
    """Unpack the rows with their numbers; None where they were altered, are too old or another unit's."""
    try:
        of, rows = signing.loads(text, salt=SALT, max_age=STANDS_FOR)
    except signing.BadSignature:
        return None
    return [(row, SheetRow(*rest)) for row, *rest in rows] if of == invitation_id else None


def again(rows: list[tuple[int, SheetRow]], view: Overview) -> SheetPreview:
    """Set what a sheet said beside what is there now: after somebody else was first."""
    lines = {line.unit.pk: line for line in view.communes}
    found = [
        SheetLine(row, lines[said.commune_id], said.values) for row, said in rows if said.commune_id in lines
    ]
    return SheetPreview([line for line in found if line.boxes], [line for line in found if not line.boxes])
