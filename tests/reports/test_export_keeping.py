"""Files after they are made: given out by a link, given again, kept some days, made by a schedule."""

from __future__ import annotations

import threading
import zlib
from datetime import time, timedelta

import pytest
from celery import current_app
from django.core import mail, signing
from django.db import connection, transaction
from django.db.models import CharField, Max, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from registrations.models import Delegate
from reports import services, tasks
from reports.fingerprint import fingerprint_of
from reports.models import Download, ExportJob, ExportSchedule
from reports.services import asking, keeping, making, scheduling
from tests.cast import client_of
from tests.factories import DelegateFactory, LineTestFactory

State, Kind, Form = ExportJob.State, ExportJob.Kind, ExportJob.Form


@pytest.fixture(autouse=True)
def quiet(settings, tmp_path, monkeypatch):
    """Files of one's own, no broker, and no second connection that could not see the test's rows."""
    settings.MEDIA_ROOT = tmp_path / "files"
    monkeypatch.setattr(current_app, "send_task", lambda *args, **kwargs: None)
    monkeypatch.setattr(making, "RENEW", 600)


def made(meeting, user, kind=Kind.DELEGATES, form=Form.XLSX, **options):
    job = services.ask_export(meeting=meeting, user=user, kind=kind, form=form, **options)
    if job.is_under_way:
        assert services.make_export(job_id=job.pk), ExportJob.objects.get(pk=job.pk).error
    job.refresh_from_db()
    return job


def taken(user, job):
    browser = client_of(user)
    answer = browser.get(browser.get(reverse("export_download", args=[job.pk])).url)
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)


# ── The link ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_link_is_one_persons_for_five_minutes(filled, trang, nguyet):
    job = made(filled, nguyet)
    link = reverse("export_file", args=[services.link_to(job, nguyet)])
    assert client_of(trang).get(link).status_code == 302, "another person's link"
    assert not Download.objects.exists()
    answer = client_of(nguyet).get(link)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content)
    assert Download.objects.get().user == nguyet


@pytest.mark.django_db
def test_an_old_link_says_what_to_do(filled, nguyet, monkeypatch):
    job = made(filled, nguyet)
    token = services.link_to(job, nguyet)
    assert services.linked(token, nguyet) == job.pk
    before = signing.time.time
    monkeypatch.setattr(signing.time, "time", lambda: before() + 301)
    assert services.linked(token, nguyet) is None
    answer = client_of(nguyet).get(reverse("export_file", args=[token]), follow=True)
    assert "5 phút" in answer.content.decode()


@pytest.mark.django_db
def test_a_right_that_was_taken_away_since_opens_nothing(filled, nguyet):
    job = made(filled, nguyet)
    link = reverse("export_file", args=[services.link_to(job, nguyet)])
    nguyet.role = "telecom"
    nguyet.save()
    assert client_of(nguyet).get(link).status_code == 404
    assert not Download.objects.exists()


@pytest.mark.django_db
def test_telecom_takes_the_points_and_nothing_else(filled, nguyet, hung):
    Delegate.objects.update(full_name=Concat(Value("Đại biểu số "), Cast("pk", CharField())))
    page = reverse("point_files", args=[filled.slug])
    browser = client_of(hung)
    assert browser.post(page).status_code == 302
    job = ExportJob.objects.get()
    assert (job.kind, job.asked_by) == (Kind.POINTS, hung)
    assert services.make_export(job_id=job.pk)
    cells = {cell for row in load_workbook_bytes(taken(hung, job)) for cell in row}
    assert "Thị trấn Nghèn" in cells
    assert not cells & set(Delegate.objects.values_list("full_name", flat=True))
    other = made(filled, nguyet)
    assert browser.get(reverse("export_download", args=[other.pk])).status_code == 404
    assert browser.get(reverse("export_file", args=[services.link_to(other, hung)])).status_code == 404
    assert browser.post(reverse("exports", args=[filled.slug])).status_code == 403
    assert "Tệp đã tạo" in browser.get(page).content.decode()


def load_workbook_bytes(content):
    from io import BytesIO

    return [row for sheet in load_workbook(BytesIO(content)) for row in sheet.iter_rows(values_only=True)]


# ── The same content at the same state ───────────────────────────────────────────────────────


