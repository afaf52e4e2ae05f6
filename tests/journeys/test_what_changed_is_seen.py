"""A unit submits twice and attaches the signed paper; the office sees what is new since it last looked."""

import io
import re
import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader, PdfWriter

from registrations import services
from registrations.models import Look, Registration, SignedScan
from tests.browser import DESKTOP, PHONE
from tests.registrations.conftest import row


def scanned() -> bytes:
    """A page as a scanner makes it."""
    writer, made = PdfWriter(), io.BytesIO()
    writer.add_blank_page(595, 842)
    writer.write(made)
    return made.getvalue()


@pytest.fixture
def desk(can_loc_invitation, an):
    return {"invitation_id": can_loc_invitation.pk, "user": an, "waited": timedelta(0)}


def submit(desk) -> None:
    version = Registration.objects.get(invitation_id=desk["invitation_id"]).version
    outcome = services.submit(**desk, form_uuid=uuid.uuid4(), version=version, beyond=True)
    assert outcome.submission is not None


@pytest.fixture
def sent_once(desk, draft_of_can_loc, district_roles, can_loc_communes) -> None:
    """Can Lộc has submitted 45 and three names."""
    role = district_roles[1]
    services.add_delegates(
        **desk,
        rows=[
            row("Nguyễn Hữu Khang", role, position="Phó Bí thư", phone="0900000301"),
            row("Trần Đình Phúc", role, position="Ủy viên"),
            row("Võ Quang Huyến", role, position="Ủy viên"),
        ],
    )
    services.connect_commune(**desk, commune=can_loc_communes[0], connects=True)
    submit(desk)


def change_and_send_again(desk, district_roles, can_loc_communes) -> None:
    """One person is new, one has gone, one has another telephone; a commune joined, a number grew."""
    registration = Registration.objects.get(invitation_id=desk["invitation_id"])
    khang = registration.delegates.get(full_name="Nguyễn Hữu Khang")
    gone = registration.delegates.get(full_name="Trần Đình Phúc")
    services.change_delegate(
        **desk, delegate_id=khang.pk, values={"phone": "0900000302"}, version=khang.version
    )
    services.remove_delegate(**desk, delegate_id=gone.pk)
    services.add_delegates(**desk, rows=[row("Lê Thị Mới", district_roles[1], position="Ủy viên")])
    services.connect_commune(**desk, commune=can_loc_communes[1], connects=True)
    services.set_headcount(**desk, role_id=district_roles[1].pk, number=46)
    submit(desk)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_office_sees_what_changed(
    device, open_page, sign_in, reads_well, meeting, trang, desk, sent_once, district_roles, can_loc_communes
):
    page: Page = open_page(device)
    sign_in(page, trang)
    page.goto(f"/hoi-nghi/{meeting.slug}/thay-doi/")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 đơn vị có thay đổi đồng chí chưa xem")
    reads_well(page)
    page.get_by_role("link", name="Can Lộc").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đăng ký của Huyện ủy Can Lộc")
    expect(page.locator("#news")).to_have_count(0)
    assert Look.objects.get().user == trang

    change_and_send_again(desk, district_roles, can_loc_communes)
    page.reload()
    notice = page.locator("#news")
    expect(notice).to_contain_text("thay đổi từ lần đồng chí xem trước")
    notice.locator("summary").click()
    expect(notice.get_by_text("0900.000.302")).to_be_visible()
    expect(notice.get_by_text("gửi đăng ký: lần 2")).to_be_visible()
    reads_well(page)
    page.get_by_role("link", name="So sánh các lần gửi").click()

    expect(page.get_by_role("heading", level=1)).to_have_text(
        "Lần 2 so với lần 1: thêm 1 người, bớt 1, sửa 1; 1 điểm cầu và 1 số lượng có đổi"
    )
    people = page.get_by_role("region", name="Người")
    expect(people.get_by_role("listitem").filter(has_text="Thêm")).to_contain_text("Lê Thị Mới")
    expect(people.get_by_role("listitem").filter(has_text="Bớt")).to_contain_text("Trần Đình Phúc")
    changed = people.get_by_role("listitem").filter(has_text="Sửa")
    expect(changed).to_contain_text("0900.000.301")
    expect(changed).to_contain_text("0900.000.302")
    reads_well(page)

    page.get_by_label("Từ bản").select_option("2")
    page.get_by_label("Đến bản").select_option("nhap")
    page.get_by_role("button", name="So sánh").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bản đang soạn và lần 2 giống nhau")
    reads_well(page)

    page.goto(f"/hoi-nghi/{meeting.slug}/thay-doi/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Đồng chí đã xem mọi thay đổi")
    reads_well(page)
    page.get_by_role("link", name=re.compile("Tất cả")).first.click()
    expect(page.get_by_role("link", name="Can Lộc")).to_be_visible()
    reads_well(page)


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_signed_paper_comes_back(device, open_page, sign_in, reads_well, meeting, an, sent_once, close):
    page: Page = open_page(device, expect_errors=True)
    sign_in(page, an)
    page.goto(f"/hoi-nghi/{meeting.slug}/dang-ky/huyen-uy-can-loc/")
    page.get_by_role("link", name="Văn bản để ký, lần 1").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="Văn bản PDF").click()
    assert started.value.suggested_filename == "Đăng ký của Huyện ủy Can Lộc, lần 1.pdf"
    assert "Nguyễn Hữu Khang" in PdfReader(started.value.path()).pages[0].extract_text()
    with page.expect_download() as started:
        page.get_by_role("link", name="Văn bản Word").click()
    assert started.value.suggested_filename.endswith(".docx")

    close()
    chosen = page.get_by_label("Bản quét hoặc ảnh chụp đã ký")
    chosen.set_input_files(
        [
            {"name": "bản ký.pdf", "mimeType": "application/pdf", "buffer": scanned()},
            {"name": "trang 2.jpg", "mimeType": "image/jpeg", "buffer": b"<html>"},
        ]
    )
    page.get_by_role("button", name="Đính kèm").click()
    expect(page.get_by_role("alert")).to_contain_text("Đã nhận 1 tệp")
    expect(page.get_by_role("alert")).to_contain_text("“trang 2.jpg”: Không phải PDF hay ảnh")
    reads_well(page)

    with page.expect_download() as started:
        page.get_by_role("link", name="bản ký.pdf", exact=True).click()
    assert started.value.suggested_filename == "bản ký.pdf"
    page.get_by_role("button", name="Xóa bản ký.pdf").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Xóa bản ký này?")
    reads_well(page)
    dialog.get_by_role("button", name="Xóa tệp").click()
    expect(page.get_by_text("Chưa có bản ký nào")).to_be_visible()
    assert not SignedScan.objects.exists()
