"""The writer of workbooks and its template, without a database; read back by openpyxl and by calamine."""

from __future__ import annotations

import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from python_calamine import CalamineWorkbook

from reports import templates
from reports.workbooks import package, template, writing
from reports.workbooks.cells import CUT, MOST_CHARACTERS, SharedStrings, text_xml, writable
from reports.workbooks.changes import compare
from reports.workbooks.drawing import HEAD_ROW, own_template
from reports.workbooks.earlier import said
from reports.workbooks.plain import write_csv
from reports.workbooks.tables import DELEGATES, LAYOUTS, Look, Marked, Table

WORDS = {"cơ quan": "VĂN PHÒNG", "hội nghị": "Hội nghị thử"}


def person(place, name="Nguyễn Văn An", phone="0900000101"):
    return (place, name, "Bí thư", "Huyện ủy", "Ủy viên", "Can Lộc", "Huyện ủy Can Lộc", phone, "")


def written(path, rows, drawn_by=None, **options):
    table = Table(DELEGATES, "Đại biểu", "Danh sách", "thử", iter(rows), **options)
    with writing.writing(path, drawn_by or template.own(), WORDS) as book:
        book.add(table, lambda number: None)
    return path


def second_reading(path, sheet=0):
    """What the other reader sees in the columns, below the headings."""
    return (
        CalamineWorkbook.from_path(str(path))
        .get_sheet_by_index(sheet)
        .to_python(skip_empty_area=False)[HEAD_ROW:]
    )


@pytest.fixture
def path(tmp_path):
    return tmp_path / "book.xlsx"


# ── Texts ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("http://x.example")',
        "+84",
        "-1+1",
        "@SUM(A1)",
        "#N/A",
        "0912",
        "A 😀",
        "<b>&",
        "_x0041_",
        "  a",
    ],
)
def test_both_readers_see_the_text_that_was_written(path, name):
    written(path, [person(1, name)])
    assert second_reading(path)[0][1] == name
    cell = load_workbook(path).active.cell(HEAD_ROW + 1, 2)
    assert (cell.value.replace("_x005F_", "_"), cell.data_type) == (name, "s")
    assert b"<f>" not in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize("name", ["a" * 32_768, "😀" * 16_384, "đ" * 40_000])
def test_a_text_longer_than_a_cell_is_cut_with_a_mark(path, name):
    kept = writable(name)
    assert len(kept.encode("utf-16-le")) // 2 <= MOST_CHARACTERS
    assert kept.endswith(CUT)
    assert kept[:100] == name[:100]
    written(path, [person(1, name)])
    assert second_reading(path)[0][1] == kept


@pytest.mark.parametrize(
    ("name", "high"),
    [
        ("Nguyễn Văn An", None),
        ("Công Tằng Tôn Nữ Hoàng Thị Phương Thảo", 31.2),
        ("a" * 24, None),
        ("a" * 26, 31.2),
        ("a" * 60, 46.8),
        ("Trần " + "a" * 60, 62.4),
        ("a" * 32_768, 409),
    ],
)
def test_a_row_says_how_high_it_is_where_a_text_needs_more_than_one_line(path, name, high):
    """Of a column 25 wide; the rows around it grow by themselves."""
    written(path, [person(1), person(2, name), person(3, None)])
    sheet = load_workbook(path).active
    assert [sheet.row_dimensions[HEAD_ROW + at].height for at in (1, 2, 3)] == [None, high, None]


def test_a_text_that_just_fits_is_whole():
    assert writable("a" * MOST_CHARACTERS) == "a" * MOST_CHARACTERS
    assert text_xml("Lê\x01 Văn\x1f Hậu\ufffe\x7f") == '<t xml:space="preserve">Lê Văn Hậu</t>'


def test_one_odd_text_among_many_spoils_none(path):
    names = [f"Nguyễn Văn {place}" for place in range(1200)]
    names[700] = "R&D <b>"
    written(path, [person(place, name) for place, name in enumerate(names, 1)])
    assert [row[1] for row in second_reading(path)[:1200]] == names


def test_the_table_of_shared_texts_has_an_end(path, monkeypatch):
    monkeypatch.setattr(SharedStrings, "MOST", 3)
    rows = [(*person(place)[:2], f"Chức vụ {place}", *person(place)[3:]) for place in range(1, 11)]
    written(path, rows)
    assert [row[2] for row in second_reading(path)[:10]] == [row[2] for row in rows]
    assert zipfile.ZipFile(path).read("xl/sharedStrings.xml").count(b"<si>") == 3


# ── Sheets ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("number", [0, 5, 6, 13])
def test_what_a_sheet_cannot_hold_goes_on_in_the_next(path, monkeypatch, number):
    head, foot = HEAD_ROW, 4
    monkeypatch.setattr(writing, "LAST_ROW", head + 1 + foot + 5)
    written(path, [person(place) for place in range(1, number + 1)])
    book = CalamineWorkbook.from_path(str(path))
    sheets = [
        book.get_sheet_by_name(name).to_python(skip_empty_area=False)[HEAD_ROW:] for name in book.sheet_names
    ]
    places = [row[0] for rows in sheets for row in rows if isinstance(row[0], float)]
    assert places == list(range(1, number + 1)), "numbered on, nothing lost and nothing twice"
    assert all(len(rows) + HEAD_ROW <= writing.LAST_ROW for rows in sheets)
    assert book.sheet_names[0] == "Đại biểu"
    signed = [any("NGƯỜI LẬP BIỂU" in row for row in rows) for rows in sheets]
    assert signed == [False] * (len(sheets) - 1) + [True], "the signature stands once, at the end"


