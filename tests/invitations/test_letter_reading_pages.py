"""A letter dropped in: read, checked group by group, made a draft meeting."""

from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from benchmarks.letters import OWN
from invitations.checking import services
from invitations.checking.rows import GROUPS
from invitations.models import LetterReading, Meeting
from tests.cast import client_of
from tests.invitations.page_forms import Forms

pytestmark = pytest.mark.django_db

SAMPLES = OWN / "samples"
LETTER = (SAMPLES / "invitation-province.txt").read_text()
PAGE = "/hoi-nghi/doc-giay-moi/"
FACTS = {
    "facts-title": "Hội nghị nghiên cứu, học tập Nghị quyết",
    "facts-short_title": "Học tập Nghị quyết",
    "facts-registration_deadline": "13/09/2031 17:00",
    "facts-code": "HT31",
    "facts-issuer": "Tỉnh ủy Lam Sơn",
}


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def office(trang: User) -> Client:
    return client_of(trang)


@pytest.fixture
def reading(trang: User) -> LetterReading:
    return services.bring_text(user=trang, text=LETTER)


def look(office: Client, reading: LetterReading, group: str, **changed: object):
    """Look at a group as a whole: tick every doubt, change some values."""
    at = f"{PAGE}{reading.key}/"
    page, form = Forms(office.get(at).content), f"nhom-{group}"
    data = page.fields[form] | {"da-xem": list(page.values(form, "da-xem")), "ca-nhom": "1"} | changed
    return office.post(f"{at}{group}/", data)


def look_at_all(office: Client, reading: LetterReading, **changed: object) -> None:
    page = Forms(office.get(f"{PAGE}{reading.key}/").content)
    for group in GROUPS:
        if f"nhom-{group.address}" in page.fields:
            own = changed if group.name == "facts" else {}
            answer = look(office, reading, group.address, **own)
            assert answer.status_code == 302, unescape(answer.content.decode())


def test_the_office_drops_a_letter_in_and_gets_a_draft_with_all_its_parts(office, district_units_for_letter):
    answer = office.post(PAGE, {"file": SimpleUploadedFile("giay-moi.txt", LETTER.encode())})
    reading = LetterReading.objects.get()
    assert answer.status_code == 302
    assert answer["Location"] == f"{PAGE}{reading.key}/"
    look_at_all(office, reading, **FACTS)
    answer = office.post(f"{PAGE}{reading.key}/tao/")
    meeting = Meeting.objects.get()
    assert answer["Location"] == f"/hoi-nghi/{meeting.slug}/sua/"
    assert meeting.is_draft
    assert meeting.arrive_minutes_before == 15
    assert meeting.sessions.count() == 3
    assert [a.tier for a in meeting.audiences.all()] == [
        "province", "district", "affiliated", "affiliated", "commune",
    ]  # fmt: skip
    assert meeting.audiences.all()[0].roles.first().chairs
    assert meeting.audiences.all()[1].named_chairs.get().name == "Trần Mẫu Dương"
    assert meeting.deadlines.count() == 2
    assert meeting.assignments.count() == 7
    assert meeting.contacts.count() == 4
    assert "Thường trực Tỉnh ủy (báo cáo)" in meeting.recipient_lines
    assert meeting.sign_name == "Lương Mẫu Dũng"
    assert office.get(answer["Location"]).status_code == 200


@pytest.fixture
def district_units_for_letter(can_loc, nghi_xuan, telecom, power):
    return can_loc, nghi_xuan
