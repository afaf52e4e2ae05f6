"""Files in a service that speaks S3: written, read in parts, deleted; what is said while it is down."""

from __future__ import annotations

import hashlib
import io
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import boto3
import pytest
from celery import current_app
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from moto.server import ThreadedMotoServer
from openpyxl import load_workbook

from accounts.files.storage import StorageDown
from conference_portal.storage import storage_of
from invitations import arriving
from invitations.models import ArrivingFile, Material
from registrations.models import SignedScan
from reports import services
from reports.models import Download, ExportJob
from reports.services import making
from tests.cast import client_of
from tests.factories import RegistrationFactory, SubmissionFactory
from tests.registrations.test_scans import one, pdf, upload

BUCKET = "cong-hoi-nghi"


@pytest.fixture(scope="module")
def service():
    """A server of moto's, and its bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    access = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": "us-east-1"}
    bucket = boto3.resource("s3", endpoint_url=f"http://127.0.0.1:{port}", **access).Bucket(BUCKET)
    bucket.create()
    yield port, bucket
    server.stop()


@pytest.fixture
def kept_at(settings, tmp_path, monkeypatch):
    """Keep files with the service at a port from now on; nothing reaches a broker."""
    monkeypatch.setattr(current_app, "send_task", lambda *args, **kwargs: None)
    monkeypatch.setattr(making, "RENEW", 600)

    def keep(port: int, options: str = "tls=0") -> None:
        kept = storage_of(f"s3://key:secret@127.0.0.1:{port}/{BUCKET}/portal?{options}", tmp_path)
        settings.MEDIA_ROOT = kept.folder
        settings.STORAGES = {**settings.STORAGES, "default": kept.backend}

    return keep


@pytest.fixture
def bucket(service, kept_at):
    """The bucket, empty, with the portal's files in it."""
    port, bucket = service
    bucket.objects.all().delete()
    kept_at(port)
    return bucket


