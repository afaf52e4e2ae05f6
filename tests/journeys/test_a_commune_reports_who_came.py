"""The guide of a commune's point, done on a phone by its link: numbers, names, cards, a line that dies."""

import re
from datetime import timedelta
from urllib.parse import urlsplit

from django.urls import reverse
from playwright.sync_api import expect

from registrations.models import Attendance, AttendanceMark
from registrations.services import commune_links
from tests.browser import PHONE
from tests.factories import BridgePointFactory, DelegateFactory, HeadcountFactory
from tests.journeys.album import GUIDES, holds

GUIDE = GUIDES / "diem-cau-xa.md"
NO_WORDS_OF_A_PAGE = ["đậm", "một lần khi còn mạng", "Tải thẻ QR của đại biểu (PDF)", "Đăng xuất"]
"""Bold in the guide without being on a page of a commune: the district's own, and what is only stressed."""

READER = """
    window.BarcodeDetector = class {
      async detect(video) { return video.videoWidth && window.shown ? [{ rawValue: window.shown }] : []; }
    };
"""
"""A reader of codes, which Chromium lacks here: what the test shows, once the camera has a picture."""


def test_the_guide_shows_what_a_commune_finds(
    open_page,
    sign_in,
    reads_well,
    album,
    meeting,
    an,
    can_loc,
    can_loc_invitation,
    can_loc_communes,
    draft_of_can_loc,
):
    commune, registration = can_loc_communes[0], can_loc_invitation.registration
    asked = {"invitation_id": can_loc_invitation.pk, "user": an, "waited": timedelta(0)}
    (link,) = commune_links.make_links(**asked, communes=[commune])
    point = BridgePointFactory.create(meeting=meeting, unit=commune, complete=True)
    HeadcountFactory.create(registration=registration, bridge_point=point, role=None, number=30)
    names = ("Nguyễn Hữu Khang", "Phan Thị Lan")
    khang, lan = (
        DelegateFactory.create(registration=registration, bridge_point=point, full_name=name, rank=rank)
        for rank, name in enumerate(names, start=1)
    )
    stranger = DelegateFactory.create(registration=registration, full_name="Trần Văn Bình", rank=9)
    phone = open_page(PHONE, expect_errors=True)
    phone.add_init_script(READER)

    clerk = open_page()  # the portal signs links and codes with a key of its own
    sign_in(clerk, an)
    clerk.goto(reverse("registration_commune_link", args=[meeting.slug, can_loc.slug, link.pk]))
    address = urlsplit(clerk.get_by_label("Chỉ đường dẫn").input_value()).path
    clerk.goto(reverse("attendance_point", args=[meeting.slug, meeting.sessions.first().pk, can_loc.slug]))
    strangers = code_on(clerk, stranger)
    phone.goto(address)
    reads_well(phone)
    album.read(phone)
    phone.get_by_role("link", name=str(meeting.sessions.first())).click()
    expect(phone.locator("[data-kept]")).to_be_attached()
    reads_well(phone)
    album.take(phone, "dx-diem-danh")

    phone.get_by_label("Có mặt").first.fill("31")
    phone.get_by_role("button", name="Gửi số").click()
    expect(phone.get_by_text("Có mặt 31, đăng ký 30: đúng chứ?")).to_be_visible()
    album.read(phone)
    phone.get_by_role("button", name="Đúng, gửi").click()
    expect(phone.get_by_text("Đang tính: 31 có mặt")).to_be_visible()

    people = phone.get_by_role("group", name=khang.full_name)
    people.scroll_into_view_if_needed()
    people.get_by_role("button", name="Có mặt").click()
    expect(people.get_by_role("button", name="Có mặt")).to_have_attribute("aria-pressed", "true")
    phone.get_by_role("button", name="Quét QR").click()
    expect(phone.locator("[data-video]")).to_be_visible()  # the camera opens under the page's policy
    phone.evaluate("code => { window.shown = code; }", code_on(phone, lan))
    expect(phone.get_by_text(f"{lan.full_name}: có mặt")).to_be_visible()
    phone.get_by_role("button", name="Dừng quét").click()
    expect(phone.locator("[data-video]")).to_be_hidden()
    phone.get_by_label("Mã trên thẻ").fill(strangers)
    phone.get_by_role("button", name="Ghi có mặt", exact=True).click()
    expect(phone.get_by_text("đăng ký ở điểm cầu khác")).to_be_visible()
    phone.get_by_label("Mã trên thẻ").scroll_into_view_if_needed()
    album.take(phone, "dx-danh-sach")
    phone.get_by_role("button", name="Ghi có mặt ở đây, là khách").click()
    expect(phone.get_by_text("đăng ký ở điểm cầu khác")).to_be_hidden()

    phone.context.set_offline(True)
    phone.get_by_label("Có mặt").first.fill("30")
    phone.get_by_role("button", name="Gửi số").click()
    expect(phone.locator("[data-waits]")).to_have_text(re.compile("1 mục chờ gửi"))
    phone.evaluate("scrollTo(0, 0)")
    album.take(phone, "dx-mat-mang")
    phone.context.set_offline(False)
    expect(phone.locator("[data-waits]")).to_have_text(re.compile("Không có mục nào"), timeout=30_000)
    phone.reload()
    expect(phone.get_by_role("heading", name="Các lần đã báo")).to_be_visible()
    album.read(phone)
    reads_well(phone)
    assert Attendance.objects.get().present == 30
    assert AttendanceMark.objects.filter(state="present", scanned=True).get().delegate == lan
    assert AttendanceMark.objects.filter(delegate=stranger, point=point).exists()
    holds(GUIDE, album, no_words_of_a_page=NO_WORDS_OF_A_PAGE)


def code_on(page, person):
    """What stands on the card of somebody on this list."""
    return page.locator(f'[data-person="{person.key}"]').get_attribute("data-code")
