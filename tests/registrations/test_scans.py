"""Signed scans: what is let in, what is refused and with which words, who gets it out and how."""

from __future__ import annotations

import io
import logging
import struct
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from accounts.files.inspecting import JPEG, PDF, PNG, inspect
from accounts.files.refusing import FileRefused
from accounts.receiving import MOST_BYTES, name_problem
from registrations.models import Change, SignedScan
from registrations.services import locking, scanning
from registrations.services.scanning import MOST_FILES
from tests.cast import client_of
from tests.factories import SignedScanFactory
from tests.registrations.conftest import post_named
from tests.registrations.test_races import without_lock
from tests.together import at_once, meeting_point

RLO = "\u202e"


# ── Files ────────────────────────────────────────────────────────────────────────────────────


def pdf(change=lambda writer: None) -> bytes:
    """A PDF of one page, as a scanner makes it, after ``change`` of its writer."""
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    change(writer)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def packed(opens: bytes = b"") -> bytes:
    """A PDF 1.5 whose catalog lies in a compressed stream, where no byte of it can be read."""
    catalog = b"<</Type/Catalog/Pages 2 0 R/OpenAction" + (opens or b"[3 0 R/Fit]") + b">>"
    pages = b"<</Type/Pages/Kids[3 0 R]/Count 1>>"
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"
    offsets, body = [], b""
    for number, item in ((1, catalog), (2, pages), (3, page)):
        offsets.append(f"{number} {len(body)}")
        body += item + b" "
    head = " ".join(offsets).encode() + b" "
    packed_body = zlib.compress(head + body)
    out = b"%PDF-1.5\n"
    at4 = len(out)
    out += b"4 0 obj<</Type/ObjStm/N 3/First %d/Filter/FlateDecode/Length %d>>stream\n" % (
        len(head), len(packed_body))  # fmt: skip
    out += packed_body + b"\nendstream endobj\n"
    at5 = len(out)
    rows = struct.pack(">BHB", 0, 0, 255)
    rows += b"".join(struct.pack(">BHB", 2, 4, index) for index in range(3))
    rows += struct.pack(">BHB", 1, at4, 0) + struct.pack(">BHB", 1, at5, 0)
    table, head = zlib.compress(rows), b"5 0 obj<</Type/XRef/Size 6/W[1 2 1]/Root 1 0 R"
    out += b"5 0 obj<</Type/XRef/Size 6/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length %d>>stream\n" % len(
        table
    )
    return out + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % at5


