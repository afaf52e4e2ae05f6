"""What the bytes are, whatever their name says, and whether it is safe to open them."""

from __future__ import annotations

import io
import re
import zipfile
from enum import Enum

from accounts.vietnamese import counted
from registrations.roster.cells import UnreadableRosterError
from registrations.roster.limits import (
    HIGHEST_RATIO,
    MOST_BYTES,
    MOST_BYTES_OF_STRINGS,
    MOST_BYTES_UNPACKED,
    MOST_PARTS,
    MOST_ROWS,
    RATIO_MATTERS_FROM,
)


class Container(Enum):
    """The formats that are read."""

    XLSX = "xlsx"
    XLS = "xls"
    TEXT = "csv"


BROKEN = (
    "Tệp bị hỏng hoặc tải lên chưa hết. Mở lại bằng Excel, chọn “Lưu thành” một tệp .xlsx mới rồi tải lên."
)
SAVE_AS = "Mở tệp bằng Excel, chọn “Lưu thành” (Save As) kiểu “Excel Workbook (.xlsx)” rồi tải lên tệp mới."
TOO_LARGE = f"Tệp lớn hơn {MOST_BYTES // 2**20} MB. Chép riêng bảng danh sách sang tệp mới rồi tải lên."
TOO_LARGE_INSIDE = (
    "Tệp mở ra quá lớn so với một danh sách. Chép riêng bảng danh sách sang tệp Excel mới rồi tải lên."
)
MACROS = (
    "Tệp có macro nên không nhận. Mở bằng Excel, chọn “Lưu thành” kiểu “Excel Workbook (.xlsx)”, là kiểu "
    "không giữ macro, rồi tải lên tệp mới."
)
ENCRYPTED = "Tệp đặt mật khẩu. Mở bằng Excel, bỏ mật khẩu (Tệp › Thông tin › Bảo vệ), lưu lại rồi tải lên."
DOCTYPE = "Tệp có khai báo DOCTYPE, Excel không bao giờ ghi như vậy. " + SAVE_AS
EXTERNAL_LINKS = (
    "Tệp lấy số liệu từ tệp khác. Mở bằng Excel, vào Dữ liệu › Sửa nối kết (Data › Edit Links), chọn “Ngắt "
    "nối kết” (Break Link), lưu lại rồi tải lên."
)

_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    (b"\x89PNG", "một ảnh"),
    (b"\xff\xd8\xff", "một ảnh"),
    (b"GIF8", "một ảnh"),
    (b"{\\rtf", "văn bản RTF"),
    (b"Rar!", "tệp nén RAR"),
    (b"7z\xbc\xaf", "tệp nén 7z"),
    (b"\x1f\x8b", "tệp nén gz"),
    (b"MZ", "một chương trình"),
    (b"\x7fELF", "một chương trình"),
    (b"#!", "một chương trình"),
)
_MARKUP = re.compile(
    rb"\s*(?:<!--.*?-->\s*)*<(?:!doctype|html|head|body|table|meta|div|style|script|\?xml)", re.I
)
_UNSAFE_NAME = re.compile(r"[/\\\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")

ENDINGS = {
    "xlsx": Container.XLSX,
    "xls": Container.XLS,
    "csv": Container.TEXT,
    "txt": Container.TEXT,
    "tsv": Container.TEXT,
}
_WAYS_OUT = {
    "xlsm": MACROS,
    "xltm": MACROS,
    "xlam": MACROS,
    "xlsb": "Chưa đọc được tệp .xlsb. " + SAVE_AS,
    "ods": "Chưa đọc được tệp .ods. Mở tệp, chọn “Lưu thành” kiểu Excel (.xlsx) rồi tải lên.",
    "doc": "Đây là tệp Word. Chép bảng danh sách trong Word, dán vào ô “Dán danh sách”.",
    "docx": "Đây là tệp Word. Chép bảng danh sách trong Word, dán vào ô “Dán danh sách”.",
    "pdf": "Đây là tệp PDF, không có ô để đọc. Tải lên tệp Excel gốc, hoặc chép bảng rồi dán.",
}


def too_many_rows(sheet: str) -> str:
    """Return the sentence for a list that is longer than any conference."""
    where = f"Trang “{sheet}”" if sheet else "Tệp"
    most = counted(MOST_ROWS)
    return f"{where} có hơn {most} dòng. Chép riêng bảng danh sách sang tệp mới rồi tải lên."


def checked_name(name: str) -> str:
    """Return the ending of a file name; refuse a name that is a path or reads another way than it is."""
    if not name.strip() or len(name) > 255 or _UNSAFE_NAME.search(name):
        raise UnreadableRosterError(
            "Tên tệp có dấu gạch chéo hoặc ký tự ẩn. Đổi tên tệp, ví dụ danh-sach.xlsx, rồi tải lên."
        )
    _, dot, ending = name.rpartition(".")
    ending = ending.lower().strip() if dot else ""
    if ending in _WAYS_OUT:
        raise UnreadableRosterError(_WAYS_OUT[ending])
    if ending not in ENDINGS:
        raise UnreadableRosterError("Chỉ đọc tệp .xlsx, .xls và .csv. " + SAVE_AS)
    return ending


