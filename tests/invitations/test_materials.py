"""Study materials: handed out to audiences from an hour on, opened, counted, sent up and down in parts."""

from __future__ import annotations

import hashlib
import io
import logging
from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.files.refusing import FileRefused
from accounts.models import User
from accounts.receiving import MOST_BYTES
from invitations import arriving, material_guarded, materials
from invitations.models import ArrivingFile, Audience, Material, MaterialOpening
from tests.cast import client_of
from tests.factories import (
    ArrivingFileFactory,
    InvitationFactory,
    MaterialFactory,
    MaterialOpeningFactory,
    MeetingFactory,
    UserFactory,
)
from tests.invitations.test_material_files import box, mp4, pdf

CONTENT = pdf()


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def page(meeting) -> str:
    return f"/hoi-nghi/{meeting.slug}/tai-lieu/"


def form(audience: Audience, **changed) -> dict[str, object]:
    file = SimpleUploadedFile("Tài liệu.pdf", CONTENT, "application/pdf")
    return {"title": "Nghị quyết số 42", "audiences": [audience.pk], "file": file} | changed


@pytest.fixture
def material(page, district_audience, nguyet) -> Material:
    """One for the districts, open at once."""
    answer = client_of(nguyet).post(page + "them/", form(district_audience))
    assert answer.status_code == 302, answer.text
    return Material.objects.get()


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


# ── Handing out ──────────────────────────────────────────────────────────────────────────────────


def test_a_file_is_published_under_a_name_that_nobody_guesses(material, media, nguyet):
    assert material.title == "Nghị quyết số 42"
    assert material.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert (material.size, material.content_type) == (len(CONTENT), "application/pdf")
    assert material.uploaded_by == nguyet
    assert not ArrivingFile.objects.exists()
    (kept,) = [path for path in media.rglob("*") if path.is_file()]
    assert kept.read_bytes() == CONTENT
    assert "pdf" not in kept.name


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": ""}, "Điền tên tài liệu"),
        ({"title": "Kế hoạch TỐI MẬT"}, "mang dấu mật"),
        ({"audiences": []}, "Chọn ít nhất một nhóm"),
        ({"released_at": "05/12/2026"}, "Ghi đủ ngày và giờ"),
    ],
)
def test_what_is_refused_keeps_the_file_and_the_words(page, district_audience, nguyet, changed, words):
    propaganda = client_of(nguyet)
    answer = propaganda.post(page + "them/", form(district_audience, **changed))
    assert answer.status_code == 422
    assert words in answer.text
    assert "Đã nhận Tài liệu.pdf" in answer.text
    assert not Material.objects.exists()
    again = form(district_audience, arrived=ArrivingFile.objects.get().key)
    del again["file"]
    assert propaganda.post(page + "them/", again).status_code == 302
    assert Material.objects.get().name == "Tài liệu.pdf"


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("Kế hoạch mật.pdf", CONTENT, "mang dấu mật"),
        ("bai.exe", b"MZ", "Không nhận kiểu tệp này"),
        ("bai.pdf", b"MZ\x90\0" * 20, "Không nhận kiểu tệp này"),
        ("bai.pdf", CONTENT[:-200], "hỏng hoặc chưa tải hết"),
        ("bai.pdf", CONTENT + b"\0" * MOST_BYTES, "lớn hơn 20 MB"),
    ],
)
def test_a_file_that_is_refused_is_not_kept_and_the_title_stays(
    page, district_audience, nguyet, name, content, words, media, django_capture_on_commit_callbacks
):
    file = SimpleUploadedFile(name, content, "application/octet-stream")
    with django_capture_on_commit_callbacks(execute=True):
        answer = client_of(nguyet).post(page + "them/", form(district_audience, file=file))
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="Nghị quyết số 42"' in answer.text
    assert not ArrivingFile.objects.exists()
    assert not [path for path in media.rglob("*") if path.is_file()]


def test_no_file_at_all_says_what_to_do(page, district_audience, nguyet):
    sent = form(district_audience)
    del sent["file"]
    answer = client_of(nguyet).post(page + "them/", sent)
    assert answer.status_code == 422
    assert "Chọn tệp tài liệu." in answer.text