def jpeg(after: bytes = b"", comment: bytes = b"") -> bytes:
    """The bones of a photo: segments, a frame of 8 × 8, some picture, the end mark."""
    app = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    said = b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment if comment else b""
    frame = b"\xff\xc0\x00\x0b\x08\x00\x08\x00\x08\x01\x01\x11\x00"
    scan = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x55" * 200
    return b"\xff\xd8" + app + said + frame + scan + b"\xff\xd9" + after


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(*extra: bytes, after: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
    picture = chunk(b"IDAT", zlib.compress(b"\0" * 72))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(extra) + picture + chunk(b"IEND", b"") + after


def archive(ahead: bytes = b"") -> bytes:
    made = io.BytesIO(ahead)
    made.seek(0, 2)
    with zipfile.ZipFile(made, "a") as inside:
        inside.writestr("run.exe", "MZ")
    return made.getvalue()


def action(kind: str) -> DictionaryObject:
    return DictionaryObject({NameObject("/S"): NameObject(kind), NameObject("/JS"): TextStringObject("x")})


def javascript(writer: PdfWriter) -> None:
    """It runs when the document is opened."""
    writer.root_object[NameObject("/OpenAction")] = action("/JavaScript")


def launch(writer: PdfWriter) -> None:
    started = DictionaryObject({NameObject("/S"): NameObject("/Launch")})
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(started)


def hidden_away(writer: PdfWriter) -> None:
    """JavaScript in an object that no page leads to."""
    writer._add_object(ArrayObject([action("/JavaScript")]))


def embedded(writer: PdfWriter) -> None:
    writer.add_attachment("run.exe", b"MZ")


def locked(writer: PdfWriter) -> None:
    writer.encrypt("bi-mat", algorithm="RC4-128")


def web_page(writer: PdfWriter) -> None:
    stream = DecodedStreamObject()
    stream.set_data(b"<html><script>alert(1)</script></html>")
    writer._add_object(stream)


def look_at(content: bytes, name: str, content_type: str = "application/octet-stream"):
    return inspect(io.BytesIO(content), name=name, content_type=content_type)


@pytest.mark.parametrize(
    ("content", "name", "content_type", "kind"),
    [
        (pdf(), "ban-ky.pdf", "application/pdf", PDF),
        (pdf(), "BẢN KÝ.PDF", "", PDF),
        (packed(), "ban-ky.pdf", "application/pdf", PDF),
        (pdf() + b"\r\n\r\n", "ban-ky.pdf", "application/octet-stream", PDF),
        (jpeg(), "IMG_1.jpg", "image/jpeg", JPEG),
        (jpeg(), "IMG_1.JPEG", "image/pjpeg", JPEG),
        (jpeg(after=jpeg()), "pixel-ultra-hdr.jpg", "image/jpeg", JPEG),
        (jpeg(after=b"\0\0QtSEFH\1\2SEFT"), "samsung.jpg", "image/jpeg", JPEG),
        (png(), "man-hinh.png", "image/png", PNG),
    ],
)
def test_a_scan_or_photo_is_let_in(content, name, content_type, kind):
    found = look_at(content, name, content_type)
    assert found.kind is kind
    assert len(found.sha256) == 64


REFUSED = [
    ("nothing", b"", "a.pdf", "Tệp trống"),
    ("text", b"Bao cao", "a.pdf", "Không phải PDF hay ảnh"),
    ("web page called pdf", b"<!doctype html><script>1</script>", "a.pdf", "Không phải PDF hay ảnh"),
    ("svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a.png", "Không phải PDF hay ảnh"),
    ("heic", b"\0\0\0\x18ftypheic" + b"\0" * 40, "IMG_1.heic", "Ảnh HEIC"),
    ("photo called pdf", jpeg(), "a.pdf", "Bên trong là ảnh JPEG"),
    ("pdf called photo", pdf(), "a.jpg", "Đổi đuôi thành .pdf"),
    ("pdf without ending", pdf(), "ban-ky", "Đổi đuôi thành .pdf"),
    ("program called pdf", b"MZ\x90\0" + b"\0" * 100, "a.pdf", "Không phải PDF hay ảnh"),
    ("two endings", pdf(), "a.pdf.exe", "Đổi đuôi thành .pdf"),
    ("words before the pdf", b"GIF89a" + pdf(), "a.pdf", "Không phải PDF hay ảnh"),
    ("pdf and zip", archive(pdf()), "a.pdf", "có giấu"),
    ("pdf and web page behind", pdf() + b"<html><script>1</script></html>", "a.pdf", "có giấu"),
    ("pdf with web page inside", pdf(web_page), "a.pdf", "có giấu"),
    ("pdf with something behind", pdf() + b"A" * 100, "a.pdf", "phần lạ"),
    ("pdf cut off", pdf()[:-200], "a.pdf", "hỏng hoặc chưa tải hết"),
    ("pdf of nothing", b"%PDF-1.4\n%%EOF", "a.pdf", "hỏng hoặc chưa tải hết"),
    ("pdf locked", pdf(locked), "a.pdf", "có mật khẩu"),
    ("pdf with javascript", pdf(javascript), "a.pdf", "mã lệnh hoặc tệp đính kèm"),
    ("pdf with a file in it", pdf(embedded), "a.pdf", "mã lệnh hoặc tệp đính kèm"),
    ("pdf that starts a program", pdf(launch), "a.pdf", "mã lệnh hoặc tệp đính kèm"),
    ("pdf with hidden javascript", pdf(hidden_away), "a.pdf", "mã lệnh hoặc tệp đính kèm"),
    ("pdf with packed javascript", packed(b"<</S/JavaScript/JS(x)>>"), "a.pdf", "mã lệnh hoặc tệp đính kèm"),
    ("photo and zip", archive(jpeg()), "a.jpg", "có giấu"),
    ("photo and pdf", jpeg(comment=b"%PDF-1.4 1 0 obj"), "a.jpg", "có giấu"),
    ("photo with script", jpeg(comment=b"<script>alert(1)</script>"), "a.jpg", "có giấu"),
    ("photo with php", jpeg(comment=b"<?php system(1);"), "a.jpg", "có giấu"),
    ("photo with a film", jpeg(after=b"\0\0\0\x18ftypmp42" + b"\1" * 5000), "a.jpg", "Ảnh hỏng"),
    ("photo cut off", jpeg()[:60], "a.jpg", "Ảnh hỏng"),
    ("photo without picture", b"\xff\xd8\xff\xd9", "a.jpg", "Ảnh hỏng"),
    ("png cut off", png()[:-6], "a.png", "Ảnh hỏng"),
    ("png with something behind", png(after=b"x"), "a.png", "phần lạ"),
    ("png whose sum is wrong", png()[:40] + b"\xff" + png()[41:], "a.png", "Ảnh hỏng"),
    ("png with script", png(chunk(b"tEXt", b"c\0<script >1")), "a.png", "có giấu"),
    ("png too wide", b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 2**31, 8, 8, 0, 0, 0, 0)),
     "a.png", "Ảnh hỏng"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "name", "words"), [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_what_is_no_scan_is_refused_and_told_why(content, name, words):
    with pytest.raises(FileRefused, match=words):
        look_at(content, name)


def test_a_declared_type_that_lies_is_refused():
    with pytest.raises(FileRefused, match="nói khác"):
        look_at(pdf(), "a.pdf", "text/html")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../../etc/passwd.pdf", "đường dẫn"),
        ("..\\..\\win.pdf", "đường dẫn"),
        (f"ban-ky{RLO}fdp.exe", "ngược chiều"),
        ("ban\u2067ky.pdf", "ngược chiều"),
        ("\u05d0\u05d1.pdf", "ngược chiều"),
        ("ban\u200bky.pdf", "ký tự ẩn"),
        ("ban\nky.pdf", "ký tự ẩn"),
        ("a" * 300 + ".pdf", "quá dài"),
        ("..", "đường dẫn"),
        ("Danh sách đại biểu (Mật).pdf", "văn thư mật"),
        ("danh-sach-toi-mat.xlsx", "văn thư mật"),
    ],
)
def test_a_name_that_hides_something_is_refused(name, words):
    assert words in (name_problem(name) or "")


