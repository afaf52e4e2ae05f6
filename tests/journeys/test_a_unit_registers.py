"""Journey 4: a district committee reads its letter, confirms, registers, gets a receipt, sends again."""

import re

import pytest
from playwright.sync_api import Page, expect

from invitations.models import Invitation
from registrations.models import Submission
from tests.browser import DESKTOP, PHONE
from tests.factories import PASSWORD


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_district_committee_registers(
    device, open_page, sign_in, reads_well, meeting, an, district_roles, can_loc_communes
):
    page: Page = open_page(device, expect_errors=True)
    sign_in(page, an)

    expect(page.get_by_role("heading", level=1)).to_contain_text("gửi đăng ký trước 17 giờ")
    reads_well(page)
    page.get_by_role("link", name=re.compile("Đọc giấy mời")).locator("visible=true").first.click()
    expect(page.get_by_role("heading", name="GIẤY MỜI HỌP")).to_be_visible()
    assert Invitation.objects.get(unit=an.unit).seen_by == an
    page.get_by_role("button", name="Xác nhận tham dự").click()
    page.wait_for_load_state()
    assert Invitation.objects.get(unit=an.unit).confirmed_by == an

    page.goto("/dang-ky/")
    box = page.get_by_label("Ủy viên ban chấp hành đảng bộ huyện")
    box.fill("-3")
    box.press("Tab")
    expect(page.get_by_text("Số lượng không thể dưới 0")).to_be_visible()
    expect(page.get_by_label("Ủy viên ban chấp hành đảng bộ huyện")).to_have_value("-3")
    box = page.get_by_label("Ủy viên ban chấp hành đảng bộ huyện")
    box.fill("2")
    box.press("Tab")
    expect(page.locator("[data-saved]")).to_contain_text("đã lưu")
    expect(page.locator("#sum-declared")).to_have_text("2")

    new = page.locator("tr.is-new")
    for name, phone in (("Nguyễn Hữu Khang", "0900.000.301"), ("Trần Đình Phúc", "")):
        new.get_by_label("Họ và tên").fill(name)
        new.get_by_label("Chức vụ").fill("Huyện ủy viên")
        new.get_by_label("Thành phần").select_option(label="Huyện ủy viên")
        new.get_by_label("Điện thoại").fill(phone)
        new.get_by_label("Điện thoại").press("Enter")
        expect(page.get_by_role("rowheader", name=name)).to_be_visible()
    expect(page.locator("#sum-missing")).to_have_text("đủ")
    reads_well(page)

    commune = can_loc_communes[0].called
    page.get_by_role("button", name=f"Sửa {commune}").click()
    row = page.locator("#xa tr.is-edit")
    row.get_by_label("Nơi họp").fill("Hội trường UBND")
    row.get_by_label("Chủ trì").fill("Phan Văn Hợi")
    row.get_by_label("Cán bộ kỹ thuật").fill("Bùi Văn Lâm")
    row.get_by_label("Điện thoại").fill("0900.000.31")
    row.get_by_label("Số dự kiến").fill("64")
    row.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("Mới có 9 chữ số, cần 10")).to_be_visible()
    row.get_by_label("Điện thoại").fill("0900.000.310")
    row.get_by_role("button", name="Lưu").click()
    expect(page.locator("#sum-communes")).to_have_text("1/3 xã")

    page.get_by_role("button", name="Gửi đăng ký").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 xã chưa trả lời")
    reads_well(page)
    dialog.get_by_role("button", name="Gửi ngay").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã nhận đăng ký lần 1")
    submission = Submission.objects.get()
    expect(page.get_by_text(submission.code)).to_be_visible()
    expect(page.get_by_text(submission.sha256)).to_be_visible()
    assert (submission.declared, submission.named, submission.points) == (66, 2, 1)
    reads_well(page)

    page.get_by_role("link", name="Bản đăng ký").click()
    page.get_by_role("button", name="Sửa Trần Đình Phúc").click()
    page.get_by_role("button", name="Xóa Trần Đình Phúc").click()
    expect(page.get_by_text("Đã xóa Trần Đình Phúc")).to_be_visible()
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_role("rowheader", name="Trần Đình Phúc")).to_be_visible()
    page.get_by_role("button", name="Gửi đăng ký lần 2").click()
    page.get_by_role("dialog").get_by_role("button", name="Gửi ngay").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã nhận đăng ký lần 2")


def test_a_late_unit_finds_a_clear_closed_page(
    phone, sign_in, reads_well, meeting, an, draft_of_can_loc, close
):
    close()
    sign_in(phone, an)
    phone.goto("/dang-ky/")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Đã hết hạn, bản đăng ký chưa được gửi")
    reads_well(phone)
    phone.get_by_role("link", name="Xem bản soạn").click()
    expect(phone.get_by_text("chỉ còn xem")).to_be_visible()
    reads_well(phone)


def test_an_expired_session_is_renewed_in_place(open_page, sign_in, reads_well, meeting, an, district_roles):
    page = open_page(expect_errors=True)
    sign_in(page, an)
    page.goto("/dang-ky/")
    page.context.clear_cookies(name="sessionid")
    row = page.locator("tr.is-new")
    row.get_by_label("Họ và tên").fill("Võ Quang Huyến")
    row.get_by_role("button", name="Thêm").click()
    expect(page.get_by_role("dialog")).to_contain_text("Phiên làm việc đã hết")
    expect(row.get_by_label("Họ và tên")).to_have_value("Võ Quang Huyến")

    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Tên đăng nhập")).to_have_value(an.username)
    dialog.get_by_label("Mật khẩu").fill("không phải mật khẩu")
    dialog.get_by_role("button", name="Đăng nhập").click()
    expect(dialog.get_by_role("alert")).to_contain_text("mật khẩu chưa đúng")
    reads_well(page)
    dialog.get_by_label("Mật khẩu").fill(PASSWORD)
    dialog.get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("rowheader", name="Võ Quang Huyến")).to_be_visible()
