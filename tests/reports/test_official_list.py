"""The official list as a file: what was frozen, and nothing that was written since."""

from __future__ import annotations

from datetime import timedelta

import pytest
from celery import current_app
from django.core.exceptions import ValidationError
from django.urls import reverse
from python_calamine import CalamineWorkbook

from accounts.clock import database_now
from registrations.models import Delegate, Registration, Submission
from reports import freezing, services
from reports.forms import ScheduleForm
from reports.freezes import Freeze
from reports.models import ExportJob
from reports.services import making
from reports.workbooks import HEAD_ROW
from tests.cast import client_of
from tests.factories import ExtensionFactory, SubmissionFactory

pytestmark = pytest.mark.django_db
Kind, State = ExportJob.Kind, ExportJob.State


@pytest.fixture(autouse=True)
def quiet(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(current_app, "send_task", lambda *args, **kwargs: None)
    monkeypatch.setattr(making, "RENEW", 600)


@pytest.fixture
def over(filled, can_loc_registration):
    """The deadline passed ten minutes ago; Can Lộc's submission holds what it holds."""
    filled.registration_deadline = database_now() - timedelta(minutes=10)
    filled.save(update_fields=["registration_deadline"])
    Submission.objects.update(decided_at=filled.registration_deadline - timedelta(hours=1))
    return filled


def made(meeting, user, kind=Kind.OFFICIAL, **options) -> ExportJob:
    job = services.ask_export(meeting=meeting, user=user, kind=kind, **options)
    if job.is_under_way:
        services.make_export(job_id=job.pk)
    job.refresh_from_db()
    return job


def sheets(job) -> dict[str, list[list[object]]]:
    assert job.state == State.DONE, job.error
    book = CalamineWorkbook.from_path(str(services.path_of(job)))
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def numbered(rows) -> list[list[object]]:
    return [row for row in rows[HEAD_ROW:] if isinstance(row[0], float)]


def test_the_official_list_holds_what_was_frozen_and_nothing_later(over, nguyet, can_loc_registration):
    names = [one.full_name for one in can_loc_registration.delegates.all()]
    job = made(over, nguyet)
    Delegate.objects.all().delete()
    Registration.objects.update(version=9)
    assert made(over, nguyet) == job, "what is written later makes no other file"
    again = made(over, nguyet, anew=True)
    assert sheets(again) == sheets(job), "and whoever makes it anew makes the same"
    found = sheets(job)
    freeze = Freeze.objects.get()
    assert list(found) == ["Đại biểu", "Số lượng", "Điểm cầu cấp xã"]
    people = numbered(found["Đại biểu"])
    assert sorted(str(row[1]) for row in people) == sorted(names)
    said = " ".join(str(row[0]) for row in found["Đại biểu"][:HEAD_ROW])
    assert "DANH SÁCH CHÍNH THỨC" in said
    assert f"mã {freeze.code}: 1 trên 3 đơn vị đã gửi" in said
    total = next(row for row in found["Số lượng"] if row[1] == "Tổng cộng")
    assert total[4:8] == [freeze.declared, freeze.named, 4, freeze.points] == [45, 11, 4, 1]
    states = [row[8] for row in numbered(found["Số lượng"])]
    assert states[-1].startswith("Đã gửi lần 1, biên nhận") or "Chưa gửi khi chốt" in states
    communes = numbered(found["Điểm cầu cấp xã"])
    assert [row[8] for row in communes] == ["Kết nối", "Không kết nối"]
    for form in (ExportJob.Form.CSV, ExportJob.Form.PDF):
        assert made(over, nguyet, form=form).state == State.DONE


def test_a_supplement_is_a_sheet_of_its_own_and_goes_into_the_amended_list(
    over, nguyet, can_loc_registration, nghi_xuan_registration
):
    freezing.official_list(over)
    until = over.registration_deadline + freezing.GRACE + timedelta(seconds=20)
    for one in (can_loc_registration, nghi_xuan_registration):
        ExtensionFactory.create(invitation=one.invitation, until=until)
    gone, altered, *_ = can_loc_registration.delegates.order_by("rank")
    gone.delete()
    altered.position = "Chức vụ mới"
    altered.save()
    SubmissionFactory.create(registration=can_loc_registration, number=2, decided_at=until)
    SubmissionFactory.create(registration=nghi_xuan_registration, number=1, decided_at=until)
    found = sheets(made(over, nguyet))
    assert list(found) == ["Đại biểu", "Số lượng", "Điểm cầu cấp xã", "Bổ sung số 1"]
    assert len(numbered(found["Đại biểu"])) == 11
    rows = found["Bổ sung số 1"][HEAD_ROW:]
    assert [(row[1], row[2]) for row in rows if row[1] in ("Bỏ", "Sửa")] == [
        ("Sửa", altered.full_name),
        ("Bỏ", gone.full_name),
    ]
    assert sum(row[1] == "Thêm" for row in rows) == 6
    assert "Chức vụ: " in next(row[10] for row in rows if row[1] == "Sửa")
    assert "khai 0, nay 29; có tên 0, nay 6" in next(
        row[10] for row in rows if row[7] == "Huyện ủy Nghi Xuân"
    )
    amended = sheets(made(over, nguyet, Kind.AMENDED))
    assert list(amended) == ["Đại biểu", "Số lượng", "Điểm cầu cấp xã"]
    assert len(numbered(amended["Đại biểu"])) == 16
    assert "GỒM BỔ SUNG SỐ 1" in str(amended["Đại biểu"][:HEAD_ROW])


def test_an_altered_submission_stops_the_list(over, nguyet):
    """The control: who alters a row behind the portal's back gets no list that looks official."""
    freezing.official_list(over)
    submission = Submission.objects.get()
    submission.content["delegates"][0]["full_name"] = "Người Khác"
    Submission.objects.update(content=submission.content)
    job = made(over, nguyet)
    assert job.state == State.FAILED
    assert "không còn khớp mã" in job.error


def test_before_the_moment_there_is_no_official_list(filled, nguyet):
    with pytest.raises(ValidationError, match="Cổng tự chốt lúc"):
        services.ask_export(meeting=filled, user=nguyet, kind=Kind.OFFICIAL)
    address = reverse("exports", args=[filled.slug])
    page = client_of(nguyet).get(address).content.decode()
    assert "Có sau khi chốt, lúc" in page
    said = client_of(nguyet).post(address, {"noi-dung": "official"}, follow=True).content.decode()
    assert "Danh sách chính thức chưa chốt" in said
    form = ScheduleForm({"kind": "official", "form": "xlsx", "when": "deadline", "minutes": "2"})
    assert "từ 3 trở lên" in str(form.errors)
    daily = ScheduleForm({"kind": "official", "form": "xlsx", "when": "daily", "time": "07:00"})
    assert "chọn “Sau hạn đăng ký”" in str(daily.errors)


@pytest.mark.parametrize("page", ["exports", "totals"])
def test_who_looks_at_the_numbers_first_freezes_the_list(over, nguyet, page):
    shown = client_of(nguyet).get(reverse(page, args=[over.slug])).content.decode()
    freeze = Freeze.objects.get()
    if page == "exports":
        assert freeze.code in shown
        assert "Tạo danh sách chính thức (Excel)" in shown
