"""Journey: the office drops a letter in, checks it beside its text, and has a draft meeting."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from benchmarks.letters import OWN
from invitations.models import AssignedUnit, LetterReading, Meeting
from tests.browser import DESKTOP, PHONE

LETTER = (OWN / "samples" / "invitation-province.txt").read_text().replace("Lam Sơn", "Hà Tĩnh")


@pytest.fixture
def letter_file(tmp_path) -> Path:
    """The project's own sample: its names and telephone numbers belong to nobody."""
    path = tmp_path / "giay-moi.txt"
    path.write_text(LETTER)
    return path


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_office_drops_a_letter_in_and_has_a_draft(
    device, open_page, sign_in, reads_well, letter_file, trang, can_loc, nghi_xuan, telecom, power
):
    page = open_page(device, expect_errors=True)
    sign_in(page, trang)
    page.goto("/hoi-nghi/")
    page.get_by_role("link", name="Đọc giấy mời có sẵn").click()
    reads_well(page)
    page.get_by_label("Tệp giấy mời").set_input_files(letter_file)
    expect(page.get_by_text("Đã chọn giay-moi.txt")).to_be_visible()
    page.get_by_role("button", name="Đọc giấy mời").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("nhóm chưa soát")
    reads_well(page)

    page.get_by_label("Từ", exact=True).first.focus()
    expect(page.locator(".bit.is-lit").first).to_contain_text("16 - 17 tháng 9 năm 2024")

    facts = page.get_by_role("form", name="Hội nghị", exact=True)
    facts.get_by_label("Tên gọn").fill("Học tập Nghị quyết")
    facts.get_by_role("button", name="Đã xem cả nhóm").click()
    expect(facts.get_by_text(re.compile("chỗ nghi ngờ chưa xem"))).to_be_visible()
    expect(facts.get_by_label("Tên gọn")).to_have_value("Học tập Nghị quyết")
    reads_well(page)

    groups = page.locator("form.read-group")
    for number in range(groups.count()):
        form = groups.nth(number)
        for box in form.locator("input[name=da-xem]").all():
            box.check()
        form.get_by_role("button", name="Đã xem cả nhóm").click()
        expect(form).to_have_class(re.compile("is-seen"))
    reads_well(page)
    page.get_by_role("button", name="Tạo bản nháp hội nghị").click()
    page.wait_for_url("**/sua/")
    reads_well(page)

    meeting = Meeting.objects.get()
    assert meeting.short_title == "Học tập Nghị quyết"
    assert meeting.sessions.count() == 3
    assert AssignedUnit.objects.filter(assignment__meeting=meeting, unit=telecom).exists()
    assert set(meeting.invitations.values_list("unit__name", flat=True)) >= {can_loc.name, nghi_xuan.name}
    assert LetterReading.objects.get().meeting == meeting
