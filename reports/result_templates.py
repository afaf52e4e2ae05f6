"""The report's Word template: which one is used, put another in its place, go back to the earlier one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from accounts.files import staff_templates
from accounts.files.documents import DOCX
from invitations.letter_templates import MOST_BYTES as MOST_BYTES
from invitations.letter_templates import TOO_LARGE
from invitations.letters.template_check import NOT_WORD, problems_of
from reports.models import ResultTemplate
from reports.results.paper import FIELDS, REQUIRED, paper
from reports.results.writing import OWN

if TYPE_CHECKING:
    from accounts.models import User


def in_use() -> ResultTemplate | None:
    """Return the template that staff put in the place of the portal's own; None where none is."""
    return staff_templates.newest(ResultTemplate.objects.all())


def content_of(template: ResultTemplate | None) -> bytes:
    """Return the Word file of a template, the portal's own where there is none or it is gone."""
    return staff_templates.content_of(template) or OWN.read_bytes()


def replace(*, name: str, data: bytes, user: User) -> ResultTemplate:
    """Use ``data`` from now on. Raises ``ValidationError`` with all that is wrong: the old one stays."""
    if problems := problems_with(name, data):
        raise ValidationError(problems)
    return staff_templates.put(ResultTemplate(), name=name, data=data, user=user)


def problems_with(name: str, data: bytes) -> list[str]:
    """Say why a file cannot be a template, each reason with its field or its way out."""
    return staff_templates.problems_outside(
        name, data, kind=DOCX, unreadable=NOT_WORD, most_bytes=MOST_BYTES, too_large=TOO_LARGE
    ) or problems_of(data, paper(EXAMPLE, sha256="0" * 64), fields=FIELDS, required=REQUIRED)


def withdraw(*, template_id: int) -> ResultTemplate:
    """Go back to the template before this one, or to the portal's own; signed reports keep theirs.

    Raises ``ValidationError`` when another one is used meanwhile: nothing changes then.
    """
    return staff_templates.take_back(ResultTemplate.objects.all(), template_id=template_id)


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
        "reasons": [{"label": "Đi công tác", "number": 1}],
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
