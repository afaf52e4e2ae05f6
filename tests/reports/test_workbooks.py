"""The consolidated workbook, opened again by a reader."""

import unicodedata
import zipfile
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from accounts.models import Unit
from accounts.picture import Picture
from registrations.models import Delegate, Registration
from reports.counting import read_counts
from reports.workbooks import HEAD_ROW, write_delegates
from tests.factories import DelegateFactory, HeadcountFactory, RegistrationFactory
from tests.reports.conftest import enlarge

pytestmark = pytest.mark.django_db


@pytest.fixture
def book_of(tmp_path):
    def write_and_open(meeting):
        path = tmp_path / "book.xlsx"
        write_delegates(meeting, path)
        return load_workbook(path)

    return write_and_open


def rows(sheet):
    """The rows below the headings, without the signature."""
    last = int(sheet.auto_filter.ref.rpartition(":")[2].lstrip("ABCDEFGHI"))
    return [
        [cell.value for cell in row]
        for row in sheet.iter_rows(min_row=HEAD_ROW + 1, max_row=last)
        if last > HEAD_ROW
    ]


def texts(sheet):
    return [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]


@pytest.fixture
def book(filled, book_of, health_invitation, provincial_point):
    """Sở Y tế has one delegate at the provincial point, so that the order shows."""
    registration = RegistrationFactory.create(invitation=health_invitation)
    role = health_invitation.audience.roles.last()
    HeadcountFactory.create(registration=registration, bridge_point=provincial_point, role=role, number=2)
    DelegateFactory.create(
        registration=registration,
        bridge_point=provincial_point,
        role=role,
        full_name="Phan Thị Lan",
        phone="0900000302",
        rank=1,
    )
    return book_of(filled)


def test_there_are_three_sheets(book):
    assert book.sheetnames == ["Đại biểu", "Số lượng", "Điểm cầu cấp xã"]


def test_each_sheet_has_the_head_of_a_party_document(book, filled):
    for sheet in book:
        assert sheet["A1"].value == "TỈNH ỦY HÀ TĨNH"
        assert not sheet["A1"].font.bold
        assert (sheet["A2"].value, sheet["A2"].font.bold) == ("VĂN PHÒNG", True)
        assert sheet["A3"].value == "*"
        right = sheet.cell(1, len(list(sheet.columns)) // 2 + 1)
        assert right.value == "ĐẢNG CỘNG SẢN VIỆT NAM"
        place = sheet.cell(3, right.column)
        assert place.value.startswith("Hà Tĩnh, ngày ")
        assert place.font.italic
        assert sheet["A6"].value == filled.title
        assert "1 trên 3 đơn vị đã gửi" in sheet["A7"].value


def test_each_sheet_is_set_up_to_be_read_and_printed(book):
    for sheet in book:
        assert sheet.freeze_panes == f"A{HEAD_ROW + 1}"
        assert sheet.print_title_rows == f"${HEAD_ROW}:${HEAD_ROW}"
        assert sheet.auto_filter.ref.startswith(f"A{HEAD_ROW}:I")
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.oddFooter.center.text == "Trang &P/&N"
        assert sheet.column_dimensions["B"].width >= 20
        assert sheet.cell(HEAD_ROW, 1).border.left.style == "thin"
        assert sheet.cell(HEAD_ROW + 1, 2).border.bottom.style == "thin"


def test_each_sheet_ends_with_room_for_a_signature(book):
    for sheet in book:
        end = texts(sheet)[-5:]
        assert "NGƯỜI LẬP BIỂU" in end
        assert "T/L BAN THƯỜNG VỤ" in end
        assert "CHÁNH VĂN PHÒNG" in end
        assert "Trần Minh Quân" not in end, "nobody has signed"


def test_delegates_stand_by_tier_unit_point_and_rank(book):
    found = rows(book["Đại biểu"])
    assert [row[6] for row in found] == ["Sở Y tế"] + ["Huyện ủy Can Lộc"] * 11 + ["Huyện ủy Nghi Xuân"] * 6
    assert [row[0] for row in found] == list(range(1, 19))
    ranked = Delegate.objects.filter(registration__invitation__unit__slug="huyen-uy-can-loc").order_by("rank")
    assert [row[1] for row in found[1:12]] == [delegate.full_name for delegate in ranked]
    assert found[0][:9] == [
        1, "Phan Thị Lan", found[0][2], "Sở Y tế", "Trưởng, phó sở", "Tỉnh ủy Hà Tĩnh", "Sở Y tế",
        "0900000302", None,
    ]  # fmt: skip


def test_phones_are_text(book):
    cell = book["Đại biểu"].cell(HEAD_ROW + 1, 8)
    assert (cell.value, cell.data_type, cell.number_format) == ("0900000302", "s", "@")
    assert book["Điểm cầu cấp xã"].cell(HEAD_ROW + 1, 7).data_type == "s"


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("http://x.example";"Bấm")',
        "+84 gọi",
        "-1+1",
        "@SUM(A1)",
        "#N/A",
        "0912",
        "Nguyễn 😀 An",
        "<b>&amp;",
        "_x0041_",
    ],
)
def test_a_name_is_text_whatever_it_looks_like(filled, can_loc_registration, book_of, tmp_path, name):
    Delegate.objects.filter(registration=can_loc_registration, rank__gt=0).update(rank=9000)
    DelegateFactory.create(registration=can_loc_registration, full_name=name, rank=1)
    cell = book_of(filled)["Đại biểu"].cell(HEAD_ROW + 1, 2)
    assert (cell.value.replace("_x005F_", "_"), cell.data_type) == (name, "s")  # openpyxl leaves the escape
    sheet = zipfile.ZipFile(tmp_path / "book.xlsx").read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet


