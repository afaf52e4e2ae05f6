"""A district sends links to its communes; a commune answers on a phone; the district takes the answer."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from bridge_points.models import BridgePoint
from registrations.models import CommuneAnswer, CommuneLink, Headcount
from tests.browser import DESKTOP, PHONE


@pytest.fixture
def clerk(open_page, sign_in, an, meeting, can_loc_communes) -> Page:
    page = open_page(DESKTOP, expect_errors=True)
    sign_in(page, an)
    return page


def link_for(page: Page, commune: str) -> str:
    """Open the page of one commune's link and read the address that the clerk would send."""
    page.get_by_role("rowheader", name=commune).get_by_role("link").click()
    expect(page.get_by_role("img", name=re.compile("Mã QR"))).to_be_visible()
    return urlsplit(page.get_by_label("Chỉ đường dẫn").input_value()).path


def fill(page: Page, **boxes: str) -> None:
    for label, text in boxes.items():
        page.get_by_label(LABELS[label], exact=True).fill(text)


LABELS = {
    "venue": "Nơi họp",
    "chair": "Chủ trì",
    "technician": "Cán bộ kỹ thuật",
    "phone": "Điện thoại cán bộ kỹ thuật",
    "expected": "Số đại biểu dự kiến",
}


def test_a_commune_answers_by_its_link(clerk, open_page, reads_well, can_loc_communes):
    commune = can_loc_communes[1]
    clerk.goto("/dang-ky/")
    clerk.get_by_role("link", name="Gửi đường dẫn cho xã").click()
    reads_well(clerk)
    clerk.get_by_role("button", name="Tạo đường dẫn cho 3 xã chưa trả lời").click()
    expect(clerk.get_by_text("Đã tạo, chưa mở")).to_have_count(3)
    reads_well(clerk)
    address = link_for(clerk, commune.name)
    clerk.get_by_role("button", name="Chép tin").click()
    expect(clerk.get_by_text("Đã chép tin")).to_be_visible()
    reads_well(clerk)

    phone = open_page(PHONE, expect_errors=True)
    with phone.expect_response(lambda answer: answer.status == 204):  # somebody sees the page
        phone.goto(address)
    assert CommuneLink.objects.get(unit=commune).opened_at is not None
    expect(phone.get_by_role("heading", level=1)).to_contain_text(commune.name)
    expect(phone.get_by_role("navigation")).to_have_count(0)
    reads_well(phone)
    phone.get_by_label("Có kết nối", exact=True).check()
    fill(phone, venue="Hội trường UBND xã", technician="Bùi Văn Lâm", phone="0900.000.31", expected="64")
    phone.get_by_role("button", name="Gửi Huyện ủy Can Lộc").click()
    expect(phone.get_by_text("Mới có 9 chữ số, cần 10")).to_be_visible()
    expect(phone.get_by_label("Nơi họp")).to_have_value("Hội trường UBND xã")
    reads_well(phone)
    fill(phone, phone="0900.000.310")
    phone.get_by_role("button", name="Gửi Huyện ủy Can Lộc").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Đã gửi, chờ Huyện ủy Can Lộc xem")
    expect(phone.get_by_text(re.compile(r"Cổng nhận lúc \d\d:\d\d:\d\d"))).to_be_visible()
    reads_well(phone)

    phone.get_by_role("link", name="Sửa và gửi lại").click()
    fill(phone, chair="Phan Văn Hợi")
    phone.get_by_role("button", name="Gửi Huyện ủy Can Lộc").click()
    expect(phone.get_by_text("Phan Văn Hợi")).to_be_visible()
    assert sorted(CommuneAnswer.objects.values_list("state", flat=True)) == ["replaced", "waiting"]

    clerk.goto("/viec-can-lam/")
    clerk.get_by_role("link", name="Xem bản trả lời").click()
    expect(clerk.get_by_role("cell", name="Phan Văn Hợi")).to_be_visible()
    reads_well(clerk)
    clerk.get_by_role("link", name=re.compile("Sửa rồi nhận")).click()
    reads_well(clerk)
    clerk.get_by_label(LABELS["expected"]).fill("60")
    clerk.get_by_role("button", name="Nhận bản đã sửa").click()
    expect(clerk.get_by_text("Đã nhận, có sửa")).to_be_visible()
    point = BridgePoint.objects.get(unit=commune)
    assert (point.venue, point.chair, point.technician_phone) == (
        "Hội trường UBND xã", "Phan Văn Hợi", "0900000310",
    )  # fmt: skip
    assert Headcount.objects.get(bridge_point=point).number == 60

    phone.goto(address)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Huyện ủy Can Lộc đã nhận")
    expect(phone.get_by_text("Huyện ủy Can Lộc ghi: 60")).to_be_visible()
    reads_well(phone)


def test_a_revoked_link_and_a_closed_door_are_told_clearly(
    clerk, open_page, reads_well, can_loc_communes, close
):
    clerk.goto("/dang-ky/")
    clerk.get_by_role("link", name="Gửi đường dẫn cho xã").click()
    clerk.get_by_role("button", name=re.compile("Tạo đường dẫn cho 3 xã")).click()
    clerk.get_by_role("link", name="In mã QR").click()
    expect(clerk.get_by_role("img", name=re.compile("Mã QR"))).to_have_count(3)
    reads_well(clerk)
    clerk.go_back()
    address = link_for(clerk, can_loc_communes[0].name)
    clerk.get_by_role("button", name="Thu hồi").click()
    reads_well(clerk)
    clerk.get_by_role("dialog").get_by_role("button", name="Thu hồi").click()
    expect(clerk.get_by_text("Đã thu hồi", exact=True)).to_be_visible()
    assert CommuneLink.objects.standing().count() == 2

    phone = open_page(PHONE, expect_errors=True)
    phone.goto(address)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Đường dẫn đã bị thu hồi")
    reads_well(phone)

    phone.goto(link_for(clerk, can_loc_communes[1].name))
    phone.get_by_label("Có kết nối", exact=True).check()
    fill(phone, venue="Nhà văn hóa xã")
    close()
    phone.get_by_role("button", name="Gửi Huyện ủy Can Lộc").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Đã hết hạn, chưa gửi được")
    expect(phone.get_by_label("Nơi họp")).to_have_value("Nhà văn hóa xã")
    reads_well(phone)
    assert CommuneAnswer.objects.get().state == "late"


def test_a_sheet_of_communes_is_filled_and_taken(clerk, reads_well, can_loc_communes):
    clerk.goto("/dang-ky/")
    clerk.get_by_role("link", name="Điền bằng Excel").click()
    reads_well(clerk)
    with clerk.expect_download() as download:
        clerk.get_by_role("link", name="Tải danh sách xã về").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    rows = "Xã;Kết nối;Nơi họp;Số dự kiến\nNghèn;có;Hội trường tầng 2;45\nThiên Lộc;có;;nhiều"
    clerk.get_by_label(re.compile("Tệp đã điền")).set_input_files(
        {"name": "xa.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    clerk.get_by_role("button", name="Xem trước").click()
    expect(clerk.get_by_role("heading", level=1)).to_have_text("1 xã sẽ thay đổi")
    expect(clerk.get_by_text("Ô D3: Chỉ điền chữ số")).to_be_visible()
    reads_well(clerk)
    clerk.get_by_role("button", name="Ghi 1 xã").click()
    expect(clerk.get_by_text("Đã ghi 1 xã từ tệp Excel")).to_be_visible()
    assert BridgePoint.objects.get(unit=can_loc_communes[0]).venue == "Hội trường tầng 2"
