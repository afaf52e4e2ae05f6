"""Journey 3: the office reads and mends the meeting, publishes it, moves the deadline, extends, returns."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from invitations.models import Invitation, Meeting
from registrations import services
from registrations.models import Registration
from tests.browser import DESKTOP, PHONE
from tests.registrations.conftest import AT_ONCE, press_submit


def typed(moment):
    """A moment as people type it."""
    return f"{timezone.localtime(moment):%d/%m/%Y %H:%M}"


def test_the_office_mends_a_draft_and_publishes_it(
    open_page, sign_in, reads_well, draft_meeting, can_loc, nghi_xuan, provincial_point, trang
):
    page = open_page(expect_errors=True)
    sign_in(page, trang)
    page.goto(f"/hoi-nghi/{draft_meeting.slug}/sua/")
    reads_well(page)

    contact = page.get_by_role("link", name="Sửa đầu mối liên hệ: Hồ Sỹ Hùng")
    contact.click()
    row = page.get_by_role("form", name=re.compile("Sửa đầu mối"))
    row.get_by_label("Điện thoại").fill("0900.000.31")
    row.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("Mới có 9 chữ số")).to_be_visible()
    row.get_by_label("Điện thoại").fill("0900.000.310")
    row.get_by_role("button", name="Lưu").click()
    expect(page.get_by_text("0900.000.310")).to_be_visible()
    reads_well(page)

    audience = draft_meeting.audiences.get(tier="district")
    page.goto(f"/hoi-nghi/{draft_meeting.slug}/don-vi-moi/{audience.pk}/")
    reads_well(page)
    page.get_by_label("Can Lộc").check()
    page.get_by_label("Nghi Xuân").check()
    page.get_by_role("button", name="Lưu").click()
    page.goto(f"/hoi-nghi/{draft_meeting.slug}/sua/")
    page.get_by_role("button", name=re.compile("Công bố và mời")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2")
    reads_well(page)
    dialog.get_by_role("button", name="Công bố").click()
    page.wait_for_load_state()
    draft_meeting.refresh_from_db()
    assert draft_meeting.state == Meeting.State.PUBLISHED
    assert Invitation.objects.sent().count() == 2


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_office_sees_who_is_missing_extends_one_and_returns_another(
    device, open_page, sign_in, reads_well, meeting, trang, an, can_loc_invitation, district_roles
):
    desk = {"invitation_id": can_loc_invitation.pk, "user": an, "waited": AT_ONCE}
    services.set_headcount(**desk, role_id=district_roles[0].pk, number=12)
    press_submit(desk, can_loc_invitation.registration)
    page = open_page(device)
    sign_in(page, trang)

    expect(page.get_by_role("heading", level=1)).to_contain_text("1 trên 3 đơn vị đã gửi")
    reads_well(page)
    page.goto(f"/hoi-nghi/{meeting.slug}/")
    expect(page.get_by_role("heading", name="GIẤY MỜI HỌP")).to_be_visible()
    reads_well(page)

    page.goto(f"/hoi-nghi/{meeting.slug}/dang-ky/huyen-uy-nghi-xuan/")
    page.get_by_role("link", name="Gia hạn").click()
    until = meeting.registration_deadline + timedelta(hours=3)
    page.get_by_label("Đến lúc").fill(typed(until))
    page.get_by_label("Lý do").fill("Mất điện từ 14:00")
    reads_well(page)
    page.get_by_role("button", name="Gia hạn").click()
    expect(page.get_by_text(re.compile("Đã gia hạn cho"))).to_be_visible()

    page.goto(f"/hoi-nghi/{meeting.slug}/dang-ky/huyen-uy-can-loc/")
    page.get_by_role("link", name="Trả lại").click()
    page.get_by_label("Cần sửa gì").fill("Thiếu cán bộ kỹ thuật ở hai xã")
    page.get_by_role("button", name="Trả lại").click()
    expect(page.get_by_text("Thiếu cán bộ kỹ thuật ở hai xã")).to_be_visible()
    assert Registration.objects.get(invitation=can_loc_invitation).state == Registration.State.RETURNED

    page.goto(f"/hoi-nghi/{meeting.slug}/doi-han/")
    later = meeting.registration_deadline + timedelta(days=1)
    page.get_by_label(re.compile("[Hh]ạn")).first.fill(typed(later))
    page.get_by_role("button", name="Dời hạn").click()
    page.wait_for_load_state()
    meeting.refresh_from_db()
    assert abs(meeting.registration_deadline - later) < timedelta(minutes=1)