def test_decomposed_letters_are_composed(filled, can_loc_registration, book_of):
    DelegateFactory.create(
        registration=can_loc_registration, full_name=unicodedata.normalize("NFD", "Trần Thị Ánh"), rank=0
    )
    assert "Trần Thị Ánh" in texts(book_of(filled)["Đại biểu"])


def test_what_a_workbook_cannot_hold_is_left_out(filled, can_loc_registration, book_of):
    """Rows written past the tidy fields, as an import of long ago may have done."""
    delegate = DelegateFactory.create(registration=can_loc_registration, rank=0)
    with_marks = "Lê\x01 Văn\x1f Hậu\ufffe\x7f"
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE registrations_delegate SET full_name = %s WHERE id = %s", [with_marks, delegate.pk]
        )
    assert "Lê Văn Hậu" in texts(book_of(filled)["Đại biểu"])


def test_totals_are_values_that_agree_with_their_rows(book, filled):
    found = rows(book["Số lượng"])
    *body, total = found
    lines = [row for row in body if row[0] is None and row[1] is None]
    units = [row for row in body if row[0] is not None]
    groups = [row for row in body if row[0] is None and row[1] is not None]
    for column in (4, 5, 6):
        assert sum(row[column] or 0 for row in lines) == total[column]
        assert sum(row[column] for row in units) == total[column]
        assert sum(row[column] for row in groups) == total[column]
    assert total[4:8] == [76, 18, 5, 2]
    assert list(read_counts_sum(filled)) == total[4:8]


def read_counts_sum(meeting):
    from django.utils import timezone

    return read_counts(meeting, Picture(timezone.now())).sum


def test_the_counts_say_what_each_unit_has_submitted(filled, book_of, can_loc_registration):
    states = {row[1]: row[8] for row in rows(book_of(filled)["Số lượng"]) if row[0]}
    assert states == {
        "Sở Y tế": "Chưa gửi",
        "Huyện ủy Can Lộc": "Đã gửi lần 1",
        "Huyện ủy Nghi Xuân": "Chưa gửi",
    }
    Registration.objects.filter(pk=can_loc_registration.pk).update(version=2)
    states = {row[1]: row[8] for row in rows(book_of(filled)["Số lượng"]) if row[0]}
    assert states["Huyện ủy Can Lộc"] == "Đã gửi lần 1, có sửa chưa gửi lại"


def test_telecoms_sheet_has_every_commune_with_its_state(book):
    *found, total = rows(book["Điểm cầu cấp xã"])
    assert len(found) == 6
    nghen = found[0]
    assert nghen[:3] == [1, "Huyện ủy Can Lộc", "Thị trấn Nghèn"]
    assert nghen[3] == "Hội trường tầng 2, trụ sở Đảng ủy"
    assert nghen[7:] == [30, "đã thử đường truyền"]
    assert [row[8] for row in found[1:3]] == ["không kết nối", "chưa đăng ký"]
    assert (total[2], total[7]) == ("2 trên 6 điểm cầu đăng ký kết nối", 55)


def test_an_empty_meeting_makes_an_empty_workbook(meeting, book_of):
    assert rows(book_of(meeting)["Đại biểu"]) == []


def test_progress_runs_from_nothing_to_all(filled, tmp_path):
    enlarge(filled, units=2, communes=0, delegates=300)
    told = []
    write_delegates(filled, tmp_path / "x.xlsx", progress=lambda done, total: told.append((done, total)))
    assert told[0] == (0, told[-1][1])
    assert told[-1][0] == told[-1][1]
    assert len(told) > 2
    assert told == sorted(told)


def test_the_number_of_queries_does_not_grow(filled, tmp_path, django_assert_max_num_queries):
    enlarge(filled, units=6, communes=3, delegates=10)
    with django_assert_max_num_queries(10):
        write_delegates(filled, tmp_path / "x.xlsx")


# ── The command ──────────────────────────────────────────────────────────────────────────────


def test_the_command_writes_the_newest_meeting(filled, tmp_path):
    said = StringIO()
    call_command("export_delegates", out=tmp_path / "a.xlsx", stdout=said)
    assert "17 đại biểu" in said.getvalue()
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]
    assert load_workbook(tmp_path / "a.xlsx").sheetnames[0] == "Đại biểu"


def test_the_command_says_what_is_wrong(filled, tmp_path):
    with pytest.raises(CommandError, match="Không có hội nghị khong-co"):
        call_command("export_delegates", meeting="khong-co", out=tmp_path / "a.xlsx")
    with pytest.raises(CommandError, match="Không ghi được"):
        call_command("export_delegates", out=tmp_path / "no" / "a.xlsx")


def test_without_a_meeting_the_command_says_so(db, tmp_path):
    assert not Unit.objects.exists()
    with pytest.raises(CommandError, match="Chưa có hội nghị"):
        call_command("export_delegates", out=tmp_path / "a.xlsx")