def test_a_vietnamese_name_is_no_problem():
    assert name_problem("Bản ký của Huyện ủy Can Lộc (lần 2).pdf") is None


def test_looking_through_20_mb_takes_little_memory(tmp_path: Path):
    """A scan of one large picture: read once, a chunk at a time, and one object at a time."""

    def picture(writer: PdfWriter) -> None:
        stream = DecodedStreamObject()
        stream.set_data(b"\x55" * (18 * 2**20))
        writer._add_object(stream)

    path = tmp_path / "large.pdf"
    path.write_bytes(pdf(picture))
    with path.open("rb") as file:
        tracemalloc.start()
        inspect(file, name="large.pdf", content_type="application/pdf")
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 60 * 2**20


# ── Attaching ────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def receipt(db, media, meeting, can_loc, submitted):
    return reverse("receipt", args=[meeting.slug, can_loc.slug, 1])


def upload(client: Client, receipt: str, *files: SimpleUploadedFile):
    return client.post(receipt + "ban-ky/", {"files": list(files)}, follow=True)


def one(name: str = "Bản ký.pdf", content: bytes | None = None, content_type: str = "application/pdf"):
    return SimpleUploadedFile(name, pdf() if content is None else content, content_type)


def test_pages_are_attached_under_random_names_and_listed(receipt, media, an):
    page = upload(client_of(an), receipt, one(), one("trang 2.jpg", jpeg(), "image/jpeg")).content.decode()
    assert "Đã đính kèm 2 tệp" in page
    assert "Bản ký.pdf" in page
    assert "trang 2.jpg" in page
    files = [path for path in media.rglob("*") if path.is_file()]
    assert {path.name for path in files} == {Path(scan.file.name).name for scan in SignedScan.objects.all()}
    assert not any("pdf" in path.name for path in files)


