"""The day, told from end to end: the line is good, then lost; people are counted; the report is signed."""

import io
import re
from datetime import timedelta

from django.utils import timezone
from docx import Document
from playwright.sync_api import Page, expect

from bridge_points.models import Incident
from invitations.models import Meeting
from registrations.models import Attendance, AttendanceEntry
from reports.models import ResultVersion
from tests.browser import PHONE

POINT = "Can Lộc"


def test_a_point_is_tested_loses_its_line_reports_who_came_and_stands_in_the_signed_report(
    open_page, sign_in, reads_well, meeting, can_loc_point, draft_of_can_loc, hung, an, nguyet
):
    telecom, clerk, office = open_page(PHONE), open_page(PHONE, expect_errors=True), open_page()
    sign_in(telecom, hung)
    the_line_is_good(telecom)
    session = the_session_begins(meeting)
    sign_in(clerk, an)
    clerk.goto(f"/hoi-nghi/{meeting.slug}/diem-danh/{session.pk}/{can_loc_point.unit.slug}/")
    expect(clerk.locator("[data-kept]")).to_be_attached()
    the_line_is_lost(clerk)
    people_are_counted_without_a_line(clerk)
    the_line_is_mended(telecom)
    assert not AttendanceEntry.objects.exists()
    clerk.context.set_offline(False)
    expect(clerk.locator("[data-waits]")).to_have_text(re.compile("Không có mục nào"), timeout=30_000)
    assert Attendance.objects.get().present == 43

    sign_in(office, nguyet)
    office.get_by_role("link", name="Ngày họp").click()
    expect(office.get_by_role("link", name="Đại biểu có mặt")).to_contain_text("43")
    office.get_by_role("link", name="Báo cáo", exact=True).click()
    every_number_is_there(office)
    reads_well(office)
    signed = the_report_is_signed(office, reads_well)
    with office.expect_download() as waiting:
        office.get_by_role("link", name="Word").click()
    words = "\n".join(one.text for one in Document(io.BytesIO(waiting.value.path().read_bytes())).paragraphs)
    assert "43" in words
    assert signed.content["numbers"]["incidents"][0]["minutes"] == 6
    assert signed.content["numbers"]["reasons"] == [{"label": "Đi công tác", "number": 2}]


def the_line_is_good(phone: Page) -> None:
    """Telecom calls the point and hears and sees it."""
    phone.get_by_role("link", name=f"Thử {POINT}").click()
    phone.get_by_role("button", name="Hình và tiếng tốt").click()
    expect(phone.get_by_role("row", name=POINT)).to_contain_text("Đã thử tốt")


def the_session_begins(meeting: Meeting):
    """Half an hour ago, or as the day began; it is the only one."""
    session, *others = meeting.sessions.all()
    for other in others:
        other.delete()
    now = timezone.localtime()
    began = max(now - timedelta(minutes=30), now.replace(hour=0, minute=0))  # of this day, even at midnight
    session.date, session.starts_at = began.date(), began.time().replace(second=0, microsecond=0)
    session.save()
    return session


def the_line_is_lost(phone: Page) -> None:
    """The clerk says so in two taps and goes back to the people in the hall."""
    phone.get_by_role("link", name="Báo sự cố").click()
    phone.get_by_role("button", name="Mất đường truyền").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("mất đường truyền")
    assert Incident.objects.get().session is not None


def people_are_counted_without_a_line(phone: Page) -> None:
    """Nothing of it arrives; the telephone keeps it."""
    phone.go_back()
    phone.go_back()
    phone.context.set_offline(True)
    phone.reload()
    phone.get_by_label("Có mặt").first.fill("43")
    phone.get_by_label("Vắng có phép", exact=True).fill("2")
    phone.get_by_label("Lý do vắng có phép").fill("Đi công tác")
    phone.get_by_role("button", name="Gửi số").click()
    expect(phone.locator("[data-waits]")).to_have_text(re.compile("1 mục chờ gửi"))


def the_line_is_mended(phone: Page) -> None:
    """Telecom finds the incident, takes it and closes it."""
    phone.get_by_role("link", name="Sự cố", exact=True).first.click()
    phone.get_by_role("link", name=re.compile(POINT)).first.click()
    phone.get_by_role("button", name="Tôi xử lý").click()
    phone.get_by_label("Đã làm gì").fill("Chuyển sang đường dự phòng")
    phone.get_by_label("Số phút mất").fill("6")
    phone.get_by_role("button", name="Khép sự cố").click()
    expect(phone.get_by_text("Mất 6 phút.")).to_be_visible()


def every_number_is_there(page: Page) -> None:
    """The draft says who came, who had leave and why, and what went wrong."""
    expect(page.get_by_role("heading", level=1)).to_contain_text("43 lượt có mặt")
    expect(page.get_by_role("row", name="Đi công tác")).to_contain_text("2")
    expect(page.get_by_role("heading", name="Sự cố: 1, mất 6 phút")).to_be_visible()
    expect(page.get_by_role("row", name=POINT).last).to_contain_text("Chuyển sang đường dự phòng")


def the_report_is_signed(page: Page, reads_well) -> ResultVersion:
    """Words are added, number and signatory given; from then on nothing changes."""
    page.get_by_label("Không khí").fill("Hội nghị diễn ra nghiêm túc.")
    page.get_by_role("button", name="Lưu phần viết").click()
    page.get_by_role("link", name="Chốt báo cáo").click()
    page.get_by_label("Số, ký hiệu").fill("128-BC/TU")
    expect(page.locator("[name=sign_name]")).to_have_value("Trần Minh Quân")  # who signed the letter
    reads_well(page)
    page.get_by_role("button", name="Chốt báo cáo").click()
    page.get_by_role("dialog").get_by_role("button", name="Chốt báo cáo").click()
    expect(page.get_by_text("Đã chốt báo cáo số 128-BC/TU")).to_be_visible()
    reads_well(page)
    return ResultVersion.objects.get()
