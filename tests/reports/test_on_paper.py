"""Every workbook as LibreOffice prints it: `make paper`, which leaves the PDFs to look at.

Asked of each page is what a person asks who holds it: whose it is, what its columns are, which page of how
many, and whether all that the rows say can be read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise, repeat
from pathlib import Path

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
from tests.factories import DelegateFactory, ExtensionFactory, SubmissionFactory
from tests.paper import letters, pages_of, printed
from tests.reports.conftest import enlarge
from tests.reports.test_export_keeping import made, taken
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
    in_time = meeting.registration_deadline - timedelta(hours=1)
    SubmissionFactory.create(registration=registration, number=1, decided_at=in_time)
    freezing.official_list(meeting)
    until = meeting.registration_deadline + freezing.GRACE + timedelta(seconds=20)
    ExtensionFactory.create(invitation=registration.invitation, until=until)
    registration.delegates.exclude(full_name=LONG_NAME).first().delete()
    SubmissionFactory.create(registration=registration, number=2, decided_at=until)


def sheets_of(workbook: Path) -> Iterator[list[str]]:
    """The texts of each row of each sheet, as a reader of Excel files finds them."""
    book = CalamineWorkbook.from_path(str(workbook))
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        yield ["".join(value for value in row if isinstance(value, str)) for row in rows]


def papers_of(paper: Path) -> Iterator[list[str]]:
    """The pages of each sheet; each of them begins with the motto of a Party document."""
    pages = pages_of(paper, A4_LANDSCAPE)
    for number, page in enumerate(pages, 1):
        assert f"Trang{number}/{len(pages)}" in page, paper.name
    begins = [at for at, page in enumerate(pages) if not letters(MOTTO) - letters(page)]
    for first, last in pairwise([*begins, len(pages)]):
        yield pages[first:last]


def wanted(rows: list[str], pages: list[str]) -> Counter[str]:
    """The letters of a sheet's cells, of its headings on each later page, and of "Trang" on every page."""
    again = letters(rows[HEAD_ROW - 1], times=len(pages) - 1)
    return letters("".join(rows)) + again + letters("Trang", times=len(pages))


def test_what_the_cells_hold_is_on_the_paper_and_each_page_has_its_heading(books, tmp_path):
    """Letter by letter, not one more: a column that is too narrow shows ### or half of a name."""
    longest = 0
    for workbook, paper in zip(books.values(), printed(list(books.values()), tmp_path), strict=True):
        for rows, pages in zip(sheets_of(workbook), papers_of(paper), strict=True):
            assert letters("".join(pages)) == wanted(rows, pages), (workbook.name, rows[HEAD_ROW - 5])
            assert "###" not in "".join(pages), workbook.name
            longest = max(longest, len(pages))
    assert longest > 2


def test_without_heights_half_of_a_long_name_is_not_on_the_paper(large, tmp_path, monkeypatch):
    """The control, of the third line on: a PDF still holds the letters of a second line that it cuts through.

    When LibreOffice finds heights by itself one day, ``heights`` can go.
    """
    monkeypatch.setattr(Heights, "of", lambda self, columns: repeat(""))
    workbook = tmp_path / "delegates.xlsx"
    write_book(Contents.DELEGATES, large, workbook)
    monkeypatch.delenv("PAPER", raising=False)
    (paper,) = printed([workbook], tmp_path)
    rows, pages = next(sheets_of(workbook)), next(papers_of(paper))
    lost = wanted(rows, pages) - letters("".join(pages))
    assert not letters("Vân chính trị cấp huyện") - lost
