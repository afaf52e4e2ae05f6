"""A program of its own: the words as JSON on standard input, the PDF on standard output.

Typst remembers what it has set in caches that a process never gives back: after ten long documents a web
worker held 800 MB (docs/decisions/0014). So each document is set by a child that ends with it. Run by path,
it imports nothing of the portal and starts in a tenth of a second.
"""

from __future__ import annotations

import sys
from pathlib import Path

import typst

TEMPLATE = Path(__file__).parent / "registration.typ"


def set_pdf(paper: str) -> bytes:
    """Return the PDF of the words ``paper`` (JSON), with the fonts of the wheel and none of the machine's."""
    fonts = typst.Fonts(include_system_fonts=False)
    compiler = typst.Compiler(TEMPLATE.read_bytes(), font_paths=fonts, ignore_system_fonts=True)
    made = compiler.compile(format="pdf", sys_inputs={"paper": paper})
    if not isinstance(made, bytes):
        raise TypeError("one PDF was asked for")
    return made


if __name__ == "__main__":
    sys.stdout.buffer.write(set_pdf(sys.stdin.buffer.read().decode()))
