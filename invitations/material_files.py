"""What a study material may be: looked for in its bytes; secret papers and what runs stay out."""

from __future__ import annotations

from typing import IO

from accounts.files import documents, media
from accounts.files.inspecting import SCANS, Found, Kind, agrees, check_scan, read_through, scan_kind
from accounts.files.pdf import PdfLimits
from accounts.files.refusing import FileRefused
from accounts.files.secrecy import secrecy

MOST_BYTES = 500 * 2**20
"""A film of an hour in good quality."""

KINDS = (*SCANS, documents.DOCX, documents.PPTX, documents.XLSX, documents.ZIP, media.MP4, media.MP3)
ACCEPTED = ",".join(sorted(f".{ending}" for kind in KINDS for ending in kind.endings))
ENDINGS: dict[str, str] = {kind.content_type: kind.ending for kind in KINDS}

NONE_OF_THESE = (
    "Không nhận kiểu tệp này. Chỉ nhận PDF, Word, PowerPoint, Excel, MP4, MP3, ZIP, ảnh JPEG, PNG."
)

STUDIED = PdfLimits(
    objects=400_000,
    seconds=20,
    pages=3000,
    too_much="Tệp PDF quá nhiều trang hoặc quá phức tạp. Chia thành nhiều tệp rồi tải từng tệp.",
)
"""A tagged book of some hundred pages has an object for every paragraph."""


def inspect_material(file: IO[bytes], *, name: str, content_type: str = "") -> Found:
    """Return what a file is and its SHA-256; raises ``FileRefused`` with the way out."""
    head = file.read(32)
    if documents.is_old_office(head):
        raise FileRefused(documents.OLD_OFFICE)
    kind, inside = _kind(file, head)
    agrees(kind, name, content_type)
    for inner in inside:
        if secret := secrecy(inner):
            raise FileRefused(secret)
    if kind in SCANS:
        return check_scan(file, kind, STUDIED)
    if kind is media.MP4:
        media.check_mp4(file)
    elif kind is media.MP3:
        media.check_mp3(file)
    file.seek(0)
    digest = read_through(file, None)
    file.seek(0)
    return Found(kind, digest)


def _kind(file: IO[bytes], head: bytes) -> tuple[Kind, list[str]]:
    if head.startswith(b"PK\x03\x04"):
        return documents.packed_kind(file)
    kind = scan_kind(head) or media.media_kind(head)
    if kind is None:
        raise FileRefused(NONE_OF_THESE)
    return kind, []
