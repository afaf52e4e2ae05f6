"""Office documents and archives: what kind they are inside, and nothing in them that runs."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import IO

from accounts.files.inspecting import Kind
from accounts.files.refusing import FileRefused

_OPEN_XML = "application/vnd.openxmlformats-officedocument."

DOCX = Kind(
    "văn bản Word", _OPEN_XML + "wordprocessingml.document", "docx", frozenset({"docx"}),
    frozenset({_OPEN_XML + "wordprocessingml.document"}),
)  # fmt: skip
PPTX = Kind(
    "bản trình chiếu PowerPoint", _OPEN_XML + "presentationml.presentation", "pptx", frozenset({"pptx"}),
    frozenset({_OPEN_XML + "presentationml.presentation"}),
)  # fmt: skip
XLSX = Kind(
    "bảng tính Excel", _OPEN_XML + "spreadsheetml.sheet", "xlsx", frozenset({"xlsx"}),
    frozenset({_OPEN_XML + "spreadsheetml.sheet"}),
)  # fmt: skip
ZIP = Kind(
    "tệp nén ZIP", "application/zip", "zip", frozenset({"zip"}),
    frozenset({"application/zip", "application/x-zip-compressed"}),
)  # fmt: skip

_MAIN_PARTS = {
    b"wordprocessingml.document.main+xml": DOCX,
    b"presentationml.presentation.main+xml": PPTX,
    b"presentationml.slideshow.main+xml": PPTX,
    b"spreadsheetml.sheet.main+xml": XLSX,
}
"""What [Content_Types].xml calls the main part (ECMA-376, part 1, 11.3.10, 12.3.23, 13.3.6)."""

CONTENT_TYPES = "[Content_Types].xml"
MOST_ENTRIES = 20_000
MOST_LIST_BYTES = 2 * 2**20
"""Of the list of content types, the one part that is unpacked here."""

RUNS = frozenset(
    {
        *(
            "apk",
            "app",
            "bat",
            "cmd",
            "com",
            "cpl",
            "dll",
            "exe",
            "hta",
            "iso",
            "jar",
            "js",
            "jse",
            "lnk",
            "msi",
        ),
        *("pif", "ps1", "psm1", "reg", "scr", "sh", "sys", "vb", "vbe", "vbs", "wsf"),
        *("docm", "dotm", "potm", "ppam", "ppsm", "pptm", "xlam", "xlsb", "xlsm", "xltm"),
    }
)
"""Programs and scripts of Windows, and Office files with macros."""

PACKED = frozenset({"7z", "cab", "gz", "rar", "tar", "tgz", "xz", "zip"})

BROKEN = "Tệp hỏng hoặc chưa tải hết. Mở thử trên máy, lưu lại rồi chọn lần nữa."
LOCKED = "Tệp có mật khẩu, đơn vị nhận không mở được. Bỏ mật khẩu rồi chọn lại."
MACROS = "Trong tệp có macro hoặc mã lệnh. Lưu lại dạng không có macro (.docx, .pptx, .xlsx) rồi chọn lại."
OLD_OFFICE = "Tệp Office đời cũ, hoặc có mật khẩu. Mở ra, lưu thành .docx, .pptx, .xlsx hay PDF rồi chọn lại."


def is_old_office(head: bytes) -> bool:
    """Say whether a file begins as a compound file: .doc, .xls, .ppt, or an encrypted new one."""
    return head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def packed_kind(file: IO[bytes]) -> tuple[Kind, list[str]]:
    """Return what a ZIP container is, and the names in it where it is a plain archive.

    Raises ``FileRefused`` for one that is broken, locked, or holds something that runs. Nothing is
    unpacked but the list of content types of an Office document.
    """
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as container:
            entries = container.infolist()
            if len(entries) > MOST_ENTRIES:
                raise FileRefused("Tệp nén có quá nhiều tệp con. Chia thành nhiều tệp nén rồi tải từng tệp.")
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise FileRefused(LOCKED)
            names = [entry.filename for entry in entries]
            if CONTENT_TYPES in names:
                return _document(container), []
            _check_archive(names)
            return ZIP, names
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        OSError,
        ValueError,
        NotImplementedError,
    ) as error:
        raise FileRefused(BROKEN) from error


def _document(container: zipfile.ZipFile) -> Kind:
    if container.getinfo(CONTENT_TYPES).file_size > MOST_LIST_BYTES:
        raise FileRefused(BROKEN)
    with container.open(CONTENT_TYPES) as part:
        types = part.read(MOST_LIST_BYTES)
    low = types.lower()
    runs = any(PurePosixPath(name).name.lower().startswith("vbaproject") for name in container.namelist())
    if runs or b"macroenabled" in low or b"vbaproject" in low or b"activex" in low:
        raise FileRefused(MACROS)
    for mark, kind in _MAIN_PARTS.items():
        if mark in low:
            return kind
    raise FileRefused("Không phải văn bản Word, Excel hay PowerPoint. Lưu thành PDF rồi chọn lại.")


def _check_archive(names: Iterable[str]) -> None:
    """Refuse names that lead out of the folder, and files that run or that cannot be looked into."""
    for name in names:
        path = PurePosixPath(name.replace("\\", "/"))
        ending = path.suffix.lstrip(".").lower()
        if path.is_absolute() or ".." in path.parts or ":" in name:
            raise FileRefused("Trong tệp nén có tên tệp chứa đường dẫn lạ. Nén lại từ thư mục rồi chọn lại.")
        if ending in RUNS:
            raise FileRefused(f"Trong tệp nén có tệp chạy được hoặc macro (.{ending}). Bỏ ra rồi nén lại.")
        if ending in PACKED:
            raise FileRefused("Trong tệp nén còn tệp nén khác. Giải nén ra rồi nén lại một lần.")
