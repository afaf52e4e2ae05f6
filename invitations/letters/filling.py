"""Fills in a Word template that staff may have edited."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any
from zipfile import BadZipFile

from docxtpl import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

_BREAKS = (
    TemplateError, BadZipFile, KeyError, ValueError, SyntaxError, TypeError, AttributeError,
)  # fmt: skip
"""What docxtpl and Jinja raise where a file is no template, or half of one."""


class BrokenTemplate(Exception):
    """The Word template cannot be filled in: carries what was found."""


def filled(template: bytes, words: Mapping[str, Any]) -> bytes:
    """Return ``template`` with ``words`` in their places, as .docx. Raises ``BrokenTemplate``.

    Escaping is on: without it an ``&`` in a value silently drops the rest of the text. A template is edited
    by people, so it runs in Jinja's sandbox.
    """
    try:
        document = DocxTemplate(BytesIO(template))
        document.render(words, jinja_env=SandboxedEnvironment(autoescape=True), autoescape=True)
        made = BytesIO()
        document.save(made)
    except _BREAKS as error:
        raise BrokenTemplate(str(error)) from error
    return made.getvalue()
