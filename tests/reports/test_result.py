"""The result report: numbers that agree with their rows, three files, signed once, corrected by a new one."""

import io
from datetime import timedelta

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from docx import Document

from bridge_points.models import BridgePoint, Incident
from registrations.models import Attendance, ResultTelling
from reports import result_templates
from reports.models import ResultDownload, ResultVersion
from reports.results import numbers as report_numbers
from reports.results import writing
from reports.results.numbers import read_numbers
from reports.results.paper import paper
from reports.services import results
from tests.cast import client_of
from tests.factories import (
    AttendanceFactory,
    AttendanceMarkFactory,
    IncidentFactory,
    MaterialFactory,
    MaterialOpeningFactory,
    MeetingFactory,
    five_pm_in,
)
from tests.invitations.letters.test_writing import word_text
from tests.paper import A4, lost, pages_of, printed
from tests.reports.conftest import enlarge, queries_of

pytestmark = pytest.mark.django_db

SIGNED = {
    "number": "128-BC/TU",
    "on_behalf": "T/L Ban Thường vụ",
    "sign_title": "Chánh Văn phòng",
    "sign_name": "Trần Minh Quân",
}


@pytest.fixture
def held(filled, can_loc, settings, tmp_path):
    """Both sessions were held today: Can Lộc 14 of 15 and 12 of 15; its line was lost for 9 minutes."""
    settings.MEDIA_ROOT = tmp_path
    filled.sessions.update(date=timezone.localdate() - timedelta(days=1))
    morning, afternoon = filled.sessions.all()
    point = BridgePoint.objects.get(meeting=filled, unit=can_loc)
    AttendanceFactory.create(session=morning, point=point, present=14, excused=1, reason="Đi công tác")
    AttendanceFactory.create(
        session=afternoon, point=point, present=12, excused=2, absent=1, reason="đi công tác."
    )
    now = timezone.now()
    IncidentFactory.create(
        point=point, session=morning, kind=Incident.Kind.LINE, opened_at=now - timedelta(hours=1),
        closed_at=now, done="Đổi sang đường dự phòng & báo lại", minutes_lost=9,
    )  # fmt: skip
    material = MaterialFactory.create(meeting=filled)
    material.audiences.set(filled.audiences.all())
    MaterialOpeningFactory.create(material=material, unit=can_loc)
    return filled


def sign(meeting, user, **changed):
    seen = results.seen_of(results.read_content(meeting))
    signed = {**SIGNED, "dated_on": timezone.localdate(), "reason": ""} | changed
    return results.sign(meeting_id=meeting.pk, user=user, seen=seen, signed=signed)


def all_words(data):
    """The words of a Word file with those above and below the page."""
    section = Document(io.BytesIO(data)).sections[0]
    around = [*section.header.paragraphs, *section.footer.paragraphs]
    return "\n".join([word_text(data), *(one.text for one in around)])


def test_every_sum_is_the_sum_of_its_lines(held):
    numbers = read_numbers(held)
    whole = numbers["whole"]
    for name in ("points", "declared", "named"):
        assert sum(one[name] for one in numbers["tiers"]) == whole[name]
        assert sum(one[name] for one in numbers["areas"]) == whole[name]
    for place, session in enumerate(numbers["sessions"]):
        kept = Attendance.objects.filter(session=session["key"]).total()
        assert whole["sessions"][place] == {
            "reported": kept["points"], "present": kept["present"],
            "excused": kept["excused"], "absent": kept["absent"],
        }  # fmt: skip
        assert sum(one["sessions"][place]["present"] for one in numbers["areas"]) == kept["present"]
    assert numbers["reasons"] == [{"label": "Đi công tác", "number": 3}]
    assert [one["minutes"] for one in numbers["incidents"]] == [9]
    assert [(one["opened"], one["called"]) for one in numbers["materials"]] == [(1, 3)]
    can_loc = next(one for one in numbers["areas"] if one["slug"] == "huyen-uy-can-loc")
    assert (can_loc["points"], can_loc["declared"], can_loc["named"]) == (2, 45, 11)


