"""The letter's Word file as LibreOffice Writer prints it: `make paper`."""

from __future__ import annotations

from pathlib import Path

import pytest

from invitations.letters.writing import docx_of
from tests.invitations.letters.test_writing import content, odd
from tests.paper import A4, lost, pages_of, printed

pytestmark = pytest.mark.paper


@pytest.mark.parametrize("form", ["party", "state"])
@pytest.mark.parametrize("written", [content(), odd()], ids=["plain", "odd"])
def test_what_word_holds_is_on_the_paper(form: str, written, request, tmp_path: Path) -> None:
    """Letter by letter, of a plain letter and of one with odd signs in every value."""
    file = tmp_path / f"letter-{request.node.callspec.id}.docx"
    file.write_bytes(docx_of(written, form))
    (paper,) = printed([file], tmp_path)
    assert not lost(file.read_bytes(), pages_of(paper, A4))
