"""The document as a PDF, set by Typst: the content goes in as JSON and is never markup."""

from __future__ import annotations

from pathlib import Path

from invitations.letters.pdf import pdf_by
from registrations.document.paper import Paper

TEMPLATE = Path(__file__).parent / "registration.typ"


def as_pdf(paper: Paper) -> bytes:
    """Return the document as PDF. A name that looks like markup (``#import``) is text like any other."""
    return pdf_by(TEMPLATE, paper)
