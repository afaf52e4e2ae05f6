"""The letter as Word and the letter as PDF, opened by readers that had no part in making them: the same text.

python-docx opens the Word file. The PDF is opened by pdfium, the reader of Chromium, and by Poppler's
pdftotext where that is on the machine.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable

import pypdfium2
import pytest

from invitations.letters.writing import docx_of, pdf_of
from tests.invitations.letters.test_writing import ODD, content, odd, squeezed, word_text


def by_pdfium(file: bytes) -> list[str]:
    """The text of each page, as pdfium finds it."""
    document = pypdfium2.PdfDocument(file)
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def by_pdftotext(file: bytes) -> list[str]:
    """The text of each page in the order in which it was drawn, as Poppler finds it."""
    command = ["pdftotext", "-raw", "-enc", "UTF-8", "-", "-"]
    said = subprocess.run(command, input=file, capture_output=True, check=True, timeout=60).stdout
    return said.decode().split("\f")[:-1]


READERS = [
    pytest.param(by_pdfium, id="pdfium"),
    pytest.param(
        by_pdftotext,
        id="pdftotext",
        marks=pytest.mark.skipif(shutil.which("pdftotext") is None, reason="Poppler is not on this machine"),
    ),
]


def said(pages: list[str]) -> str:
    """All that stands there but white space, the numbers of pages, and dots to write on."""
    own = [re.sub(rf"\A\s*{number}\s", "", page) for number, page in enumerate(pages, 1)]
    return re.sub(r"…|\.{4,}", "", squeezed("\n".join(own)))


@pytest.mark.parametrize("form", ["party", "state"])
@pytest.mark.parametrize("read", READERS)
def test_the_pdf_has_the_words_of_the_word_file(read: Callable[[bytes], list[str]], form: str) -> None:
    """Every sign of every value too: "&", "<", quotes, braces, line breaks."""
    letter = odd()
    word = said([word_text(docx_of(letter, form))])
    assert said(read(pdf_of(letter, form))) == word
    assert word.count(squeezed(ODD)) == 20


@pytest.mark.parametrize("read", READERS)
def test_a_line_break_in_a_value_is_one_in_the_pdf(read: Callable[[bytes], list[str]]) -> None:
    letter = content(opening="Kính gửi <các đồng chí> & “đại biểu”\ndòng hai của 'lời mở đầu'")
    lines = [line.strip() for page in read(pdf_of(letter)) for line in page.splitlines()]
    assert "Kính gửi <các đồng chí> & “đại biểu”" in lines
    assert "dòng hai của 'lời mở đầu'" in lines


def test_what_is_missing_in_one_is_seen() -> None:
    """The negative control: a letter without one of its recipients is another text."""
    assert said(by_pdfium(pdf_of(content(recipients=["Lưu Văn phòng"])))) != said(
        [word_text(docx_of(content()))]
    )
