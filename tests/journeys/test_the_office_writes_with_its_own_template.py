"""Journey: a template with a misspelt field is refused and says which; the mended one writes the letter."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.invitations.letters.test_writing import word_text
from tests.invitations.test_letter_templates import GREETED, put


@pytest.mark.django_db(transaction=True)
def test_the_office_replaces_the_template_and_downloads_its_letter(
    open_page, sign_in, reads_well, meeting, trang, tmp_path
):
    wrong, right = tmp_path / "sai.docx", tmp_path / "Mẫu mới.docx"
    wrong.write_bytes(put("{{ subject }}", "{{ subjct }}"))
    right.write_bytes(GREETED)
    page = open_page(expect_errors=True)
    sign_in(page, trang)
    page.goto(f"/hoi-nghi/{meeting.slug}/")
    page.get_by_role("link", name="Mẫu giấy mời").click()
    party = page.get_by_role("region", name="Văn bản của Đảng")
    for file in (wrong, right):
        party.get_by_label("Mẫu mới").set_input_files(file)
        party.get_by_role("button", name="Thay mẫu").click()
        if file is wrong:
            expect(party.get_by_role("alert")).to_contain_text("Thiếu trường {{ subject }}")
            reads_well(page)
    expect(party).to_contain_text("Mẫu mới.docx")
    party.get_by_role("button", name="Dùng lại mẫu trước").click()
    page.get_by_role("button", name="Để sau").click()
    page.set_viewport_size({"width": 360, "height": 800})
    reads_well(page)
    page.goto(f"/hoi-nghi/{meeting.slug}/")
    reads_well(page)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Word", exact=True).first.click()
    assert "Rất hân hạnh được đón tiếp" in word_text(waiting.value.path().read_bytes())
