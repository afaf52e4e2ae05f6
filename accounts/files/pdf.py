"""Looks through a PDF: whole, not locked, and nothing in it that runs, opens or carries something else.

pypdf is loaded with the first file: it takes 6 to 12 MB, and most processes never read one.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from accounts.files.refusing import FileRefused

if TYPE_CHECKING:
    from pypdf import PdfReader

DEEPEST = 50


class PdfLimits(NamedTuple):
    """How much a PDF of some sort may hold and how long it may take, and what is said of one beyond."""

    objects: int
    seconds: float
    pages: int
    too_much: str


SCAN = PdfLimits(
    objects=50_000,
    seconds=6,
    pages=500,
    too_much="Tệp PDF quá nhiều trang hoặc quá phức tạp. Chỉ gửi bản quét của văn bản đăng ký.",
)
"""A scan has one picture a page; what has more is no scan of a registration."""

BROKEN = "Tệp PDF hỏng hoặc chưa tải hết. Mở thử trên máy, lưu hoặc quét lại rồi chọn lần nữa."
LOCKED = "Tệp PDF có mật khẩu. Bỏ mật khẩu (in thành PDF mới) rồi chọn lại."
ALIVE = "Trong tệp PDF có mã lệnh hoặc tệp đính kèm. In thành PDF mới hoặc quét lại rồi chọn lại."

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


def check_pdf(file: IO[bytes], limits: PdfLimits = SCAN) -> None:
    """Raise ``FileRefused`` unless the file is one whole PDF with pages and nothing that acts.

    Every object of the file is looked at, also those that no page leads to: programs differ in what
    they find. The bytes stay in the file; pypdf reads an object at a time and keeps none.
    """
    from pypdf import PdfReader

    _whole(file)
    file.seek(0)
    try:
        reader = PdfReader(file, strict=False)
        if reader.is_encrypted:
            raise FileRefused(LOCKED)
        pages = len(reader.pages)
        for thing in _objects(reader, limits):
            _harmless(thing, limits)
    except FileRefused:
        raise
    except RecursionError as error:
        raise FileRefused(limits.too_much) from error
    except Exception as error:  # pypdf answers a broken file with whatever it stumbles over
        raise FileRefused(BROKEN) from error
    if not pages:
        raise FileRefused(BROKEN)
    if pages > limits.pages:
        raise FileRefused(limits.too_much)


def _whole(file: IO[bytes]) -> None:
    """``%PDF-`` stood at the very beginning; ``%%EOF`` must be the very end."""
    end = file.seek(0, 2)
    file.seek(max(0, end - 2048))
    tail = file.read().rstrip(b"\0\r\n\t ")
    if not tail.endswith(b"%%EOF"):
        raise FileRefused(
            "Sau chỗ kết thúc của PDF còn có phần lạ. In thành PDF mới rồi chọn lại."
            if b"%%EOF" in tail
            else BROKEN
        )


def _objects(reader: PdfReader, limits: PdfLimits) -> Iterator[Any]:
    """Every object of the cross-reference table, one at a time, for so long as ``limits`` say."""
    from pypdf.generic import IndirectObject

    places = [(number, gen) for gen, numbers in reader.xref.items() for number in numbers]
    packed = [(number, 0) for number in reader.xref_objStm]
    if len(places) + len(packed) > limits.objects:
        raise FileRefused(limits.too_much)
    unpacked = set(places)
    yield reader.trailer
    until = monotonic() + limits.seconds
    for number, generation in [*packed, *places]:
        if monotonic() > until:
            raise FileRefused(limits.too_much)
        yield reader.get_object(IndirectObject(number, generation, reader))
        if (number, generation) in unpacked:
            reader.resolved_objects.pop((generation, number), None)  # a page's picture is let go of


def _harmless(thing: Any, limits: PdfLimits, depth: int = 0) -> None:
    """Look through one object as it stands, without following what it points to: that has its own turn."""
    if depth > DEEPEST:
        raise FileRefused(limits.too_much)
    if isinstance(thing, dict):
        held = dict(dict.items(thing))
        acts = "/S" in held and held["/S"] in ACTIONS
        carries = "/Type" in held and held["/Type"] in TYPES
        if acts or carries or KEYS & held.keys():
            raise FileRefused(ALIVE)
        for part in held.values():
            _harmless(part, limits, depth + 1)
    elif isinstance(thing, list):
        for part in list.__iter__(thing):
            _harmless(part, limits, depth + 1)
