"""Checking a letter: what the reader missed is added, what contradicts is asked again, letters are let go."""

import logging
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Unit, User
from benchmarks.letters import OWN
from invitations.checking import services
from invitations.letters import guarded, places_of, read_file, to_json
from invitations.models import LetterReading, Meeting
from invitations.tasks import purge_letters
from tests.cast import client_of
from tests.invitations.page_forms import Forms
from tests.invitations.test_letter_reading_pages import FACTS, PAGE, look, look_at_all

pytestmark = pytest.mark.django_db

LETTER = (OWN / "samples" / "invitation-province.txt").read_text()
SHORT = (
    "GIẤY MỜI\nDự Hội nghị sơ kết\n1. Thời gian: 8 giờ 00, thứ Ba ngày 12/3/2024.\n"
    "2. Đề nghị các huyện ủy gửi danh sách đại biểu về Văn phòng trước 17 giờ ngày 05/3/2024."
)
ODD = "Xe số 5 đỗ cạnh cổng phía đông"


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture(autouse=True)
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without a child: the tests of the pages see to it that there is one."""

    def read_here(data: bytes, name: str) -> guarded.Read:
        reading = read_file(data, name)
        return guarded.Read(reading.text, to_json(reading), places_of(reading))

    monkeypatch.setattr(guarded, "read_letter", read_here)


@pytest.fixture
def office(trang: User) -> Client:
    return client_of(trang)


def read(user: User, text: str) -> LetterReading:
    return services.bring_text(user=user, text=text)


def page_of(office: Client, reading: LetterReading) -> str:
    return unescape(office.get(f"{PAGE}{reading.key}/").content.decode())


def fields(office: Client, reading: LetterReading, group: str) -> dict[str, list[str]]:
    return Forms(office.get(f"{PAGE}{reading.key}/").content).fields[f"nhom-{group}"]


def send(office: Client, reading: LetterReading, group: str, **more: object):
    return office.post(f"{PAGE}{reading.key}/{group}/", fields(office, reading, group) | more)


# ── Added by hand ────────────────────────────────────────────────────────────────────────────


def test_an_empty_group_offers_a_row_and_what_is_typed_there_is_made(office, trang):
    reading = read(trang, SHORT)
    assert "Thêm đầu mối" in page_of(office, reading)
    assert send(office, reading, "lien-he", them="contact").status_code == 302
    assert look(office, reading, "lien-he").status_code == 422, "an empty row is not accepted"
    typed = {"contacts-new1-name": "Lê Văn Mẫu", "contacts-new1-phone": "0900 000 555"}
    assert look(office, reading, "lien-he", **typed).status_code == 302
    send(office, reading, "chay-thu", them="line_test")
    assert look(office, reading, "chay-thu", **{"line_tests-new1-at": "11/03/2024 14:00"}).status_code == 302
    look_at_all(office, reading, **FACTS | {"facts-registration_deadline": "05/03/2024 17:00"})
    office.post(f"{PAGE}{reading.key}/tao/")
    meeting = Meeting.objects.get()
    assert meeting.contacts.get().phone == "0900000555"
    assert timezone.localtime(meeting.line_test_at).strftime("%d/%m %H:%M") == "11/03 14:00"
    reading.refresh_from_db()
    assert set(reading.decisions["contacts[new1]"]["became"].values()) == {"added"}


def test_lines_and_chairs_are_added_to_their_audience_and_go_with_it(office, trang, can_loc):
    reading = read(trang, SHORT)
    send(office, reading, "thanh-phan", them="audience")
    own = {"audiences-new1-heading": "Tại điểm cầu Can Lộc", "audiences-new1-tier": "district"}
    send(office, reading, "thanh-phan", them="role:audiences[new1]", **own)
    own = {"audiences-new1-roles-new1-text": "Bí thư các chi bộ"}
    send(office, reading, "thanh-phan", **own)
    assert "Can Lộc" in page_of(office, reading)
    send(office, reading, "chu-tri", them="chair:audiences[new1]")
    send(office, reading, "chu-tri", **{"chairs-new1": "x"})
    rows = set(fields(office, reading, "thanh-phan"))
    assert "audiences-new1-roles-new1-text" in rows
    units = Forms(office.get(f"{PAGE}{reading.key}/").content).boxes["nhom-thanh-phan"]
    assert ("audiences-new1-to_units", str(can_loc.pk)) in units, "its heading offers the units it names"
    send(office, reading, "thanh-phan", **{"bo-audiences-new1": "on"})
    reading.refresh_from_db()
    assert not any("new" in path for path in reading.decisions)


def test_a_row_nobody_offered_is_refused(office, trang):
    reading = read(trang, SHORT)
    for wrong in ("contact:facts", "role:audiences[9]", "facts", "x[new1]"):
        answer = send(office, reading, "lien-he", them=wrong)
        assert answer.status_code == 422
    reading.refresh_from_db()
    assert reading.decisions == {}


# ── Sentences nobody understood ──────────────────────────────────────────────────────────────


def test_a_sentence_becomes_a_row_that_must_be_looked_at(office, trang):
    reading = read(trang, f"{SHORT}\n3. Ghi chú:\n{ODD}.\nKhăn trải bàn màu xanh da trời.")
    assert len(reading.answer["unread"]) == 2
    sent = {"thanh-unread-0": "contact", "thanh-unread-1": "none", "ca-nhom": "1"}
    assert send(office, reading, "chua-hieu", **sent).status_code == 302
    reading.refresh_from_db()
    assert "unread" not in reading.seen, "the row was not on the page yet"
    now = fields(office, reading, "chua-hieu")
    assert now["unread-0-about"] == [ODD]
    assert now["thanh-unread-1"] == ["none"]
    assert (
        look(
            office, reading, "chua-hieu", **{"unread-0-name": "Tổ xe", "unread-0-phone": "0912 345 678"}
        ).status_code
        == 302
    )
    look_at_all(office, reading, **FACTS | {"facts-registration_deadline": "05/03/2024 17:00"})
    office.post(f"{PAGE}{reading.key}/tao/")
    assert Meeting.objects.get().contacts.get().name == "Tổ xe"


def test_a_sentence_may_become_another_thing_or_nothing_again(office, trang):
    reading = read(trang, f"{SHORT}\n3. Ghi chú:\n{ODD}.")
    send(office, reading, "chua-hieu", **{"thanh-unread-0": "contact"})
    send(office, reading, "chua-hieu", **{"thanh-unread-0": "assignment"})
    assert fields(office, reading, "chua-hieu")["unread-0-text"] == [ODD]
    send(office, reading, "chua-hieu", **{"thanh-unread-0": ""})
    reading.refresh_from_db()
    assert reading.decisions == {}


# ── Contradictions after a correction ────────────────────────────────────────────────────────


def test_a_corrected_day_that_is_another_weekday_is_pointed_out(office, trang):
    reading = read(trang, SHORT)
    answer = look(office, reading, "thoi-gian", **{"sessions-0-date": "13/03/2024"})
    assert answer.status_code == 422
    assert "Ngày 13/03/2024 là thứ Tư, giấy mời ghi thứ Ba." in unescape(answer.content.decode())
    assert look(office, reading, "thoi-gian", **{"sessions-0-date": "19/03/2024"}).status_code == 302


def test_a_group_that_was_seen_opens_again_when_a_correction_contradicts_it(office, trang):
    reading = read(trang, SHORT)
    assert look(office, reading, "thoi-han").status_code == 302
    earlier = {"sessions-0-date": "27/02/2024"}
    assert look(office, reading, "thoi-gian", **earlier).status_code == 302
    page = page_of(office, reading)
    assert "Phải xem lại" in page
    assert "Hạn này sau khi hội nghị bắt đầu: 17:00 05/03/2024, hội nghị từ 08:00 27/02/2024." in page
    assert look(office, reading, "thoi-gian", **{"sessions-0-date": "12/03/2024"}).status_code == 302
    assert "Phải xem lại" not in page_of(office, reading)


def test_a_contradiction_of_the_letter_goes_when_it_is_mended(office, trang):
    reading = read(trang, SHORT.replace("05/3/2024", "15/3/2024"))
    assert "sau khi hội nghị bắt đầu" in page_of(office, reading)
    send(office, reading, "thoi-gian", **{"sessions-0-date": "19/03/2024"})
    page = page_of(office, reading)
    assert "Hạn này sau khi hội nghị bắt đầu" not in page
    answer = look(office, reading, "hoi-nghi", **{"facts-registration_deadline": "20/03/2024 08:00"})
    assert answer.status_code == 422
    assert "Hạn đăng ký sau khi hội nghị bắt đầu" in unescape(answer.content.decode())


# ── The units of the provincial point ────────────────────────────────────────────────────────


def test_the_provincial_point_proposes_the_agencies_its_lines_name_and_offers_the_others(
    office, trang, party_office: Unit, propaganda_board: Unit
):
    text = (
        "GIẤY MỜI\nDự Hội nghị sơ kết\n1. Thời gian: 8 giờ ngày 12/3/2024.\n2. Thành phần\n"
        "2.1. Tại điểm cầu tỉnh\n- Các đồng chí Ủy viên Ban Thường vụ Tỉnh ủy;\n"
        "- Lãnh đạo Ban Tuyên giáo Tỉnh ủy; trưởng các ban, ngành."
    )
    reading = read(trang, text)
    page = Forms(office.get(f"{PAGE}{reading.key}/").content)
    assert page.fields["nhom-thanh-phan"]["audiences-0-to_units"] == [str(propaganda_board.pk)]
    offered = dict(page.boxes["nhom-thanh-phan"]).items()
    assert ("audiences-0-to_units", str(party_office.pk)) in page.boxes["nhom-thanh-phan"], offered
    assert look(office, reading, "thanh-phan", **{"da-xem": []}).status_code == 422, "not accepted unseen"


# ── The original, and its end ────────────────────────────────────────────────────────────────


def test_the_letter_is_given_out_as_it_came_and_never_shown(office, trang, caplog):
    caplog.set_level(logging.INFO)
    reading = services.bring(user=trang, name="Giấy mời <b>.txt", data=SHORT.encode())
    answer = office.get(f"{PAGE}{reading.key}/tep-goc/")
    assert b"".join(answer.streaming_content) == SHORT.encode()
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    assert str(reading.key) in caplog.text
    assert "Giấy mời" not in caplog.text
    assert trang.username not in caplog.text


def test_a_reading_is_deleted_with_its_file_and_its_meeting_stays(
    office, trang, django_capture_on_commit_callbacks, settings
):
    reading = read(trang, SHORT)
    look_at_all(office, reading, **FACTS | {"facts-registration_deadline": "05/03/2024 17:00"})
    office.post(f"{PAGE}{reading.key}/tao/")
    assert "dlg-delete-letter" in page_of(office, reading)
    with django_capture_on_commit_callbacks(execute=True):
        assert office.post(f"{PAGE}{reading.key}/xoa/").status_code == 302
    assert not LetterReading.objects.exists()
    assert not [each for each in settings.MEDIA_ROOT.rglob("*") if each.is_file()]
    assert Meeting.objects.count() == 1
    assert office.get(f"{PAGE}{reading.key}/tep-goc/").status_code == 404


def test_letters_past_their_retention_are_purged_and_younger_ones_stay(
    trang, django_capture_on_commit_callbacks, settings
):
    old, young = read(trang, SHORT), read(trang, SHORT)
    LetterReading.objects.filter(pk=old.pk).update(
        read_at=timezone.now() - timedelta(days=settings.PORTAL_LETTER_DAYS + 1)
    )
    with django_capture_on_commit_callbacks(execute=True):
        purge_letters()
    assert LetterReading.objects.get() == young
    assert len([each for each in settings.MEDIA_ROOT.rglob("*") if each.is_file()]) == 1
