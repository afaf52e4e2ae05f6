"""The document as a Word file, from a template that staff can edit in Word."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from invitations.letters.filling import filled
from registrations.document.paper import Paper

TEMPLATE = Path(__file__).parent / "registration.docx"
"""Made by ``manage.py make_document_template`` (making.py says how)."""


def template() -> Path:
    """Return the template in use: the one that staff put in ``PORTAL_VAR/templates``, else our own."""
    edited: Path = settings.PORTAL_VAR / "templates" / TEMPLATE.name
    return edited if edited.is_file() else TEMPLATE


def as_docx(paper: Paper) -> bytes:
    """Return the document as .docx. Raises ``BrokenTemplate`` for a template that cannot be filled in."""
    return filled(template().read_bytes(), paper)
