"""Export jobs: asked for, made, taken up, stopped, downloaded, each by whoever may."""

import hashlib
import socket
import threading
import time
import uuid
from datetime import timedelta
from pathlib import Path
from urllib.parse import unquote

import pytest
from celery import current_app
from django.conf import settings
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from reports import services, tasks
from reports.models import Download, ExportJob
from reports.services import making
from tests.cast import client_of
from tests.factories import MeetingFactory, UserFactory
from tests.reports.conftest import enlarge, queries_of

MOST_QUERIES = 15
State = ExportJob.State


@pytest.fixture
def address(meeting):
    return reverse("exports", args=[meeting.slug])


@pytest.fixture
def calls(monkeypatch):
    """Wake-up calls, caught before the broker."""
    made = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_: made.append((name, *args)))
    return made


@pytest.fixture
def job(filled, nguyet, calls):
    return services.ask_export(meeting=filled, user=nguyet)


@pytest.fixture
def finished(job):
    assert services.make_export(job_id=job.pk)
    job.refresh_from_db()
    return job


def files():
    """What lies there, but for the rows kept beside a file."""
    there = services.export_directory().iterdir()
    return sorted(path.name for path in there if path.suffix != ".rows")


def take(browser, job):
    """Press the button: the answer of the link that it leads to."""
    answer = browser.get(reverse("export_download", args=[job.pk]))
    return browser.get(answer.url) if answer.status_code == 302 else answer


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


# ── Asking ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_request_is_a_row_first_and_a_call_after_commit(
    filled, nguyet, calls, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        job = services.ask_export(meeting=filled, user=nguyet)
        assert calls == []
    assert job.state == State.QUEUED
    assert calls == [("reports.tasks.make_export", str(job.pk))]


@pytest.mark.django_db
def test_asking_twice_gives_the_same_job_while_it_is_under_way(job, filled, nguyet, trang):
    assert services.ask_export(meeting=filled, user=nguyet) == job
    assert services.ask_export(meeting=filled, user=trang) != job
    services.cancel_export(job_id=job.pk)
    assert services.ask_export(meeting=filled, user=nguyet) != job


@pytest.mark.django_db
def test_the_database_refuses_a_second_job_under_way(job, filled, nguyet):
    with pytest.raises(IntegrityError):
        ExportJob.objects.create(meeting=filled, asked_by=nguyet)


@pytest.mark.django_db
def test_the_database_refuses_a_finished_job_without_a_file(job):
    with pytest.raises(IntegrityError):
        ExportJob.objects.update(state=State.DONE)


