"""The verbs of template workbooks: which is used, put another in its place, go back to the one before."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import PurePath
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection, transaction

from accounts.clock import database_now
from accounts.files.documents import MACROS, RUNS, XLSX, is_old_office, packed_kind
from accounts.files.refusing import FileRefused
from accounts.vietnamese import line
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

LOCK = 0x7874
"""Of uploads and withdrawals: which template is the newest is decided by one at a time."""

NOT_EXCEL = "Không mở được như bảng tính Excel. Mở tệp bằng Excel, lưu lại thành .xlsx rồi tải lên."
TOO_MUCH = "Mẫu quá lớn. Mẫu chỉ cần phần đầu, một dòng các cột và phần ký; bỏ các dòng và hình thừa."


def current() -> WorkbookTemplate | None:
    """Return the template that staff put in the place of the portal's own; None where none is."""
    return WorkbookTemplate.objects.filter(withdrawn_at=None).select_related("uploaded_by").first()


def in_use() -> Template:
    """Return the template that workbooks are drawn by: staff's where there is one and it is still there."""
    kept = current()
    if kept is not None:
        try:
            with kept.file.open("rb") as file:
                return read_template(file.read())
        except FileNotFoundError:
            pass
    return own()


def workbook() -> bytes:
    """Return the template in use as a file, to be altered in Excel."""
    kept = current()
    if kept is not None:
        try:
            with kept.file.open("rb") as file:
                content: bytes = file.read()
                return content
        except FileNotFoundError:
            pass
    saved = io.BytesIO()
    own_template().save(saved)
    return saved.getvalue()


def replace(*, name: str, data: bytes, user: User) -> WorkbookTemplate:
    """Use ``data`` from now on. Raises ``ValidationError`` with all that is wrong: the old one stays."""
    if problems := problems_with(name, data):
        raise ValidationError(problems)
    stem, dot, ending = line(name).rpartition(".")
    template = WorkbookTemplate(
        name=f"{stem[:180]}{dot}{ending}", sha256=hashlib.sha256(data).hexdigest(), uploaded_by=user
    )
    with transaction.atomic():
        _alone()
        template.uploaded_at = database_now()
        template.file.save("", ContentFile(data), save=False)
        template.save()
    return template


def problems_with(name: str, data: bytes) -> list[str]:
    """Say why a file cannot be a template, each reason with its mark or its way out."""
    if PurePath(name).suffix.lower().lstrip(".") in RUNS:
        return [MACROS]
    if len(data) > MOST_BYTES:
        return [TOO_MUCH]
    if is_old_office(data[:8]) or not data.startswith(b"PK"):
        return [NOT_EXCEL]
    try:
        kind, _ = packed_kind(io.BytesIO(data))
        if kind != XLSX:
            return [NOT_EXCEL]
        if why := _unsafe(data):
            return [why]
        read_template(data)
    except FileRefused as refused:
        return [str(refused)]
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


@transaction.atomic
def withdraw(*, template_id: int) -> WorkbookTemplate:
    """Go back to the template before this one, or to the portal's own.

    Raises ``ValidationError`` when another one is used meanwhile: nothing changes then.
    """
    _alone()
    template = current()
    if template is None or template.pk != template_id:
        raise ValidationError("Mẫu này không còn đang dùng. Xem lại trang rồi quyết định.")
    template.withdrawn_at = database_now()
    template.save(update_fields=["withdrawn_at"])
    return template


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