def test_a_form_without_its_token_is_refused(page, district_audience, nguyet):
    client = Client(enforce_csrf_checks=True)
    client.force_login(nguyet)
    assert client.post(page + "them/", form(district_audience)).status_code == 403
    assert client.post(page + "tai-len/", {"name": "a.pdf", "size": "9"}).status_code == 403
    assert not ArrivingFile.objects.exists()


def test_what_is_said_of_a_material_is_corrected_and_its_order_changed(
    page, material, meeting, nguyet, district_audience
):
    propaganda = client_of(nguyet)
    other = MaterialFactory.create(meeting=meeting, position=9, title="Thứ hai")
    address = f"{page}{material.key}/"
    assert 'value="Nghị quyết số 42"' in propaganda.get(address + "sua/").text
    sent = {"title": "Nghị quyết 42", "audiences": [district_audience.pk], "released_at": "05/12/2026 08:00"}
    assert propaganda.post(address + "sua/", sent).status_code == 302
    material.refresh_from_db()
    assert (material.title, timezone.localtime(material.released_at).hour) == ("Nghị quyết 42", 8)
    assert propaganda.post(address + "sua/", sent | {"title": "Tuyệt mật"}).status_code == 422
    propaganda.post(f"{page}{other.key}/chuyen/", {"len": "1"})
    assert list(meeting.materials.all()) == [other, material]


def test_a_withdrawn_material_is_gone_for_units_and_comes_back(page, material, nguyet, an):
    propaganda, unit, address = client_of(nguyet), client_of(an), f"{page}{material.key}/"
    propaganda.post(address + "thu-hoi/")
    assert unit.get(address).status_code == 404
    assert material.title not in unit.get(page).text
    assert "Đã thu hồi" in propaganda.get(page).text
    propaganda.post(address + "thu-hoi/", {"lai": "1"})
    assert unit.get(address).status_code == 200


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        ("", None),
        ("import os; os.kill(os.getpid(), 9)", "quá lâu"),
        ("import sys; sys.exit(1)", "quá nhiều trang"),
    ],
)
def test_a_large_file_is_looked_through_at_arms_length(tmp_path, monkeypatch, prepare, words):
    film = tmp_path / "film"
    film.write_bytes(mp4(box(b"moov", b"x" * 50), box(b"mdat", b"y" * material_guarded.SMALL)))
    monkeypatch.setattr(material_guarded, "PREPARE", prepare)
    if words is None:
        found = material_guarded.look_through(film, name="a.mp4")
        assert found.sha256 == hashlib.sha256(film.read_bytes()).hexdigest()
        with pytest.raises(FileRefused, match="Đổi đuôi thành"):
            material_guarded.look_through(film, name="a.pdf")
    else:
        with pytest.raises(FileRefused, match=words):
            material_guarded.look_through(film, name="a.mp4")


# ── Opening ──────────────────────────────────────────────────────────────────────────────────────


def test_a_unit_of_the_audience_downloads_and_no_other(
    page, material, an, lan, hung, dien, trang, nguyet, can_loc_communes
):
    address = f"{page}{material.key}/"
    answer = client_of(an).get(address)
    assert body(answer) == CONTENT
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith('attachment; filename="tai-lieu.pdf"')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    commune = UserFactory.create(unit=can_loc_communes[0])
    assert client_of(commune).get(address).status_code == 200
    assert client_of(lan).get(address).status_code == 404
    assert material.title not in client_of(lan).get(page).text
    assert [client_of(user).get(address).status_code for user in (hung, dien)] == [403, 403]
    assert [client_of(user).get(address).status_code for user in (trang, nguyet)] == [200, 200]
    opened = {opening.unit for opening in material.openings.all()}
    assert opened == {an.unit, commune.unit}