@pytest.mark.django_db
def test_the_same_at_the_same_state_is_the_ready_file(filled, nguyet, trang):
    job = made(filled, nguyet)
    assert services.ask_export(meeting=filled, user=trang) == job
    assert services.ask_export(meeting=filled, user=trang, form=Form.CSV) != job
    services.path_of(job).unlink()
    assert services.ask_export(meeting=filled, user=trang) != job, "its file is gone"


@pytest.mark.django_db
@pytest.mark.parametrize("change", ["version", "point", "test", "unit", "deadline"])
def test_whatever_a_list_shows_makes_a_new_file(filled, nguyet, can_loc_registration, can_loc_point, change):
    job = made(filled, nguyet)
    if change == "version":
        type(can_loc_registration).objects.filter(pk=can_loc_registration.pk).update(version=9)
    elif change == "point":
        type(can_loc_point).objects.filter(pk=can_loc_point.pk).update(venue="Nơi khác")
    elif change == "test":
        LineTestFactory.create(point=can_loc_point)
    elif change == "unit":
        type(can_loc_point.unit).objects.filter(pk=can_loc_point.unit_id).update(name="Tên khác")
    else:  # nothing is written, and yet units are late now
        type(filled).objects.filter(pk=filled.pk).update(registration_deadline=timezone.now())
    assert services.ask_export(meeting=filled, user=nguyet) != job


@pytest.mark.django_db(transaction=True)
def test_what_was_written_first_and_seen_last_makes_a_new_file(filled, nguyet, can_loc_registration):
    """An earlier transaction ends after the file was made. Keys do not tell: the negative control."""
    begun, may_end = threading.Event(), threading.Event()

    def slow_clerk():
        with transaction.atomic():
            DelegateFactory.create(registration=can_loc_registration)
            type(can_loc_registration).objects.filter(pk=can_loc_registration.pk).update(version=8)
            begun.set()
            may_end.wait(20)
        connection.close()

    clerk = threading.Thread(target=slow_clerk)
    clerk.start()
    assert begun.wait(20)
    DelegateFactory.create(full_name="Người Đến Sau")
    job = made(filled, nguyet)
    state, key = fingerprint_of(filled), highest_key()
    may_end.set()
    clerk.join()
    assert highest_key() == key, "the highest key says that nothing happened"
    assert fingerprint_of(filled) != state
    assert services.ask_export(meeting=filled, user=nguyet) != job


def highest_key():
    return Delegate.objects.aggregate(last=Max("pk"))["last"]


# ── Faults ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_storage_that_is_down_is_told_and_the_job_can_be_asked_again(filled, nguyet, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "a-file"
    (tmp_path / "a-file").write_bytes(b"no folder can be here")
    job = services.ask_export(meeting=filled, user=nguyet)
    assert not services.make_export(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "đĩa" in job.error
    (tmp_path / "a-file").unlink()
    page = client_of(nguyet).post(reverse("export_retry", args=[job.pk]))
    again = ExportJob.objects.latest("asked_at")
    assert (page.status_code, again.state) == (302, State.QUEUED)
    assert again != job
    assert services.make_export(job_id=again.pk)


@pytest.mark.django_db
def test_a_full_disk_leaves_nothing_behind(filled, nguyet, monkeypatch):
    from reports.workbooks import writing

    def full(self, rows, cells):
        raise OSError(28, "No space left on device")

    job = services.ask_export(meeting=filled, user=nguyet)
    monkeypatch.setattr(writing._Sheet, "_xml", full)
    assert not services.make_export(job_id=job.pk)
    job.refresh_from_db()
    assert "đầy" in job.error
    assert list(services.export_directory().iterdir()) == []


@pytest.mark.django_db
def test_a_worker_killed_half_way_leaves_a_job_that_is_taken_up(filled, nguyet, monkeypatch):
    """What it had written is not the file that is offered, and is gone once the next worker begins."""
    job = services.ask_export(meeting=filled, user=nguyet)
    killed = making.write_book

    def half(contents, meeting, path, *, progress, **options):
        killed(contents, meeting, path, progress=progress, **options)
        path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
        raise SystemExit  # no handler of the portal's runs for this one

    monkeypatch.setattr(making, "write_book", half)
    monkeypatch.setattr(making, "_clear", lambda job, begins: None)
    with pytest.raises(SystemExit):
        services.make_export(job_id=job.pk)
    monkeypatch.undo()
    monkeypatch.setattr(making, "RENEW", 600)
    job.refresh_from_db()
    assert (job.state, job.file) == (State.RUNNING, "")
    assert any(keeping.export_directory().glob("*.part"))
    assert services.take_up_exports() == 0, "its lease still runs"
    ExportJob.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert services.take_up_exports() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 2)
    assert not any(keeping.export_directory().glob("*.part"))
    load_workbook(services.path_of(job))


