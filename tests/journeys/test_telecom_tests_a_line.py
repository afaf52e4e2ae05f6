"""Telecom stands in a commune's hall with a phone; the office corrects points and gives an account."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from accounts.models import Unit, User
from bridge_points.models import BridgePoint, LineTest
from invitations.models import AssignedUnit, Assignment, Meeting
from tests.factories import BridgePointFactory
from tests.journeys.conftest import Check, SignIn

TAP = 44
"""The smallest target for a thumb, in pixels."""


def test_telecom_records_a_test_on_a_phone(
    phone: Page,
    sign_in: SignIn,
    reads_well: Check,
    meeting: Meeting,
    can_loc_communes: list[Unit],
    line_assignment: Assignment,
    hung: User,
) -> None:
    for commune in can_loc_communes:
        BridgePointFactory.create(meeting=meeting, unit=commune, complete=True)
    sign_in(phone, hung)
    expect(phone.get_by_role("heading", level=1)).to_have_text("Còn 6 trên 6 điểm cầu chưa thử tốt")
    reads_well(phone)

    phone.get_by_role("link", name="Thử Xã Thiên Lộc").click()
    form = phone.get_by_role("form", name="Thử đường truyền Xã Thiên Lộc")
    reads_well(phone)
    form.get_by_label("Ghi chú").fill("Tiếng hơi nhỏ")
    form.get_by_label("Ghi chú").press("Enter")
    expect(form).to_be_visible()
    for button in form.get_by_role("group", name="Kết quả").get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= TAP
    form.get_by_role("button", name="Hình và tiếng tốt").click()

    expect(phone.get_by_role("row", name="Xã Thiên Lộc")).to_contain_text("Đã thử tốt")
    expect(phone.get_by_role("heading", level=1)).to_have_text("Còn 5 trên 6 điểm cầu chưa thử tốt")
    expect(phone.get_by_role("link", name="Đã thử tốt 1")).to_be_visible()
    test = LineTest.objects.get()
    assert (test.point.unit.name, test.result, test.note) == ("Xã Thiên Lộc", "good", "Tiếng hơi nhỏ")

    phone.get_by_role("link", name="Xã Thiên Lộc", exact=True).click()
    expect(phone.get_by_text("Tiếng hơi nhỏ")).to_be_visible()
    reads_well(phone)

    phone.get_by_role("link", name="Việc được giao").click()
    phone.get_by_role("button", name="Nhận việc").click()
    expect(phone.get_by_role("button", name="Hoàn tác")).to_be_visible()
    reads_well(phone)
    assert line_assignment.shares.get().state == AssignedUnit.State.ACCEPTED


def test_the_office_corrects_a_point_and_gives_an_account(
    page: Page, sign_in: SignIn, reads_well: Check, can_loc_point: BridgePoint, trang: User
) -> None:
    sign_in(page, trang)
    page.get_by_role("link", name="Điểm cầu", exact=True).click()
    page.get_by_role("link", name="Sửa Can Lộc").click()
    form = page.get_by_role("form", name="Sửa điểm cầu Can Lộc")
    form.get_by_label("Nơi họp").fill("Hội trường Huyện ủy, tầng 2")
    reads_well(page)
    form.get_by_label("Nơi họp").press("Enter")
    expect(page.get_by_role("row", name="Can Lộc")).to_contain_text("Hội trường Huyện ủy, tầng 2")

    page.get_by_role("link", name="Sửa Can Lộc").click()
    page.get_by_role("link", name="Bỏ điểm cầu").click()
    dialog = page.get_by_role("dialog", name="Bỏ điểm cầu Can Lộc?")
    expect(dialog.get_by_role("button", name="Để sau")).to_be_focused()
    reads_well(page)
    dialog.get_by_role("button", name="Bỏ điểm cầu").click()
    expect(page.get_by_text("Đã bỏ điểm cầu Can Lộc.")).to_be_visible()
    assert not BridgePoint.objects.filter(pk=can_loc_point.pk).exists()

    page.get_by_role("link", name="Đơn vị", exact=True).click()
    reads_well(page)
    page.get_by_role("link", name="Huyện ủy Can Lộc", exact=True).click()
    reads_well(page)
    page.get_by_role("link", name="Cấp tài khoản").first.click()
    page.get_by_label("Họ và tên").fill("Đặng Thị Mỹ Duyên")
    page.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill("can loc")
    page.get_by_role("option", name="Huyện ủy Can Lộc").click()
    page.locator("[name=_save]").click()
    expect(page).to_have_url(re.compile("/quan-tri/accounts/user/"))
    account = User.objects.get(full_name="Đặng Thị Mỹ Duyên")
    assert account.unit == can_loc_point.unit
