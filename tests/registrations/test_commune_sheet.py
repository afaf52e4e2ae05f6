"""A unit's communes by Excel: the workbook out, the sheet back, a preview before anything is written."""

import io
import re
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import Tier
from bridge_points.models import BridgePoint
from registrations import services
from registrations.models import Change, Headcount, Registration
from registrations.roster import communes, guarded
from registrations.roster.cells import Book, Cell, Sheet, SheetRow, UnreadableRosterError
from tests.cast import client_of
from tests.factories import UnitFactory

pytestmark = pytest.mark.django_db

HEAD = [
    "Xã, phường, thị trấn",
    "Kết nối",
    "Nơi họp",
    "Chủ trì",
    "Cán bộ kỹ thuật",
    "Điện thoại",
    "Số dự kiến",
]
VALUES = {"venue": "Nhà văn hóa", "chair": "Lê Thị Hoa", "technician": "", "technician_phone": ""}


@pytest.fixture
def address(meeting, can_loc):
    return reverse("registration_commune_sheet", args=[meeting.slug, can_loc.slug])


@pytest.fixture
def clerk(an):
    return client_of(an)


def csv(*rows, head=HEAD):
    text = "\n".join(";".join(str(cell) for cell in row) for row in (head, *rows))
    return SimpleUploadedFile("xa.csv", text.encode())


