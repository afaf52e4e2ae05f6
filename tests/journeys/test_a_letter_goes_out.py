"""Journey: the office drops a letter in, checks it, invites; a unit sees, takes it along, confirms.

On the way the pictures of the office's guide are taken, and its words are looked for.
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import Unit, User
from benchmarks.letters import OWN
from invitations.models import AssignedUnit, Invitation, LetterReading, Meeting
from tests.browser import PHONE
from tests.factories import AttendanceFactory, BridgePointFactory, IncidentFactory, five_pm_in
from tests.invitations.letters.test_files import pdf_of
from tests.journeys.album import GUIDES, TO_THE_TOP, Album, holds
from tests.journeys.conftest import Check

LETTER = (OWN / "samples" / "invitation-province.txt").read_text().replace("Lam Sơn", "Hà Tĩnh")
DESK = {"width": 1280, "height": 800}
DRIVER = {"Họ và tên": "Tổ Xe Mẫu", "Điện thoại": "0900 000 555", "Về việc": "Xe đưa đón"}


@pytest.fixture
def letter_file(tmp_path: Path) -> Path:
    """The project's own sample, seven years later: its names and telephone numbers belong to nobody."""
    path = tmp_path / "giay-moi.txt"
    path.write_text(re.sub(r"\b2024\b", "2031", LETTER))
    return path


def test_a_letter_goes_out_and_a_unit_takes_it_along_and_confirms(
    open_page, sign_in, reads_well, letter_file, album, trang, an, nguyet, can_loc, nghi_xuan, telecom, power
):
    office = open_page(DESK, expect_errors=True)
    sign_in(office, trang)
    drop(office, letter_file, album, reads_well)
    check(office, album, reads_well)
    meeting = Meeting.objects.get()
    publish(office, meeting, album)
    unit = open_page(PHONE, expect_errors=True)
    sign_in(unit, an)
    take_along(unit, meeting)
    look_who_answered(office, meeting, album, reads_well)
    hand_out(open_page, sign_in, nguyet, meeting, album)
    follow_up(office, meeting, album)
    plan_reminders(office, meeting, album, reads_well)
    look_at_the_day(office, meeting, album, reads_well, can_loc, nghi_xuan)
    close(office, meeting, album, reads_well)
    holds(GUIDES / "van-phong.md", album, no_words_of_a_page=["đậm"])


def drop(page: Page, letter: Path, album: Album, reads_well: Check) -> None:
    """The letter comes in."""
    page.goto("/hoi-nghi/")
    album.read(page)
    page.get_by_role("link", name="Đọc giấy mời có sẵn").click()
    reads_well(page)
    page.get_by_label("Tệp giấy mời").set_input_files(letter)
    expect(page.get_by_text("Đã chọn giay-moi.txt")).to_be_visible()
    album.take(page, "vp-doc-giay-moi")
    page.get_by_role("button", name="Đọc giấy mời").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("nhóm chưa soát")


def check(page: Page, album: Album, reads_well: Check) -> None:
    """Group by group, beside the text; what the reader missed is added, what is doubtful looked at."""
    reads_well(page)
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    reads_well(page)
    page.set_viewport_size(DESK)
    page.get_by_label("Từ", exact=True).first.focus()
    expect(page.locator(".bit.is-lit").first).to_contain_text("16 - 17 tháng 9 năm 2031")
    page.locator("#nhom-thoi-gian").evaluate(TO_THE_TOP)
    album.take(page, "vp-soat")

    facts = page.get_by_role("form", name="Hội nghị", exact=True)
    facts.get_by_label("Tên gọn").fill("Học tập Nghị quyết")
    facts.get_by_role("button", name="Đã xem cả nhóm").click()
    expect(facts.get_by_text(re.compile("chỗ nghi ngờ chưa xem"))).to_be_visible()
    expect(facts.get_by_label("Tên gọn")).to_have_value("Học tập Nghị quyết")
    contacts = page.get_by_role("form", name="Đầu mối liên hệ")
    contacts.get_by_role("button", name="Thêm đầu mối").click()
    row = contacts.get_by_role("group", name="Đầu mối thêm 1")
    for label, value in DRIVER.items():
        row.get_by_label(label).fill(value)
    row.evaluate(TO_THE_TOP)
    album.take(page, "vp-them-bang-tay")

    for form in page.locator("form.read-group:not(.is-none)").all():
        for box in form.locator("input[name=da-xem]").all():
            box.check()
        form.get_by_role("button", name="Đã xem cả nhóm").click()
        expect(form).to_have_class(re.compile("is-seen"))
    album.read(page)
    page.get_by_role("button", name="Tạo bản nháp hội nghị").click()
    page.wait_for_url("**/sua/")
    assert LetterReading.objects.get().meeting == Meeting.objects.get()


def publish(page: Page, meeting: Meeting, album: Album) -> None:
    """The draft has all the letter said; it goes out to the units the letter means."""
    assert meeting.short_title == "Học tập Nghị quyết"
    assert meeting.sessions.count() == 3
    assert meeting.contacts.filter(phone="0900000555").exists()
    assert AssignedUnit.objects.filter(
        assignment__meeting=meeting, unit__name__contains="Viễn thông"
    ).exists()
    album.take(page, "vp-soan")
    page.get_by_role("button", name=re.compile("Công bố và mời")).click()
    dialog = page.get_by_role("dialog")
    album.take(page, "vp-cong-bo")
    dialog.get_by_role("button", name="Công bố").click()
    page.wait_for_load_state()
    assert set(Invitation.objects.sent().values_list("unit__name", flat=True)) >= {
        "Huyện ủy Can Lộc",
        "Huyện ủy Nghi Xuân",
    }


