"""A letter dropped in: read, checked group by group, made a draft meeting."""

import re
from html import unescape
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from benchmarks.letters import OWN
from invitations.checking import services
from invitations.checking.sheet_rows import GROUPS
from invitations.letters import guarded
from invitations.letters.vocabulary import TCVN3
from invitations.models import LetterReading, Meeting
from tests.cast import client_of
from tests.factories import MeetingFactory
from tests.invitations.letters.test_files import BOMB, docx, pdf
from tests.invitations.letters.test_files import TEXT as WORDS
from tests.invitations.page_forms import Forms

pytestmark = pytest.mark.django_db

SAMPLES = OWN / "samples"
LETTER = (SAMPLES / "invitation-province.txt").read_text()
PAGE = "/hoi-nghi/doc-giay-moi/"
FACTS = {
    "facts-title": "Hội nghị nghiên cứu, học tập Nghị quyết",
    "facts-short_title": "Học tập Nghị quyết",
    "facts-registration_deadline": "13/09/2023 17:00",
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


def shown(office: Client, reading: LetterReading) -> Forms:
    return Forms(office.get(f"{PAGE}{reading.key}/").content)


def look(office: Client, reading: LetterReading, group: str, page: Forms | None = None, **changed: object):
    """Look at a group as a whole, on this page or a new one: tick every doubt, change some values."""
    at = f"{PAGE}{reading.key}/"
    page, form = page or shown(office, reading), f"nhom-{group}"
    data = page.fields[form] | {"da-xem": list(page.values(form, "da-xem")), "ca-nhom": "1"} | changed
    return office.post(f"{at}{group}/", data)


def look_at_all(office: Client, reading: LetterReading, **changed: object) -> None:
    page = shown(office, reading)
    for group in GROUPS:
        if page.boxes[f"nhom-{group.address}"] or len(page.fields[f"nhom-{group.address}"]) > 1:
            own = changed if group.name == "facts" else {}
            answer = look(office, reading, group.address, page, **own)
            assert answer.status_code == 302, unescape(answer.content.decode())


def test_the_office_drops_a_letter_in_and_gets_a_draft_with_all_its_parts(office, can_loc, telecom):
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


def test_pasted_text_is_read_and_kept_as_it_came_under_a_name_nobody_chose(office, trang):
    office.post(PAGE, {"text": LETTER})
    reading = LetterReading.objects.get()
    assert reading.read_by == trang
    assert reading.file.read().decode().split() == LETTER.split()
    assert reading.file.name.startswith("letters/")
    assert "." not in reading.file.name
    assert len(reading.sha256) == 64
    assert office.get(f"/files/{reading.file.name}").status_code == 404


def test_every_value_is_linked_to_its_place_in_the_text(office, reading):
    start, end = reading.places["sessions[0]"]
    assert "16 - 17 tháng 9 năm 2024" in reading.text[start:end]
    page = office.get(f"{PAGE}{reading.key}/").content.decode()
    assert f'data-place="c{start}-{end}"' in page
    assert f'id="p{start}"' in page
    assert f'href="#p{start}"' in page
    for name in ("title", "audiences[1].chairs[0]", "assignments[0]", "contacts[3]", "signatory.name"):
        start, end = reading.places[name]
        assert 0 <= start < end <= len(reading.text)


def test_the_letters_own_characters_are_shown_and_never_run(office, trang):
    reading = services.bring_text(user=trang, text='GIẤY MỜI\nDự <script>alert("1")</script> & họp')
    page = office.get(f"{PAGE}{reading.key}/").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_word_file_is_read_like_its_text(office):
    body = "".join(f"<w:p><w:r><w:t>{each}</w:t></w:r></w:p>" for each in WORDS.split("\n"))
    office.post(PAGE, {"file": SimpleUploadedFile("../../giay\x00moi.docx", docx(body))})
    reading = LetterReading.objects.get()
    assert reading.answer["sessions"][0]["date"] == "2024-03-12"
    assert "/" not in reading.name


# ── Nothing is accepted unseen ───────────────────────────────────────────────────────────────


def test_a_doubtful_value_must_be_looked_at_singly(office, reading):
    answer = look(office, reading, "hoi-nghi", **{"da-xem": []})
    assert answer.status_code == 422
    assert "chỗ nghi ngờ chưa xem" in unescape(answer.content.decode())
    reading.refresh_from_db()
    assert reading.seen == reading.decisions == {}, "what was refused changes nothing"
    answer = look(office, reading, "hoi-nghi", **FACTS | {"da-xem": []})
    assert answer.status_code == 302, "the deadline and the issuer were written anew: both are answered"


def test_a_weekday_that_contradicts_its_date_is_pointed_out_and_must_be_ticked(office, trang):
    wrong = (SAMPLES / "invitation-wrong-weekday.txt").read_text()
    reading = services.bring_text(user=trang, text=wrong)
    page = unescape(office.get(f"{PAGE}{reading.key}/").content.decode())
    assert "giấy mời ghi thứ" in page
    assert look(office, reading, "thoi-gian", **{"da-xem": []}).status_code == 422
    assert look(office, reading, "thoi-gian").status_code == 302


def test_a_deadline_after_the_start_is_pointed_out(office, trang):
    text = (
        "GIẤY MỜI\nDự Hội nghị sơ kết\n1. Thời gian: 8 giờ ngày 12/3/2024.\n"
        "2. Đề nghị: gửi danh sách đại biểu về Văn phòng trước 17 giờ ngày 15/3/2024."
    )
    reading = services.bring_text(user=trang, text=text)
    assert "Hạn này sau khi hội nghị bắt đầu" in unescape(
        office.get(f"{PAGE}{reading.key}/").content.decode()
    )


def test_no_meeting_is_made_before_every_group_was_looked_at(office, reading):
    answer = office.post(f"{PAGE}{reading.key}/tao/")
    assert answer.status_code == 409
    assert "Chưa xem hết: Hội nghị, Thời gian" in unescape(answer.content.decode())
    assert not Meeting.objects.exists()


def test_what_no_rule_understood_is_listed_and_has_to_be_looked_at(office, trang):
    text = (SAMPLES / "plan-district.txt").read_text() + "\nXe số 5 đỗ cạnh cổng phía đông của trụ sở."
    reading = services.bring_text(user=trang, text=text)
    page = Forms(office.get(f"{PAGE}{reading.key}/").content)
    assert reading.answer["unread"]
    assert "thanh-unread-0" in page.fields["nhom-chua-hieu"]
    assert look(office, reading, "chua-hieu").status_code == 302


# ── Corrected, left out, resumed ─────────────────────────────────────────────────────────────


def test_a_group_is_kept_unfinished_and_taken_up_again_later(office, reading):
    at = f"{PAGE}{reading.key}/"
    form = Forms(office.get(at).content).fields["nhom-thoi-han"]
    office.post(f"{at}thoi-han/", form | {"deadlines-0-what": "Danh sách", "deadlines-0-at": "mai"})
    again = Forms(office.get(at).content).fields["nhom-thoi-han"]
    assert again["deadlines-0-what"] == ["Danh sách"]
    assert again["deadlines-0-at"] == ["mai"], "an unfinished value is no loss"
    reading.refresh_from_db()
    assert reading.seen == {}
    assert reading.decisions["deadlines[0]"]["became"]["what"] == "changed"
    assert reading.decisions["deadlines[1]"]["became"]["what"] == "accepted"


def test_a_wrong_value_is_refused_beside_its_field_and_nothing_typed_is_lost(office, reading):
    answer = look(office, reading, "thoi-han", **{"deadlines-0-at": "chiều thứ Năm"})
    assert answer.status_code == 422
    page = unescape(answer.content.decode())
    assert "Ghi đủ ngày và giờ" in page
    assert "chiều thứ Năm" in page


def test_two_sessions_on_one_half_day_are_refused(office, reading):
    answer = look(office, reading, "thoi-gian", **{"sessions-1-part": "morning"})
    assert answer.status_code == 422
    assert "Có hai buổi cùng ngày" in unescape(answer.content.decode())


def test_what_is_left_out_is_not_made_and_is_remembered(office, reading):
    assert look(office, reading, "lien-he", **{"bo-contacts-0": "on"}).status_code == 302
    assert look(office, reading, "thanh-phan", **{"bo-audiences-1": "on"}).status_code == 302
    kept = {"thanh-phan", "lien-he"}
    page = shown(office, reading)
    for group in GROUPS:
        if len(page.fields[f"nhom-{group.address}"]) > 1 and group.address not in kept:
            look(office, reading, group.address, page, **(FACTS if group.name == "facts" else {}))
    office.post(f"{PAGE}{reading.key}/tao/")
    meeting = Meeting.objects.get()
    assert meeting.contacts.count() == 3
    assert meeting.audiences.count() == 4, "its roles and its chair went with it"
    reading.refresh_from_db()
    assert set(reading.decisions["contacts[0]"]["became"].values()) == {"left out"}


def test_a_meeting_is_made_once(office, reading):
    look_at_all(office, reading, **FACTS)
    first = office.post(f"{PAGE}{reading.key}/tao/")["Location"]
    assert office.post(f"{PAGE}{reading.key}/tao/")["Location"] == first
    assert Meeting.objects.count() == 1
    assert look(office, reading, "thoi-han").status_code == 422


def test_a_code_that_was_taken_meanwhile_is_named_and_nothing_is_made(office, reading):
    look_at_all(office, reading, **FACTS)
    MeetingFactory.create(code="HT31")
    answer = office.post(f"{PAGE}{reading.key}/tao/")
    assert answer.status_code == 409
    assert "Hội nghị" in unescape(answer.content.decode())
    assert Meeting.objects.count() == 1


def test_several_line_tests_are_all_kept(office, trang):
    text = (
        "GIẤY MỜI\nDự Hội nghị sơ kết\n1. Thời gian: 8 giờ ngày 12/3/2031.\n"
        "2. Chạy thử đường truyền: 14 giờ ngày 10/3/2031 và 8 giờ ngày 11/3/2031."
    )
    reading = services.bring_text(user=trang, text=text)
    assert len(reading.answer["line_tests"]) == 2
    look_at_all(office, reading, **FACTS)
    office.post(f"{PAGE}{reading.key}/tao/")
    meeting = Meeting.objects.get()
    assert timezone.localtime(meeting.line_test_at).strftime("%d/%m %H:%M") == "10/03 14:00"
    assert meeting.deadlines.filter(what="Chạy thử đường truyền lần 2").count() == 1


# ── Bad input ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        (pdf(), "quet.pdf", "ảnh chụp"),
        (pdf(secret="x"), "khoa.pdf", "mật khẩu"),
        (b"%PDF-1.7 broken", "hong.pdf", "hỏng"),
        (b"PK\x03\x04broken", "hong.docx", "hỏng"),
        (BOMB, "bom.docx", "quá lớn"),
        (b"", "trong.txt", "trống"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "anh.txt", "không phải văn bản"),
        (b"MZ\0\0", "chay.exe", "Chỉ nhận"),
        ("TUYỆT MẬT\nGIẤY MỜI".encode(), "mat.txt", "Cổng không nhận văn bản mật"),
    ],
)
def test_a_bad_file_is_refused_with_a_clear_sentence_and_not_kept(office, content, name, says, settings):
    answer = office.post(PAGE, {"file": SimpleUploadedFile(name, content)})
    assert answer.status_code == 422
    assert says in unescape(answer.content.decode())
    assert not LetterReading.objects.exists()
    assert not list(settings.MEDIA_ROOT.rglob("*"))