def container_of(data: bytes, name: str) -> Container:
    """Say how to read ``data``. What is not what its name says, or does harm, raises with a way out."""
    ending = checked_name(name)
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableRosterError("Tệp trống, không có chữ nào. Kiểm tra lại tệp rồi tải lên.")
    if len(data) > MOST_BYTES:
        raise UnreadableRosterError(TOO_LARGE)
    if b"%PDF-" in data[:1024]:
        raise UnreadableRosterError(_WAYS_OUT["pdf"])
    expected = ENDINGS[ending]
    if data.startswith(_ZIP):
        return _only_if(expected, Container.XLSX, ending, _what_zip(data))
    if data.startswith(_COMPOUND):
        _refuse_compound(data)
        return _only_if(expected, Container.XLS, ending, "sổ Excel kiểu cũ (.xls)")
    if _MARKUP.match(data[:4096].removeprefix(b"\xef\xbb\xbf")) or _is_wide_markup(data):
        raise UnreadableRosterError(f"Tệp mang đuôi .{ending} nhưng bên trong là một trang web. {SAVE_AS}")
    for magic, what in _FOREIGN:
        if data.startswith(magic):
            raise UnreadableRosterError(f"Tệp mang đuôi .{ending} nhưng bên trong là {what}. {SAVE_AS}")
    if expected is Container.XLSX:
        raise UnreadableRosterError(BROKEN)
    if expected is Container.XLS and not data.startswith(
        (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
    ):
        raise UnreadableRosterError(f"Tệp mang đuôi .xls nhưng không phải sổ Excel. {SAVE_AS}")
    return expected


def _is_wide_markup(data: bytes) -> bool:
    return (
        data.startswith((b"\xff\xfe", b"\xfe\xff"))
        and _MARKUP.match(data[2:4096].replace(b"\0", b"")) is not None
    )


def _only_if(expected: Container, found: Container, ending: str, what: str) -> Container:
    if expected is found:
        return found
    raise UnreadableRosterError(f"Tệp mang đuôi .{ending} nhưng bên trong là {what}. {SAVE_AS}")


def _what_zip(data: bytes) -> str:
    for marker, what in ((b"word/document.xml", "tệp Word"), (b"xl/workbook.", "sổ Excel (.xlsx)")):
        if marker in data:
            return what
    return "tệp nén"


def _refuse_compound(data: bytes) -> None:
    if "EncryptedPackage".encode("utf-16-le") in data:
        raise UnreadableRosterError(ENCRYPTED)
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        raise UnreadableRosterError(MACROS)
    if "WordDocument".encode("utf-16-le") in data:
        raise UnreadableRosterError(_WAYS_OUT["doc"])


# ── The zip that an .xlsx is ─────────────────────────────────────────────────────────────────────


def opened_zip(data: bytes) -> zipfile.ZipFile:
    """Open the parts of an .xlsx after a look at their sizes and names only: nothing is unpacked here."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as reason:
        raise UnreadableRosterError(BROKEN) from reason
    if not parts:
        raise UnreadableRosterError(BROKEN)
    names = [part.filename for part in parts]
    _refuse_strange_parts(parts, names)
    if any(
        name.lower().endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name for name in names
    ):
        raise UnreadableRosterError(MACROS)
    if any(name.startswith("xl/externalLinks/") for name in names):
        raise UnreadableRosterError(EXTERNAL_LINKS)
    if not any(name.startswith("xl/") for name in names):
        word = any(name.startswith("word/") for name in names)
        raise UnreadableRosterError(
            _WAYS_OUT["docx"] if word else f"Tệp nén này không phải sổ Excel. {SAVE_AS}"
        )
    return archive


def _refuse_strange_parts(parts: list[zipfile.ZipInfo], names: list[str]) -> None:
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES_UNPACKED:
        raise UnreadableRosterError(TOO_LARGE_INSIDE)
    for part in parts:
        packed = max(part.compress_size, 1)
        if part.file_size > RATIO_MATTERS_FROM and part.file_size / packed > HIGHEST_RATIO:
            raise UnreadableRosterError(TOO_LARGE_INSIDE)
        if "sharedstrings" in part.filename.lower() and part.file_size > MOST_BYTES_OF_STRINGS:
            raise UnreadableRosterError(TOO_LARGE_INSIDE)
        if part.flag_bits & 1:
            raise UnreadableRosterError(ENCRYPTED)
    unsafe = any(".." in name.split("/") or name.startswith("/") or "\\" in name for name in names)
    if unsafe or len(set(names)) != len(names) or min(part.header_offset for part in parts) != 0:
        raise UnreadableRosterError(BROKEN)