@pytest.mark.django_db(transaction=True)
def test_a_delegate_deleted_while_the_file_is_made_is_in_all_of_it(filled, nguyet, monkeypatch):
    """One picture: the list still holds the row, and so do the totals that were counted before it."""
    from reports.workbooks import people

    read = people.Delegates._read

    def read_and_delete(self, *args, **which):
        rows = read(self, *args, **which)
        in_another_connection(lambda: Delegate.objects.all().delete())
        return rows

    monkeypatch.setattr(people, "READ_AT_A_TIME", 1)
    monkeypatch.setattr(people.Delegates, "_read", read_and_delete)
    job = made(filled, nguyet)
    book = load_workbook(services.path_of(job))
    names = [row[1] for row in book["Đại biểu"].iter_rows(min_row=10, max_col=2, values_only=True) if row[0]]
    total = next(row for row in book["Số lượng"].iter_rows(values_only=True) if row[1] == "Tổng cộng")
    assert len(names) - names.count(None) >= 17
    assert total[5] == 17
    assert not Delegate.objects.exists()


def in_another_connection(do):
    def work():
        do()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


# ── Changes since the last download ──────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_changes_are_told_against_what_this_person_took_last(filled, nguyet, trang, can_loc_registration):
    with pytest.raises(asking.ValidationError, match="Chưa có bản nào để so"):
        services.ask_export(meeting=filled, user=nguyet, kind=Kind.CHANGES)
    first = made(filled, nguyet)
    taken(nguyet, first)
    gone, altered, *_ = can_loc_registration.delegates.order_by("rank")
    gone.delete()
    altered.position = "Chức vụ mới"
    altered.save()
    DelegateFactory.create(registration=can_loc_registration, full_name="Lê Thị Mới", role=altered.role)
    type(can_loc_registration).objects.filter(pk=can_loc_registration.pk).update(version=7)
    job = made(filled, nguyet, Kind.CHANGES)
    sheet = load_workbook(services.path_of(job))["Thay đổi"]
    rows = {row[1].value: row for row in sheet.iter_rows(min_row=10) if row[1].value in ("Thêm", "Bỏ", "Sửa")}
    assert rows["Thêm"][2].value == "Lê Thị Mới"
    assert rows["Bỏ"][2].value == gone.full_name
    assert rows["Sửa"][3].value == "Chức vụ mới"
    assert rows["Sửa"][10].value.startswith("Chức vụ: ")
    assert len({row[2].fill.fgColor.rgb for row in rows.values()}) == 3
    with pytest.raises(asking.ValidationError):
        services.ask_export(meeting=filled, user=trang, kind=Kind.CHANGES)
    taken(nguyet, job)
    none = load_workbook(services.path_of(made(filled, nguyet, Kind.CHANGES)))["Thay đổi"]
    assert "thêm 0, bỏ 0, sửa 0" in none["A7"].value


@pytest.mark.django_db
def test_what_is_kept_for_comparing_holds_keys_and_is_not_given_out(filled, nguyet):
    job = made(filled, nguyet)
    kept = keeping.kept_of(services.path_of(job))
    lines = zlib.decompress(kept.read_bytes()).decode().splitlines()
    assert len(lines) == 17
    assert kept.parent == services.export_directory()


# ── Seven days ───────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_files_are_kept_seven_days(filled, nguyet):
    old, young = made(filled, nguyet), made(filled, nguyet, form=Form.CSV)
    path = services.path_of(old)
    ExportJob.objects.filter(pk=old.pk).update(finished_at=timezone.now() - timedelta(days=7, minutes=1))
    stray = services.export_directory() / "stray.part"
    stray.write_bytes(b"")
    tasks.purge_exports()
    assert services.path_of(young).exists()
    assert stray.exists(), "a worker may be writing it"
    assert not path.exists()
    assert not keeping.kept_of(path).exists()
    old.refresh_from_db()
    assert (old.state, old.file) == (State.EXPIRED, "")
    page = client_of(nguyet).get(reverse("export_download", args=[old.pk]), follow=True).content.decode()
    assert "đã xóa sau 7 ngày" in page
    assert reverse("export_retry", args=[old.pk]) in page


# ── By a schedule ────────────────────────────────────────────────────────────────────────────