def test_pasted_text_that_is_refused_stays_in_its_box(office):
    answer = office.post(PAGE, {"text": "MẬT\nGIẤY MỜI họp"})
    assert answer.status_code == 422
    assert "GIẤY MỜI họp" in unescape(answer.content.decode())


def test_neither_and_both_are_told_apart(office):
    assert "Chọn một tệp" in unescape(office.post(PAGE, {}).content.decode())
    both = {"text": "GIẤY MỜI", "file": SimpleUploadedFile("a.txt", b"x")}
    assert "Bỏ một trong hai" in unescape(office.post(PAGE, both).content.decode())


def test_a_letter_of_another_kind_keeps_its_text_and_says_so(office):
    answer = office.post(PAGE, {"text": "QUYẾT ĐỊNH\nVề việc bổ nhiệm cán bộ.\nĐiều 1. Bổ nhiệm ông A."})
    page = unescape(office.get(answer["Location"]).content.decode())
    assert "Không giống giấy mời" in page
    assert "Điều 1. Bổ nhiệm ông A." in re.sub("<[^>]+>", "", page)


def test_a_plan_of_300_pages_is_cut_and_the_cut_is_a_doubt(office):
    answer = office.post(PAGE, {"text": f"{LETTER}\n{'Đây là phụ lục rất dài của kế hoạch. ' * 20_000}"})
    page = unescape(office.get(answer["Location"]).content.decode())
    assert "Văn bản rất dài" in page
    assert LetterReading.objects.get().answer["sessions"]


