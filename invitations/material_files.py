"""What a study material may be: looked for in its bytes; secret papers and what runs stay out."""

from __future__ import annotations

import re
from typing import IO

from accounts.files import documents, media
from accounts.files.inspecting import SCANS, Found, Kind, agrees, check_scan, read_through, scan_kind
from accounts.files.pdf import PdfLimits
from accounts.files.refusing import FileRefused
from accounts.vietnamese import folded, line

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


# ── Secret papers ────────────────────────────────────────────────────────────────────────────

_MARKED = re.compile(r"\b(?:tối|tuyệt)\s+mật\b|(?<!bảo )(?<!bí )(?<!cơ )(?<!thân )(?<!cẩn )\bmật\b"
                     r"(?! (?:khẩu|thiết|mã|độ|vụ|ong|danh|thư|ngữ|mía|nghị))")  # fmt: skip
"""The three marks of the law on state secrets (29/2018/QH14, article 8), where no other word holds them."""

_MARKED_BARE = re.compile(
    r"\b(?:toi|tuyet) mat\b|\b(?:tai lieu|van ban|cong van|bao cao|ho so|do|dong dau) mat\b"
    r"|[(\[]mat[)\]]|^mat$"
)
"""The same as file names are typed without marks; "mat tran" and "vang mat" are no secrets."""


def secrecy(text: str) -> str | None:
    """Say why a file or title of this name is not taken: it is marked Mật, Tối mật or Tuyệt mật."""
    words = re.sub(r"[\s_.,;:+–—-]+", " ", line(text)).strip()
    plain = words.lower()
    bare = folded(words)
    found = _MARKED.search(plain) if plain != bare else _MARKED_BARE.search(re.sub(r" \w{2,4}$", "", bare))
    if found is None and plain == bare:
        found = _MARKED_BARE.search(bare)
    if found is None:
        return None
    return (
        f"“{text}” mang dấu mật. Cổng không nhận tài liệu Mật, Tối mật, Tuyệt mật: gửi theo đường văn thư "
        "mật. Nếu không phải tài liệu mật, đổi tên rồi chọn lại."
    )
