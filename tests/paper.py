"""Files as LibreOffice prints them: it had no part in making them, and many offices print with it."""

from __future__ import annotations

import io
import os
import subprocess
from collections import Counter
from pathlib import Path

import pypdfium2
from docx import Document

from tests.invitations.letters.test_writing import word_text

A4 = (595, 842)
"""Width and height in points."""


def printed(documents: list[Path], beside: Path) -> list[Path]:
    """Have LibreOffice print ``documents``; give back the PDFs in their order.

    They lie in the directory that ``PAPER`` names (`make paper`), to be looked at, else in ``beside``, where
    LibreOffice has settings of its own: not those of who runs this.
    """
    into = Path(os.environ.get("PAPER", beside / "paper"))
    command = [
        "soffice", f"-env:UserInstallation={(beside / 'settings').as_uri()}", "--headless",
        "--convert-to", "pdf", "--outdir", f"{into}", *map(str, documents),
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=300, capture_output=True)
    return [into / f"{document.stem}.pdf" for document in documents]


def pages_of(paper: Path, size: tuple[int, int]) -> list[str]:
    """What stands on each page, without white space; all of them must be of ``size``, in points."""
    with pypdfium2.PdfDocument(paper) as document:
        sizes = {(round(page.get_width()), round(page.get_height())) for page in document}
        assert sizes == {size}, paper.name
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]


def lost(word: bytes, pages: list[str]) -> Counter[str]:
    """The letters of a Word file that are not on ``pages``, where its header and footer stand on each."""
    section = Document(io.BytesIO(word)).sections[0]
    around = "".join(each.text for each in [*section.header.paragraphs, *section.footer.paragraphs])
    return letters(word_text(word)) + letters(around, times=len(pages)) - letters("".join(pages))


def letters(text: str, times: int = 1) -> Counter[str]:
    """How often each letter comes. Not their order: a PDF may hold one font's letters after another's."""
    return Counter({letter: times * number for letter, number in Counter(filter(str.isalpha, text)).items()})