def test_before_its_hour_a_unit_reads_the_title_and_the_hour(page, material, an):
    material.released_at = timezone.now() + timedelta(days=2)
    material.save()
    at = timezone.localtime(material.released_at)
    text = client_of(an).get(page).text
    assert material.title in text
    assert f"mở từ {at:%H:%M, %d/%m/%Y}" in text
    assert f"{page}{material.key}/" not in text
    answer = client_of(an).get(f"{page}{material.key}/", follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert f"mở từ {at:%H:%M, %d/%m/%Y}" in answer.text
    assert not MaterialOpening.objects.exists()


def test_the_units_page_of_work_tells_what_it_has_not_opened(page, meeting, district_audience, an, lan):
    """From the hour of release until somebody of the unit opens it; others are not told."""
    todo = "/viec-can-lam/"
    later = MaterialFactory.create(meeting=meeting, released_at=timezone.now() + timedelta(hours=1))
    later.audiences.add(district_audience)
    assert "Có tài liệu mới" not in client_of(an).get(todo).text
    few = [MaterialFactory.create(meeting=meeting, title=f"Chuyên đề {number}") for number in range(5)]
    for material in few:
        material.audiences.add(district_audience)
    text = client_of(an).get(todo).text
    assert "5 tài liệu chưa mở" in text
    assert f'href="{page}"' in text
    assert "Chuyên đề 4; Chuyên đề 3; Chuyên đề 2…" in text
    assert "Có tài liệu mới" not in client_of(lan).get(todo).text
    MaterialOpeningFactory.create(material=few[4], unit=an.unit)
    text = client_of(an).get(todo).text
    assert "4 tài liệu chưa mở" in text
    assert "Chuyên đề 4" not in text


def test_openings_are_counted_once_a_download_and_not_for_what_goes_on(page, material, an, caplog):
    unit, address = client_of(an), f"{page}{material.key}/"
    with caplog.at_level(logging.INFO):
        unit.get(address)
    (line,) = [entry.getMessage() for entry in caplog.records if str(material.key) in entry.getMessage()]
    assert an.full_name not in line
    unit.head(address)
    unit.get(address, headers={"Range": "bytes=100-"})
    unit.get(address, headers={"Range": "bytes=0-"})
    opening = material.openings.get()
    assert (opening.times, opening.unit, opening.first_by) == (2, an.unit, an)
    assert opening.first_at < opening.last_at


@pytest.mark.django_db(transaction=True)
def test_two_who_open_at_once_are_one_row_and_two_times(settings):
    opening = MaterialOpeningFactory.create()
    fresh = MaterialFactory.create()
    users = [UserFactory.create(unit=opening.unit) for _ in range(6)]

    def open_it(user: User) -> None:
        materials.opened(material=fresh, user=user)
        connection.close()

    threads = [Thread(target=open_it, args=[user]) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert fresh.openings.get().times == 6


@pytest.mark.parametrize(
    ("asked", "status", "expected", "said"),
    [
        ({"Range": "bytes=10-19"}, 206, slice(10, 20), "bytes 10-19/{}"),
        ({"Range": "bytes=100-"}, 206, slice(100, None), "bytes 100-{last}/{}"),
        ({"Range": "bytes=-7"}, 206, slice(-7, None), None),
        ({"Range": "bytes=5-99999999"}, 206, slice(5, None), "bytes 5-{last}/{}"),
        ({"Range": "bytes=99999999-"}, 416, None, "bytes */{}"),
        ({"Range": "bytes=9-3"}, 200, slice(None), None),
        ({"Range": "bytes=0-1,5-9"}, 200, slice(None), None),
        ({"Range": "bytes=5-", "If-Range": '"another"'}, 200, slice(None), None),
        ({"Range": "bytes=5-", "If-Range": '"{etag}"'}, 206, slice(5, None), None),
    ],
)
def test_a_broken_download_goes_on_where_it_stopped(page, material, an, asked, status, expected, said):
    size = len(CONTENT)
    headers = {name: value.replace("{etag}", material.sha256) for name, value in asked.items()}
    answer = client_of(an).get(f"{page}{material.key}/", headers=headers)
    assert answer.status_code == status
    assert answer["ETag"] == f'"{material.sha256}"'
    assert answer["Accept-Ranges"] == "bytes"
    if expected is not None:
        part = body(answer)
        assert part == CONTENT[expected]
        assert answer["Content-Length"] == str(len(part))
    if said is not None:
        assert answer["Content-Range"] == said.format(size, last=size - 1)


def test_a_file_that_is_gone_says_so(page, meeting, district_audience, an):
    lost = MaterialFactory.create(meeting=meeting)
    lost.audiences.add(district_audience)
    answer = client_of(an).get(f"{page}{lost.key}/", follow=True)
    assert "không còn trên máy chủ" in answer.text


def test_the_sheet_shows_who_opened_which(page, material, an, trang, nguyet, can_loc_communes):
    client_of(an).get(f"{page}{material.key}/")
    MaterialOpeningFactory.create(material=material, unit=can_loc_communes[0])
    for user in (trang, nguyet):
        text = client_of(user).get(page + "da-mo/").text
        assert "1 trên 3 đơn vị chưa mở đủ" in text
        assert an.full_name in text
        assert "1 đơn vị cấp dưới đã mở" in text
        assert "1/2 đơn vị" in text
        lacking = client_of(user).get(page + "da-mo/?chua-mo").text
        assert "Nghi Xuân" in lacking
        assert "Can Lộc" not in lacking
        assert "<b>1</b>/2 đơn vị đã mở" in client_of(user).get(page).text
    assert client_of(an).get(page + "da-mo/").status_code == 403


@pytest.mark.parametrize("who", ["trang", "nguyet", "an"])
def test_the_pages_ask_as_often_for_many_materials_as_for_few(
    page, meeting, material, district_audience, who, request
):
    browser = client_of(request.getfixturevalue(who))
    addresses = [page] if who == "an" else [page, page + "da-mo/"]

    def queries() -> list[int]:
        asked = []
        for address in addresses:
            with CaptureQueriesContext(connection) as counted:
                assert browser.get(address).status_code == 200
            asked.append(len(counted))
        return asked

    few = queries()
    for _ in range(8):
        more = MaterialFactory.create(meeting=meeting)
        more.audiences.add(district_audience)
        unit = InvitationFactory.create(meeting=meeting, audience=district_audience).unit
        MaterialOpeningFactory.create(material=more, unit=unit, first_by=UserFactory.create(unit=unit))
    assert queries() == few
    assert max(few) <= 15


# ── Piece by piece ───────────────────────────────────────────────────────────────────────────────


def send(browser: Client, url: str, offset: int, content: bytes):
    return browser.post(url, {"offset": offset, "piece": SimpleUploadedFile("blob", content)})


def test_a_large_file_arrives_in_pieces_and_goes_on_after_a_break(
    page, district_audience, nguyet, monkeypatch
):
    film, browser = mp4(), client_of(nguyet)
    monkeypatch.setattr(arriving, "PIECE", 60)
    begun = browser.post(page + "tai-len/", {"name": "Phóng sự.mp4", "size": len(film)}).json()
    assert begun["received"] == 0
    assert send(browser, begun["url"], 0, film[:60]).json() == {"received": 60}
    lost = send(browser, begun["url"], 0, film[:60])
    assert (lost.status_code, lost.json()) == (409, {"received": 60})
    assert send(browser, begun["url"], 60, film[60:] + b"more").status_code == 409
    early = browser.post(page + "them/", form(district_audience, arrived=begun["key"], file=""))
    assert "chưa tải lên hết" in early.text
    again = browser.post(page + "tai-len/", {"name": "Phóng sự.mp4", "size": len(film)}).json()
    assert again == begun | {"received": 60}
    for offset in range(60, len(film), 60):
        assert send(browser, begun["url"], offset, film[offset : offset + 60]).status_code == 200
    assert browser.get(begun["url"]).json() == {"received": len(film)}
    sent = form(district_audience, arrived=begun["key"], sha256=hashlib.sha256(film).hexdigest())
    del sent["file"]
    assert browser.post(page + "them/", sent).status_code == 302
    material = Material.objects.get()
    assert material.content_type == "video/mp4"
    assert material.file.open().read() == film


def test_what_arrived_and_is_not_what_was_sent_is_refused(page, district_audience, nguyet):
    browser, film = client_of(nguyet), mp4()
    begun = browser.post(page + "tai-len/", {"name": "a.mp4", "size": len(film)}).json()
    send(browser, begun["url"], 0, film)
    sent = form(district_audience, arrived=begun["key"], sha256="f" * 64)
    del sent["file"]
    answer = browser.post(page + "them/", sent)
    assert answer.status_code == 422
    assert "không khớp" in answer.text
    assert not ArrivingFile.objects.exists()


def test_an_upload_whose_bytes_are_gone_says_so_and_begins_anew(page, district_audience, nguyet):
    browser, film = client_of(nguyet), mp4()
    begun = browser.post(page + "tai-len/", {"name": "a.mp4", "size": len(film)}).json()
    send(browser, begun["url"], 0, film)
    file = ArrivingFile.objects.get().file
    file.storage.delete(file.name)
    assert send(browser, begun["url"], len(film), b"").status_code == 404
    sent = form(district_audience, arrived=begun["key"])
    del sent["file"]
    again = browser.post(page + "tai-len/", {"name": "a.mp4", "size": len(film)}).json()
    assert again["key"] != begun["key"]
    answer = browser.post(page + "them/", sent)
    assert answer.status_code == 422
    assert "không còn trên máy chủ" in answer.text


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [
        ("a.mp4", 501 * 2**20, "lớn hơn 500 MB"),
        ("a.exe", 10, "Không nhận kiểu tệp này"),
        ("Kế hoạch tuyệt mật.pdf", 10, "mang dấu mật"),
        ("../a.pdf", 10, "đường dẫn"),
        ("a.pdf", 0, "tệp trống"),
        ("a.pdf", "nhiều", "tệp trống"),
    ],
)
def test_what_cannot_be_taken_is_refused_before_it_is_sent(page, nguyet, name, size, words):
    answer = client_of(nguyet).post(page + "tai-len/", {"name": name, "size": size})
    assert answer.status_code == 422
    assert words in answer.json()["problem"]
    assert not ArrivingFile.objects.exists()


def test_an_upload_belongs_to_who_began_it(page, meeting, nguyet, propaganda_board, an, trang):
    begun = ArrivingFileFactory.create(meeting=meeting, begun_by=nguyet)
    address = f"{page}tai-len/{begun.key}/"
    colleague = UserFactory.create(role="propaganda", unit=propaganda_board)
    assert client_of(colleague).get(address).status_code == 404
    assert [client_of(user).post(address).status_code for user in (an, trang)] == [403, 403]
    assert client_of(nguyet).get(f"{page}tai-len/{uuid4()}/").status_code == 404


def test_the_oldest_upload_gives_way_and_what_lies_a_day_is_forgotten(
    page, meeting, nguyet, media, django_capture_on_commit_callbacks
):
    browser = client_of(nguyet)
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(6):
            browser.post(page + "tai-len/", {"name": f"{number}.mp4", "size": 100})
    assert [file.name for file in ArrivingFile.objects.order_by("pk")] == [f"{n}.mp4" for n in (2, 3, 4, 5)]
    assert len([path for path in media.rglob("*") if path.is_file()]) == 4
    ArrivingFile.objects.filter(name__in=["2.mp4", "3.mp4"]).update(
        begun_at=timezone.now() - timedelta(days=2)
    )
    with django_capture_on_commit_callbacks(execute=True):
        assert arriving.clear() == 2
    assert len([path for path in media.rglob("*") if path.is_file()]) == 2


def test_the_section_leads_to_the_newest_meeting(page, an, hung):
    answer = client_of(an).get("/tai-lieu/", follow=True)
    assert answer.redirect_chain == [(page, 302)]
    assert ">Tài liệu</a>" in answer.text
    assert client_of(hung).get("/tai-lieu/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_same_piece_sent_twice_at_once_is_written_once(media):
    meeting, user = MeetingFactory.create(published=True), UserFactory.create(role="propaganda", unit=None)
    begun = arriving.begin(meeting=meeting, user=user, name="a.mp4", size=2000)
    answers: list[object] = []

    def send_it() -> None:
        try:
            piece = io.BytesIO(b"x" * 1000)
            answers.append(arriving.take_piece(key=begun.key, user=user, offset=0, piece=piece))
        except arriving.OutOfStep as where:
            answers.append(("out of step", where.received))
        connection.close()

    threads = [Thread(target=send_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, answers)) == ["('out of step', 1000)"] * 3 + ["1000"]
    begun.refresh_from_db()
    assert begun.received == len(begun.file.open().read()) == 1000