def at(hour, minute=0, days=0):
    today = timezone.localtime().replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today + timedelta(days=days)


@pytest.mark.parametrize(
    ("now", "slot"),
    [(at(6, 59), None), (at(7), at(7)), (at(18, 59), at(7)), (at(19, 1), None)],
)
def test_a_daily_slot_comes_at_its_hour_and_is_over_after_twelve(now, slot):
    daily = ExportSchedule(when="daily", time=time(7), made_at=at(1))
    assert scheduling.slot_of(daily, now) == slot


def test_a_schedule_made_after_its_hour_begins_tomorrow():
    daily = ExportSchedule(when="daily", time=time(7), made_at=at(8))
    assert scheduling.slot_of(daily, at(9)) is None
    assert scheduling.slot_of(daily, at(7, 1, days=1)) == at(7, days=1)


@pytest.mark.django_db
def test_five_minutes_after_the_deadline_one_file_and_one_mail_with_a_link(filled, nguyet):
    nguyet.email = "nguyet@example.vn"
    nguyet.save()
    page = reverse("export_schedule", args=[filled.slug])
    said = {"kind": "delegates", "form": "xlsx", "when": "deadline", "time": "", "minutes": "5"}
    client_of(nguyet).post(page, said)
    client_of(nguyet).post(page, said)
    schedule = ExportSchedule.objects.get()
    assert services.take_slots() == 0, "the deadline is still to come"
    deadline = timezone.now() - timedelta(minutes=6)
    type(filled).objects.filter(pk=filled.pk).update(registration_deadline=deadline)
    ExportSchedule.objects.update(made_at=deadline - timedelta(hours=1))
    assert services.take_slots() == 1
    assert services.take_slots() == 0, "another beat finds it done"
    tasks.take_up_exports()
    tasks.take_up_exports()
    job = schedule.jobs.get()
    assert job.is_ready
    assert job.mailed_at
    (letter,) = mail.outbox
    assert letter.to == ["nguyet@example.vn"]
    assert reverse("export_download", args=[job.pk]) in letter.body
    assert not letter.attachments
    assert str(job.pk) in letter.extra_headers["Message-ID"]


@pytest.mark.django_db
def test_a_mail_that_could_not_go_goes_later_and_once(filled, nguyet, monkeypatch):
    nguyet.email = "nguyet@example.vn"
    nguyet.save()
    job = made(filled, nguyet)
    schedule = ExportSchedule.objects.create(
        meeting=filled, user=nguyet, kind=job.kind, when="deadline", minutes=5, made_at=timezone.now()
    )
    ExportJob.objects.update(schedule=schedule, slot=timezone.now())
    monkeypatch.setattr("django.core.mail.EmailMessage.send", lambda self: (_ for _ in ()).throw(OSError))
    assert services.send_links() == 0
    monkeypatch.undo()
    assert services.send_links() == 0, "the claim still runs: nobody sends it beside a slow worker"
    ExportJob.objects.update(mail_until=timezone.now() - timedelta(seconds=1))
    assert services.send_links() == 1
    assert services.send_links() == 0
    assert len(mail.outbox) == 1


@pytest.mark.django_db
def test_a_schedule_that_says_nothing_is_refused_with_the_field(filled, nguyet, trang):
    page = reverse("export_schedule", args=[filled.slug])
    said = {"kind": "delegates", "form": "xlsx", "when": "daily", "time": "7 giờ", "minutes": ""}
    answer = client_of(nguyet).post(page, said, follow=True)
    assert "Lúc: ghi giờ và phút" in answer.content.decode()
    assert not ExportSchedule.objects.exists()
    client_of(nguyet).post(page, said | {"time": "07:00"})
    schedule = ExportSchedule.objects.get()
    stop = reverse("export_schedule_stop", args=[schedule.pk])
    client_of(trang).post(stop)
    assert not ExportSchedule.objects.filter(stopped_at__isnull=False).exists(), "another person's schedule"
    client_of(nguyet).post(stop)
    assert ExportSchedule.objects.get().stopped_at


@pytest.mark.django_db
def test_who_lost_the_right_gets_no_more_files(filled, nguyet):
    ExportSchedule.objects.create(
        meeting=filled, user=nguyet, kind=Kind.DELEGATES, when="daily", time=time(0), made_at=at(0, days=-1)
    )
    nguyet.role = "observer"
    nguyet.save()
    assert services.take_slots() == 0
