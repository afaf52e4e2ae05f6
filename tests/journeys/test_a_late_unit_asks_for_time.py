"""Journey 5: a late unit asks for time on a phone, the office answers at a desk, only that unit reopens."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from registrations.models import Extension, ExtensionRequest
from tests.browser import DESKTOP, PHONE

WHY = "Còn ba xã chưa báo cán bộ kỹ thuật, xin đến 20 giờ"


@pytest.fixture
def until():
    """Three hours from now, as people type it."""
    return f"{timezone.localtime() + timedelta(hours=3):%d/%m/%Y %H:%M}"


def test_a_late_unit_asks_and_the_office_grants_it_alone(
    open_page, sign_in, reads_well, meeting, an, trang, can_loc, nghi_xuan, draft_of_can_loc, close, until
):
    close()
    phone = open_page(PHONE, expect_errors=True)
    sign_in(phone, an)
    phone.goto("/dang-ky/")
    phone.get_by_role("button", name="Gửi đề nghị").click()
    assert not ExtensionRequest.objects.exists(), "the browser asks for the reason first"
    phone.get_by_label("Lý do").fill(WHY)
    reads_well(phone)
    phone.get_by_role("button", name="Gửi đề nghị").click()
    expect(phone.get_by_text("chờ văn phòng")).to_be_visible()
    expect(phone.get_by_text(WHY)).to_be_visible()
    reads_well(phone)

    desk = open_page(DESKTOP, expect_errors=True)
    sign_in(desk, trang)
    desk.get_by_role("link", name="Gia hạn: 1 chờ").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("1 đơn vị chờ trả lời về gia hạn")
    reads_well(desk)
    desk.get_by_label("Chọn Huyện ủy Can Lộc").check()
    expect(desk.locator("[data-chosen]")).to_have_text("1")
    desk.get_by_role("button", name="Cho gia hạn").click()
    desk.get_by_label("Lý do, lời trả lời").fill("Đồng ý, báo đủ cán bộ kỹ thuật")
    desk.get_by_role("button", name="Cho gia hạn").click()
    expect(desk.get_by_text("Ghi giờ cho đến")).to_be_visible()
    expect(desk.get_by_label("Chọn Huyện ủy Can Lộc")).to_be_checked()
    expect(desk.get_by_label("Lý do, lời trả lời")).to_have_value("Đồng ý, báo đủ cán bộ kỹ thuật")
    reads_well(desk)
    desk.get_by_label("Cho đến").fill(until)
    desk.get_by_role("button", name="Cho gia hạn").click()
    expect(desk.get_by_text(re.compile("Đã cho Huyện ủy Can Lộc đến"))).to_be_visible()
    expect(desk.get_by_role("row", name=re.compile("Huyện ủy Can Lộc"))).to_contain_text("Đã cho")
    reads_well(desk)
    assert Extension.objects.get().invitation.unit == can_loc

    phone.get_by_role("link", name="Xem đã trả lời chưa").click()
    expect(phone.get_by_text(re.compile("Gia hạn đến")).first).to_be_visible()
    phone.get_by_role("button", name=re.compile("^Gửi đăng ký")).click()
    dialog = phone.get_by_role("dialog", name=re.compile("Gửi đăng ký lần 1"))
    dialog.get_by_role("button", name="Gửi ngay").click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Đã nhận đăng ký lần 1")
    expect(phone.get_by_text("Theo đề nghị của đơn vị lúc")).to_be_visible()
    reads_well(phone)
    desk.goto(f"/hoi-nghi/{meeting.slug}/dang-ky/{nghi_xuan.slug}/")
    expect(desk.get_by_text("Trễ hạn").first).to_be_visible()


def test_a_refusal_is_read_on_the_phone_and_the_unit_may_ask_again(
    open_page, sign_in, reads_well, meeting, an, trang, draft_of_can_loc, close
):
    close()
    phone = open_page(PHONE)
    sign_in(phone, an)
    phone.goto("/dang-ky/")
    phone.get_by_label("Lý do").fill(WHY)
    phone.get_by_role("button", name="Gửi đề nghị").click()
    desk = open_page(DESKTOP)
    sign_in(desk, trang)
    desk.goto(f"/hoi-nghi/{meeting.slug}/gia-han/")
    desk.get_by_label("Chọn Huyện ủy Can Lộc").check()
    desk.get_by_label("Lý do, lời trả lời").fill("Đã chốt danh sách, gọi điện nếu cần")
    desk.get_by_role("button", name="Không cho").click()
    expect(desk.get_by_text(re.compile("Đã trả lời không cho"))).to_be_visible()
    phone.get_by_role("link", name="Xem đã trả lời chưa").click()
    expect(phone.get_by_text("Đã chốt danh sách, gọi điện nếu cần")).to_be_visible()
    expect(phone.get_by_role("button", name="Gửi đề nghị")).to_be_visible()
    reads_well(phone)
