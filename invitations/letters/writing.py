"""A letter out of its content: as a Word file from a template that staff can edit, and as PDF."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from invitations.letters.content import Content, form_of
from invitations.letters.filling import BrokenTemplate as BrokenTemplate
from invitations.letters.filling import filled
from invitations.letters.paper import paper
from invitations.letters.pdf import pdf_by, pdfs_by
from invitations.models.meeting import Meeting

HERE = Path(__file__).parent
TYPST = HERE / "letter.typ"
OWN = {form: HERE / f"letter_{form.value}.docx" for form in Meeting.Form}
"""Made by ``manage.py make_letter_templates``."""


def docx_of(
    content: Content, form: str | None = None, template: bytes | None = None, *, draft: bool = False
) -> bytes:
    """Return the letter that ``content`` holds (``content.of``, ``content.for_unit``) as .docx.

    ``form`` is a layout other than the letter's own; ``template`` the Word file that staff put in the place
    of the portal's own of that layout. Raises ``BrokenTemplate`` for one that cannot be filled in.
    """
    own = OWN[Meeting.Form(form or form_of(content))]
    return filled(template or own.read_bytes(), paper(content, form, draft=draft))


def pdf_of(content: Content, form: str | None = None, *, draft: bool = False) -> bytes:
    """Return the same letter as PDF, as the portal lays it out itself."""
    return pdf_by(TYPST, paper(content, form, draft=draft))


def pdfs_of(contents: Iterable[Content], form: str | None = None, *, draft: bool = False) -> Iterator[bytes]:
    """Return many letters, one after the other, in a fraction of the time that each alone takes."""
    return pdfs_by(TYPST, (paper(content, form, draft=draft) for content in contents))