@pytest.fixture
def nobody(kept_at):
    """Turns to a port where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield lambda: kept_at(taken.getsockname()[1])


def names(bucket) -> list[str]:
    return [found.key.removeprefix("portal/") for found in bucket.objects.all()]


# ── The setting ──────────────────────────────────────────────────────────────────────────────


def test_the_address_says_where_files_are_kept():
    var = Path("/var/portal")
    assert storage_of("", var).folder == var / "files"
    assert storage_of("file:///srv/t%E1%BB%87p", var).folder == Path("/srv/tệp")
    kept = storage_of("s3://k%2F1:s%40x@s3.example.vn:9000/box/a/b?region=hn&encryption=AES256", var)
    assert kept.folder == var / "work"
    said = kept.backend["OPTIONS"]
    assert (said["access_key"], said["secret_key"]) == ("k/1", "s@x")
    assert (said["endpoint_url"], said["bucket_name"]) == ("https://s3.example.vn:9000", "box")
    assert (said["location"], said["region_name"]) == ("a/b", "hn")
    assert said["object_parameters"] == {"ServerSideEncryption": "AES256"}
    for wrong in ("files", "file://host/files", "s3://host/box", "s3://k:hide@h/", "s3://k:hide@h/b?acl=1"):
        with pytest.raises(ImproperlyConfigured) as refused:
            storage_of(wrong, var)
        assert "hide" not in str(refused.value)


# ── The service ──────────────────────────────────────────────────────────────────────────────


def test_a_file_is_written_read_from_any_place_and_deleted(bucket):
    content = bytes(range(256)) * 8192
    name = default_storage.save("a/b", ContentFile(content))
    assert names(bucket) == ["a/b"]
    with default_storage.open(name) as file:
        assert (file.size, file.read()) == (len(content), content)
        file.seek(-10, io.SEEK_END)
        assert (file.read(), file.read()) == (content[-10:], b"")
        file.seek(700_000)
        assert file.read(100_000) == content[700_000:800_000]
    second = default_storage.save("a/b", ContentFile(b"other"))
    assert second != name, "nothing is written over"
    assert default_storage.size(name) == len(content)
    assert sorted(default_storage.listdir("a")[1]) == sorted(["b", second.removeprefix("a/")])
    default_storage.delete(name)
    default_storage.delete(name)
    assert not default_storage.exists(name)
    for ask in (default_storage.open, default_storage.size):
        with pytest.raises(FileNotFoundError):
            ask(name)
    for public in (default_storage.url, default_storage.path):
        with pytest.raises(NotImplementedError):
            public(second)


class Broken(BaseHTTPRequestHandler):
    """A service that promises 1,000 bytes and hangs up after ten, and refuses every other verb."""

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()

    def do_GET(self) -> None:
        self.do_HEAD()
        self.wfile.write(b"0123456789")

    def do_DELETE(self) -> None:
        self.send_error(403)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def broken(kept_at):
    with ThreadingHTTPServer(("127.0.0.1", 0), Broken) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        kept_at(server.server_port)
        yield
        server.shutdown()


def test_a_line_that_breaks_is_no_file_that_ends(broken):
    with pytest.raises(StorageDown), default_storage.open("a") as file:
        file.read()
    with pytest.raises(StorageDown):
        default_storage.delete("a")


def test_a_service_that_is_away_is_no_file_that_is_gone(nobody):
    nobody()
    for ask in (default_storage.open, default_storage.exists, default_storage.size, default_storage.delete):
        with pytest.raises(StorageDown):
            ask("a")
    with pytest.raises(StorageDown):
        default_storage.save("a", ContentFile(b"a"))


# ── Materials, piece by piece ────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_material_arrives_in_pieces_and_goes_out_in_parts(
    bucket, meeting, district_audience, nguyet, monkeypatch, django_capture_on_commit_callbacks
):
    from tests.invitations.test_materials import form, mp4, send

    film, browser = mp4(), client_of(nguyet)
    monkeypatch.setattr(arriving, "PIECE", 60)
    page = reverse("materials", args=[meeting.slug])
    begun = browser.post(page + "tai-len/", {"name": "Phim.mp4", "size": len(film)}).json()
    send(browser, begun["url"], 0, b"x" * 60)
    ArrivingFile.objects.update(received=0)  # the answer and the row were lost, the piece was not
    for offset in range(0, len(film), 60):
        assert send(browser, begun["url"], offset, film[offset : offset + 60]).status_code == 200
    sent = form(district_audience, arrived=begun["key"], sha256=hashlib.sha256(film).hexdigest())
    del sent["file"]
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(page + "them/", sent).status_code == 302
    material = Material.objects.get()
    assert names(bucket) == [material.file.name], "the pieces are gone"
    address = f"{page}{material.key}/"
    assert b"".join(browser.get(address).streaming_content) == film
    part = browser.get(address, headers={"range": "bytes=70-99"})
    assert (part.status_code, b"".join(part.streaming_content)) == (206, film[70:100])


@pytest.mark.django_db
def test_a_forgotten_upload_leaves_nothing(bucket, meeting, nguyet, django_capture_on_commit_callbacks):
    begun = arriving.begin(meeting=meeting, user=nguyet, name="a.mp4", size=100)
    arriving.take_piece(key=begun.key, user=nguyet, offset=0, piece=io.BytesIO(b"half"))
    assert len(names(bucket)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        arriving.forget(begun)
    assert names(bucket) == []


# ── Scans ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_a_scan_is_kept_there_and_while_it_is_down_a_page_says_so(bucket, nobody, can_loc_invitation, an):
    registration = RegistrationFactory.create(invitation=can_loc_invitation, submitted=True)
    number = SubmissionFactory.create(registration=registration).number
    where = [can_loc_invitation.meeting.slug, can_loc_invitation.unit.slug, number]
    receipt, browser = reverse("receipt", args=where), client_of(an)
    upload(browser, receipt, one("a.pdf"))
    scan = SignedScan.objects.get()
    given = browser.get(f"{receipt}ban-ky/{scan.key}/")
    assert b"".join(given.streaming_content).startswith(b"%PDF-")
    nobody()
    refused = upload(browser, receipt, one("b.pdf", pdf() + b"\n"))
    assert refused.status_code == 503
    assert "chưa ghi nhận gì" in refused.text
    assert browser.get(f"{receipt}ban-ky/{scan.key}/").status_code == 503
    assert browser.get(receipt).status_code == 200
    assert SignedScan.objects.count() == 1
    assert len(names(bucket)) == 1
    assert browser.get(reverse("readyz")).json()["files"] is False


# ── Exports ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_an_export_waits_for_the_service_and_is_offered_when_it_is_whole(
    bucket, service, nobody, kept_at, meeting, trang, nguyet
):
    nobody()
    job = services.ask_export(meeting=meeting, user=nguyet)
    assert services.take_up_exports() == 0
    job.refresh_from_db()
    assert (job.state, job.attempts, job.file) == (ExportJob.State.QUEUED, 1, "")
    assert not list(services.export_directory().iterdir()), "nothing is left on the worker's disk"
    kept_at(service[0])
    assert names(bucket) == []
    assert services.take_up_exports() == 1
    job.refresh_from_db()
    assert sorted(names(bucket)) == sorted([f"exports/{job.file}", f"exports/{job.file[:-5]}.rows"])
    assert services.ask_export(meeting=meeting, user=trang) == job, "the ready one"
    link = reverse("export_file", args=[services.link_to(job, nguyet)])
    given = b"".join(client_of(nguyet).get(link).streaming_content)
    assert hashlib.sha256(given).hexdigest() == job.sha256
    assert load_workbook(io.BytesIO(given)).sheetnames
    nobody()
    assert client_of(nguyet).get(link).status_code == 503
    assert Download.objects.count() == 1
    assert services.ask_export(meeting=meeting, user=trang) != job, "it cannot be given out now"


@pytest.mark.django_db
def test_an_export_without_a_service_ends_with_words_and_its_leavings_are_swept(
    bucket, nobody, service, kept_at, meeting, nguyet, monkeypatch
):
    nobody()
    job = services.ask_export(meeting=meeting, user=nguyet)
    for _ in range(making.MOST_ATTEMPTS):
        services.take_up_exports()
    job.refresh_from_db()
    assert (job.state, job.attempts) == (ExportJob.State.FAILED, making.MOST_ATTEMPTS)
    assert "Kho tệp" in job.error
    kept_at(service[0])
    default_storage.save("exports/stray.xlsx", ContentFile(b""))
    services.purge_exports()
    assert names(bucket) == ["exports/stray.xlsx"], "a worker may be about to name it"
    monkeypatch.setattr("reports.services.keeping.FORGOTTEN", -60)
    services.purge_exports()
    assert names(bucket) == []


def test_uploads_are_no_files_of_the_class_that_boto_closes(bucket):
    """What a view was given is read again after it was saved."""
    sent = SimpleUploadedFile("a.pdf", b"%PDF-1")
    default_storage.save("a", sent)
    sent.seek(0)
    assert sent.read() == b"%PDF-1"
