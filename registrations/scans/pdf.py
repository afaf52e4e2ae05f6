"""Looks through a PDF: whole, not locked, and nothing in it that runs, opens or carries something else."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import IO, Any

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from registrations.scans.refusing import ScanRefused

MOST_OBJECTS = 50_000
SECONDS = 6
DEEPEST = 50
MOST_PAGES = 500
"""A scan has one picture a page; what has more is no scan of a registration."""

BROKEN = "Tệp PDF hỏng hoặc chưa tải hết. Mở thử trên máy, lưu hoặc quét lại rồi chọn lần nữa."
LOCKED = "Tệp PDF có mật khẩu. Bỏ mật khẩu (in thành PDF mới) rồi chọn lại."
ALIVE = "Trong tệp PDF có mã lệnh hoặc tệp đính kèm. In thành PDF mới hoặc quét lại rồi chọn lại."
TOO_MUCH = "Tệp PDF quá nhiều trang hoặc quá phức tạp. Chỉ gửi bản quét của văn bản đăng ký."

KEYS = frozenset({"/JS", "/JavaScript", "/EmbeddedFiles", "/EF", "/RichMedia", "/XFA", "/AA"})
ACTIONS = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/GoToE",
        "/GoToR",
        "/Rendition",
        "/Movie",
        "/Sound",
    }
)
TYPES = frozenset({"/EmbeddedFile", "/Filespec"})
"""ISO 32000-1: 7.11 files, 12.6 actions, 12.7 forms, 13 media."""


def check_pdf(file: IO[bytes]) -> None:
    """Raise ``ScanRefused`` unless the file is one whole PDF with pages and nothing that acts.

    Every object of the file is looked at, also those that no page leads to: programs differ in what
    they find. The bytes stay in the file; pypdf reads an object at a time and keeps none.
    """
    _whole(file)
    file.seek(0)
    try:
        reader = PdfReader(file, strict=False)
        if reader.is_encrypted:
            raise ScanRefused(LOCKED)
        pages = len(reader.pages)
        for thing in _objects(reader):
            _harmless(thing)
    except ScanRefused:
        raise
    except RecursionError as error:
        raise ScanRefused(TOO_MUCH) from error
    except Exception as error:  # pypdf answers a broken file with whatever it stumbles over
        raise ScanRefused(BROKEN) from error
    if not pages:
        raise ScanRefused(BROKEN)
    if pages > MOST_PAGES:
        raise ScanRefused(TOO_MUCH)


def _whole(file: IO[bytes]) -> None:
    """``%PDF-`` stood at the very beginning; ``%%EOF`` must be the very end."""
    end = file.seek(0, 2)
    file.seek(max(0, end - 2048))
    tail = file.read().rstrip(b"\0\r\n\t ")
    if not tail.endswith(b"%%EOF"):
        raise ScanRefused(
            "Sau chỗ kết thúc của PDF còn có phần lạ. In thành PDF mới rồi chọn lại."
            if b"%%EOF" in tail
            else BROKEN
        )


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Every object of the cross-reference table, one at a time, for so long as a scan can take."""
    places = [(number, gen) for gen, numbers in reader.xref.items() for number in numbers]
    packed = [(number, 0) for number in reader.xref_objStm]
    if len(places) + len(packed) > MOST_OBJECTS:
        raise ScanRefused(TOO_MUCH)
    unpacked = set(places)
    yield reader.trailer
    until = monotonic() + SECONDS
    for number, generation in [*packed, *places]:
        if monotonic() > until:
            raise ScanRefused(TOO_MUCH)
        yield reader.get_object(IndirectObject(number, generation, reader))
        if (number, generation) in unpacked:
            reader.resolved_objects.pop((generation, number), None)  # a page's picture is let go of


def _harmless(thing: Any, depth: int = 0) -> None:
    """Look through one object as it stands, without following what it points to: that has its own turn."""
    if depth > DEEPEST:
        raise ScanRefused(TOO_MUCH)
    if isinstance(thing, DictionaryObject):
        acts = "/S" in thing and thing.raw_get("/S") in ACTIONS
        carries = "/Type" in thing and thing.raw_get("/Type") in TYPES
        if acts or carries or KEYS & thing.keys():
            raise ScanRefused(ALIVE)
        for name in thing:
            _harmless(thing.raw_get(name), depth + 1)
    elif isinstance(thing, ArrayObject):
        for part in list.__iter__(thing):
            _harmless(part, depth + 1)
