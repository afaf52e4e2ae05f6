"""The guide for propaganda, done step by step: the board, an earlier meeting beside it, what is frozen."""

import io
import re
from datetime import timedelta

from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from accounts.clock import database_now
from invitations.models import Meeting
from registrations.models import Submission
from reports import freezing
from reports.freezes import BoardDownload
from tests.factories import InvitationFactory, RegistrationFactory, SubmissionFactory
from tests.journeys.album import GUIDES, TO_THE_TOP, WINDOW, Album, holds
from tests.reports.conftest import (
    can_loc_registration,
    filled,
    nghi_xuan_registration,
)

__all__ = ["can_loc_registration", "filled", "nghi_xuan_registration"]


def test_the_guide_shows_what_propaganda_finds(
    open_page, sign_in, reads_well, filled, nguyet, can_loc, nghi_xuan_registration, album
):
    held_before(filled, can_loc)
    page = open_page(WINDOW)
    sign_in(page, nguyet)
    watch(page, filled, album)
    page.get_by_role("link", name="So sánh").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 đơn vị tăng")
    album.take(page, "tg-so-sanh")
    reads_well(page)
    page.goto(f"/hoi-nghi/{filled.slug}/tong-hop/")
    album.read(page)
    correct_after(filled, nghi_xuan_registration)
    page.goto(f"/hoi-nghi/{filled.slug}/theo-doi/")
    album.read(page)
    page.get_by_role("link", name="Xem danh sách chính thức").click()
    expect(page.get_by_role("heading", name="Bổ sung số 1")).to_be_visible()
    album.take(page, "tg-chot")
    reads_well(page)
    take_files(page, filled, album)
    reads_well(page)
    write_the_report(page, filled, album)
    reads_well(page)
    holds(GUIDES / "tuyen-giao.md", album)


def write_the_report(page: Page, meeting: Meeting, album: Album) -> None:
    """What the conference came to, and what is asked of the units for it."""
    page.goto("/ngay-hop/")
    album.read(page)
    page.get_by_role("link", name="Báo cáo", exact=True).click()
    album.take(page, "tg-bao-cao")
    page.goto(f"/hoi-nghi/{meeting.slug}/bao-cao/don-vi/")
    album.read(page)


def held_before(meeting: Meeting, unit) -> None:
    """Half a year ago the unit submitted 40."""
    then = InvitationFactory.create(
        unit=unit,
        meeting__published=True,
        meeting__short_title="Học tập Nghị quyết Trung ương 7",
        meeting__registration_deadline=meeting.registration_deadline - timedelta(days=180),
    )
    registration = RegistrationFactory.create(invitation=then, submitted=True)
    SubmissionFactory.create(
        registration=registration,
        number=1,
        declared=40,
        decided_at=then.meeting.registration_deadline - timedelta(hours=3),
    )


def watch(page: Page, meeting: Meeting, album: Album) -> None:
    """See all, look for one, take what is shown."""
    page.goto(f"/hoi-nghi/{meeting.slug}/theo-doi/")
    page.set_viewport_size({"width": 1280, "height": WINDOW["height"]})
    album.read(page)
    album.take(page, "tg-bang")
    page.get_by_label("Tìm đơn vị").fill("nghi xuan")
    expect(page.locator("#units tbody tr:not(.tier)")).to_have_count(1)
    album.take(page, "tg-loc")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="CSV").click()
    assert "Huyện ủy Nghi Xuân" in waiting.value.path().read_text(encoding="utf-8-sig")
    assert re.match(r"xu|nghi xuan", BoardDownload.objects.get().narrowed)


def correct_after(meeting: Meeting, registration) -> None:
    """The list is frozen; a unit with more time submits after that, and its time ends."""
    meeting.registration_deadline = database_now() - timedelta(minutes=10)
    meeting.save(update_fields=["registration_deadline"])
    Submission.objects.filter(registration__invitation__meeting=meeting).update(
        decided_at=meeting.registration_deadline - timedelta(hours=1)
    )
    freezing.settle(meeting)
    until = meeting.registration_deadline + timedelta(minutes=3)
    registration.invitation.extensions.create(until=until, reason="Mất điện", granted_at=until)
    SubmissionFactory.create(registration=registration, number=1, decided_at=until)


def take_files(page: Page, meeting: Meeting, album: Album) -> None:
    """Have the official list made, wait for it, take it; see what else there is."""
    page.goto(f"/hoi-nghi/{meeting.slug}/tong-hop/")
    page.get_by_role("button", name="Tạo danh sách chính thức").click()
    link = page.get_by_role("link", name="Tải về")
    link.wait_for(timeout=45_000)
    page.evaluate("scrollTo({top: 0, behavior: 'instant'})")
    album.take(page, "tg-tep")
    with page.expect_download() as waiting:
        link.click()
    book = load_workbook(io.BytesIO(waiting.value.path().read_bytes()))
    assert book.sheetnames == ["Đại biểu", "Số lượng", "Điểm cầu cấp xã", "Bổ sung số 1"]
    page.get_by_role("heading", name="Tạo tệp khác").evaluate(TO_THE_TOP)
    album.take(page, "tg-tep-khac")
    page.goto("/tong-hop/mau/")
    album.read(page)
