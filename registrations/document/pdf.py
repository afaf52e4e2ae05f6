"""The document as a PDF, set by Typst: the content goes in as JSON and is never markup."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import typst

from registrations.document.paper import Paper

TEMPLATE = Path(__file__).parent / "registration.typ"


@cache
def _fonts() -> typst.Fonts:
    """The fonts that the wheel carries, and none of the machine's: the sheet looks alike everywhere."""
    return typst.Fonts(include_system_fonts=False)


def as_pdf(paper: Paper) -> bytes:
    """Return the document as PDF. A name that looks like markup (``#import``) is text like any other."""
    compiler = typst.Compiler(TEMPLATE.read_bytes(), font_paths=_fonts(), ignore_system_fonts=True)
    made = compiler.compile(format="pdf", sys_inputs={"paper": json.dumps(paper)})
    if not isinstance(made, bytes):
        raise TypeError("one PDF was asked for")
    return made