def test_rows_that_look_unlike_keep_their_place_and_colour(path):
    rows = [person(1), Marked(person(2), Look.ADDED), Marked(person(3), Look.GROUP), person(4)]
    sheet = load_workbook(written(path, rows)).active
    looks = [sheet.cell(HEAD_ROW + place, 2) for place in range(1, 5)]
    assert [cell.fill.fgColor.rgb for cell in looks] == ["00000000", "00DCEFDC", "00E7E1D8", "00000000"]
    assert [bool(cell.font.bold) for cell in looks] == [False, False, True, False]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("Huyện ủy [A]: B/C?*", "Huyện ủy A B C"),
        ("'Trích'", "Trích"),
        ("", "Bảng"),
        ("a" * 40, "a" * 31),
        ("ĐẠI BIỂU", "ĐẠI BIỂU (2)"),
    ],
)
def test_a_sheet_is_called_as_excel_allows(wanted, name):
    assert package.sheet_name(wanted, {"đại biểu"}) == name


def test_a_csv_is_no_formula_and_has_its_mark(tmp_path):
    table = Table(DELEGATES, "Đại biểu", "", "", [person(1, "=1+1"), person(2, 'Lê "Tý", B')])
    assert write_csv(tmp_path / "a.csv", [table], lambda number: None) == [2]
    text = (tmp_path / "a.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbfTT,")
    assert b"1,'=1+1," in text
    assert '2,"Lê ""Tý"", B",'.encode() in text
    assert b",0900000101," in text


# ── The template ─────────────────────────────────────────────────────────────────────────────


def as_bytes(book):
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()


def test_the_portals_own_template_is_one_that_it_takes():
    assert templates.problems_with("mau.xlsx", as_bytes(own_template())) == []


def test_staff_choose_columns_their_order_and_their_headings(path):
    book = own_template()
    for name in book.sheetnames[1:]:
        book.remove(book[name])
    sheet = book["Đại biểu"]
    sheet["B9"], sheet["B10"] = "Đơn vị gửi", "{{đơn vị đăng ký}}"
    sheet["C9"], sheet["C10"] = "Họ tên", "{{ họ  và tên }}"
    for column in "DEFGHI":
        sheet[f"{column}9"] = sheet[f"{column}10"] = None
    sheet["A5"] = "TỔNG HỢP: {{tiêu đề}}"
    drawn_by = template.read_template(as_bytes(book))
    written(path, [person(1)], drawn_by)
    assert second_reading(path)[0][:3] == [1, "Huyện ủy Can Lộc", "Nguyễn Văn An"]
    drawn = load_workbook(path).active
    assert (drawn["B9"].value, drawn["A5"].value) == ("Đơn vị gửi", "TỔNG HỢP: DANH SÁCH")
    assert set(drawn_by.sheets) == {layout.sheet for layout in LAYOUTS}, "the rest is the portal's own"


@pytest.mark.parametrize(
    ("cell", "value", "words"),
    [
        ("A5", "Danh sách", "thiếu trường {{tiêu đề}}"),
        ("A7", None, "thiếu trường {{ghi chú}}"),
        ("B10", None, "thiếu cột {{họ và tên}}"),
        ("C10", "{{chức danh}}", "không có cột {{chức danh}}"),
        ("C10", "{{họ và tên}}", "{{họ và tên}} ghi hai lần"),
        ("A6", "{{hội nghi}}", "không có trường {{hội nghi}}"),
    ],
)
def test_a_template_with_a_missing_or_a_wrong_mark_is_refused_with_the_mark_named(cell, value, words):
    book = own_template()
    book["Đại biểu"][cell] = value
    problems = templates.problems_with("mau.xlsx", as_bytes(book))
    assert any("Trang “Đại biểu”" in problem and words in problem for problem in problems), problems


def test_a_template_without_any_list_says_which_there_are():
    (problem,) = templates.problems_with("mau.xlsx", as_bytes(Workbook()))
    assert "“Đại biểu”" in problem


def test_a_template_with_a_macro_is_refused():
    with_macro = io.BytesIO(as_bytes(own_template()))
    with zipfile.ZipFile(with_macro, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf")
    assert "macro" in templates.problems_with("mau.xlsx", with_macro.getvalue())[0]
    assert "macro" in templates.problems_with("mau.xlsm", as_bytes(own_template()))[0]


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04half", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", b"%PDF-1.4"]
)
def test_what_is_no_workbook_is_refused_with_a_way_out(data):
    (problem,) = templates.problems_with("mau.xlsx", data)
    assert "lưu lại" in problem


# ── Changes ──────────────────────────────────────────────────────────────────────────────────


def entry(key, name, post="Bí thư", unit=1):
    return (unit, 10, 20, name, post, "Huyện ủy", "0900000101", "", key)


def kept(*entries):
    return {one[-1]: said(one) for one in entries}


def test_a_list_brought_anew_is_no_change_where_people_are_the_same():
    before = kept(entry(1, "An"), entry(2, "Bình"))
    assert compare(iter([entry(3, "An"), entry(4, "Bình")]), before) == []
    (one,) = compare(iter([entry(3, "An", post="Phó Bí thư"), entry(4, "Bình")]), before)
    assert (one.look, one.values[4], one.before[4]) == (Look.CHANGED, "Phó Bí thư", "Bí thư")


def test_added_and_removed_are_told_once():
    told = compare(iter([entry(1, "An"), entry(3, "Cúc")]), kept(entry(1, "An"), entry(2, "Bình")))
    assert [(one.look, one.values[3]) for one in told] == [(Look.ADDED, "Cúc"), (Look.REMOVED, "Bình")]
    assert len(compare(iter([entry(5, "An"), entry(6, "An")]), kept(entry(1, "An")))) == 1