def test_reasons_add_up_to_all_who_had_leave(held, nghi_xuan_registration, monkeypatch):
    """Of people by name the mark that counts tells; of typed numbers what was typed beside them."""
    morning = held.sessions.first()
    first, second, third, fourth, *_ = nghi_xuan_registration.delegates.order_by("pk")
    point = first.bridge_point
    now = timezone.now()
    for person, reason, state in (
        (first, "Ốm", "absent"), (first, "Ốm", "excused"), (second, "Đi công tác", "excused"),
        (third, "", "excused"), (fourth, "Việc nhà", "excused"), (fourth, "", "present"),
    ):  # fmt: skip
        now += timedelta(seconds=1)
        AttendanceMarkFactory.create(
            delegate=person, session=morning, state=state, reason=reason, made_at=now, arrived_at=now
        )
    AttendanceFactory.create(session=morning, point=point, present=1, excused=3, counted=True)
    told = [(one["label"], one["number"]) for one in read_numbers(held)["reasons"]]
    assert told == [("Đi công tác", 4), ("Ốm", 1), ("Không ghi lý do", 1)]
    assert sum(number for _, number in told) == Attendance.objects.aggregate(Sum("excused"))["excused__sum"]
    monkeypatch.setattr(report_numbers, "MOST_REASONS", 1)
    told = [(one["label"], one["number"]) for one in read_numbers(held)["reasons"]]
    assert told == [("Đi công tác", 4), ("Các lý do khác", 1), ("Không ghi lý do", 1)]


def test_a_share_is_said_as_vietnamese_write_it():
    example = result_templates.EXAMPLE
    words = paper(example, sha256="0" * 64)
    assert words["areas"][0]["percent"] == "99,17%"
    assert "có mặt 99,17% → 99,17%" in words["compared"]
    assert words["correction"].endswith("Lý do sửa: bổ sung số liệu")


def test_the_page_opens_every_number_and_takes_the_words(held, nguyet, trang):
    browser, address = client_of(nguyet), reverse("result", args=[held.slug])
    page = browser.get(address).text
    morning = held.sessions.first()
    for link in (
        reverse("attendance_session", args=[held.slug, morning.pk]),
        "?thuoc=huyen-uy-can-loc",
        "?don-vi=huyen-uy-can-loc",
        reverse("incident", args=[held.slug, Incident.objects.get().key]),
        reverse("material_openings", args=[held.slug]),
    ):
        assert link in page
    assert "26 lượt có mặt" in page
    words = {"version": 0, "atmosphere": "Trang nghiêm", "opinions": "", "proposals": "Thêm <b>máy</b>"}
    save = reverse("result_texts", args=[held.slug])
    assert browser.post(save, words).status_code == 302
    late = browser.post(save, words | {"atmosphere": "Của người sau"})
    assert late.status_code == 409
    assert "Của người sau" in late.text
    assert "Trang nghiêm" in late.text
    page = client_of(trang).get(address).text
    assert "Trang nghiêm" in page
    assert "&lt;b&gt;" in page
    assert "Lưu phần viết" not in page


