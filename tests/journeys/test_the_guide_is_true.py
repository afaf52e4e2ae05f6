"""The clerks' guide, done step by step: its pictures are taken here, and what it calls a button is there."""

import io
import re
from urllib.parse import urlsplit

from openpyxl import Workbook
from playwright.sync_api import Page, expect

from accounts.models import Unit, User
from invitations.models import InvitedRole
from tests.browser import PHONE
from tests.factories import PASSWORD
from tests.journeys.album import GUIDES, TO_THE_TOP, WINDOW, Album, holds
from tests.registrations.test_copying import held

GUIDE = GUIDES / "can-bo-don-vi.md"
LIST = [
    ["HUYỆN ỦY CAN LỘC"],
    ["DANH SÁCH ĐẠI BIỂU"],
    [],
    ["STT", "HỌ VÀ TÊN ĐỒNG CHÍ", "Chức vụ, đơn vị công tác", "SĐT"],
    [1, "Nguyễn Thị Hà Giang", "Bí thư Đảng ủy, xã Tùng Lộc", 900000417],
    [2, "Trần Quốc Bảo", "Chủ tịch UBND, xã Phú Lộc", "0900.000.418"],
    [3, "", "Công chức, xã Gia Hanh", "0900.000.419"],
    [4, "Lê Hữu Nghĩa", "Trưởng phòng, Phòng Nội vụ", "090000041"],
    ["", "Cộng: 4 người"],
]
NO_WORDS_OF_A_PAGE = ["đậm", "Gõ từng dòng"]
"""Bold in the guide without being on a page."""


def workbook() -> bytes:
    """A list as they come: a letterhead, a sum, a name and a digit missing."""
    book, file = Workbook(), io.BytesIO()
    for row in LIST:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def test_the_guide_shows_what_a_clerk_finds(
    open_page, sign_in, meeting, an, cuong, can_loc_invitation, nghi_xuan_invitation,
    can_loc, can_loc_communes, district_roles, close, album,
):  # fmt: skip
    held(can_loc, "Học tập Nghị quyết Trung ương 7", 365, ["Bí thư các chi bộ"], can_loc_communes[:2])
    page = open_page(WINDOW, expect_errors=True)
    come_in(page, an, album)
    register(page, district_roles, album)
    bring_a_list(page, album)
    ask_the_communes(page, open_page(PHONE, expect_errors=True), can_loc_communes[1], album)
    submit(page, album)
    close()
    late = open_page(WINDOW, expect_errors=True)
    sign_in(late, cuong)
    late.goto("/dang-ky/")
    album.take(late, "het-han")

    holds(GUIDE, album, no_words_of_a_page=NO_WORDS_OF_A_PAGE)


def come_in(page: Page, user: User, album: Album) -> None:
    """Sign in, see what is asked, read the letter and confirm it."""
    page.goto("/")
    page.get_by_label("tên đăng nhập").fill(user.username)
    album.take(page, "dang-nhap")
    page.get_by_label("Mật khẩu").fill(PASSWORD)
    page.get_by_role("button", name="Đăng nhập").click()
    page.get_by_role("navigation", name="Mục chính").wait_for()
    album.take(page, "viec-can-lam")
    page.get_by_role("link", name=re.compile("Đọc giấy mời")).first.click()
    page.get_by_role("heading", name="GIẤY MỜI HỌP").wait_for()
    album.take(page, "giay-moi")
    page.get_by_role("button", name="Xác nhận tham dự").click()
    page.wait_for_load_state()


def register(page: Page, roles: list[InvitedRole], album: Album) -> None:
    """Numbers first, then names; one of them is taken away and put back."""
    page.goto("/dang-ky/")
    album.read(page)
    for role, number in zip(roles, ("12", "30", "3"), strict=True):
        page.get_by_label(role.text).fill(number)
        page.keyboard.press("Tab")
        expect(page.locator("[data-saved]")).to_contain_text("đã lưu")
    page.locator("#so-luong").evaluate(TO_THE_TOP)
    album.take(page, "so-luong")
    row = page.locator("tr.is-new")
    for name in ("Nguyễn Hữu Khang", "Trần Đình Phúc"):
        row.get_by_label("Họ và tên").fill(name)
        row.get_by_label("Chức vụ").fill("Bí thư")
        page.keyboard.press("Enter")
        expect(page.get_by_role("rowheader", name=name)).to_be_visible()
    page.locator("#ten").evaluate(TO_THE_TOP)
    album.take(page, "ten-dai-bieu")
    page.get_by_role("button", name=f"Sửa {name}").click()
    page.get_by_role("button", name=f"Xóa {name}").click()
    page.get_by_role("button", name="Hoàn tác").wait_for()
    album.read(page)
    page.get_by_role("button", name="Hoàn tác").click()
    expect(page.get_by_role("rowheader", name=name)).to_be_visible()


def bring_a_list(page: Page, album: Album) -> None:
    """A list from Excel, seen before it is taken."""
    page.get_by_role("link", name="Nhập từ Excel").first.click()
    album.take(page, "excel-tai-len")
    page.get_by_label("Tệp danh sách").set_input_files(
        {"name": "DS dai bieu.xlsx", "mimeType": "application/octet-stream", "buffer": workbook()}
    )
    page.get_by_role("button", name="Đọc danh sách").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nhận được 2")
    album.take(page, "excel-xem-truoc")


def ask_the_communes(page: Page, phone: Page, commune: Unit, album: Album) -> None:
    """Links for the communes; one of them answers."""
    page.goto("/dang-ky/")
    page.get_by_role("link", name="Gửi đường dẫn cho xã").click()
    page.get_by_role("button", name=re.compile(r"Tạo đường dẫn cho \d+ xã")).click()
    album.take(page, "xa-duong-dan")
    page.get_by_role("rowheader", name=commune.name).get_by_role("link").click()
    phone.goto(urlsplit(page.get_by_label("Chỉ đường dẫn").input_value()).path)
    album.take(phone, "xa-dien-thoai")
    phone.get_by_label("Có kết nối", exact=True).check()
    phone.get_by_label("Nơi họp", exact=True).fill("Hội trường UBND xã")
    phone.get_by_role("button", name=re.compile("^Gửi .*Can Lộc")).click()
    page.goto("/viec-can-lam/")
    page.get_by_role("link", name="Xem bản trả lời").click()
    album.read(page)


def submit(page: Page, album: Album) -> None:
    """The question before, the receipt after."""
    page.goto("/dang-ky/")
    page.get_by_role("button", name="Gửi đăng ký").click()
    album.take(page, "gui")
    page.get_by_role("dialog").get_by_role("button", name="Gửi ngay").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã nhận")
    album.take(page, "bien-nhan")
