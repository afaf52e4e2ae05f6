"""The document as a Word file, from a template that staff can edit in Word."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from zipfile import BadZipFile

from django.conf import settings
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from registrations.document.paper import Paper

TEMPLATE = Path(__file__).parent / "registration.docx"
"""Made by ``manage.py make_document_template`` (making.py says how)."""


class BrokenTemplate(Exception):
    """The Word template cannot be read: carries what was found."""


def template() -> Path:
    """Return the template in use: the one that staff put in ``PORTAL_VAR/templates``, else our own."""
    edited: Path = settings.PORTAL_VAR / "templates" / TEMPLATE.name
    return edited if edited.is_file() else TEMPLATE


def as_docx(paper: Paper) -> bytes:
    """Return the document as .docx.

    Escaping is on: without it an ``&`` in a name silently drops the rest of the text. The template is a
    file that people edit, so it runs in Jinja's sandbox. Raises ``BrokenTemplate`` for one that was
    edited so that it cannot be read.
    """
    try:
        document = DocxTemplate(template())
        document.render(paper, jinja_env=SandboxedEnvironment(autoescape=True), autoescape=True)
        made = BytesIO()
        document.save(made)
    except (TemplateError, BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise BrokenTemplate(str(error)) from error
    return made.getvalue()
