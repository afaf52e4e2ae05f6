"""Films and sound recordings: whole, and nothing else than they say."""

from __future__ import annotations

from typing import IO

from accounts.files.inspecting import Kind
from accounts.files.refusing import FileRefused

MP4 = Kind("phim MP4", "video/mp4", "mp4", frozenset({"mp4", "m4v"}), frozenset({"video/mp4", "video/x-m4v"}))
MP3 = Kind("bản ghi âm MP3", "audio/mpeg", "mp3", frozenset({"mp3"}), frozenset({"audio/mpeg", "audio/mp3"}))

FILM_BRANDS = frozenset(
    {b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV"}
)
"""Major brands of ISO/IEC 14496-12 that office players open."""

BROKEN = "Tệp phim hoặc ghi âm hỏng hay chưa tải hết. Mở thử trên máy rồi chọn lại."

_RATES = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0)
_RATES_LOW = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0)
"""Kilobits a second of layer III, of MPEG-1 (ISO/IEC 11172-3) and of its lower sampling rates (13818-3)."""

_SAMPLINGS = (44_100, 48_000, 32_000, 0)


def media_kind(head: bytes) -> Kind | None:
    """Return what begins with ``head``, or None."""
    if head[4:8] == b"ftyp" and head[8:12] in FILM_BRANDS:
        return MP4
    if head.startswith(b"ID3") or _frame_length(head[:4]):
        return MP3
    return None


def check_mp4(file: IO[bytes]) -> None:
    """Walk the boxes from the first to the end of the file; raises ``FileRefused``."""
    end, at, found = file.seek(0, 2), 0, set[bytes]()
    while at < end:
        file.seek(at)
        head = file.read(16)
        size, name = int.from_bytes(head[:4], "big"), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        elif size == 0:
            size = end - at
        if len(head) < 8 or size < 8 or at + size > end:
            raise FileRefused(BROKEN)
        found.add(name)
        at += size
    if not {b"moov", b"mdat"} <= found:
        raise FileRefused(BROKEN)


def check_mp3(file: IO[bytes]) -> None:
    """Find three frames one behind the other after the tag; raises ``FileRefused``."""
    file.seek(0)
    head, at = file.read(10), 0
    if head.startswith(b"ID3") and len(head) == 10:
        at = 10 + sum(byte << shift for byte, shift in zip(head[6:], (21, 14, 7, 0), strict=True))
    file.seek(at)
    padding = file.read(4096)
    at += len(padding) - len(padding.lstrip(b"\0"))
    for _ in range(3):
        file.seek(at)
        length = _frame_length(file.read(4))
        if not length:
            raise FileRefused(BROKEN)
        at += length


def _frame_length(head: bytes) -> int:
    """Return the length of the layer III frame with this header; 0 where it is none."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2:
        return 0
    version = head[1] >> 3 & 3  # 3 is MPEG-1, 2 MPEG-2, 0 MPEG-2.5
    rate = (_RATES if version == 3 else _RATES_LOW)[head[2] >> 4]
    sampling = _SAMPLINGS[head[2] >> 2 & 3] // {3: 1, 2: 2, 0: 4}.get(version, 1)
    if version == 1 or not rate or not sampling:
        return 0
    return (144 if version == 3 else 72) * rate * 1000 // sampling + (head[2] >> 1 & 1)
