"""The template workbook: which one is used, put another in its place, go back to the one before."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from django.core.exceptions import ValidationError

from accounts.files import staff_templates
from accounts.files.documents import XLSX
from reports.models import WorkbookTemplate
from reports.workbooks.drawing import own_template
from reports.workbooks.template import Template, TemplateProblem, own, read_template

if TYPE_CHECKING:
    from accounts.models import User

MOST_BYTES = 2 * 2**20
MOST_UNPACKED = 20 * 2**20
BREAKS = (
    zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, IndexError, ParseError, OSError,
)  # fmt: skip
"""What openpyxl raises where a file is no workbook, or half of one."""

NOT_EXCEL = "Không mở được như bảng tính Excel. Mở tệp bằng Excel, lưu lại thành .xlsx rồi tải lên."
TOO_MUCH = "Mẫu quá lớn. Mẫu chỉ cần phần đầu, một dòng các cột và phần ký; bỏ các dòng và hình thừa."


def current() -> WorkbookTemplate | None:
    """Return the template that staff put in the place of the portal's own; None where none is."""
    return staff_templates.newest(WorkbookTemplate.objects.all())


def in_use() -> Template:
    """Return the template that workbooks are drawn by: staff's where there is one and it is still there."""
    kept = staff_templates.content_of(current())
    return read_template(kept) if kept else own()


def workbook() -> bytes:
    """Return the template in use as a file, to be altered in Excel."""
    if kept := staff_templates.content_of(current()):
        return kept
    saved = io.BytesIO()
    own_template().save(saved)
    return saved.getvalue()


def replace(*, name: str, data: bytes, user: User) -> WorkbookTemplate:
    """Use ``data`` from now on. Raises ``ValidationError`` with all that is wrong: the old one stays."""
    if problems := problems_with(name, data):
        raise ValidationError(problems)
    return staff_templates.put(WorkbookTemplate(), name=name, data=data, user=user)


def problems_with(name: str, data: bytes) -> list[str]:
    """Say why a file cannot be a template, each reason with its mark or its way out."""
    try:
        outside = staff_templates.problems_outside(
            name, data, kind=XLSX, unreadable=NOT_EXCEL, most_bytes=MOST_BYTES, too_large=TOO_MUCH
        )
        if outside:
            return outside
        if why := _unsafe(data):
            return [why]
        read_template(data)
    except TemplateProblem as wrong:
        return wrong.problems
    except BREAKS:
        return [NOT_EXCEL]
    return []


def _unsafe(data: bytes) -> str:
    """Declarations that only an attacker writes, more than a template needs, and links to other files."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
            return TOO_MUCH
        if any("externallinks/" in entry.filename.lower() for entry in entries):
            return "Mẫu lấy số liệu từ tệp khác. Trong Excel: Dữ liệu, Sửa liên kết, ngắt hết, rồi lưu lại."
        for entry in entries:
            if entry.filename.endswith((".xml", ".rels")):
                content = archive.read(entry)
                if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
                    return NOT_EXCEL
    return ""


def withdraw(*, template_id: int) -> WorkbookTemplate:
    """Go back to the template before this one, or to the portal's own.

    Raises ``ValidationError`` when another one is used meanwhile: nothing changes then.
    """
    return staff_templates.take_back(WorkbookTemplate.objects.all(), template_id=template_id)