def test_tcvn3_is_turned_into_unicode_and_doubted(office):
    back = {to: chr(code) for code, to in TCVN3.items()}
    old = "GIẤY MỜI\nđề nghị các đồng chí dự đúng giờ ngày 12/3/2024".lower().translate(back)
    answer = office.post(PAGE, {"file": SimpleUploadedFile("cu.txt", old.encode("latin-1"))})
    assert "TCVN3" in unescape(office.get(answer["Location"]).content.decode())


@pytest.mark.parametrize(
    ("misdeed", "says"),
    [("b = bytearray(700 * 2**20)", "bộ nhớ"), ("import os; os._exit(3)", "bộ nhớ")],
)
def test_a_reader_that_dies_takes_nobody_along(office, monkeypatch, misdeed, says):
    limit = "import resource; resource.setrlimit(resource.RLIMIT_AS, (2**29, 2**29))"
    monkeypatch.setattr(guarded, "PREPARE", f"{limit}\n{misdeed}")
    answer = office.post(PAGE, {"file": SimpleUploadedFile("a.txt", LETTER.encode())})
    assert answer.status_code == 422
    assert says in unescape(answer.content.decode())


def test_a_reader_that_never_ends_is_stopped(office, monkeypatch):
    monkeypatch.setattr(guarded, "PREPARE", "import time; time.sleep(60)")
    monkeypatch.setattr(guarded, "PATIENCE", 1)
    answer = office.post(PAGE, {"file": SimpleUploadedFile("a.txt", LETTER.encode())})
    assert "quá lâu" in unescape(answer.content.decode())


