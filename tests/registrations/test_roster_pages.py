"""The pages of lists from Excel: bring, see, correct, take, get back."""

from __future__ import annotations

import io
import re
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from invitations.models import Invitation
from registrations import services
from registrations.models import Change, Delegate, Headcount, RosterUpload
from registrations.roster.limits import MOST_BYTES
from registrations.roster.reader import OWN_LISTS
from tests.cast import client_of
from tests.registrations.conftest import post_named
from tests.registrations.roster.files import HEADINGS, HUNG, LAN, lines, xls, xlsx

pytestmark = pytest.mark.django_db

MESSY = [
    ["DANH SÁCH ĐẠI BIỂU"],
    HEADINGS,
    [1, "NGUYỄN VĂN HÙNG", "Bí thư", "Huyện ủy Can Lộc", 912345678, None],
    [2, None, "Phó Chủ tịch", "UBND xã Tùng Lộc", "0900.000.43", None],
    LAN,
    [3, "Lê Thị Hoa", "Kế toán", "UBND xã Phú Lộc", "0987654321", None],
]
"""Two sound rows, one refused, one with the telephone of another."""


@pytest.fixture
def clerk(an) -> Client:
    return client_of(an)


@pytest.fixture
def at(can_loc_invitation: Invitation) -> list[str]:
    return [can_loc_invitation.meeting.slug, can_loc_invitation.unit.slug]


@pytest.fixture
def address(at) -> str:
    return reverse("registration_rosters", args=at)