def test_word_pdf_and_workbook_say_the_same(held, nguyet):
    results.save_texts(
        meeting_id=held.pk, user=nguyet, version=0,
        texts={"atmosphere": "Đúng giờ & nghiêm túc", "opinions": "", "proposals": ""},
    )  # fmt: skip
    browser = client_of(nguyet)
    files = {
        form: browser.get(reverse("result_file", args=[held.slug, form])).content for form in writing.FORMS
    }
    text = all_words(files["docx"])
    for words in (
        *("BẢN NHÁP", "26", "Đúng giờ & nghiêm túc", "Đổi sang đường dự phòng & báo lại", "Can Lộc"),
        "Vắng có phép theo lý do",
    ):
        assert words in text
    assert files["pdf"].startswith(b"%PDF")
    book = openpyxl.load_workbook(io.BytesIO(files["xlsx"]))
    assert book.sheetnames == ["Có mặt", "Lý do vắng", "Sự cố", "Tài liệu"]
    rows = [[cell.value for cell in row] for row in book["Có mặt"].rows]
    reasons = [[cell.value for cell in row][1:3] for row in book["Lý do vắng"].rows]
    assert ["Đi công tác", 3] in reasons
    assert ["Tất cả các buổi", 3] in reasons
    assert any("Toàn hội nghị" in row and 26 in row for row in rows)
    assert ResultDownload.objects.filter(user=nguyet, version=None).count() == len(writing.FORMS)
    assert browser.get(reverse("result_file", args=[held.slug, "exe"])).status_code == 404


@pytest.mark.paper
def test_libreoffice_prints_what_word_holds(held, nguyet, tmp_path):
    signed = sign(held, nguyet)
    file = tmp_path / "result.docx"
    file.write_bytes(writing.docx_of(signed.content, sha256=signed.sha256))
    assert not lost(file.read_bytes(), pages_of(*printed([file], tmp_path), A4))


def test_signed_once_it_stays_and_a_correction_is_a_new_one(held, nguyet):
    browser, address = client_of(nguyet), reverse("result_sign", args=[held.slug])
    page = browser.get(address)
    typed = {**SIGNED, "dated_on": "06/12/2026", "seen": page.context["form"]["seen"].value()}
    assert "Số, ký hiệu: ghi số" in browser.post(address, typed | {"number": ""}).text
    nghi_xuan = held.bridge_points.get(unit__slug="huyen-uy-nghi-xuan")
    AttendanceFactory.create(session=held.sessions.first(), point=nghi_xuan)
    moved = browser.post(address, typed)
    assert moved.status_code == 409
    assert "128-BC/TU" in moved.text
    typed["seen"] = moved.context["form"]["seen"].value()
    assert browser.post(address, typed).status_code == 302
    first = ResultVersion.objects.get()
    assert results.is_whole(first)
    before = browser.get(reverse("result_version_file", args=[held.slug, 1, "docx"])).content
    Attendance.objects.update(present=1)
    after = browser.get(reverse("result_version_file", args=[held.slug, 1, "docx"])).content
    assert all_words(before) == all_words(after)
    assert first.sha256 in all_words(after)
    shown = browser.get(reverse("result_version", args=[held.slug, 1])).text
    assert "có mặt qua 2 buổi: 36" in shown
    with pytest.raises(ValidationError, match="vì sao sửa"):
        sign(held, nguyet, number="129-BC/TU")
    second = sign(held, nguyet, number="129-BC/TU", reason="Sửa số của Can Lộc")
    assert second.version == 2
    corrected = browser.get(reverse("result_version", args=[held.slug, 2])).text
    assert "thay bản số 128-BC/TU ngày 06/12/2026" in corrected
    with pytest.raises(IntegrityError), transaction.atomic():
        ResultVersion.objects.filter(pk=first.pk).update(sign_name="Người khác")


