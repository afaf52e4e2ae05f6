"""Journey 6: propaganda sees totals, has the workbook made by Celery, watches it, downloads it."""

import io

from openpyxl import load_workbook
from playwright.sync_api import expect

from registrations import services
from reports.models import Download
from tests.registrations.conftest import AT_ONCE, press_submit, row


def test_propaganda_downloads_the_consolidated_workbook(
    page, sign_in, reads_well, meeting, nguyet, an, can_loc_invitation, district_roles
):
    desk = {"invitation_id": can_loc_invitation.pk, "user": an, "waited": AT_ONCE}
    services.set_headcount(**desk, role_id=district_roles[0].pk, number=45)
    names = ["=HYPERLINK(1)", "Nguyễn Hữu Khang", "Trần Đình Phúc"]
    services.add_delegates(**desk, rows=[row(name, district_roles[0], phone="0900000301") for name in names])
    press_submit(desk, can_loc_invitation.registration)

    sign_in(page, nguyet)
    page.goto(f"/hoi-nghi/{meeting.slug}/tong-hop/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("45 đại biểu đã khai, còn thiếu 42")
    reads_well(page)
    page.get_by_role("button", name="Tạo bảng tổng hợp").click()
    link = page.get_by_role("link", name="Tải về")
    link.wait_for(timeout=45_000)
    reads_well(page)
    with page.expect_download() as waiting:
        link.click()
    content = waiting.value.path().read_bytes()
    assert Download.objects.get().user == nguyet

    book = load_workbook(io.BytesIO(content))
    texts = [cell.value for line in book.worksheets[0].iter_rows() for cell in line if cell.value is not None]
    for name in names:
        assert name in texts
    assert "0900000301" in [str(text).replace(".", "") for text in texts]
    assert not [
        cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.data_type == "f"
    ]