def file(data: bytes, name: str = "Danh sách.xlsx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def bring(clerk: Client, address: str, data: bytes, name: str = "Danh sách.xlsx") -> str:
    """Upload, and return the address of the list."""
    answer = clerk.post(address, {"file": file(data, name)})
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def heading(page: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", page, re.S)
    assert found
    return re.sub(r"<[^>]+>", "", found[1]).replace("&nbsp;", " ")


def names() -> list[str]:
    return list(Delegate.objects.order_by("rank").values_list("full_name", flat=True))


def take(clerk: Client, one: str, **data: Any) -> Any:
    return clerk.post(f"{one}nhan/", {"vuot": "keep", **data}, follow=True)


def test_a_list_is_shown_row_by_row_with_every_reason(clerk, address):
    page = clerk.get(bring(clerk, address, xlsx(MESSY))).content.decode()
    assert heading(page) == "Nhận được 3 dòng, trong đó 1 dòng cần xem; từ chối 1 dòng"
    assert "Thiếu họ và tên. Điền vào ô B4." in page
    assert "mới có 9 chữ số, cần 10" in page
    assert "Số điện thoại trùng với đồng chí Trần Thị Lan, dòng 5." in page
    assert "0912.345.678" in page
    assert "tiêu đề ở dòng 2" in page
    assert not names()


def test_the_rows_are_taken_and_a_second_time_nobody_is_doubled(clerk, address):
    one = bring(clerk, address, xlsx(MESSY))
    assert "Đã nhận 3 đồng chí." in take(clerk, one).content.decode()
    assert names() == ["Nguyễn Văn Hùng", "Trần Thị Lan", "Lê Thị Hoa"]
    assert set(Delegate.objects.values_list("origin", flat=True)) == {Delegate.Origin.ROSTER}
    again = bring(clerk, address, xlsx(MESSY))
    assert "Mọi đồng chí trong danh sách này đã có" in clerk.get(again).content.decode()
    assert "Không có ai mới" in take(clerk, again).content.decode()
    assert len(names()) == 3
    page = clerk.get(address).content.decode()
    assert page.count("Danh sách.xlsx") == 2
    assert "thêm 3, có sẵn 0" in page


def test_rows_to_look_at_may_be_left_one_or_all(clerk, address):
    one = bring(clerk, address, xlsx(MESSY))
    take(clerk, one, **{"bo-lai": ["6", "khong-phai-so"]})
    assert names() == ["Nguyễn Văn Hùng", "Trần Thị Lan"]
    take(clerk, one, **{"bo-lai-can-xem": "1"})
    assert len(names()) == 2
    take(clerk, one)
    assert len(names()) == 3


def test_pasted_cells_are_a_list_too(clerk, address):
    answer = clerk.post(address, {"text": lines([HEADINGS, HUNG, LAN])}, follow=True)
    assert heading(answer.content.decode()) == "Nhận được 2 dòng"
    take(clerk, answer.redirect_chain[-1][0])
    assert names() == ["Nguyễn Văn Hùng", "Trần Thị Lan"]


def test_names_beyond_the_number_ask_first(clerk, address, desk, district_roles):
    role = next(role for role in district_roles if not role.chairs)
    services.set_headcount(**desk, role_id=role.pk, number=2)
    one = bring(clerk, address, xlsx(MESSY))
    page = clerk.post(f"{one}nhan/", {"bo-lai": "99"}).content.decode()
    assert heading(page) == "Nhiều tên hơn số đã khai"
    assert f"<b>3 tên</b> cho thành phần “{role}”, đã khai 2." in page
    assert 'name="bo-lai" value="99"' in page
    assert not names()
    clerk.post(f"{one}nhan/", {"vuot": "raise"})
    assert len(names()) == 3
    assert Headcount.objects.get(role=role).number == 3


def test_names_beyond_the_number_may_be_kept_beside_it(clerk, address, desk, district_roles):
    role = next(role for role in district_roles if not role.chairs)
    services.set_headcount(**desk, role_id=role.pk, number=2)
    clerk.post(f"{bring(clerk, address, xlsx(MESSY))}nhan/", {"vuot": "keep"})
    assert len(names()) == 3
    assert Headcount.objects.get(role=role).number == 2


def test_no_more_names_than_declared_ask_nothing(clerk, address, desk, district_roles):
    role = next(role for role in district_roles if not role.chairs)
    services.set_headcount(**desk, role_id=role.pk, number=3)
    clerk.post(f"{bring(clerk, address, xlsx(MESSY))}nhan/")
    assert len(names()) == 3


def test_a_corrected_column_is_read_again_and_remembered_for_the_unit(clerk, address):
    odd = [["Họ và tên", "Cột lạ", "STT"], ["Nguyễn Văn Hùng", "Bí thư", 1], ["Trần Thị Lan", "Kế toán", 2]]
    one = bring(clerk, address, xlsx(odd))
    answer = clerk.post(f"{one}doc-lai/", {"cot-A": "full_name", "cot-B": "position"}, follow=True)
    assert re.search(r"Kế toán\s*</td>", answer.content.decode())
    again = clerk.get(bring(clerk, address, xlsx([*odd, ["Lê Thị Hoa", "Văn thư", 3]]))).content.decode()
    assert re.search(r"Văn thư\s*</td>", again)


def test_columns_without_a_name_are_refused_and_the_choice_stays(clerk, address):
    one = bring(clerk, address, xlsx(MESSY))
    answer = clerk.post(f"{one}doc-lai/", {"cot-B": "note", "cot-C": "phone"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Chọn cột nào là “Họ và tên”." in page
    assert re.search(r'name="cot-B".*?value="note" selected', page, re.S)
    assert heading(clerk.get(one).content.decode()).startswith("Nhận được 3 dòng")


def test_a_list_without_a_known_name_column_is_kept_and_can_be_told(clerk, address):
    strange = [["Mã A", "Mã B"], ["x1", "An"], ["x2", "Ba"]]
    one = bring(clerk, address, xlsx(strange))
    assert heading(clerk.get(one).content.decode()) == "Chưa tìm thấy cột họ và tên"
    page = clerk.post(f"{one}doc-lai/", {"cot-B": "full_name"}, follow=True).content.decode()
    assert "An" in page
    assert heading(page).startswith("Nhận được 3 dòng")


def test_another_sheet_can_be_chosen(clerk, address):
    data = xlsx(MESSY, more={"Khác": ([HEADINGS, [1, "Đỗ Văn Sáu", "Bí thư"]], "visible")})
    one = bring(clerk, address, data)
    page = clerk.post(f"{one}doc-lai/", {"trang-tinh": "Khác"}, follow=True).content.decode()
    assert "Đỗ Văn Sáu" in page
    assert heading(page) == "Nhận được 1 dòng"


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("ds.pdf", b"%PDF-1.7", "tệp PDF"),
        ("ds.xlsx", b"%PDF-1.7 PK\x03\x04", "tệp PDF"),
        ("ds.xlsx", b"\x89PNG\r\n", "một ảnh"),
        ("ds.csv", b"PK\x03\x04", "Tệp"),
        ("ds.xls", b"<html><table>", "trang web"),
        ("ds.xlsx", b"", "Tệp trống"),
        ("ds.docx", b"x", "tệp Word"),
    ],
    ids=["pdf", "polyglot", "image", "zip as csv", "page as xls", "empty", "word"],
)
def test_what_is_no_list_is_refused_on_the_same_page(clerk, address, name, data, said):
    answer = clerk.post(address, {"file": file(data, name), "text": ""})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not RosterUpload.objects.exists()


def test_pasted_text_stays_in_its_box_when_something_is_wrong(clerk, address):
    pasted = lines([HEADINGS, HUNG])
    answer = clerk.post(address, {"file": file(b"%PDF-", "ds.pdf"), "text": pasted})
    assert "Nguyễn Văn Hùng" in answer.content.decode()
    answer = clerk.post(address, {"text": "chỉ\0một"})
    assert answer.status_code == 422
    assert "chỉ" in answer.content.decode()
    assert clerk.post(address).status_code == 422


def test_a_file_that_is_too_large_is_refused(clerk, address):
    answer = clerk.post(address, {"file": file(b"x" * (MOST_BYTES + 1), "ds.csv")})
    assert answer.status_code == 422
    assert "lớn hơn 20 MB" in answer.content.decode()


@pytest.mark.parametrize("name", ["../../etc/ds.xlsx", "..\\ds.xlsx", "d\u202es.xlsx"])
def test_a_name_with_a_path_or_turned_round_is_refused(clerk, address, name):
    answer = post_named(clerk, address, "file", name, xlsx(), "application/octet-stream")
    assert answer.status_code == 422
    assert "Đổi tên" in answer.content.decode()
    assert not RosterUpload.objects.exists()


def test_a_plain_name_sent_the_same_way_is_kept_under_another(clerk, address):
    """Negative control of the test above; what the clerk called it is only shown."""
    assert (
        post_named(clerk, address, "file", "ds.xlsx", xlsx(), "application/octet-stream").status_code == 302
    )
    upload = RosterUpload.objects.get()
    assert upload.name == "ds.xlsx"
    assert re.fullmatch(r"rosters/[0-9a-f]{32}", upload.file.name)


def test_a_list_from_a_foreign_page_is_not_taken(address, an):
    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(an)
    assert stranger.post(address, {"text": "Họ và tên\nTrần Thị Lan"}).status_code == 403


def test_after_the_deadline_the_list_is_there_and_nothing_is_taken(clerk, address, close):
    one = bring(clerk, address, xlsx(MESSY))
    close()
    page = clerk.get(one).content.decode()
    assert "chỉ còn xem" in page
    assert "Trần Thị Lan" in page
    assert "Tệp cần sửa" not in page
    assert "Đã hết hạn" in take(clerk, one).content.decode()
    assert not names()


def test_the_workbook_comes_back_coloured_with_notes(clerk, address):
    answer = clerk.get(f"{bring(clerk, address, xlsx(MESSY))}tep-can-sua/")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment; ")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert "Thiếu họ và tên" in sheet["B4"].comment.text
    assert "9 chữ số" in sheet["E4"].comment.text
    assert sheet["B4"].fill.fgColor.rgb != sheet["E6"].fill.fgColor.rgb
    assert "trùng" in sheet["E6"].comment.text
    assert sheet["B3"].comment is None
    log = Change.objects.get(kind=Change.Kind.DOWNLOADED)
    assert (log.what.partition(",")[0], log.by.username) == ("tệp cần sửa", "an")


@pytest.mark.parametrize("data", [xlsx(MESSY), xls(MESSY)], ids=["xlsx", "xls"])
def test_what_was_fixed_in_the_coloured_workbook_is_all_that_is_added(clerk, address, data):
    name = "ds.xlsx" if data.startswith(b"PK") else "ds.xls"
    one = bring(clerk, address, data, name)
    take(clerk, one)
    back = clerk.get(f"{one}tep-can-sua/").content
    book = openpyxl.load_workbook(io.BytesIO(back))
    book.active["B4"], book.active["E4"] = "Phạm Quang Minh", "0900.000.403"
    book.active["E6"] = "0900000404"
    fixed = io.BytesIO()
    book.save(fixed)
    again = bring(clerk, address, fixed.getvalue())
    assert "Đã nhận 1 đồng chí. 3 đồng chí đã có từ trước." in take(clerk, again).content.decode()
    assert names() == ["Nguyễn Văn Hùng", "Trần Thị Lan", "Lê Thị Hoa", "Phạm Quang Minh"]
    clean = openpyxl.load_workbook(io.BytesIO(clerk.get(f"{again}tep-can-sua/").content)).active
    assert clean["B4"].comment is None
    assert clean["B4"].fill.fill_type is None


def test_the_template_knows_the_unit_and_is_read_back(clerk, at, address, district_roles, can_loc_communes):
    answer = clerk.get(reverse("registration_roster_template", args=at))
    assert answer["Content-Disposition"].startswith("attachment; ")
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    sheet = book.active
    assert sheet["A2"].value == "HUYỆN ỦY CAN LỘC"
    assert {row[0].value for row in book[OWN_LISTS]["A2":"A4"]} == {str(role) for role in district_roles}
    assert len(sheet.data_validations.dataValidation) == 2
    assert sheet["G9"].number_format == "@"
    for place, value in zip(
        "BCEG", ("Lê Thị Hoa", "Văn thư", str(district_roles[0]), "0912345678"), strict=True
    ):
        sheet[f"{place}9"] = value
    filled = io.BytesIO()
    book.save(filled)
    one = bring(clerk, address, filled.getvalue())
    assert heading(clerk.get(one).content.decode()) == "Nhận được 1 dòng"
    assert OWN_LISTS not in clerk.get(one).content.decode()
    take(clerk, one)
    assert Delegate.objects.get().role == district_roles[0]


def test_a_long_list_is_shown_in_parts(clerk, address):
    rows = [["Họ và tên"], *([f"Nguyễn Văn {chr(65 + n % 26)}{chr(97 + n // 26)}"] for n in range(260))]
    one = bring(clerk, address, xlsx(rows))
    page = clerk.get(one).content.decode()
    assert "Xem cả 260 dòng" in page
    assert page.count('scope="row"') == 50
    second = clerk.get(one, {"nhom": "ok", "page": "2"}).content.decode()
    assert second.count('scope="row"') == 60
    assert clerk.get(one, {"nhom": "xyz", "page": "abc"}).status_code == 200


def test_a_list_of_another_unit_is_not_there(clerk, address, cuong, nghi_xuan_invitation):
    one = bring(clerk, address, xlsx(MESSY))
    assert client_of(cuong).get(one).status_code == 404
    key = one.rstrip("/").rpartition("/")[2]
    meeting = nghi_xuan_invitation.meeting.slug
    theirs = reverse("registration_roster", args=[meeting, nghi_xuan_invitation.unit.slug, key])
    assert client_of(cuong).get(theirs).status_code == 404


@pytest.mark.parametrize("count", [2, 60])
def test_pages_ask_a_constant_number_of_questions(clerk, address, count, django_assert_max_num_queries):
    rows = [
        HEADINGS,
        *([n, f"Nguyễn Văn {chr(65 + n % 26)}{n // 26 * 'a'}n", "Bí thư"] for n in range(count)),
    ]
    one = bring(clerk, address, xlsx(rows))
    take(clerk, one)
    with django_assert_max_num_queries(15):
        clerk.get(one)
    with django_assert_max_num_queries(15):
        clerk.get(address)
