"""The archive of a closed meeting: everything in it, every file with its hash, nothing altered."""

import hashlib
import io
import zipfile
from datetime import timedelta

import pytest
from celery import current_app
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from invitations import closing, issuing
from registrations.models import Submission
from reports.archive import write_archive
from reports.models import Download, ExportJob
from reports.services import ask_export, make_export, making, results
from reports.workbooks.frozen import AlteredError
from tests.cast import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(filled, trang, nguyet, settings, tmp_path):
    """The conference with one submission, a signed report, and its letter sent; closed."""
    settings.MEDIA_ROOT = tmp_path / "media"
    now = timezone.now()
    issuing.first(meeting=filled, user=trang, now=now)
    Submission.objects.update(decided_at=now - timedelta(hours=3))
    filled.registration_deadline = now - timedelta(hours=2)
    filled.save()
    filled.sessions.update(date=timezone.localdate() - timedelta(days=1))
    signed = {"number": "128-BC/TU", "dated_on": timezone.localdate(), "on_behalf": "", "sign_title": ""}
    seen = results.seen_of(results.read_content(filled))
    results.sign(
        meeting_id=filled.pk, user=nguyet, seen=seen, signed=signed | {"sign_name": "Quân", "reason": ""}
    )
    with pytest.raises(ValidationError, match="khi hội nghị đã đóng"):
        ask_export(meeting=filled, user=nguyet, kind=ExportJob.Kind.ARCHIVE)
    closing.close(meeting_id=filled.pk, user=trang)
    filled.refresh_from_db()
    return filled


def test_it_holds_all_with_hashes_and_nothing_altered(over, tmp_path):
    path, told = tmp_path / "goi.zip", []
    write_archive(over, path, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 1), (1, 1)]
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        sums = dict(
            reversed(line.split("  ", 1)) for line in archive.read("SHA256SUMS").decode().splitlines()
        )
        assert set(sums) == names - {"SHA256SUMS"}
        for name, sha256 in sums.items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == sha256
        submission = Submission.objects.get()
        kept = next(name for name in names if name.startswith("dang-ky/"))
        assert submission.code in kept
        assert sums[kept] == submission.sha256
    for wanted in (
        *("giay-moi/giay-moi.docx", "giay-moi/giay-moi.pdf", "giay-moi/ban-1.json"),
        *("bien-nhan.csv", "danh-sach/chinh-thuc.xlsx"),
        *(f"bao-cao/lan-1/{name}" for name in ("bao-cao.docx", "bao-cao.pdf", "bang.xlsx", "noi-dung.json")),
    ):
        assert wanted in names
    Submission.objects.update(sha256="0" * 64)
    with pytest.raises(AlteredError):
        write_archive(over, tmp_path / "khong.zip", progress=lambda done, total: None)


def test_the_office_asks_for_it_on_the_page_a_worker_makes_it_and_the_download_is_on_record(
    over, trang, an, monkeypatch
):
    monkeypatch.setattr(current_app, "send_task", lambda *args, **kwargs: None)
    monkeypatch.setattr(making, "RENEW", 600)  # its other connection does not see a row of this transaction
    office, page = client_of(trang), reverse("exports", args=[over.slug])
    assert "Gói lưu trữ (ZIP)" in office.get(page).text
    assert office.post(page, {"noi-dung": "archive"}).status_code == 302
    job = ExportJob.objects.get()
    assert make_export(job_id=job.pk)
    assert "Tải về" in office.get(page).text
    link = reverse("export_download", args=[job.pk])
    taken = office.get(office.get(link)["Location"])
    with zipfile.ZipFile(io.BytesIO(b"".join(taken.streaming_content))) as archive:
        assert archive.testzip() is None
        assert "SHA256SUMS" in archive.namelist()
    assert Download.objects.get().user == trang
    assert client_of(an).get(link).status_code == 404
