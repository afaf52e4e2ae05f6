"""What a file is, found in its bytes and its structure; its name and declared type only must not disagree."""

from __future__ import annotations

import hashlib
import re
import struct
import zipfile
import zlib
from pathlib import PurePath
from typing import IO, NamedTuple

from accounts.files.pdf import SCAN, PdfLimits, check_pdf
from accounts.files.refusing import FileRefused

CHUNK = 256 * 1024
LONGEST_MARK = 64
"""Chunks overlap by so much, so that no mark hides on their border."""

FOREIGN = re.compile(rb"<(?:html|script|iframe)[\s>/]|<!doctype\s+html|<\?php", re.IGNORECASE)
"""What makes a browser or a server run a file. In 20 MB of pixels none of it is there by chance."""

FOREIGN_IN_A_PHOTO = re.compile(FOREIGN.pattern + rb"|%PDF-1\.", re.IGNORECASE)

MOST_PIXELS = 30_000
"""On one side; no scanner in an office makes more."""


class Kind(NamedTuple):
    """A kind of file that is taken: its type, its ending, and the names it may come under."""

    word: str
    content_type: str
    ending: str
    endings: frozenset[str]
    types: frozenset[str]


PDF = Kind("PDF", "application/pdf", "pdf", frozenset({"pdf"}), frozenset({"application/pdf"}))
JPEG = Kind(
    "ảnh JPEG", "image/jpeg", "jpg", frozenset({"jpg", "jpeg"}), frozenset({"image/jpeg", "image/pjpeg"})
)
PNG = Kind("ảnh PNG", "image/png", "png", frozenset({"png"}), frozenset({"image/png", "image/x-png"}))

SCANS = (PDF, JPEG, PNG)
"""What a signed paper or a photo of work that was done may be."""

ENDINGS = {kind.content_type: kind.ending for kind in SCANS}
"""How a scan that is given out ends, by the type that was found."""

SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream"})


class Found(NamedTuple):
    """What a file is, and the SHA-256 of its bytes."""

    kind: Kind
    sha256: str


def inspect(file: IO[bytes], *, name: str, content_type: str) -> Found:
    """Return what an uploaded scan or photo is, reading it once from end to end and then only where needed.

    Raises ``FileRefused`` with a sentence for the person: no PDF or photo, broken, two things at once,
    dangerous inside, or under a name or type that lies. Leaves the file at its beginning.
    """
    kind = scan_kind(file.read(32))
    if kind is None:
        raise FileRefused("Không phải PDF hay ảnh. Chỉ nhận bản quét PDF, ảnh JPEG hoặc PNG.")
    agrees(kind, name, content_type)
    return check_scan(file, kind, SCAN)


def check_scan(file: IO[bytes], kind: Kind, limits: PdfLimits) -> Found:
    """Look through a PDF or a photo; raises ``FileRefused``. Leaves the file at its beginning."""
    file.seek(0)
    digest = read_through(file, FOREIGN if kind is PDF else FOREIGN_IN_A_PHOTO)
    file.seek(0)
    if zipfile.is_zipfile(file):
        raise FileRefused(HIDDEN)
    if kind is PDF:
        check_pdf(file, limits)
    else:
        {JPEG: _check_jpeg, PNG: _check_png}[kind](file)
    file.seek(0)
    return Found(kind, digest)


def scan_kind(head: bytes) -> Kind | None:
    """Return which of ``SCANS`` begins with ``head``, or None; raises ``FileRefused`` where help is known."""
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head[4:8] == b"ftyp" and head[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"hevc"):
        raise FileRefused(
            "Ảnh HEIC của iPhone không mở được trên máy văn phòng. Vào Cài đặt, Camera, Định dạng, chọn "
            "“Tương thích nhất” rồi chụp lại; hoặc lưu thành PDF."
        )
    if not head:
        raise FileRefused("Tệp trống. Chọn lại tệp đã quét.")
    return None