def take_along(page: Page, meeting: Meeting) -> None:
    """A clerk on a telephone: sees the letter, takes the PDF and the dates along, confirms."""
    page.goto(f"/hoi-nghi/{meeting.slug}/")
    expect(page.get_by_role("heading", name="GIẤY MỜI HỌP")).to_be_visible()
    with page.expect_download() as paper:
        page.get_by_role("group", name="Tải giấy mời").get_by_role("link", name="PDF").first.click()
    assert Path(paper.value.path()).read_bytes().startswith(b"%PDF-")
    with page.expect_download() as dates:
        page.get_by_role("link", name="Thêm vào lịch").click()
    events = Path(dates.value.path()).read_text()
    assert events.count("BEGIN:VEVENT") >= 3
    assert "DTSTART" in events
    page.get_by_role("button", name="Xác nhận tham dự").click()
    expect(page.get_by_text(re.compile("đã xác nhận tham dự")).first).to_be_visible()


def look_who_answered(page: Page, meeting: Meeting, album: Album, reads_well: Check) -> None:
    """Sent, seen, confirmed: unit by unit."""
    page.goto(f"/hoi-nghi/{meeting.slug}/don-vi-nhan/")
    expect(page.get_by_role("rowheader", name=re.compile("Can Lộc"))).to_be_visible()
    reads_well(page)
    album.take(page, "vp-don-vi-nhan")


def hand_out(open_page, sign_in, nguyet: User, meeting: Meeting, album: Album) -> None:
    """Propaganda hands out what is to be read."""
    page = open_page(DESK, expect_errors=True)
    sign_in(page, nguyet)
    page.goto(f"/hoi-nghi/{meeting.slug}/tai-lieu/them/")
    page.get_by_label("Tệp tài liệu").set_input_files(
        {"name": "de-cuong.pdf", "mimeType": "application/pdf", "buffer": pdf_of("De cuong hoc tap")}
    )
    page.get_by_label("Tên tài liệu").fill("Đề cương học tập")
    for box in page.get_by_role("group").get_by_role("checkbox").all():
        box.check()
    album.take(page, "vp-tai-lieu")


def follow_up(page: Page, meeting: Meeting, album: Album) -> None:
    """Who has done what was asked; who is late."""
    page.goto(f"/hoi-nghi/{meeting.slug}/viec/")
    album.take(page, "vp-viec")
    page.goto(f"/hoi-nghi/{meeting.slug}/")
    album.read(page)
    page.goto(f"/hoi-nghi/{meeting.slug}/theo-doi/")
    album.take(page, "vp-theo-doi")
    page.goto(f"/hoi-nghi/{meeting.slug}/sua/")
    album.read(page)


def plan_reminders(page: Page, meeting: Meeting, album: Album, reads_well: Check) -> None:
    """What goes next, and what one step says to a real unit."""
    Meeting.objects.filter(pk=meeting.pk).update(registration_deadline=five_pm_in(2))
    page.goto(f"/hoi-nghi/{meeting.slug}/ke-hoach-nhac/?gio=72")
    expect(page.get_by_role("heading", name="Tin sắp đi")).to_be_visible()
    reads_well(page)
    album.take(page, "vp-ke-hoach-nhac")
    page.get_by_role("link", name="Sửa giờ giấc").click()
    album.read(page)
    page.goto(f"/hoi-nghi/{meeting.slug}/ke-hoach-nhac/")
    page.get_by_role("link", name="Sửa mốc 1 giờ trước hạn").click()
    expect(page.get_by_role("heading", name="Đơn vị sẽ đọc")).to_be_visible()
    reads_well(page)
    album.take(page, "vp-moc-nhac")


def look_at_the_day(
    page: Page, meeting: Meeting, album: Album, reads_well: Check, came: Unit, silent: Unit
) -> None:
    """Who has reported of the session, whom to call, what is broken."""
    yesterday = timezone.localdate() - timedelta(days=1)
    for place, session in enumerate(meeting.sessions.all()):
        session.date = yesterday - timedelta(days=place)
        session.save()
    session = meeting.sessions.order_by("date").last()
    points = [BridgePointFactory.create(meeting=meeting, unit=unit, complete=True) for unit in (came, silent)]
    AttendanceFactory.create(session=session, point=points[0], present=43)
    IncidentFactory.create(point=points[1], session=session)
    page.goto(f"/hoi-nghi/{meeting.slug}/ngay-hop/?buoi={session.pk}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 điểm cầu chưa báo")
    reads_well(page)
    album.take(page, "vp-ngay-hop")
    call = page.get_by_role("region", name=re.compile("Chưa báo"))
    call.get_by_role("link", name=silent.called).click()
    album.read(page)
    page.get_by_role("link", name="Báo sự cố").click()
    album.read(page)


def close(page: Page, meeting: Meeting, album: Album, reads_well: Check) -> None:
    """The meeting is over: nothing is written any more, and people are kept for a time."""
    page.goto(f"/hoi-nghi/{meeting.slug}/sua/")
    page.get_by_role("link", name="Đóng hội nghị…").click()
    page.get_by_role("button", name="Đóng hội nghị").click()
    page.get_by_role("dialog").get_by_role("button", name="Đóng hội nghị").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hội nghị đã đóng")
    reads_well(page)
    album.take(page, "vp-dong")
    page.get_by_role("link", name=re.compile("Dữ liệu cá nhân")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Dữ liệu cá nhân giữ đến")
    reads_well(page)
    album.take(page, "vp-du-lieu")
    page.get_by_role("button", name="Xóa dữ liệu cá nhân…").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    reads_well(page)
    page.goto(f"/hoi-nghi/{meeting.slug}/tong-hop/")
    album.read(page)
