"""The letters of all called units as one archive, made in the background as the workbooks are."""

from __future__ import annotations

import io
import zipfile

import pytest
from celery import current_app
from django.urls import reverse
from pypdf import PdfReader

from invitations import issuing
from reports import letters, services
from reports.models import ExportJob
from tests.cast import client_of
from tests.factories import InvitationFactory

Kind = ExportJob.Kind


@pytest.fixture(autouse=True)
def calls(monkeypatch):
    """Wake-up calls, caught before the broker."""
    made = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_: made.append((name, *args)))
    return made


def _text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.django_db(transaction=True)
def test_the_archive_holds_each_called_units_own_letter_as_it_went_out(
    meeting, can_loc, can_loc_invitation, nghi_xuan, nghi_xuan_invitation, trang, nguyet
):
    meeting.form = meeting.Form.STATE
    meeting.save(update_fields=["form"])
    issuing.first(meeting=meeting, user=trang, now=meeting.published_at)
    client = client_of(nguyet)
    address = reverse("exports", args=[meeting.slug])
    assert client.post(address, {"noi-dung": "letters"}).status_code == 302
    job = ExportJob.objects.get()
    assert job.kind == Kind.LETTERS
    assert services.make_export(job_id=job.pk)
    job.refresh_from_db()
    called = meeting.invitations.count()
    assert (job.done, job.total) == (called, called)
    page = client.get(address).content.decode()
    assert f"{called} đơn vị" in page
    response = client.get(reverse("export_download", args=[job.pk]), follow=True)
    assert response["Content-Type"] == "application/zip"
    assert "giay-moi-tung-don-vi" in response["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert len(names) == called
        own = next(name for name in names if can_loc.name in name)
        text = _text(archive.read(own))
    assert f"Kính gửi: {can_loc.name}" in text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert nghi_xuan.name not in text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "BẢN NHÁP" not in text


def test_before_anything_went_out_the_letters_say_that_they_are_drafts(draft_meeting, tmp_path):
    InvitationFactory.create(
        meeting=draft_meeting,
        audience=draft_meeting.audiences.first(),
        sent_at=None,
        unit__name='Huyện ủy "A/B": thử',
    )
    told: list[tuple[int, int]] = []
    letters.write_letters(
        draft_meeting, tmp_path / "x.zip", progress=lambda done, total: told.append((done, total))
    )
    with zipfile.ZipFile(tmp_path / "x.zip") as archive:
        name = next(name for name in archive.namelist() if "thử" in name)
        assert not set(name) & set('\\/:*?"<>|')
        assert "BẢN NHÁP" in _text(archive.read(name))
    assert told[0] == (0, len(told) - 1)
    assert told[-1] == (len(told) - 1, len(told) - 1)


def test_what_ends_the_work_leaves_nothing_to_download(meeting, can_loc_invitation, trang, monkeypatch):
    job = services.ask_export(meeting=meeting, user=trang, kind=Kind.LETTERS)

    def fail(*args, **kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(letters, "pdfs_of", fail)
    assert not services.make_export(job_id=job.pk)
    job.refresh_from_db()
    assert job.state == ExportJob.State.FAILED
    assert not any(job.pk.hex in path.name.replace("-", "") for path in services.export_directory().iterdir())


def test_something_else_than_the_kinds_there_are_is_not_made(meeting, trang):
    response = client_of(trang).post(reverse("exports", args=[meeting.slug]), {"noi-dung": "passwords"})
    assert response.status_code == 404
    assert not ExportJob.objects.exists()
