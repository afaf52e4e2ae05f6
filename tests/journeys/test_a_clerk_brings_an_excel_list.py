"""Journey 3: a clerk brings whatever list there is, corrects a column, takes it, fixes the rest in Excel."""

from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from registrations.models import Delegate
from tests.browser import DESKTOP, PHONE
from tests.registrations.roster.files import xlsx

MESSY = [
    ["HUYỆN ỦY CAN LỘC"],
    ["DANH SÁCH ĐẠI BIỂU"],
    ["STT", "HỌ VÀ TÊN ĐỒNG CHÍ", "Giữ việc gì", "SĐT"],
    [1, "NGUYỄN VĂN HÙNG", "Bí thư", 900000401],
    [2, None, "Phó Chủ tịch", "0900.000.43"],
    [3, "Trần Thị Lan", "Chánh Văn phòng", "0162.000.0404"],
    [4, "Lê Thị Hoa", "Kế toán", "0320000404"],
]


def names() -> list[str]:
    return list(Delegate.objects.order_by("rank").values_list("full_name", flat=True))


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_clerk_brings_an_excel_list(
    device, open_page, sign_in, reads_well, meeting, an, district_roles, tmp_path: Path
):
    page: Page = open_page(device, expect_errors=True)
    sign_in(page, an)
    page.goto("/dang-ky/")
    page.get_by_role("link", name="Nhập từ Excel").click()
    expect(page.get_by_text("Chưa có danh sách nào")).to_be_visible()
    reads_well(page)

    wrong = {"name": "anh.xlsx", "mimeType": "image/png", "buffer": b"\x89PNG\r\n"}
    page.get_by_label("Tệp danh sách").set_input_files(wrong)
    page.get_by_role("button", name="Đọc danh sách").click()
    expect(page.get_by_text("bên trong là một ảnh")).to_be_visible()
    reads_well(page)

    file = tmp_path / "DS dai bieu (ban cuoi) 2.xlsx"
    file.write_bytes(xlsx(MESSY))
    page.get_by_label("Tệp danh sách").set_input_files(file)
    page.get_by_role("button", name="Đọc danh sách").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Nhận được 3 dòng, trong đó 1 dòng cần xem")
    expect(page.get_by_text("Thiếu họ và tên. Điền vào ô B5.")).to_be_visible()
    reads_well(page)

    page.get_by_label("Cột C là").select_option(label="Chức vụ")
    page.get_by_role("button", name="Đọc lại theo các cột này").click()
    expect(page.get_by_role("cell", name="Chánh Văn phòng")).to_be_visible()
    page.get_by_role("button", name="Từ chối 1").click()
    expect(page.get_by_role("cell", name="Trần Thị Lan")).to_be_hidden()
    page.get_by_role("button", name="Tất cả 4").click()
    page.get_by_label("Chưa nhận dòng 7").check()
    expect(page.get_by_role("button", name="Nhận 2 dòng")).to_be_visible()
    page.get_by_label("Chưa nhận dòng 7").uncheck()
    page.get_by_role("button", name="Nhận 3 dòng").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Chưa khai số đại biểu")
    reads_well(page)
    page.get_by_role("button", name="Nhận và khai bằng số tên").click()
    expect(page.get_by_text("Đã nhận 3 đồng chí.")).to_be_visible()
    assert names() == ["Nguyễn Văn Hùng", "Trần Thị Lan", "Lê Thị Hoa"]
    reads_well(page)

    with page.expect_download() as download:
        page.get_by_role("link", name="Tệp cần sửa").click()
    fixed = tmp_path / "sua.xlsx"
    download.value.save_as(fixed)
    book = openpyxl.load_workbook(fixed)
    sheet = book.active
    assert "Thiếu họ và tên" in sheet["B5"].comment.text
    sheet["B5"], sheet["D5"], sheet["D7"] = "Phạm Quang Minh", "0900.000.403", "0900.000.405"
    book.save(fixed)

    page.get_by_role("link", name="Đổi tệp").click()
    page.get_by_label("Tệp danh sách").set_input_files(fixed)
    page.get_by_role("button", name="Đọc danh sách").click()
    expect(page.get_by_label("Cột C là")).to_have_value("position")
    page.get_by_role("button", name="Nhận 1 dòng mới").click()
    page.get_by_role("button", name="Nhận và khai bằng số tên").click()
    expect(page.get_by_text("Đã nhận 1 đồng chí. 3 đồng chí đã có từ trước.")).to_be_visible()
    assert names() == ["Nguyễn Văn Hùng", "Trần Thị Lan", "Lê Thị Hoa", "Phạm Quang Minh"]
    page.get_by_role("link", name="Xem tên đại biểu").first.click()
    expect(page.get_by_role("rowheader", name="Phạm Quang Minh")).to_be_visible()
    expect(page.locator("#sum-declared")).to_have_text("4")