def test_units_are_asked_tell_and_are_merged_once(held, nguyet, an, cuong, can_loc):
    ours = client_of(nguyet)
    page = reverse("result_tellings", args=[held.slug])
    mine = reverse("result_telling", args=[held.slug, can_loc.slug])
    clerk = client_of(an)
    words = {"version": 0, "atmosphere": "Đúng giờ", "opinions": "", "proposals": "Thêm máy <dự phòng>"}
    assert "Chưa có đề nghị báo cáo" in clerk.post(mine, words).text
    past = ours.post(page, {"due_at": "01/01/2024 17:00"})
    assert past.status_code == 422
    assert "chọn giờ ở sau giờ này" in past.text
    due = timezone.localtime() + timedelta(days=1)
    assert ours.post(page, {"due_at": f"{due:%d/%m/%Y} 17:00"}).status_code == 302
    assert mine in clerk.get(reverse("todo")).text
    assert f"trước 17:00, {due:%d/%m/%Y}" in clerk.get(mine).text
    nothing = clerk.post(mine, {"version": 0, "atmosphere": " "})
    assert nothing.status_code == 422
    assert clerk.post(mine, words).status_code == clerk.post(mine, words).status_code == 302
    assert ResultTelling.objects.get().version == 1
    overtaken = clerk.post(mine, words | {"atmosphere": "Của máy khác"})
    assert overtaken.status_code == 409
    assert "Của máy khác" in overtaken.text
    assert mine not in clerk.get(reverse("todo")).text
    assert client_of(cuong).get(mine).status_code == 404
    shown = ours.get(page).text
    assert "1 đơn vị đã gửi, còn 2" in shown
    assert "&lt;dự phòng&gt;" in shown
    for number in (1, 0):
        assert results.merge(meeting_id=held.pk, user=nguyet) == number
    draft = results.draft_of(held)
    assert (draft.atmosphere, draft.opinions) == ("Can Lộc: Đúng giờ", "")
    clerk.post(mine, words | {"version": 1, "atmosphere": "Đúng giờ, đủ người"})
    assert results.merge(meeting_id=held.pk, user=nguyet) == 1
    held.state = "closed"
    held.save()
    assert "không nhận thêm" in clerk.post(mine, words | {"version": 2}).text


def test_nothing_is_signed_before_the_last_session(held, nguyet):
    held.sessions.update(date=timezone.localdate() + timedelta(days=2))
    with pytest.raises(ValidationError, match="Buổi cuối bắt đầu"):
        sign(held, nguyet)


def test_a_template_is_tried_before_it_is_used_and_signed_reports_keep_theirs(held, nguyet):
    assert result_templates.problems_with("mau.docx", writing.OWN.read_bytes()) == []
    document = Document(str(writing.OWN))
    document.paragraphs[0].insert_paragraph_before("Mẫu của Ban Tuyên giáo")
    made = io.BytesIO()
    document.save(made)
    first = sign(held, nguyet)
    browser, address = client_of(nguyet), reverse("result_template")
    good = browser.post(address, {"file": SimpleUploadedFile("mau.docx", made.getvalue())})
    assert good.status_code == 302
    draft = browser.get(reverse("result_file", args=[held.slug, "docx"])).content
    assert "Mẫu của Ban Tuyên giáo" in word_text(draft)
    kept = browser.get(reverse("result_version_file", args=[held.slug, first.version, "docx"])).content
    assert "Mẫu của Ban Tuyên giáo" not in word_text(kept)
    document.paragraphs[0].text = "{{ sumary }}"
    wrong = io.BytesIO()
    document.save(wrong)
    bad = browser.post(address, {"file": SimpleUploadedFile("mau.docx", wrong.getvalue())})
    assert bad.status_code == 422
    assert "Gần giống: {{ summary }}" in bad.text
    used = result_templates.in_use()
    assert browser.post(reverse("result_template_withdraw"), {"mau": used.pk}).status_code == 302
    assert result_templates.in_use() is None


def test_its_queries_do_not_grow(held, nguyet):
    address = reverse("result", args=[held.slug])
    before = MeetingFactory.create(published=True, registration_deadline=five_pm_in(-30))
    AttendanceFactory.create(point__meeting=before)
    signing = reverse("result_sign", args=[held.slug])
    few = queries_of(nguyet, address), queries_of(nguyet, signing)
    enlarge(held, units=3, communes=2, delegates=1)
    assert "So với hội nghị" in client_of(nguyet).get(address).text
    assert (queries_of(nguyet, address), queries_of(nguyet, signing)) == few
    assert max(few) <= 15
