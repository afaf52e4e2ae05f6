"""Every kind of list in every form, opened by a second reader; numbers that agree with the board's."""

from __future__ import annotations

import csv

import pytest
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from registrations.models import Delegate
from reports.models import ExportJob
from reports.workbooks import BOOKS, HEAD_ROW, Contents, write_book

pytestmark = pytest.mark.django_db

STANDING = [contents for contents in Contents if contents not in (Contents.CHANGES, *ExportJob.OF_FREEZE)]


def test_every_kind_of_list_can_be_asked_for():
    assert set(BOOKS) == set(Contents)
    assert {contents.value for contents in Contents} <= set(ExportJob.Kind.values)


def test_a_second_reader_opens_every_workbook(filled, tmp_path):
    """And every list in every other form, of the same conference: made once, for each takes a while."""
    sheets = {}
    for contents in STANDING:
        write_book(contents, filled, tmp_path / f"{contents}.xlsx")
        book = CalamineWorkbook.from_path(str(tmp_path / f"{contents}.xlsx"))
        for name in book.sheet_names:
            sheets[contents, name] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    for name, rows in sheets.items():
        assert "Hà Tĩnh, ngày " in str(rows[2]), name
        assert rows[HEAD_ROW - 1][0] == "TT", name
        assert any("NGƯỜI LẬP BIỂU" in row for row in rows), name
    names = set(Delegate.objects.values_list("full_name", flat=True))
    for contents in (Contents.DELEGATES, Contents.BY_UNIT, Contents.BY_POINT, Contents.BY_ROLE):
        found = [row[1] for (of, name), rows in sheets.items() if of is contents for row in rows[HEAD_ROW:]]
        assert len([name for name in found if name in names]) >= 17, contents
    assert {name for of, name in sheets if of is Contents.BY_UNIT} == {
        "Huyện ủy Can Lộc",
        "Huyện ủy Nghi Xuân",
    }
    assert {name for of, name in sheets if of is Contents.BY_POINT} == {
        "Điểm cầu Can Lộc",
        "Điểm cầu Nghi Xuân",
    }
    assert len([name for of, name in sheets if of is Contents.BY_ROLE]) == 2
    totals = [total(rows) for (of, _), rows in sheets.items() if of is Contents.NUMBERS]
    assert totals == [[74, 17, 4, 2]] * 3, "by unit, by role, by tier: the board's numbers"
    silent = sheets[Contents.SILENT_UNITS, "Đơn vị chưa gửi"]
    assert {row[1] for row in silent[HEAD_ROW : HEAD_ROW + 2]} == {"Sở Y tế", "Huyện ủy Nghi Xuân"}
    points = sheets[Contents.POINTS, "Điểm cầu"][HEAD_ROW:]
    assert [row[0] for row in points if isinstance(row[0], float)] == [1, 2, 3, 4, 5, 6]
    assert points[0][1] == "Tỉnh ủy Hà Tĩnh", "each point before those below it"
    assert len(sheets[Contents.CONTACTS, "Đầu mối"]) > HEAD_ROW + 3


def total(rows):
    row = next(row for row in rows if row[1] == "Tổng cộng")
    return [int(value) for value in row[4:8]]


@pytest.mark.parametrize("contents", [Contents.DELEGATES, Contents.NUMBERS])
def test_the_same_list_as_csv_and_as_pdf(filled, tmp_path, contents):
    write_book(contents, filled, tmp_path / "a.csv", form="csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0][0] == "TT"
    write_book(contents, filled, tmp_path / "a.pdf", form="pdf")
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "a.pdf").pages)
    if contents is Contents.DELEGATES:
        assert len(rows) == 18
        assert all(row[1].split()[0] in text for row in rows[1:])
    else:
        assert rows[-1][1] == "Tổng cộng"
        assert "Tổng cộng" in text
