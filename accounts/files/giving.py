"""Gives a kept file out: as an attachment, whole or from where a broken line stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import IO
from urllib.parse import quote

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.http.request import HttpRequest

from accounts.vietnamese import slug

CHUNK = 64 * 1024

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "ics": "text/calendar; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "zip": "application/zip",
}
"""What is said of a file that the portal makes, by its ending."""

_RANGE = re.compile(r"bytes=(\d*)-(\d*)", re.ASCII)
"""One range (RFC 9110, 14.1.2); several at once may be answered with the whole, and are."""


class Span:
    """Some bytes of a file, read as they are sent; it closes the file."""

    def __init__(self, file: IO[bytes], wanted: range) -> None:
        self._file, self._first, self._left = file, wanted.start, len(wanted)

    def __iter__(self) -> Iterator[bytes]:
        """Read piece by piece: no file is ever whole in memory."""
        self._file.seek(self._first)
        while self._left and (chunk := self._file.read(min(self._left, CHUNK))):
            self._left -= len(chunk)
            yield chunk

    def close(self) -> None:
        """Let go of the file, read or not."""
        self._file.close()


def give(
    request: HttpRequest, file: FieldFile, *, title: str, ending: str, content_type: str, sha256: str
) -> HttpResponseBase:
    """Return the file as an attachment called ``title``, or the part of it that the request asks for.

    ``sha256`` is its strong entity tag: what goes on is the same file or begins anew (If-Range).
    Raises ``FileNotFoundError`` where the file is no longer there.
    """
    opened, size, etag = file.open("rb"), file.size, f'"{sha256}"'
    wanted = wanted_range(request, size, etag)
    response: HttpResponseBase
    if wanted is None:
        response = FileResponse(opened, content_type=content_type)
        response["Content-Length"] = str(size)
    elif not wanted:
        opened.close()
        response = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
    else:
        response = StreamingHttpResponse(Span(opened, wanted), status=206, content_type=content_type)
        response["Content-Length"] = str(len(wanted))
        response["Content-Range"] = f"bytes {wanted.start}-{wanted.stop - 1}/{size}"
    response["Content-Disposition"] = attachment(title, ending)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    return response


def give_made(made: bytes, *, title: str, ending: str) -> HttpResponse:
    """Return what was made for this request as an attachment called ``title``: a document or a workbook."""
    response = HttpResponse(made, content_type=TYPES[ending])
    response["Content-Disposition"] = attachment(title, ending)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def wanted_range(request: HttpRequest, size: int, etag: str) -> range | None:
    """Return which bytes are asked for; None for the whole file, an empty range where there are no such."""
    asked = _RANGE.fullmatch(request.headers.get("Range", "").strip())
    if request.method != "GET" or asked is None or request.headers.get("If-Range", etag) != etag:
        return None
    begin, end = asked.groups()
    if (begin and end and int(end) < int(begin)) or not (begin or end):
        return None  # no range at all, and so passed over
    if not begin:
        return range(max(size - int(end), 0), size)
    return range(int(begin), min(int(end) + 1, size) if end else size)


def begins(request: HttpRequest) -> bool:
    """Say whether this asks for the beginning of a file: what goes on is no second download."""
    return request.method == "GET" and not re.match(r"bytes=[1-9]|bytes=-", request.headers.get("Range", ""))


def attachment(name: str, ending: str) -> str:
    """Name a file in Vietnamese (RFC 5987), and in plain letters for old programs."""
    plain = slug(name) or "tep"
    return f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{quote(name, safe='')}.{ending}"