# ── Who, and at what cost ────────────────────────────────────────────────────────────────────


def test_who_writes_no_meetings_is_refused(nguyet, an, hung, dien, reading):
    for user in (nguyet, an, hung, dien):
        client = client_of(user)
        assert client.get(PAGE).status_code == 403
        assert client.get(f"{PAGE}{reading.key}/").status_code == 403
        assert client.post(f"{PAGE}{reading.key}/tao/").status_code == 403
        assert LetterReading.objects.visible_to(user).count() == 0


def test_the_list_leads_to_earlier_readings_with_as_many_queries_for_many(office, trang, reading):
    def asked(at: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert office.get(at).status_code == 200
        return len(queries)

    office.get(PAGE)
    few = asked(PAGE)
    for number in range(4):
        copy = LetterReading.objects.get(pk=reading.pk)
        copy.pk, copy.key = None, uuid4()
        copy.name = f"giay-moi-{number}.txt"
        copy.save()
    assert asked(PAGE) == few <= 15
    assert f"{PAGE}{reading.key}/" in office.get(PAGE).content.decode()


def test_the_page_of_a_reading_asks_as_often_for_a_long_letter(office, trang, reading):
    short = services.bring_text(user=trang, text="GIẤY MỜI\nDự Hội nghị sơ kết")
    counts = []
    for one in (short, reading):
        at = f"{PAGE}{one.key}/"
        office.get(at)
        with CaptureQueriesContext(connection) as queries:
            office.get(at)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15