def agrees(kind: Kind, name: str, content_type: str) -> None:
    """Raise ``FileRefused`` where the name or the declared type says another kind."""
    ending = PurePath(name).suffix.lstrip(".").lower()
    declared = content_type.split(";")[0].strip().lower()
    if ending not in kind.endings or not (declared in SAYS_NOTHING or declared in kind.types):
        raise FileRefused(
            f"Bên trong là {kind.word}, nhưng tên tệp hoặc kiểu tệp nói khác. "
            f"Đổi đuôi thành .{kind.ending} rồi chọn lại."
        )


HIDDEN = "Trong tệp có giấu mã lệnh, trang web hoặc tệp khác. Quét hoặc chụp lại rồi gửi tệp mới."


def read_through(file: IO[bytes], foreign: re.Pattern[bytes] | None) -> str:
    """Return the SHA-256 of the file from here on; raises ``FileRefused`` on a foreign mark in it."""
    digest, tail = hashlib.sha256(), b""
    while chunk := file.read(CHUNK):
        digest.update(chunk)
        if foreign is not None and foreign.search(tail + chunk):
            raise FileRefused(HIDDEN)
        tail = chunk[-LONGEST_MARK:]
    return digest.hexdigest()


BROKEN_PHOTO = "Ảnh hỏng hoặc chưa tải hết. Mở thử trên máy, lưu lại rồi chọn lần nữa."


def _check_jpeg(file: IO[bytes]) -> None:
    """Walk the segments up to the picture, and find its end at the end of the file.

    Telephones put a second, smaller picture behind the first, which ends the same way, and Samsung's a
    trailer of its own; a film behind the picture (motion photo) or anything else is refused.
    """
    file.seek(2)
    framed = False
    while True:
        mark = file.read(2)
        while mark == b"\xff\xff":
            mark = b"\xff" + file.read(1)
        if len(mark) < 2 or mark[0] != 0xFF:
            raise FileRefused(BROKEN_PHOTO)
        size = int.from_bytes(file.read(2), "big")
        if size < 2:
            raise FileRefused(BROKEN_PHOTO)
        if mark[1] in _FRAMES:
            body = file.read(size - 2)
            framed = len(body) >= 6
            if not framed:
                raise FileRefused(BROKEN_PHOTO)
            _check_size(*struct.unpack(">HH", body[1:5]))
        else:
            file.seek(size - 2, 1)
        if mark[1] == 0xDA:
            break
    end = _last_bytes(file, 4096).rstrip(b"\0\r\n ")
    if not framed or not end.endswith((b"\xff\xd9", b"SEFT")):
        raise FileRefused(BROKEN_PHOTO)


_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""Start-of-frame markers of ITU-T T.81, which hold the size of the picture."""


def _check_png(file: IO[bytes]) -> None:
    """Walk the chunks with their check sums; the last is IEND and nothing follows (ISO/IEC 15948)."""
    file.seek(8)
    first = True
    while True:
        head = file.read(8)
        if len(head) < 8:
            raise FileRefused(BROKEN_PHOTO)
        size, name = struct.unpack(">I4s", head)
        if first != (name == b"IHDR") or (first and size != 13):
            raise FileRefused(BROKEN_PHOTO)
        check, left = zlib.crc32(name), size
        while left and (body := file.read(min(left, CHUNK))):
            if first:
                _check_size(*struct.unpack(">II", body[:8]))
            check, left, first = zlib.crc32(body, check), left - len(body), False
        if left or file.read(4) != check.to_bytes(4, "big"):
            raise FileRefused(BROKEN_PHOTO)
        if name == b"IEND":
            break
    if file.read(1):
        raise FileRefused("Sau ảnh còn có phần lạ. Mở ảnh, lưu thành ảnh mới rồi chọn lại.")


def _check_size(height: int, width: int) -> None:
    if not (0 < height <= MOST_PIXELS and 0 < width <= MOST_PIXELS):
        raise FileRefused(BROKEN_PHOTO)


def _last_bytes(file: IO[bytes], number: int) -> bytes:
    end = file.seek(0, 2)
    file.seek(max(0, end - number))
    return file.read(number)