def test_the_paper_may_follow_after_the_deadline(receipt, an, close):
    close()
    assert "Đã đính kèm bản ký" in upload(client_of(an), receipt, one()).content.decode()


def test_the_same_file_twice_is_one_scan(receipt, an, media):
    client, content = client_of(an), pdf()
    upload(client, receipt, one(content=content))
    upload(client, receipt, one(content=content))
    assert SignedScan.objects.count() == 1
    assert len([path for path in media.rglob("*") if path.is_file()]) == 1


def test_good_files_are_kept_beside_a_refused_one(receipt, an):
    answer = upload(client_of(an), receipt, one(), one("lua.pdf", b"<html>"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Đã nhận 1 tệp" in page
    assert "“lua.pdf”: Không phải PDF hay ảnh" in page
    assert SignedScan.objects.get().name == "Bản ký.pdf"


def test_sending_nothing_says_what_to_do(receipt, an):
    answer = client_of(an).post(receipt + "ban-ky/")
    assert answer.status_code == 422
    assert "Chưa chọn tệp nào" in answer.content.decode()


@pytest.mark.parametrize("name", ["../../../etc/cron.d/x.pdf", f"anh{RLO}gpj.pdf", "..\\x.pdf"])
def test_a_name_with_a_path_or_turned_round_is_refused(name, receipt, an, media):
    answer = post_named(client_of(an), receipt + "ban-ky/", "files", name, pdf(), "application/pdf")
    assert answer.status_code == 422
    assert "Đổi tên" in answer.content.decode()
    assert RLO not in answer.content.decode()
    assert not SignedScan.objects.exists()
    assert not media.exists()


def test_a_plain_name_sent_the_same_way_is_taken(receipt, an):
    """Negative control of the test above."""
    address = receipt + "ban-ky/"
    answer = post_named(client_of(an), address, "files", "ban-ky.pdf", pdf(), "application/pdf")
    assert answer.status_code == 302
    assert SignedScan.objects.get().name == "ban-ky.pdf"


def test_a_file_above_20_mb_is_dropped_while_it_comes_in(receipt, an, media):
    large = one(content=pdf() + b"\0" * MOST_BYTES)
    answer = upload(client_of(an), receipt, large, one("nho.pdf"))
    assert "“Bản ký.pdf” lớn hơn 20 MB" in answer.content.decode()
    assert SignedScan.objects.get().name == "nho.pdf"


def test_more_files_than_a_submission_holds_are_refused(receipt, an, submitted):
    SignedScanFactory.create_batch(MOST_FILES, submission=submitted.submissions.get())
    answer = upload(client_of(an), receipt, one())
    assert answer.status_code == 422
    assert f"nhiều nhất {MOST_FILES} tệp" in answer.content.decode()


def test_a_form_without_its_token_is_refused(receipt, an):
    client = Client(enforce_csrf_checks=True)
    client.force_login(an)
    assert client.post(receipt + "ban-ky/", {"files": one()}).status_code == 403
    assert not SignedScan.objects.exists()


def test_a_write_that_fails_leaves_no_file(receipt, media, an, submitted, can_loc_invitation, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError("the disk of the database is full")

    monkeypatch.setattr(SignedScan, "save", broken)
    with pytest.raises(RuntimeError):
        scanning.attach(
            submission=submitted.submissions.get(), invitation_id=can_loc_invitation.pk, user=an, file=one()
        )
    assert not [path for path in media.rglob("*") if path.is_file()]


# ── Giving out, taking away ──────────────────────────────────────────────────────────────────


@pytest.fixture
def scan(receipt, an):
    upload(client_of(an), receipt, one('Bản "ký"; lần 1.pdf'))
    return SignedScan.objects.get()


@pytest.mark.parametrize("who", ["an", "trang", "nguyet"])
def test_a_scan_comes_as_an_attachment_that_nobody_guesses_at(who, request, receipt, scan):
    answer = client_of(request.getfixturevalue(who)).get(f"{receipt}ban-ky/{scan.key}/")
    assert b"".join(answer.streaming_content).startswith(b"%PDF-")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"] == (
        'attachment; filename="ban-ky-lan-1.pdf"; '
        "filename*=UTF-8''B%E1%BA%A3n%20%22k%C3%BD%22%3B%20l%E1%BA%A7n%201.pdf"
    )


def test_another_units_clerk_finds_no_scan(receipt, scan, cuong):
    client = client_of(cuong)
    assert client.get(f"{receipt}ban-ky/{scan.key}/").status_code == 404
    assert client.post(f"{receipt}ban-ky/{scan.key}/xoa/").status_code == 404
    assert client.post(f"{receipt}ban-ky/", {"files": one()}).status_code == 404


def test_the_office_reads_and_neither_attaches_nor_removes(receipt, scan, trang):
    client = client_of(trang)
    assert client.post(f"{receipt}ban-ky/", {"files": one()}).status_code == 403
    assert client.post(f"{receipt}ban-ky/{scan.key}/xoa/").status_code == 403


def test_a_download_is_written_down_without_names(receipt, scan, nguyet, caplog):
    with caplog.at_level(logging.INFO):
        client_of(nguyet).get(f"{receipt}ban-ky/{scan.key}/")
    (line,) = [entry.getMessage() for entry in caplog.records if str(scan.key) in entry.getMessage()]
    assert f"user {nguyet.pk}" in line
    assert "ký" not in line
    assert nguyet.full_name not in line


def test_the_page_asks_before_a_scan_is_removed(receipt, scan, an):
    page = client_of(an).get(receipt).content.decode()
    assert "Xóa bản ký này?" in page
    assert f"{receipt}ban-ky/{scan.key}/xoa/" in page


def test_a_removed_scan_is_gone_with_its_file(receipt, scan, an, media, django_capture_on_commit_callbacks):
    client = client_of(an)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{receipt}ban-ky/{scan.key}/xoa/")
    assert not SignedScan.objects.exists()
    log = Change.objects.filter(kind__in=("scan", "unscan")).order_by("pk")
    assert [(change.kind, change.by) for change in log] == [("scan", an), ("unscan", an)]
    assert not [path for path in media.rglob("*") if path.is_file()]
    page = client.post(f"{receipt}ban-ky/{scan.key}/xoa/", follow=True).content.decode()
    assert "đã được xóa rồi" in page


def test_a_file_that_is_lost_on_the_server_says_what_to_do(receipt, scan, an, media):
    (media / scan.file.name).unlink()
    page = client_of(an).get(f"{receipt}ban-ky/{scan.key}/", follow=True).content.decode()
    assert "không còn trên máy chủ" in page


def test_the_receipt_costs_the_same_queries_however_many_scans(
    receipt, scan, an, django_assert_max_num_queries
):
    client = client_of(an)

    def cost():
        with django_assert_max_num_queries(15) as spent:
            client.get(receipt)
        return len(spent)

    small = cost()
    SignedScanFactory.create_batch(15, submission=scan.submission, uploaded_by=an)
    assert cost() == small


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked_first", [True, False], ids=["with the lock", "negative control"])
def test_a_file_sent_twice_at_once_is_one_scan(locked_first, receipt, submitted, an, media, monkeypatch):
    meet, real = meeting_point(), scanning.database_now

    def slowly():
        meet()
        return real()

    monkeypatch.setattr(scanning, "database_now", slowly)
    if not locked_first:
        monkeypatch.setattr(locking, "lock", without_lock)
    submission, content = submitted.submissions.get(), pdf()

    def press():
        scanning.attach(
            submission=submission,
            invitation_id=submitted.invitation_id,
            user=an,
            file=one(content=content),
        )

    assert at_once(press, press) == [None, None]
    assert SignedScan.objects.count() == (1 if locked_first else 2)
