"""A session moves: the office tells the units, a unit reads it, confirms again, takes PDF and .ics."""

import re

from django.utils import timezone
from icalendar import Calendar
from playwright.sync_api import expect

from invitations import answering, issuing
from tests.browser import PHONE


def test_a_changed_hour_is_told_read_and_confirmed_again(
    open_page, sign_in, reads_well, meeting, trang, an, can_loc_invitation
):
    issuing.first(meeting=meeting, user=trang, now=timezone.now())
    answering.confirm(invitation_id=can_loc_invitation.pk, user=an)

    office = open_page()
    sign_in(office, trang)
    office.goto(f"/hoi-nghi/{meeting.slug}/sua/")
    office.get_by_role("link", name=re.compile("Sửa buổi")).first.click()
    row = office.get_by_role("form", name=re.compile("Sửa buổi"))
    row.get_by_label("Từ", exact=True).fill("07:30")
    row.get_by_role("button", name="Lưu").click()
    expect(office.get_by_text("Có thay đổi chưa báo các đơn vị")).to_be_visible()
    reads_well(office)
    office.get_by_role("link", name="Xem và gửi bản mới").click()
    expect(office.get_by_role("heading", level=1)).to_have_text(re.compile("1.thay đổi chưa báo các đơn vị"))
    office.get_by_role("button", name=re.compile("Gửi 3.đơn vị")).click()
    reads_well(office)
    office.get_by_role("dialog").get_by_role("button", name="Gửi bản mới").click()
    expect(office.get_by_text("Bản 2 của giấy mời đang được gửi cho 3 đơn vị.")).to_be_visible()

    phone = open_page(PHONE)
    sign_in(phone, an)
    phone.get_by_role("link", name="Xem những thay đổi").click()
    changed = phone.get_by_role("region", name="Bản 2")
    expect(changed).to_contain_text("từ 07:30")
    reads_well(phone)
    with phone.expect_download() as calendar:
        phone.get_by_role("link", name=re.compile("Thêm vào lịch")).click()
    assert len(Calendar.from_ical(calendar.value.path().read_bytes()).walk("VEVENT")) == 4
    with phone.expect_download() as letter:
        phone.get_by_role("link", name="PDF").first.click()
    assert letter.value.path().read_bytes().startswith(b"%PDF-")
    phone.get_by_role("button", name="Xác nhận tham dự").click()
    expect(phone.get_by_text("Đã xác nhận tham dự.", exact=True)).to_be_visible()
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.answers.first().issue.number == 2

    office.goto(f"/hoi-nghi/{meeting.slug}/don-vi-nhan/")
    expect(office.get_by_role("heading", level=1)).to_contain_text("1 trên 3 đơn vị đã xem")
    reads_well(office)
