"""A clerk takes people over from last time, leaves one out, and says of two rows that they are one person."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from registrations.models import Change, Delegate, SamePerson
from tests.browser import DESKTOP, PHONE
from tests.factories import DelegateFactory
from tests.registrations.test_copying import held


def test_people_of_last_time_come_over_and_a_double_is_settled(
    open_page, sign_in, reads_well, meeting, an, can_loc, draft_of_can_loc
):
    before = held(can_loc, "Học tập Nghị quyết Trung ương 7", 200, ["Bí thư, Phó Bí thư cấp ủy"])
    stays, leaves = Delegate.objects.filter(registration__invitation=before)
    registration = can_loc.invitations.get(meeting=meeting).registration
    alike = {"full_name": stays.full_name, "position": stays.position}
    DelegateFactory.create(registration=registration, organisation="Cơ quan khác", phone="", **alike)
    page: Page = open_page()

    def reads_well_on_both() -> None:
        for device in (PHONE, DESKTOP):
            page.set_viewport_size(device)
            reads_well(page)

    sign_in(page, an)
    page.goto(f"/hoi-nghi/{meeting.slug}/dang-ky/huyen-uy-can-loc/lay-tu-truoc/{before.meeting.slug}/")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Lấy được 2 người")
    reads_well_on_both()
    page.get_by_role("checkbox", name=leaves.full_name).uncheck()
    page.get_by_role("button", name="Lấy vào bản đăng ký").click()
    expect(page.get_by_text("Đã lấy 1 người")).to_be_visible()
    copied = Delegate.objects.get(origin=Delegate.Origin.COPIED)
    assert copied.full_name == stays.full_name

    page.goto(f"/hoi-nghi/{meeting.slug}/nguoi-trung/")
    reads_well_on_both()
    page.get_by_role("button", name="Một người, hai chức vụ").click()
    expect(page.get_by_text(f"{stays.full_name}: một người, hai chức vụ")).to_be_visible()
    assert SamePerson.objects.get().decided_by == an
    assert Change.objects.get(kind=Change.Kind.PAIRED).by == an
    page.goto(f"/hoi-nghi/{meeting.slug}/nguoi-trung/?xem=da-quyet")
    expect(page.get_by_role("button", name="Hoàn tác")).to_be_visible()
    reads_well_on_both()
