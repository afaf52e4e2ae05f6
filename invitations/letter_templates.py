"""The verbs of Word templates: which one is used, put another in its place, go back to the earlier one."""

from __future__ import annotations

import hashlib
import io
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import connection, transaction

from accounts.clock import database_now
from accounts.files.documents import DOCX, MACROS, RUNS, is_old_office, packed_kind
from accounts.files.refusing import FileRefused
from accounts.vietnamese import line
from invitations.letters.example import example
from invitations.letters.paper import paper
from invitations.letters.template_check import NOT_WORD, problems_of
from invitations.letters.writing import OWN
from invitations.models import LetterTemplate, Meeting

if TYPE_CHECKING:
    from accounts.models import User

MOST_BYTES = 5 * 2**20
LOCK = 0x6C74
"""Of uploads and withdrawals: which template is the newest is decided by one at a time."""


def in_use(form: str) -> LetterTemplate | None:
    """Return the template that staff put in the place of the portal's own; None where none is."""
    return (
        LetterTemplate.objects.filter(form=form, withdrawn_at__isnull=True)
        .select_related("uploaded_by")
        .first()
    )


def template_of(form: str) -> bytes:
    """Return the Word file in use: that of staff where there is one and it is still there."""
    template = in_use(form)
    if template is not None:
        try:
            with template.file.open("rb") as file:
                content: bytes = file.read()
                return content
        except FileNotFoundError:
            pass
    return OWN[Meeting.Form(form)].read_bytes()


def replace(*, form: str, name: str, data: bytes, user: User) -> LetterTemplate:
    """Use ``data`` from now on. Raises ``ValidationError`` with all that is wrong: the old one stays."""
    if problems := problems_with(name, data, form):
        raise ValidationError(problems)
    stem, dot, ending = line(name).rpartition(".")
    template = LetterTemplate(
        form=form,
        name=f"{stem[:180]}{dot}{ending}",
        sha256=hashlib.sha256(data).hexdigest(),
        uploaded_by=user,
    )
    with transaction.atomic():
        _alone()
        template.uploaded_at = database_now()
        template.file.save("", ContentFile(data), save=False)
        template.save()
    return template


def problems_with(name: str, data: bytes, form: str) -> list[str]:
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
    return problems_of(data, paper(example(), form)) if kind == DOCX else [NOT_WORD]


@transaction.atomic
def withdraw(*, form: str, template_id: int) -> LetterTemplate:
    """Go back to the template before this one, or to the portal's own.

    Raises ``ValidationError`` when another one is used meanwhile: nothing changes then.
    """
    _alone()
    template = in_use(form)
    if template is None or template.pk != template_id:
        raise ValidationError("Mẫu này không còn đang dùng. Xem lại trang rồi quyết định.")
    template.withdrawn_at = database_now()
    template.save(update_fields=["withdrawn_at"])
    return template


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
