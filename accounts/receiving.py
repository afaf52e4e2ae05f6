"""Takes uploads in: no larger and no more than is asked for, and by a name that hides nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser
from django.utils.datastructures import MultiValueDict

from accounts.files.secrecy import secrecy

MOST_BYTES = 20 * 2**20

RIGHT_TO_LEFT = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI", "LRE", "LRO", "LRI", "FSI", "PDF", "PDI"})
"""Bidirectional classes that let "hop-dong[RLO]fdp.exe" show as another name."""


class Quota(FileUploadHandler):
    """Stands before Django's handlers and drops what is too large while it still comes in.

    What is dropped never reaches the disk; ``refused`` says of each file why. ``smaller`` is the sentence
    that says how a file too large is made smaller.
    """

    def __init__(self, request: HttpRequest, *, most_files: int, smaller: str) -> None:
        super().__init__(request)
        self.most_files, self.smaller = most_files, smaller
        self.refused: list[str] = []
        self._files = self._bytes = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Count the files."""
        super().new_file(*args, **kwargs)
        self._files, self._bytes = self._files + 1, 0
        if self._files > self.most_files:
            self.refused.append(f"“{self.file_name}”: mỗi lần chọn nhiều nhất {self.most_files} tệp.")
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Count the bytes."""
        self._bytes += len(raw_data)
        if self._bytes > MOST_BYTES:
            self.refused.append(f"“{self.file_name}” lớn hơn {MOST_BYTES // 2**20} MB. {self.smaller}")
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave keeping to the handlers behind."""


class _Parser(MultiPartParser):
    """Reads names as they were sent: Django cuts ``../`` off in silence, here such a file is refused."""

    quota: Quota

    def sanitize_file_name(self, file_name: str) -> str | None:
        why = name_problem(file_name)
        if why is None:
            return super().sanitize_file_name(file_name)
        self.quota.refused.append(why)
        return None


def receive(request: HttpRequest, *, most_files: int = 1, smaller: str) -> Quota:
    """Set the quota before ``request.FILES`` is read for the first time."""
    quota = Quota(request, most_files=most_files, smaller=smaller)
    request.upload_handlers.insert(0, quota)

    def parse(META: Any, post_data: Any) -> tuple[QueryDict, MultiValueDict[str, Any]]:  # noqa: N803
        parser = _Parser(META, post_data, request.upload_handlers, request.encoding)
        parser.quota = quota
        return parser.parse()

    request.parse_file_upload = parse  # type: ignore[method-assign]
    return quota


def hand_over(
    request: HttpRequest, quota: Quota, take: Callable[[str, bytes], object], *, missing: str
) -> list[str]:
    """Give the one file that came to ``take``, by its name and bytes; return what is wrong, or nothing.

    ``missing`` is the sentence for a form without a file; ``take`` raises ``ValidationError``.
    """
    file = request.FILES.get("file")
    if quota.refused or file is None:
        return quota.refused or [missing]
    try:
        take(file.name or "", file.read())
    except ValidationError as refused:
        return refused.messages
    return []


def name_problem(name: str) -> str | None:
    """Say why a file cannot be taken under ``name``, or None; the sentence names the way out."""
    if "/" in name or "\\" in name or name.strip(" .") == "":
        return f"Tên tệp “{visible(name)}” có đường dẫn. Đổi tên tệp, không dùng dấu / và \\."
    if any(unicodedata.bidirectional(letter) in RIGHT_TO_LEFT for letter in name):
        return f"Tên tệp “{visible(name)}” có chữ viết ngược chiều. Đổi tên tệp rồi chọn lại."
    if any(unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co") for letter in name):
        return f"Tên tệp “{visible(name)}” có ký tự ẩn. Đổi tên tệp rồi chọn lại."
    if len(name) > 200:
        return f"Tên tệp “{visible(name)[:60]}…” quá dài. Đổi tên ngắn hơn rồi chọn lại."
    return secrecy(name)


def visible(name: str) -> str:
    """Return a name with what hides or turns letters taken out, to be shown."""
    return "".join(letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cf", "Cs", "Co"))[
        :200
    ]
