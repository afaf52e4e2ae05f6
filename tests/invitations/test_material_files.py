"""What a study material may be: its kind is found in its bytes; secrets, macros and programs stay out."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest
from pypdf import PdfWriter

from accounts.files.documents import DOCX, PPTX, XLSX, ZIP
from accounts.files.inspecting import PDF
from accounts.files.media import MP3, MP4
from accounts.files.refusing import FileRefused
from accounts.files.secrecy import secrecy
from invitations.material_files import inspect_material


def pdf(pages: int = 1) -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(595, 842)
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def packed(*names: str, **parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as container:
        for name in names:
            container.writestr(name, b"x")
        for name, body in parts.items():
            container.writestr(name, body)
    return made.getvalue()


def office(main: str, *names: str) -> bytes:
    """The bones of an Office document."""
    types = f'<Override ContentType="application/vnd.openxmlformats-officedocument.{main}"/>'
    return packed(*names, **{"[Content_Types].xml": types.encode()})


WORD = "wordprocessingml.document.main+xml"
SLIDES = "presentationml.presentation.main+xml"
CELLS = "spreadsheetml.sheet.main+xml"


def box(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I4s", len(body) + 8, name) + body


def mp4(*boxes: bytes) -> bytes:
    return box(b"ftyp", b"isom\0\0\2\0") + b"".join(
        boxes or (box(b"moov", b"x" * 50), box(b"mdat", b"y" * 99))
    )


FRAME = b"\xff\xfb\x90\x00" + b"\0" * 413
"""MPEG-1 layer III, 128 kbit/s at 44,1 kHz: 417 bytes."""


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (pdf(600), "Tài liệu học tập.pdf", PDF),
        (office(WORD, "word/document.xml"), "Đề cương.docx", DOCX),
        (office(SLIDES, "ppt/media/1.png"), "Bài giảng.PPTX", PPTX),
        (office(CELLS), "Số liệu.xlsx", XLSX),
        (packed("Chuyên đề 1/bài.pdf", "Chuyên đề 2.docx"), "Trọn bộ.zip", ZIP),
        (mp4(), "Phóng sự.mp4", MP4),
        (FRAME * 4, "Phát biểu.mp3", MP3),
        (b"ID3\4\0\0\0\0\0\x0a" + b"t" * 10 + FRAME * 4, "Phát biểu.mp3", MP3),
    ],
)
def test_what_is_studied_is_let_in(content, name, kind):
    found = inspect_material(io.BytesIO(content), name=name)
    assert found.kind is kind
    assert len(found.sha256) == 64


REFUSED = [
    ("program", b"MZ\x90\0" + b"\0" * 100, "a.pdf", "Không nhận kiểu tệp này"),
    ("web page", b"<html>", "a.pdf", "Không nhận kiểu tệp này"),
    ("nothing", b"", "a.pdf", "Tệp trống"),
    ("word called pdf", office(WORD), "a.pdf", "Bên trong là văn bản Word"),
    ("word called zip", office(WORD), "a.zip", "Bên trong là văn bản Word"),
    ("old word", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.doc", "Office đời cũ"),
    ("macros", office(WORD, "word/vbaProject.bin"), "a.docx", "macro"),
    ("macros by type", office("wordprocessingml.document.macroEnabled.main+xml"), "a.docx", "macro"),
    ("no office document", office("drawingml.chart+xml"), "a.docx", "Lưu thành PDF"),
    ("zip with a program", packed("bai.pdf", "cai-dat.EXE"), "a.zip", "chạy được"),
    ("zip with macros", packed("bang.xlsm"), "a.zip", "chạy được hoặc macro"),
    ("zip in a zip", packed("trong.zip"), "a.zip", "tệp nén khác"),
    ("zip that leads out", packed("../../etc/passwd"), "a.zip", "đường dẫn lạ"),
    ("zip with a secret", packed("Kế hoạch TỐI MẬT.pdf"), "a.zip", "mang dấu mật"),
    ("zip cut off", packed("bai.pdf")[:-30], "a.zip", "hỏng hoặc chưa tải hết"),
    ("film cut off", mp4()[:-9], "a.mp4", "hỏng hay chưa tải hết"),
    ("film without picture", mp4(box(b"free", b"x" * 20)), "a.mp4", "hỏng hay chưa tải hết"),
    ("film and zip", mp4() + packed("a.exe"), "a.mp4", "hỏng hay chưa tải hết"),
    ("sound cut off", FRAME * 2, "a.mp3", "hỏng hay chưa tải hết"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "name", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_is_no_material_is_refused_and_told_why(content, name, words):
    with pytest.raises(FileRefused, match=words):
        inspect_material(io.BytesIO(content), name=name)


@pytest.mark.parametrize(
    "name",
    [
        "Tài liệu mật.pdf", "TỐI MẬT - kế hoạch", "Báo cáo Tuyệt mật.docx", "(Mật) Báo cáo.pdf",
        "bao-cao-toi-mat.pdf", "tai lieu (mat).pdf", "Tuyet_Mat.pdf", "Độ mật: Mật",
    ],
)  # fmt: skip
def test_a_secret_paper_is_known_by_its_name(name):
    assert "văn thư mật" in (secrecy(name) or "")


@pytest.mark.parametrize(
    "name",
    [
        "Luật Bảo vệ bí mật nhà nước", "Bảo mật thông tin.pdf", "mat-tran-to-quoc.pdf",
        "danh-sach-vang-mat.xlsx", "Quan hệ mật thiết với nhân dân", "Nghị quyết số 42.pdf",
        "Mặt trận Tổ quốc.pdf", "ra-mat-sach.pdf",
    ],
)  # fmt: skip
def test_what_only_speaks_of_secrets_is_none(name):
    assert secrecy(name) is None
