"""Every workbook as LibreOffice prints it: `make paper`, which leaves the PDFs to look at.

LibreOffice had no part in making the files: it is a second reader, and the printer of those who have no
Excel. Asked of each page is what a person asks who holds it: whose it is, what its columns are, which page of
how many, and whether all that the rows say can be read.
"""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise, repeat
from pathlib import Path

import pypdfium2
import pytest
from celery import current_app
from python_calamine import CalamineWorkbook

from accounts.clock import database_now
from registrations.models import Delegate, Registration
from reports import freezing, services
from reports.models import ExportJob
from reports.services import making
from reports.workbooks import HEAD_ROW, Contents, write_book
from reports.workbooks.heights import Heights
from tests.factories import DelegateFactory, ExtensionFactory
from tests.reports.conftest import enlarge
from tests.reports.test_export_keeping import made, taken
from tests.reports.test_official_list import submitted
from tests.reports.test_workbook_kinds import STANDING

pytestmark = [pytest.mark.paper, pytest.mark.django_db]

A4_LANDSCAPE = (842, 595)
"""Width and height in points."""
MOTTO = "ĐẢNG CỘNG SẢN VIỆT NAM"
LONG_NAME = "Công Tằng Tôn Nữ Hoàng Thị Phương Thảo Nguyên Khánh Vân"
LONG_POSITION = "Phó Trưởng Ban Tuyên giáo kiêm Giám đốc Trung tâm Bồi dưỡng chính trị cấp huyện"


@pytest.fixture
def large(filled, settings, tmp_path, monkeypatch):
    """A conference with lists of many pages, and one delegate whose name and position need several lines."""
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(current_app, "send_task", lambda *args, **kwargs: None)
    monkeypatch.setattr(making, "RENEW", 600)
    enlarge(filled, units=4, communes=12, delegates=30)
    Delegate.objects.filter(pk=Delegate.objects.order_by("pk").values("pk")[:1]).update(
        full_name=LONG_NAME, position=LONG_POSITION
    )
    return filled


@pytest.fixture
def books(large, nguyet, can_loc_registration, tmp_path) -> dict[Contents, Path]:
    """A workbook of every kind there is."""
    paths = {contents: tmp_path / f"{contents}.xlsx" for contents in STANDING}
    for contents, path in paths.items():
        write_book(contents, large, path)
    taken(nguyet, made(large, nguyet))
    bring_anew(can_loc_registration)
    changes = made(large, nguyet, ExportJob.Kind.CHANGES)
    close(large, can_loc_registration)
    for job in (changes, *(made(large, nguyet, kind) for kind in ExportJob.OF_FREEZE)):
        assert job.state == ExportJob.State.DONE, job.error
        paths[Contents(job.kind)] = tmp_path / f"{job.kind}.xlsx"
        paths[Contents(job.kind)].write_bytes(services.path_of(job).read_bytes())
    assert set(paths) == set(Contents)
    return paths


def bring_anew(registration: Registration) -> None:
    """Three people go, forty come, one has another position."""
    gone, going, went, altered, *_ = registration.delegates.exclude(full_name=LONG_NAME)
    for delegate in (gone, going, went):
        delegate.delete()
    altered.position = "Chức vụ mới"
    altered.save()
    DelegateFactory.create_batch(40, registration=registration, role=altered.role)
    Registration.objects.filter(pk=registration.pk).update(version=7)


def close(meeting, registration: Registration) -> None:
    """The list is frozen, then a unit with an extension sends again: there is a supplement."""
    meeting.registration_deadline = database_now() - timedelta(minutes=10)
    meeting.save(update_fields=["registration_deadline"])
    registration.submissions.all().delete()
    submitted(registration, meeting.registration_deadline - timedelta(hours=1))
    freezing.official_list(meeting)
    until = meeting.registration_deadline + freezing.GRACE + timedelta(seconds=20)
    ExtensionFactory.create(invitation=registration.invitation, until=until)
    registration.delegates.exclude(full_name=LONG_NAME).first().delete()
    submitted(registration, until, number=2)


def printed(workbooks: list[Path], into: Path) -> None:
    """Have LibreOffice print ``workbooks`` to PDF; with settings of its own, not those of who runs this."""
    command = [
        "soffice", f"-env:UserInstallation={(workbooks[0].parent / 'settings').as_uri()}", "--headless",
        "--convert-to", "pdf", "--outdir", f"{into}", *map(str, workbooks),
    ]  # fmt: skip
    subprocess.run(command, check=True, timeout=300, capture_output=True)


def sheets_of(workbook: Path) -> Iterator[list[str]]:
    """The texts of each row of each sheet, as a reader of Excel files finds them."""
    book = CalamineWorkbook.from_path(str(workbook))
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        yield ["".join(value for value in row if isinstance(value, str)) for row in rows]


def pages_of(paper: Path) -> Iterator[list[str]]:
    """The pages of each sheet; each of them begins with the motto of a Party document."""
    with pypdfium2.PdfDocument(paper) as document:
        sizes = {(round(page.get_width()), round(page.get_height())) for page in document}
        assert sizes == {A4_LANDSCAPE}, paper.name
        pages = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    for number, page in enumerate(pages, 1):
        assert f"Trang{number}/{len(pages)}" in page, paper.name
    begins = [at for at, page in enumerate(pages) if not letters(MOTTO) - letters(page)]
    for first, last in pairwise([*begins, len(pages)]):
        yield pages[first:last]


def letters(text: str, times: int = 1) -> Counter[str]:
    """How often each letter comes. Not their order: a PDF may hold one font's letters after another's."""
    return Counter({letter: times * number for letter, number in Counter(filter(str.isalpha, text)).items()})


def wanted(rows: list[str], pages: list[str]) -> Counter[str]:
    """The letters of a sheet's cells, of its headings on each later page, and of "Trang" on every page."""
    again = letters(rows[HEAD_ROW - 1], times=len(pages) - 1)
    return letters("".join(rows)) + again + letters("Trang", times=len(pages))


def test_what_the_cells_hold_is_on_the_paper_and_each_page_has_its_heading(books, tmp_path):
    """Letter by letter, not one more: a column that is too narrow shows ### or half of a name."""
    paper = Path(os.environ.get("PAPER", tmp_path / "paper"))
    printed(list(books.values()), into=paper)
    longest = 0
    for contents, workbook in books.items():
        sheets, papers = list(sheets_of(workbook)), list(pages_of(paper / f"{contents}.pdf"))
        for rows, pages in zip(sheets, papers, strict=True):
            assert letters("".join(pages)) == wanted(rows, pages), (contents, rows[HEAD_ROW - 5])
            assert "###" not in "".join(pages), contents
            longest = max(longest, len(pages))
    assert longest > 2


def test_without_heights_half_of_a_long_name_is_not_on_the_paper(large, tmp_path, monkeypatch):
    """The control, of the third line on: a PDF still holds the letters of a second line that it cuts through.

    When LibreOffice finds heights by itself one day, ``heights`` can go.
    """
    monkeypatch.setattr(Heights, "of", lambda self, columns: repeat(""))
    workbook = tmp_path / "delegates.xlsx"
    write_book(Contents.DELEGATES, large, workbook)
    printed([workbook], into=tmp_path)
    rows, pages = next(sheets_of(workbook)), next(pages_of(tmp_path / "delegates.pdf"))
    lost = wanted(rows, pages) - letters("".join(pages))
    assert not letters("Vân chính trị cấp huyện") - lost
