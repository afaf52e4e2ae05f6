"""A commune's clerk reports on a telephone whose line is dead: all of it arrives later, once."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from registrations.models import Attendance, AttendanceEntry, AttendanceMark, Delegate
from tests.browser import PHONE
from tests.camera import film
from tests.factories import DelegateFactory


@pytest.fixture
def at_the_point(open_page, sign_in, meeting, an, can_loc, can_loc_invitation, draft_of_can_loc) -> Page:
    """Can Lộc's page at the first session, kept by its worker; 45 are declared, one has a name."""
    DelegateFactory.create(registration=can_loc_invitation.registration, full_name="Nguyễn Hữu Khang")
    phone = open_page(PHONE, expect_errors=True)
    sign_in(phone, an)
    phone.goto(f"/hoi-nghi/{meeting.slug}/diem-danh/{meeting.sessions.first().pk}/{can_loc.slug}/")
    expect(phone.locator("[data-kept]")).to_be_attached()
    return phone


def test_what_is_entered_without_a_line_arrives_once(at_the_point):
    phone = at_the_point
    phone.context.set_offline(True)
    phone.reload()  # the worker answers
    phone.get_by_label("Có mặt").first.fill("47")
    phone.get_by_role("button", name="Gửi số").click()
    expect(phone.get_by_text("Có mặt 47, đăng ký 45: đúng chứ?")).to_be_visible()
    phone.get_by_role("button", name="Đúng, gửi").click()
    row = phone.get_by_role("group", name="Nguyễn Hữu Khang")
    row.get_by_role("button", name="Có phép").click()
    phone.get_by_label("Lý do vắng của Nguyễn Hữu Khang").fill("Ốm")
    phone.keyboard.press("Tab")
    expect(phone.locator("[data-waits]")).to_have_text(re.compile("3 mục chờ gửi"))
    address = phone.url
    phone.close()  # the browser goes before anything was sent

    phone = at_the_point.context.new_page()
    phone.goto(address)  # still without a line
    expect(phone.locator("[data-waits]")).to_have_text(re.compile("3 mục chờ gửi"))
    row = phone.get_by_role("group", name="Nguyễn Hữu Khang")
    expect(row.get_by_role("button", name="Có phép")).to_have_attribute("aria-pressed", "true")
    expect(phone.get_by_label("Lý do vắng của Nguyễn Hữu Khang")).to_have_value("Ốm")
    assert not AttendanceEntry.objects.exists()

    lost: list[int] = []

    def lose_the_first_answer(route: Route) -> None:
        if not lost:
            lost.append(route.fetch().status)  # the portal has acted, the telephone does not hear of it
            route.abort("connectionreset")
        else:
            route.continue_()

    phone.route("**/gui/", lose_the_first_answer)
    phone.context.set_offline(False)
    expect(phone.locator("[data-waits]")).to_have_text(re.compile("Không có mục nào"), timeout=30_000)
    assert lost == [200]
    assert list(AttendanceEntry.objects.values_list("present", flat=True)) == [47]
    assert list(AttendanceMark.objects.values_list("reason", flat=True)) == ["Ốm", ""]
    assert Attendance.objects.get().present == 47

    phone.context.set_offline(True)
    phone.get_by_label("Vắng có phép", exact=True).fill("1")
    phone.get_by_label("Lý do vắng có phép").fill("Đi công tác")
    phone.get_by_role("button", name="Gửi số").click()
    phone.get_by_role("button", name="Đúng, gửi").click()
    expect(phone.locator("[data-waits]")).to_have_text(re.compile("1 mục chờ gửi"))
    phone.context.set_offline(False)
    expect(phone.locator("[data-waits]")).to_have_text(re.compile("Không có mục nào"), timeout=30_000)
    assert Attendance.objects.get().reason == "Đi công tác"
    left = "Promise.all([caches.keys(), indexedDB.databases().then((all) => all.map((one) => one.name))])"
    phone.locator(".who summary").click()
    with phone.expect_navigation():
        phone.get_by_role("button", name="Đăng xuất").click()
    assert phone.evaluate(left) == [[], []]