def xlsx(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return SimpleUploadedFile("xa.xlsx", stream.getvalue())


def bring(clerk, address, file):
    return clerk.post(address, {"file": file})


def take(clerk, address, page):
    rows = re.search(r'name="rows" value="([^"]+)"', page.content.decode())[1]
    return clerk.post(address + "ghi/", {"rows": rows})


def points(commune):
    return BridgePoint.objects.get(unit=commune)


def test_the_workbook_holds_the_units_communes_and_what_is_known(
    clerk, address, desk, can_loc_communes, nghi_xuan_communes
):
    values = VALUES | {"venue": "=1+1", "technician_phone": "0900000310"}
    services.save_commune_point(**desk, commune=can_loc_communes[0], values=values, expected=40, version=0)
    answer = clerk.get(address + "tep/")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert rows[0] == HEAD
    assert rows[1] == ["Thị trấn Nghèn", "Có", "=1+1", "Lê Thị Hoa", None, "0900000310", 40]
    assert sheet["C4"].data_type == "s"
    assert [row[0] for row in rows[1:]] == [commune.name for commune in can_loc_communes]
    log = Change.objects.get(kind=Change.Kind.DOWNLOADED)
    assert (log.what, log.by) == ("bảng điểm cầu xã", desk["user"])


def test_the_workbook_comes_back_unchanged_and_changes_nothing(clerk, address, desk, can_loc_communes):
    services.save_commune_point(**desk, commune=can_loc_communes[0], values=VALUES, expected=40, version=0)
    version = Registration.objects.get().version
    file = SimpleUploadedFile("xa.xlsx", clerk.get(address + "tep/").content)
    page = bring(clerk, address, file).content.decode()
    assert "Tệp không thay đổi xã nào" in page
    assert Registration.objects.get().version == version


def test_a_sheet_is_shown_before_it_is_taken_and_taken_once(clerk, address, can_loc_communes):
    file = xlsx(
        ["Danh sách điểm cầu"],
        ["Xã", "Kết nối", "Nơi họp", "Chủ trì", "Kỹ thuật", "SĐT", "Dự kiến"],
        ["Nghèn", "x", "Hội trường tầng 2", "Lê Thị Hoa", "Bùi Lâm", 900000310, 45.0],
        ["thiên lộc", "không", None, None, None, None, None],
        ["Cộng", None, None, None, None, None, 45],
    )
    page = bring(clerk, address, file)
    text = page.content.decode()
    assert "2 xã sẽ thay đổi" in text
    assert "0900.000.310" in text
    assert "Chưa nhận được" not in text, "the row of the sum is no commune"
    assert not BridgePoint.objects.filter(unit__in=can_loc_communes).exists()

    assert take(clerk, address, page).status_code == 302
    nghen = points(can_loc_communes[0])
    assert (nghen.venue, nghen.technician_phone, nghen.connects) == ("Hội trường tầng 2", "0900000310", True)
    assert Headcount.objects.get(bridge_point=nghen).number == 45
    assert not points(can_loc_communes[1]).connects
    assert not BridgePoint.objects.filter(unit=can_loc_communes[2]).exists()

    version = Registration.objects.get().version
    take(clerk, address, page)
    assert Registration.objects.get().version == version, "taken twice is taken once"


def test_what_cannot_be_taken_is_named_by_its_cell_and_the_rest_can(clerk, address, can_loc_communes):
    page = bring(
        clerk,
        address,
        csv(
            ["Nghèn", "có", "Hội trường", "", "", "0900.000.31", "nhiều"],
            ["Xã Lạ Hoắc", "có", "", "", "", "", 5],
            ["Thiên Lộc", "hình như có", "", "", "", "", ""],
            ["Vượng Lộc", "", "Nhà văn hóa", "", "", "", "30"],
            ["xã Vượng Lộc", "", "Nơi khác", "", "", "", "31"],
        ),
    )
    text = page.content.decode()
    for said in (
        "1 xã sẽ thay đổi",
        "Ô F2: Mới có 9 chữ số",
        "Ô G2: Chỉ điền chữ số",
        "Ô A3: Đơn vị không có xã nào tên “Xã Lạ Hoắc”",
        "Ô B4: “hình như có” không rõ",
        "Ô A6: Dòng 5 đã là xã này",
    ):
        assert said in text, said
    take(clerk, address, page)
    assert points(can_loc_communes[2]).venue == "Nhà văn hóa"
    assert BridgePoint.objects.filter(unit__in=can_loc_communes).count() == 1


def test_an_empty_box_takes_nothing_away(clerk, address, desk, can_loc_communes):
    services.save_commune_point(**desk, commune=can_loc_communes[0], values=VALUES, expected=40, version=0)
    page = bring(clerk, address, csv(["Nghèn", "", "", "Phan Hợi", "", "", ""]))
    take(clerk, address, page)
    point = points(can_loc_communes[0])
    assert (point.venue, point.chair, point.connects) == ("Nhà văn hóa", "Phan Hợi", True)
    assert Headcount.objects.get(bridge_point=point).number == 40


def test_two_communes_of_one_name_are_told_apart_or_asked_about(clerk, address, can_loc):
    town = UnitFactory.create(name="Thị trấn Xuân Lộc", parent=can_loc)
    UnitFactory.create(name="Xã Xuân Lộc", parent=can_loc)
    page = bring(clerk, address, csv(["Xuân Lộc", "có"], ["TT. Xuân Lộc", "có"], head=HEAD[:2]))
    assert "Ô A2: Có 2 đơn vị tên “Xuân Lộc”" in page.content.decode()
    page = bring(clerk, address, csv(["THỊ TRẤN XUÂN LỘC", "có"], head=HEAD[:2]))
    take(clerk, address, page)
    assert list(BridgePoint.objects.filter(tier=Tier.COMMUNE).values_list("unit", flat=True)) == [town.pk]


def test_a_commune_of_another_unit_is_not_found(clerk, address, nghi_xuan_communes):
    page = bring(clerk, address, csv([nghi_xuan_communes[0].name, "có"], head=HEAD[:2])).content.decode()
    assert "Đơn vị không có xã nào tên" in page
    assert 'name="rows"' not in page


def test_the_preview_of_one_unit_is_not_taken_by_another(
    clerk, address, can_loc_communes, nghi_xuan_communes, meeting, nghi_xuan, cuong
):
    page = bring(clerk, address, csv(["Nghèn", "có"], head=HEAD[:2]))
    other = reverse("registration_commune_sheet", args=[meeting.slug, nghi_xuan.slug])
    answer = take(client_of(cuong), other, page)
    assert answer.status_code == 422
    assert clerk.post(address + "ghi/", {"rows": "forged"}).status_code == 422
    assert not BridgePoint.objects.filter(unit__in=can_loc_communes).exists()


def test_a_row_changed_since_the_preview_stops_all_and_is_shown_again(clerk, address, desk, can_loc_communes):
    services.save_commune_point(**desk, commune=can_loc_communes[0], values=VALUES, expected=40, version=0)
    page = bring(clerk, address, csv(["Vượng Lộc", "có", ""], ["Nghèn", "", "Hội trường mới"], head=HEAD[:3]))
    newer = VALUES | {"chair": "Người Khác"}
    services.save_commune_point(**desk, commune=can_loc_communes[0], values=newer, expected=40, version=0)
    answer = take(clerk, address, page)
    assert answer.status_code == 409
    assert "Có người vừa sửa" in answer.content.decode()
    assert not BridgePoint.objects.filter(unit=can_loc_communes[2]).exists(), "all or nothing"
    assert take(clerk, address, answer).status_code == 302
    assert points(can_loc_communes[0]).venue == "Hội trường mới"
    assert points(can_loc_communes[0]).chair == "Người Khác"


def test_after_the_deadline_nothing_is_taken_and_the_rows_stay_to_see(
    clerk, address, can_loc_communes, close
):
    page = bring(clerk, address, csv(["Nghèn", "có"], head=HEAD[:2]))
    close()
    answer = take(clerk, address, page)
    assert answer.status_code == 409
    assert "Đã hết hạn lúc" in answer.content.decode()
    assert "Thị trấn Nghèn" in answer.content.decode()
    assert not BridgePoint.objects.filter(unit__in=can_loc_communes).exists()


@pytest.mark.parametrize(
    ("file", "said"),
    [
        (None, "Chọn tệp Excel"),
        (SimpleUploadedFile("xa.csv", b"mot;hai\n1;2"), "Không tìm thấy cột tên xã"),
        (SimpleUploadedFile("xa.csv", "Xã;STT\nNghèn;1".encode()), "Chỉ thấy cột tên xã"),
        (SimpleUploadedFile("xa.xlsx", b"PK\x03\x04 broken"), "Tệp"),
        (SimpleUploadedFile("xa.docm", b"x"), "Chỉ đọc tệp"),
        (SimpleUploadedFile("xa.csv", b""), "Tệp"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(clerk, address, file, said):
    answer = clerk.post(address, {"file": file} if file else {})
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_a_file_is_read_in_a_child_with_little_memory():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/workbook.xml", b"<a>" + b" " * 60_000_000)
    with pytest.raises(UnreadableRosterError):
        guarded.read_communes(stream.getvalue(), "xa.xlsx")


def test_headings_are_understood_however_they_are_worded():
    names = [
        "STT",
        "TÊN XÃ",
        "Có kết nối",
        "ĐỊA ĐIỂM",
        "Đồng chí chủ trì",
        "Phụ trách kỹ thuật",
        "Số  điện thoại",
    ]
    header = SheetRow(4, {column: Cell(name) for column, name in enumerate(names, 1)})
    body = SheetRow(5, {1: Cell("1"), 2: Cell("Xã A"), 7: Cell("0900000310")})
    book = Book("xlsx", [Sheet("Trang 1", lambda: iter([header, body]))])
    read = communes.understood(book)
    assert read["columns"] == {
        "name": "B", "connects": "C", "venue": "D", "chair": "E", "technician": "F", "technician_phone": "G",
    }  # fmt: skip
    assert read["rows"] == [{"row": 5, "cells": {"name": "Xã A", "technician_phone": "0900000310"}}]


def test_the_preview_costs_the_same_queries_however_many_communes(
    clerk, address, can_loc, can_loc_communes, django_assert_max_num_queries
):
    def look(names):
        with django_assert_max_num_queries(15) as spent:
            assert (
                bring(clerk, address, csv(*([name, "có"] for name in names), head=HEAD[:2])).status_code
                == 200
            )
        return len(spent)

    small = look(["Nghèn"])
    more = UnitFactory.create_batch(20, parent=can_loc)
    assert look([unit.name for unit in more]) == small
