"""The letter's Word templates: which one is used, put another in its place, go back to the earlier one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError

from accounts.files import staff_templates
from accounts.files.documents import DOCX
from invitations.letters.example import example
from invitations.letters.paper import paper
from invitations.letters.template_check import NOT_WORD, problems_of
from invitations.letters.writing import OWN
from invitations.models import LetterTemplate, Meeting

if TYPE_CHECKING:
    from accounts.models import User

MOST_BYTES = 5 * 2**20
TOO_LARGE = f"Mẫu lớn hơn {MOST_BYTES // 2**20} MB. Nén hình trong tệp rồi tải lên lại."


def in_use(form: str) -> LetterTemplate | None:
    """Return the template that staff put in the place of the portal's own; None where none is."""
    return staff_templates.newest(LetterTemplate.objects.filter(form=form))


def template_of(form: str) -> bytes:
    """Return the Word file in use: that of staff where there is one and it is still there."""
    return staff_templates.content_of(in_use(form)) or OWN[Meeting.Form(form)].read_bytes()


def replace(*, form: str, name: str, data: bytes, user: User) -> LetterTemplate:
    """Use ``data`` from now on. Raises ``ValidationError`` with all that is wrong: the old one stays."""
    if problems := problems_with(name, data, form):
        raise ValidationError(problems)
    return staff_templates.put(LetterTemplate(form=form), name=name, data=data, user=user)


def problems_with(name: str, data: bytes, form: str) -> list[str]:
    """Say why a file cannot be a template, each reason with its field or its way out."""
    return staff_templates.problems_outside(
        name, data, kind=DOCX, unreadable=NOT_WORD, most_bytes=MOST_BYTES, too_large=TOO_LARGE
    ) or problems_of(data, paper(example(), form))


def withdraw(*, form: str, template_id: int) -> LetterTemplate:
    """Go back to the template before this one, or to the portal's own.

    Raises ``ValidationError`` when another one is used meanwhile: nothing changes then.
    """
    return staff_templates.take_back(LetterTemplate.objects.filter(form=form), template_id=template_id)
