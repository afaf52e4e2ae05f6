"""The letter's downloads: who gets which part, from what went out, in which layout."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from invitations import issuing
from invitations.letters.writing import pdfs_of
from invitations.models import Meeting
from tests.cast import client_of
from tests.invitations.letters.test_writing import word_text

pytestmark = pytest.mark.django_db


def _url(meeting: Meeting, rest: str) -> str:
    return f"/hoi-nghi/{meeting.slug}/van-ban/{rest}"


def _pdf_text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_the_office_previews_a_draft_and_the_file_says_so(draft_meeting, trang, nguyet):
    response = client_of(trang).get(_url(draft_meeting, "giay-moi.docx"))
    assert response.status_code == 200
    assert "BẢN NHÁP" in word_text(response.content) or "GIẤY MỜI" in word_text(response.content)
    assert "ban-nhap-giay-moi" in response["Content-Disposition"]
    assert client_of(nguyet).get(_url(draft_meeting, "giay-moi.docx")).status_code == 404


def test_what_went_out_is_given_and_not_what_was_changed_since(meeting, trang, nguyet):
    issuing.first(meeting=meeting, user=trang, now=meeting.published_at)
    Meeting.objects.filter(pk=meeting.pk).update(title="Hội nghị đã đổi tên")
    text = word_text(client_of(nguyet).get(_url(meeting, "giay-moi.docx")).content)
    assert "Hội nghị đã đổi tên" not in text
    assert "Hội nghị đã đổi tên" not in word_text(
        client_of(nguyet).get(_url(meeting, "giay-moi.docx?ban=nhap")).content
    )
    unsent = client_of(trang).get(_url(meeting, "giay-moi.docx?ban=nhap"))
    assert "Hội nghị đã đổi tên" in word_text(unsent.content)


def test_a_clerk_gets_the_own_units_part_in_both_layouts(meeting, can_loc, can_loc_invitation, an, trang):
    issuing.first(meeting=meeting, user=trang, now=meeting.published_at)
    url = _url(meeting, f"don-vi/{can_loc.slug}")
    party = _pdf_text(client_of(an).get(f"{url}.pdf").content)
    assert f"Kính gửi: {can_loc.name}" in party
    assert "ĐẢNG CỘNG SẢN VIỆT NAM" in party
    state = word_text(client_of(an).get(f"{url}.docx?the-thuc=nha-nuoc").content)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in state
    assert client_of(an).get(f"{url}.docx?the-thuc=khac").status_code == 404


def test_the_letter_goes_out_in_the_layout_that_the_meeting_chose(meeting, can_loc, can_loc_invitation, an):
    """The mail, the download and the archive write what ``part_of`` gives, without a layout of their own."""
    meeting.form = Meeting.Form.STATE
    meeting.save(update_fields=["form"])
    issue = issuing.first(meeting=meeting, user=None, now=meeting.published_at)
    (mailed,) = pdfs_of([issuing.part_of(issue, can_loc_invitation)])
    given = client_of(an).get(_url(meeting, f"don-vi/{can_loc.slug}.pdf")).content
    for letter in (mailed, given):
        assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in _pdf_text(letter)
    Meeting.objects.filter(pk=meeting.pk).update(form=Meeting.Form.PARTY)
    again = client_of(an).get(_url(meeting, f"don-vi/{can_loc.slug}.docx")).content
    assert "CỘNG HÒA" in word_text(again), "the version that went out keeps its layout"
    meeting.refresh_from_db()
    assert [line.what for line in issuing.waiting(meeting).lines] == ["Thể thức"]
    page = client_of(an).get(_url(meeting, "")).content.decode()
    assert "the-thuc=" not in page, "a unit has one letter, in one layout"


def test_a_foreign_units_letter_does_not_exist(
    meeting, can_loc, can_loc_invitation, nghi_xuan_invitation, cuong, an
):
    url = _url(meeting, f"don-vi/{can_loc.slug}.pdf")
    assert client_of(cuong).get(url).status_code == 404
    assert client_of(an).get(_url(meeting, "giay-moi.pdf")).status_code == 403


def test_the_letters_page_offers_its_files(meeting, trang, an, can_loc, can_loc_invitation):
    office = client_of(trang).get(f"/hoi-nghi/{meeting.slug}/").content.decode()
    assert _url(meeting, "giay-moi.pdf") in office
    assert "/hoi-nghi/mau-giay-moi/" in office
    clerk = client_of(an).get(f"/hoi-nghi/{meeting.slug}/").content.decode()
    assert _url(meeting, f"don-vi/{can_loc.slug}.pdf") in clerk
    assert _url(meeting, "giay-moi.pdf") not in clerk


def test_a_letter_is_given_in_few_queries(
    meeting, can_loc, can_loc_invitation, an, trang, django_assert_max_num_queries
):
    issuing.first(meeting=meeting, user=trang, now=meeting.published_at)
    client = client_of(an)
    with django_assert_max_num_queries(10):
        client.get(_url(meeting, f"don-vi/{can_loc.slug}.docx"))
