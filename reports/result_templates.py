"""The verbs of the report's Word template: which is used, put another in its place, go back."""

from __future__ import annotations

import hashlib
import io
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection, transaction

from accounts.clock import database_now
from accounts.files.documents import DOCX, MACROS, RUNS, is_old_office, packed_kind
from accounts.files.refusing import FileRefused
from accounts.vietnamese import line
from invitations.letters.template_check import NOT_WORD, problems_of
from reports.models import ResultTemplate
from reports.results.paper import FIELDS, REQUIRED, paper
from reports.results.writing import OWN

if TYPE_CHECKING:
    from accounts.models import User

MOST_BYTES = 5 * 2**20
LOCK = 0x7274
"""Of uploads and withdrawals: which template is the newest is decided by one at a time."""


def in_use() -> ResultTemplate | None:
    """Return the template that staff put in the place of the portal's own; None where none is."""
    return ResultTemplate.objects.filter(withdrawn_at=None).select_related("uploaded_by").first()


def content_of(template: ResultTemplate | None) -> bytes:
    """Return the Word file of a template, the portal's own where there is none or it is gone."""
    if template is not None:
        try:
            with template.file.open("rb") as file:
                content: bytes = file.read()
                return content
        except FileNotFoundError:
            pass
    return OWN.read_bytes()


def replace(*, name: str, data: bytes, user: User) -> ResultTemplate:
    """Use ``data`` from now on. Raises ``ValidationError`` with all that is wrong: the old one stays."""
    if problems := problems_with(name, data):
        raise ValidationError(problems)
    stem, dot, ending = line(name).rpartition(".")
    template = ResultTemplate(
        name=f"{stem[:180]}{dot}{ending}", sha256=hashlib.sha256(data).hexdigest(), uploaded_by=user
    )
    with transaction.atomic():
        _alone()
        template.uploaded_at = database_now()
        template.file.save("", ContentFile(data), save=False)
        template.save()
    return template


def problems_with(name: str, data: bytes) -> list[str]:
    """Say why a file cannot be a template, each reason with its field or its way out."""
    if PurePath(name).suffix.lower().lstrip(".") in RUNS:
        return [MACROS]
    if len(data) > MOST_BYTES:
        return [f"Mẫu lớn hơn {MOST_BYTES // 2**20} MB. Nén hình trong tệp rồi tải lên lại."]
    if is_old_office(data[:8]) or not data.startswith(b"PK"):
        return [NOT_WORD]
    try:
        kind, _ = packed_kind(io.BytesIO(data))
    except FileRefused as refused:
        return [str(refused)]
    if kind != DOCX:
        return [NOT_WORD]
    return problems_of(data, paper(EXAMPLE, sha256="0" * 64), fields=FIELDS, required=REQUIRED)


@transaction.atomic
def withdraw(*, template_id: int) -> ResultTemplate:
    """Go back to the template before this one, or to the portal's own; signed reports keep theirs.

    Raises ``ValidationError`` when another one is used meanwhile: nothing changes then.
    """
    _alone()
    template = in_use()
    if template is None or template.pk != template_id:
        raise ValidationError("Mẫu này không còn đang dùng. Xem lại trang rồi quyết định.")
    template.withdrawn_at = database_now()
    template.save(update_fields=["withdrawn_at"])
    return template


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


_LINE: dict[str, Any] = {
    "label": "Can Lộc",
    "slug": "huyen-uy-can-loc",
    "points": 3,
    "declared": 120,
    "named": 118,
    "sessions": [{"reported": 3, "present": 119, "excused": 1, "absent": 0}],
}

EXAMPLE: dict[str, Any] = {
    "head": {
        "title": "Hội nghị học tập Nghị quyết",
        "form": "state",
        "parent": "Ban Chấp hành",
        "issuer": "Tỉnh ủy",
        "place": "Hà Tĩnh",
        "letter": "127-GM/TU",
        "letter_date": " ngày 27/11/2026",
        "recipients": ["Thường trực Tỉnh ủy"],
    },
    "numbers": {
        "taken_at": "2026-12-05T17:00:00+07:00",
        "sessions": [{"key": 1, "label": "Buổi sáng 05/12/2026"}],
        "whole": _LINE,
        "tiers": [_LINE],
        "areas": [_LINE],
        "incidents": [
            {
                "key": "11111111-1111-4111-8111-111111111111", "point": "Can Lộc",
                "session": "Buổi sáng 05/12/2026", "kind": "Mất điện",
                "at": "09:10 05/12/2026", "minutes": 12, "done": "Chạy máy phát", "open": False,
            }
        ],
        "materials": [{"title": "Nghị quyết", "called": 3, "opened": 2}],
        "earlier": {**_LINE, "incidents": 2},
    },
    "texts": {"atmosphere": "Nghiêm túc", "opinions": "Đồng tình", "proposals": "Không"},
    "signed": {
        "number": "128-BC/TU", "dated_on": date(2026, 12, 6).isoformat(), "on_behalf": "T/L Ban Thường vụ",
        "sign_title": "Chánh Văn phòng", "sign_name": "Trần Minh Quân",
        "version": 2, "replaces": "127-BC/TU ngày 05/12/2026", "reason": "bổ sung số liệu",
    },
}  # fmt: skip
"""A report in which no part is empty: what a template must be able to hold."""