def test_two_telephones_of_one_point_meet_again(open_page, sign_in, reads_well, at_the_point, an, meeting):
    """Both enter without a line; the later one arrives first. Both are kept, people are merged, both told."""
    DelegateFactory.create(registration=Delegate.objects.get().registration, full_name="Phan Thị Lan", rank=2)
    first, second = at_the_point, open_page(PHONE, expect_errors=True)
    sign_in(second, an)
    for phone in (first, second):
        phone.goto(at_the_point.url)
        expect(phone.locator("[data-kept]")).to_be_attached()
        phone.context.set_offline(True)
    enter(first, present="40", ticks={"Nguyễn Hữu Khang": "Có mặt"})
    enter(second, present="42", ticks={"Nguyễn Hữu Khang": "Có phép", "Phan Thị Lan": "Có mặt"})
    for phone in (second, first):
        phone.context.set_offline(False)
        expect(phone.locator("[data-waits]")).to_have_text(re.compile("Không có mục nào"), timeout=30_000)
    assert sorted(AttendanceEntry.objects.values_list("present", flat=True)) == [40, 42]
    standing = AttendanceMark.objects.standing().values_list("delegate__full_name", "state")
    assert dict(standing) == {"Nguyễn Hữu Khang": "excused", "Phan Thị Lan": "present"}
    assert AttendanceMark.objects.count() == 3
    row = Attendance.objects.get()
    assert (row.present, row.crossed.present) == (42, 40)
    expect(first.get_by_text("máy kia ghi 40 có mặt")).to_be_visible()
    reads_well(first)
    second.reload()
    expect(second.get_by_text("Hai máy cùng báo khi chưa thấy nhau")).to_be_visible()
    second.get_by_label("Có mặt").first.fill("41")
    second.get_by_role("button", name="Gửi số").click()  # whoever sees both decides
    expect(second.get_by_text("Hai máy cùng báo")).to_be_hidden()
    second.goto(f"/hoi-nghi/{meeting.slug}/diem-danh/")
    expect(second.get_by_role("heading", level=1)).to_contain_text("điểm cầu")
    reads_well(second)


def enter(phone, *, present, ticks):
    """Type a number and tick people, on a telephone without a line."""
    phone.get_by_label("Có mặt").first.fill(present)
    phone.get_by_role("button", name="Gửi số").click()
    for name, state in ticks.items():
        phone.get_by_role("group", name=name).get_by_role("button", name=state).click()
    expect(phone.locator("[data-waits]")).to_have_text(re.compile(f"{1 + len(ticks)} mục chờ gửi"))


def test_a_card_held_before_the_camera_is_read_and_counted_once(at_the_point, camera_film):
    """Chromium has no reader of its own here, as an iPhone has none: the portal reads what it sees."""
    phone = at_the_point
    assert not phone.evaluate("'BarcodeDetector' in window")
    person = phone.locator("[data-person]").first
    film(camera_film, person.get_attribute("data-code"))
    phone.get_by_role("button", name="Quét QR").click()
    expect(phone.get_by_text("Nguyễn Hữu Khang: có mặt")).to_be_visible()
    expect(phone.locator("[data-waits]")).to_have_text(re.compile("Không có mục nào"))
    phone.get_by_role("button", name="Dừng quét").click()
    mark = AttendanceMark.objects.get()
    assert (mark.delegate, mark.state, mark.scanned) == (Delegate.objects.get(), "present", True)
    phone.context.set_offline(True)
    phone.get_by_role("button", name="Quét QR").click()
    expect(phone.get_by_text("Máy này cần có mạng để đọc mã. Gõ mã ghi dưới ô QR.")).to_be_visible()


def test_what_the_telephone_could_not_keep_is_not_shown_as_entered(open_page, sign_in, at_the_point, an):
    """A full memory or a private window: the person at the door hears of it instead of going on."""
    address, phone = at_the_point.url, open_page(PHONE, expect_errors=True)
    phone.add_init_script("IDBObjectStore.prototype.put = () => { throw new Error('the telephone is full') }")
    sign_in(phone, an)
    phone.goto(address)
    row = phone.get_by_role("group", name="Nguyễn Hữu Khang")
    row.get_by_role("button", name="Có mặt").click()
    expect(phone.locator("[data-waits]")).to_contain_text("Máy không giữ được mục vừa nhập")
    expect(row.get_by_role("button", name="Có mặt")).to_have_attribute("aria-pressed", "false")
    code = phone.locator("[data-person]").first.get_attribute("data-code")
    phone.get_by_label("Mã trên thẻ").fill(code)
    phone.keyboard.press("Enter")
    expect(phone.get_by_label("Mã trên thẻ")).to_have_value("")
    expect(phone.locator("[data-scanned]")).to_have_text("")
    assert not AttendanceMark.objects.exists()