@pytest.fixture(params=["closed", "frozen"])
def bad_broker(request):
    """A Redis that is not there, and one that takes the connection and never answers."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "frozen":
            listener.listen(8)
        url = f"redis://127.0.0.1:{listener.getsockname()[1]}/0"
        before = current_app.conf.broker_url, current_app.conf.broker_write_url
        current_app.conf.broker_url = current_app.conf.broker_write_url = url
        current_app.pool.force_close_all()
        current_app.__dict__.pop("amqp", None)
        current_app._pool = None
        yield
        current_app.conf.broker_url, current_app.conf.broker_write_url = before
        current_app._pool = None
        current_app.__dict__.pop("amqp", None)


@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_page_answers_and_beat_makes_the_file(
    filled, nguyet, address, bad_broker, caplog
):
    began = time.monotonic()
    answer = client_of(nguyet).post(address)
    assert time.monotonic() - began < 30, "without its limits it would be more than a minute"
    assert answer.status_code == 302
    assert "waits for beat, no broker" in caplog.text
    assert ExportJob.objects.get().state == State.QUEUED
    assert services.take_up_exports() == 1
    assert ExportJob.objects.get().state == State.DONE


# ── Making ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_a_job_is_made_whole_and_says_so(finished, filled):
    path = services.path_of(finished)
    assert finished.state == State.DONE
    assert finished.done == finished.total > 17
    assert finished.size == path.stat().st_size
    assert finished.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert finished.started_at <= finished.finished_at
    assert finished.lease is None
    assert load_workbook(path).sheetnames[0] == "Đại biểu"
    assert files() == [finished.file]


@pytest.mark.django_db(transaction=True)
def test_a_finished_job_is_not_made_again(finished):
    assert not services.make_export(job_id=finished.pk)
    assert services.take_up_exports() == 0


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_not_there_is_nobodys(filled):
    assert not services.make_export(job_id=uuid.uuid4())


def elsewhere(do):
    """What ``do`` gives over another connection: this one has a picture open, which only reads."""
    given = []

    def work():
        from django.db import connection

        given.append(do())
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    return given[0]


def wait_until(true):
    """Wait, within reason, for what another thread writes."""
    give_up_at = time.monotonic() + 20
    while not true():
        assert time.monotonic() < give_up_at
        time.sleep(0.02)


def slow_writer(seen):
    """A writer that goes on when each of its steps was written down."""

    def write(contents, meeting, path: Path, *, progress, **_):
        path.write_bytes(b"half a file")
        for done in range(1, 4):
            progress(done, 4)
            wait_until(lambda done=done: elsewhere(ExportJob.objects.get).done == done)
            seen.append(elsewhere(ExportJob.objects.get))
        path.write_bytes(b"a whole file")
        progress(4, 4)
        return 4

    return write


@pytest.mark.django_db(transaction=True)
def test_progress_is_seen_while_the_file_is_made(job, monkeypatch, address, nguyet):
    seen = []
    monkeypatch.setattr(making, "RENEW", 0.02)
    monkeypatch.setattr(making, "write_book", slow_writer(seen))
    assert services.make_export(job_id=job.pk)
    assert [(moment.done, moment.total) for moment in seen] == [(1, 4), (2, 4), (3, 4)]
    assert all(moment.state == State.RUNNING for moment in seen)
    assert all(moment.file == "" for moment in seen), "a half-written file is never offered"


@pytest.mark.django_db(transaction=True)
def test_a_living_worker_keeps_its_job(job, monkeypatch):
    """Its lease has nearly run out: before another may look, the worker has renewed it."""
    taken = []

    def write(contents, meeting, path: Path, *, progress, **_):
        path.write_bytes(b"a whole file")
        over = timezone.now() - timedelta(seconds=1)
        elsewhere(lambda: ExportJob.objects.update(lease_until=over))
        wait_until(lambda: elsewhere(ExportJob.objects.get).lease_until > over)
        taken.append(elsewhere(services.take_up_exports))
        return 1

    monkeypatch.setattr(making, "RENEW", 0.02)
    monkeypatch.setattr(making, "write_book", write)
    assert services.make_export(job_id=job.pk)
    job.refresh_from_db()
    assert taken == [0]
    assert (job.state, job.attempts) == (State.DONE, 1)


def in_a_thread(make, pk):
    from django.db import connection

    try:
        make(job_id=pk)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (OSError(28, "No space left on device"), "đầy"),
        (ValueError("Nguyễn Văn Bí Mật 0900000111"), "Không tạo được tệp"),
    ],
)
def test_a_failure_is_told_to_who_waits_and_holds_no_name(
    job, monkeypatch, caplog, address, nguyet, fault, words
):
    def fail(contents, meeting, path: Path, *, progress, **_):
        path.write_bytes(b"half")
        raise fault

    monkeypatch.setattr(making, "write_book", fail)
    assert not services.make_export(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert words in job.error
    assert "Bí Mật" not in job.error + caplog.text
    assert type(fault).__name__ in caplog.text
    assert files() == []
    assert words in client_of(nguyet).get(address).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_job_whose_worker_died_is_taken_up_and_its_leavings_removed(job):
    left = services.export_directory() / f"{job.pk}-{uuid.uuid4()}.part"
    left.write_bytes(b"half")
    ExportJob.objects.update(
        state=State.RUNNING, attempts=1, lease=uuid.uuid4(), lease_until=timezone.now() - timedelta(seconds=1)
    )
    tasks.take_up_exports()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 2)
    assert files() == [job.file]


@pytest.mark.django_db(transaction=True)
def test_a_job_with_a_living_lease_is_left_alone(job):
    ExportJob.objects.update(
        state=State.RUNNING, lease=uuid.uuid4(), lease_until=timezone.now() + timedelta(seconds=20)
    )
    assert services.take_up_exports() == 0


@pytest.mark.django_db(transaction=True)
def test_a_job_that_kills_its_workers_is_given_up(job):
    ExportJob.objects.update(
        state=State.RUNNING,
        attempts=making.MOST_ATTEMPTS,
        lease=uuid.uuid4(),
        lease_until=timezone.now() - timedelta(seconds=1),
    )
    assert services.take_up_exports() == 0
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "bị ngắt nhiều lần" in job.error


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_lost_its_job_changes_nothing(job, monkeypatch):
    """Its lease ran out and another one has the job: what it made is thrown away."""

    def write(contents, meeting, path: Path, *, progress, **_):
        path.write_bytes(b"mine")
        elsewhere(lambda: ExportJob.objects.update(lease=uuid.uuid4()))
        return 1

    monkeypatch.setattr(making, "write_book", write)
    assert not services.make_export(job_id=job.pk)
    job.refresh_from_db()
    assert (job.state, job.file) == (State.RUNNING, "")
    assert files() == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_called_for_one_job_make_one_file(job):
    threads = [threading.Thread(target=in_a_thread, args=(services.make_export, job.pk)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (State.DONE, 1)
    assert files() == [job.file]


@pytest.mark.django_db(transaction=True)
def test_a_stopped_job_stops(job, monkeypatch, nguyet):
    def write(contents, meeting, path: Path, *, progress, **_):
        stop = reverse("export_cancel", args=[job.pk])
        assert elsewhere(lambda: client_of(nguyet).post(stop)).status_code == 302
        wait_until(progress.lost.is_set)
        progress(1, 2)
        raise AssertionError("it went on")

    monkeypatch.setattr(making, "RENEW", 0.02)
    monkeypatch.setattr(making, "write_book", write)
    assert not services.make_export(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == State.CANCELLED
    assert files() == []


@pytest.mark.django_db(transaction=True)
def test_the_task_takes_an_id_as_text(job):
    tasks.make_export(str(job.pk))
    job.refresh_from_db()
    assert job.is_ready


def test_beat_calls_what_is_there():
    called = settings.CELERY_BEAT_SCHEDULE["take-up-exports"]["task"]
    assert called == tasks.take_up_exports.name
    assert tasks.make_export.name == "reports.tasks.make_export"


# ── The page ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_the_page_shows_totals_and_says_what_to_do(filled, address, nguyet):
    page = client_of(nguyet).get(address).content.decode()
    assert "74 đại biểu đã khai, còn thiếu 4&nbsp;tên" in page
    assert "1 trên 3 đơn vị đã gửi" in page
    assert "Chưa có tệp nào" in page
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count("btn-primary") == 1


@pytest.mark.django_db
def test_asking_leads_back_to_the_page_which_asks_how_far_it_is(filled, address, nguyet, calls):
    answer = client_of(nguyet).post(address)
    assert answer.url == f"{address}#tep"
    page = client_of(nguyet).get(address).content.decode()
    assert "Đang chờ máy chủ" in page
    assert 'data-refresh="1"' in page


@pytest.mark.django_db(transaction=True)
def test_the_part_that_asks_stops_when_nothing_is_under_way(finished, address, nguyet):
    part = client_of(nguyet).get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert "data-refresh" not in part
    assert reverse("export_download", args=[finished.pk]) in part


@pytest.mark.django_db
def test_totals_by_role_and_by_point(filled, nguyet):
    page = client_of(nguyet).get(reverse("totals", args=[filled.slug])).content.decode()
    assert "74 đại biểu đã khai, 17 đã có tên, thiếu 4&nbsp;tên" in page
    assert "Tỉnh ủy viên công tác tại huyện" in page
    assert "Điểm cầu Can Lộc" in page
    assert "2 điểm cầu xã" in page
    assert "Thị trấn Nghèn" not in page


@pytest.mark.django_db
def test_totals_of_one_unit_open_its_communes(filled, nguyet, can_loc, health):
    address = reverse("totals", args=[filled.slug])
    page = client_of(nguyet).get(address, {"don-vi": can_loc.slug}).content.decode()
    assert "Huyện ủy Can Lộc: 45 đại biểu đã khai, thiếu 4&nbsp;tên" in page
    assert "Thị trấn Nghèn" in page
    assert reverse("registration", args=[filled.slug, can_loc.slug]) in page
    assert "chưa khai" in client_of(nguyet).get(address, {"don-vi": health.slug}).content.decode()
    assert client_of(nguyet).get(address, {"don-vi": "khong-co"}).status_code == 200


@pytest.mark.django_db
def test_each_unit_of_the_totals_leads_to_its_rows(filled, address, nguyet, can_loc):
    page = client_of(nguyet).get(address).content.decode()
    assert f"{reverse('totals', args=[filled.slug])}?don-vi={can_loc.slug}" in page


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["exports", "totals"])
def test_a_page_takes_as_many_queries_with_many_rows_as_with_few(filled, trang, nguyet, calls, page):
    address = reverse(page, args=[filled.slug])
    services.ask_export(meeting=filled, user=nguyet)
    few = queries_of(trang, address)
    enlarge(filled, units=8, communes=3, delegates=10)
    for user in (trang, *UserFactory.create_batch(3)):
        job = services.ask_export(meeting=filled, user=user)
        services.record_download(job=job, user=user)
    # One more than before: the downloads, where there was none.
    assert queries_of(trang, address) <= few + (page == "exports") <= MOST_QUERIES


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["exports", "totals"])
def test_only_who_may_export_sees_it(filled, trang, nguyet, an, hung, dien, page):
    address = reverse(page, args=[filled.slug])
    users = (trang, nguyet, an, hung, dien)
    answers = {user.username: client_of(user).get(address).status_code for user in users}
    assert answers == {"trang": 200, "nguyet": 200, "an": 403, "hung": 403, "dien": 403}
    assert client_of(UserFactory.create()).get(address).status_code == 404
    assert client_of(an).post(reverse("exports", args=[filled.slug])).status_code == 403


@pytest.mark.django_db
def test_the_latest_totals(filled, address, nguyet, an):
    assert client_of(nguyet).get(reverse("exports_latest")).url == address
    assert client_of(an).get(reverse("exports_latest")).status_code == 403


# ── Downloading ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
def test_a_download_is_the_file_with_a_vietnamese_name_and_is_on_record(finished, nguyet, trang, address):
    answer = take(client_of(trang), finished)
    assert hashlib.sha256(b"".join(answer.streaming_content)).hexdigest() == finished.sha256
    answer.close()
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    plain, _, full = answer["Content-Disposition"].partition("; filename*=UTF-8''")
    assert plain.startswith('attachment; filename="tong-hop-dai-bieu-hoc-tap-nghi-quyet-trung-uong-8-')
    assert plain.isascii()
    assert unquote(full).startswith("Tổng hợp đại biểu, Học tập Nghị quyết Trung ương 8, ")
    download = Download.objects.get()
    assert (download.user, download.job) == (trang, finished)
    page = client_of(nguyet).get(address).content.decode()
    assert "Đã tải 1&nbsp;lượt" in page
    assert "Nguyễn Thị Thu Trang" in page


@pytest.mark.django_db(transaction=True)
def test_nobody_else_gets_the_file(finished, an, hung, dien, nguyet):
    address = reverse("export_download", args=[finished.pk])
    assert [client_of(user).get(address).status_code for user in (an, hung, dien)] == [404] * 3
    nguyet.role = "observer"
    nguyet.save()
    assert client_of(nguyet).get(address).status_code == 404, "the right was taken away since"
    assert client_of(an).post(reverse("export_cancel", args=[finished.pk])).status_code == 404
    assert not Download.objects.exists()


@pytest.mark.django_db
def test_propaganda_does_not_get_a_file_of_a_draft(trang, nguyet, calls):
    job = services.ask_export(meeting=MeetingFactory.create(), user=trang)
    assert client_of(nguyet).get(reverse("export_download", args=[job.pk])).status_code == 404


@pytest.mark.django_db
def test_an_unfinished_job_is_not_offered(job, nguyet, address):
    answer = client_of(nguyet).get(reverse("export_download", args=[job.pk]), follow=True)
    assert "chưa tạo xong" in answer.content.decode()
    assert not Download.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_gone_is_told(finished, nguyet):
    services.path_of(finished).unlink()
    answer = client_of(nguyet).get(reverse("export_download", args=[finished.pk]), follow=True)
    assert "không còn trên máy chủ" in answer.content.decode()
    assert not Download.objects.exists()


@pytest.mark.django_db
def test_a_download_holds_its_job_and_its_person(job, trang):
    services.record_download(job=job, user=trang)
    with pytest.raises(ProtectedError):
        job.delete()
    with pytest.raises(ProtectedError):
        trang.delete()


@pytest.mark.django_db
def test_the_admin_shows_the_record_and_changes_nothing(job, trang):
    services.record_download(job=job, user=trang)
    browser = client_of(trang)
    for model in ("exportjob", "download"):
        page = browser.get(reverse(f"admin:reports_{model}_changelist"))
        assert page.status_code == 200
        assert browser.get(reverse(f"admin:reports_{model}_add")).status_code == 403
