"""Reports of work: a remark, photos, all that was said before; and how ready the units are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from invitations.models import AssignedUnit, Assignment, ShareFile, ShareReport
from invitations.working import MOST_FILES
from tests.cast import client_of
from tests.factories import AssignedUnitFactory, AssignmentFactory, ShareFileFactory, UnitFactory
from tests.registrations.test_scans import jpeg, pdf

State = AssignedUnit.State


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def share(power_assignment: Assignment) -> AssignedUnit:
    return power_assignment.shares.get()


@pytest.fixture
def page(share) -> str:
    return f"/viec-duoc-giao/{share.pk}/bao-cao/"


def photo(name: str = "hoi-truong.jpg", content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, jpeg() if content is None else content, "application/octet-stream")


# ── Reporting ────────────────────────────────────────────────────────────────────────────────────


def test_a_unit_reports_with_a_remark_and_a_photo_and_all_is_kept(page, share, dien, trang, nguyet):
    unit = client_of(dien)
    unit.post(page, {"state": "doing", "was": "asked", "remark": "Đã đặt máy phát", "files": photo()})
    unit.post(page, {"state": "done", "was": "doing", "remark": ""})
    unit.post(f"/viec-duoc-giao/{share.pk}/", {"state": "doing"})
    share.refresh_from_db()
    assert (share.state, share.remark, share.changed_by) == (State.DOING, "Đã đặt máy phát", dien)
    reports = list(ShareReport.objects.values_list("state", "remark", "by"))
    assert reports == [("doing", "", dien.pk), ("done", "", dien.pk), ("doing", "Đã đặt máy phát", dien.pk)]
    for user in (dien, trang, nguyet):
        text = client_of(user).get(page).text
        assert "Đã đặt máy phát" in text
        assert "hoi-truong.jpg" in text
        assert ("Ghi báo cáo" in text) == (user != nguyet)
        assert "Đã đặt máy phát" in client_of(user).get("/viec-duoc-giao/").text
    answer = client_of(trang).get(f"/viec-duoc-giao/{share.pk}/tep/{ShareFile.objects.get().key}/")
    assert b"".join(answer.streaming_content) == jpeg()
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"files": photo("lua.jpg", b"<html>")}, "Không phải PDF hay ảnh"),
        ({"files": photo("anh.png")}, "Đổi đuôi thành .jpg"),
        ({"files": photo("ke-hoach-toi-mat.jpg")}, "mang dấu mật"),
        ({"files": photo(content=jpeg() + b"\0" * 21 * 2**20)}, "lớn hơn 20 MB"),
        ({"state": ""}, "Chọn tình trạng"),
        ({"state": "finished"}, "Không có tình trạng này"),
        ({"remark": "dài " * 300}, "dài quá 1.000 chữ"),
        ({"was": "done"}, "vừa được ghi là “chưa nhận”"),
    ],
)
def test_what_is_refused_writes_nothing_and_keeps_the_words(page, share, dien, sent, words, media):
    typed = {"state": "doing", "was": "asked", "remark": "Đang kéo dây"} | sent
    answer = client_of(dien).post(page, typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert typed["remark"].strip() in answer.text
    share.refresh_from_db()
    assert share.state == State.ASKED
    assert not ShareReport.objects.exists()
    assert not ShareFile.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_more_files_than_a_share_holds_are_refused(page, share, dien):
    ShareFileFactory.create_batch(MOST_FILES, share=share)
    answer = client_of(dien).post(page, {"state": "doing", "files": photo()})
    assert answer.status_code == 422
    assert f"nhiều nhất {MOST_FILES} tệp" in answer.text


def test_a_file_is_taken_away_with_its_bytes(
    page, share, dien, nguyet, hung, media, django_capture_on_commit_callbacks
):
    unit = client_of(dien)
    unit.post(page, {"state": "doing", "files": photo("bien-ban.pdf", pdf())})
    address = f"/viec-duoc-giao/{share.pk}/tep/{ShareFile.objects.get().key}/"
    assert "Xóa tệp này?" in unit.get(page).text
    assert client_of(nguyet).post(address + "xoa/").status_code == 403
    assert [client_of(hung).get(address).status_code, client_of(hung).get(page).status_code] == [404, 404]
    with django_capture_on_commit_callbacks(execute=True):
        assert "Đã xóa bien-ban.pdf" in unit.post(address + "xoa/", follow=True).text
    assert not [path for path in media.rglob("*") if path.is_file()]
    assert "đã được xóa rồi" in unit.post(address + "xoa/", follow=True).text


def test_a_report_without_its_token_is_refused(page, dien):
    client = Client(enforce_csrf_checks=True)
    client.force_login(dien)
    assert client.post(page, {"state": "done", "files": photo()}).status_code == 403
    assert not ShareReport.objects.exists()


# ── Readiness ────────────────────────────────────────────────────────────────────────────────────


def test_the_office_sees_who_is_late_and_who_is_ready(share, line_assignment, meeting, trang, an):
    Assignment.objects.filter(pk=line_assignment.pk).update(due_at=timezone.now() - timedelta(hours=2))
    share.state = State.DONE
    share.save()
    address, office = f"/hoi-nghi/{meeting.slug}/viec/", client_of(trang)
    page = office.get(address)
    assert "1 đơn vị quá hạn, 1 đơn vị chưa&nbsp;xong" in page.text
    assert [view.number for view in page.context["readiness"].views] == [2, 1, 1, 1]
    late = office.get(address, {"tinh_trang": "qua-han"})
    assert [row.unit.called for row in late.context["page"]] == ["Viễn thông Hà Tĩnh"]
    assert "quá hạn" in late.text
    found = office.get(address, {"q": "dien luc"})
    assert [row.unit.called for row in found.context["page"]] == ["Điện lực Hà Tĩnh"]
    power = office.get(address, {"loai": "power"})
    assert [row.unit.called for row in power.context["page"]] == ["Điện lực Hà Tĩnh"]
    assert client_of(an).get(address).status_code == 403


def test_two_works_of_one_kind_are_one_cell(share, meeting, trang):
    again = AssignmentFactory.create(meeting=meeting, kind=Assignment.Kind.POWER, text="Máy phát dự phòng")
    AssignedUnitFactory.create(assignment=again, unit=share.unit, state=State.DONE)
    assert "1/2 việc xong" in client_of(trang).get(f"/hoi-nghi/{meeting.slug}/viec/").text


def test_readiness_asks_as_often_for_many_units(share, meeting, trang):
    office = client_of(trang)

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert office.get(f"/hoi-nghi/{meeting.slug}/viec/?in=1").status_code == 200
        return len(asked)

    few = queries()
    for kind in Assignment.Kind.values:
        assignment = AssignmentFactory.create(meeting=meeting, kind=kind)
        for _ in range(3):
            AssignedUnitFactory.create(assignment=assignment, unit=UnitFactory.create())
    assert queries() == few <= 15
