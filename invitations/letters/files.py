"""Taking a file apart into raw text: .docx, .pdf with text, .txt. What cannot be read says why."""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from accounts.files.secrecy import STAMP
from invitations.letters.pages import paragraphs
from invitations.letters.passages import FOOTNOTE_MARKS
from invitations.letters.vocabulary import TCVN3

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

MOST_BYTES = 20 * 2**20
MOST_XML_BYTES = 30 * 2**20
MOST_PAGES = 40
"""Of a longer PDF only so many pages are looked at; ``text`` says so if they hold more than a letter."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""A second copy of a text box, for old programs."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class LetterError(Exception):
    """Why a file cannot be read as a letter, as a Vietnamese sentence that says what to do."""


class Raw(NamedTuple):
    """The text of a file, and what to know of it, as Vietnamese sentences."""

    text: str
    notes: tuple[str, ...] = ()


def raw(content: bytes, name: str = "") -> Raw:
    """Return the text of a file as it lies there: lines, wide gaps and list marks, nothing interpreted.

    In: the file's bytes and its name. Raises ``LetterError``.
    """
    if len(content) > MOST_BYTES:
        raise LetterError(
            f"Tệp lớn hơn {MOST_BYTES // 2**20} MB. Chỉ nhận giấy mời, không nhận cả tập tài liệu."
        )
    if not content.strip():
        raise LetterError("Tệp trống.")
    text, notes = _read(content, Path(name).suffix.lower())
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise LetterError("Không thấy chữ nào trong tệp.")
    return Raw(text, notes)


def _read(content: bytes, suffix: str) -> Raw:
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return _pdf(content)
    if content.startswith(b"PK"):
        return _docx(content)
    if content.startswith(_OLE):
        raise LetterError(
            "Tệp Word đời cũ (.doc) hoặc có mật khẩu. Mở bằng Word, bỏ mật khẩu, lưu thành .docx."
        )
    if content.startswith(b"{\\rtf"):
        raise LetterError("Tệp RTF. Mở bằng Word rồi lưu thành .docx.")
    if suffix in (".docx", ".pdf"):
        raise LetterError(
            f"Tệp hỏng, hoặc không phải {suffix}. Mở lại bằng phần mềm soạn thảo và lưu lần nữa."
        )
    if suffix not in ("", ".txt", ".text", ".md"):
        raise LetterError("Chỉ nhận tệp .docx, .pdf (có chữ) hoặc .txt.")
    return Raw(_plain(content))


def _plain(content: bytes) -> str:
    for bom, codec in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(bom):
            try:
                return content.decode(codec)
            except UnicodeDecodeError:
                break
    if b"\0" in content or content.startswith((b"\xff\xd8", b"\x89PNG", b"GIF8", b"II*\0", b"MM\0*")):
        raise LetterError("Tệp này không phải văn bản. Chỉ nhận tệp .docx, .pdf (có chữ) hoặc .txt.")
    for codec in ("utf-8", "cp1252", "latin-1"):
        try:
            return content.decode(codec)
        except UnicodeDecodeError:
            continue
    raise LetterError("Không đọc được bảng mã của tệp. Lưu lại với mã UTF-8.")  # pragma: no cover


def _pdf(content: bytes) -> Raw:
    import pypdf
    from pypdf.errors import PyPdfError

    try:
        reader = pypdf.PdfReader(io.BytesIO(content))
        if reader.is_encrypted:
            raise LetterError("Tệp PDF có mật khẩu. Bỏ mật khẩu rồi gửi lại.")
        pages = [page.extract_text(extraction_mode="layout") for page in reader.pages[:MOST_PAGES]]
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise LetterError("Tệp PDF hỏng, không mở được. Xuất lại từ Word, hoặc gửi tệp .docx.") from error
    text, count = paragraphs(pages), len(reader.pages)
    if sum(map(str.isalpha, text)) < 20 * max(len(pages), 1) and sum(map(str.isalpha, text)) < 200:
        raise LetterError("Tệp PDF là ảnh chụp, không có chữ. Gửi bản Word, hoặc dán nội dung vào tệp .txt.")
    if count > MOST_PAGES:
        return Raw(text, (f"Tệp có {count} trang; chỉ đọc {MOST_PAGES} trang đầu.",))
    return Raw(text)


def _docx(content: bytes) -> Raw:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _word_text(archive)
    except DefusedXmlException as error:
        raise LetterError("Tệp Word chứa khai báo XML lạ, không an toàn. Lưu lại bằng Word.") from error
    except (zipfile.BadZipFile, ParseError, NotImplementedError, EOFError, OSError, RuntimeError) as error:
        raise LetterError("Tệp Word hỏng hoặc có mật khẩu. Mở bằng Word và lưu lại thành .docx.") from error


def _word_text(archive: zipfile.ZipFile) -> Raw:
    names = set(archive.namelist())
    if "word/document.xml" not in names:
        raise LetterError("Tệp nén này không phải văn bản Word (.docx).")
    if sum(archive.getinfo(name).file_size for name in names if name.endswith(".xml")) > MOST_XML_BYTES:
        raise LetterError("Tệp Word bung ra quá lớn. Chỉ gửi phần giấy mời.")
    body = fromstring(_bytes(archive, "word/document.xml"), forbid_dtd=True)
    lists = _Lists(archive if "word/numbering.xml" in names else None)
    lines = [*_stamps(archive, names), *_paragraphs(body, lists)]
    if "word/footnotes.xml" in names:
        notes = fromstring(_bytes(archive, "word/footnotes.xml"), forbid_dtd=True)
        lines.append("")
        for note in notes.iter(f"{_W}footnote"):
            if note.get(f"{_W}type") is None:
                inside = " ".join(_paragraphs(note, _Lists(None))).strip()
                lines.append(f"{_mark(note.get(f'{_W}id'))} {inside}")
    old = any(_is_old(fonts) for fonts in body.iter(f"{_W}rFonts"))
    return Raw("\n".join(lines), (BY_FONT,) if old else ())


def _stamps(archive: zipfile.ZipFile, names: set[str]) -> Iterator[str]:
    """The stamps of secrecy in the headers and footers of the pages, of which nothing else is read."""
    for name in sorted(names):
        if re.fullmatch(r"word/(?:header|footer)\d*\.xml", name):
            part = fromstring(_bytes(archive, name), forbid_dtd=True)
            yield from (line for line in _paragraphs(part, _Lists(None)) if STAMP.fullmatch(line))


def _bytes(archive: zipfile.ZipFile, name: str) -> bytes:
    """At most what the archive's own list of sizes allows: a forged size cannot unpack a bomb."""
    with archive.open(name) as file:
        content = file.read(MOST_XML_BYTES + 1)
    if len(content) > MOST_XML_BYTES:
        raise LetterError("Tệp Word bung ra quá lớn. Chỉ gửi phần giấy mời.")
    return content


def _mark(number: str | None) -> str:
    place = int(number) if number and number.isdigit() else 0
    return FOOTNOTE_MARKS[place - 1] if 1 <= place <= len(FOOTNOTE_MARKS) else ""


class _Lists:
    """What Word writes before the items of its automatic lists."""

    def __init__(self, archive: zipfile.ZipFile | None) -> None:
        self.formats: dict[tuple[str, str], tuple[str, str]] = {}
        self.counts: dict[tuple[str, str], int] = {}
        if archive is None:
            return
        root = fromstring(_bytes(archive, "word/numbering.xml"), forbid_dtd=True)
        levels = {
            (abstract.get(f"{_W}abstractNumId", ""), level.get(f"{_W}ilvl", "")): (
                _value(level.find(f"{_W}numFmt")),
                _value(level.find(f"{_W}lvlText")),
            )
            for abstract in root.iter(f"{_W}abstractNum")
            for level in abstract.iter(f"{_W}lvl")
        }
        for number in root.iter(f"{_W}num"):
            abstract_id = _value(number.find(f"{_W}abstractNumId"))
            for (of, level_id), shape in levels.items():
                if of == abstract_id:
                    self.formats[number.get(f"{_W}numId", ""), level_id] = shape

    def mark(self, paragraph: Element) -> str:
        """ "1. ", "a) ", "- ", or nothing."""
        properties = paragraph.find(f"{_W}pPr/{_W}numPr")
        if properties is None:
            return ""
        place = (_value(properties.find(f"{_W}numId")), _value(properties.find(f"{_W}ilvl")) or "0")
        if place not in self.formats:
            return ""
        form, shape = self.formats[place]
        if form == "bullet":
            return "* " if shape.strip() == "*" else "- "
        count = self.counts[place] = self.counts.get(place, 0) + 1
        for deeper in [other for other in self.counts if other[0] == place[0] and other[1] > place[1]]:
            del self.counts[deeper]
        text = {
            "upperRoman": ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")[min(count, 10)],
            "lowerLetter": chr(ord("a") + (count - 1) % 26),
        }.get(form, str(count))
        return re.sub(r"(%\d\.?)*%\d", text, shape) + " " if shape else f"{text}. "


def _value(element: Element | None) -> str:
    return "" if element is None else element.get(f"{_W}val", "")


def _paragraphs(root: Element, lists: _Lists) -> Iterator[str]:
    """Each paragraph a line, also those of table cells and text boxes, in the order of the document."""
    for element in root:
        if element.tag == _FALLBACK:
            continue
        if element.tag == f"{_W}p":
            text = "".join(_runs(element))
            yield (lists.mark(element) if text.strip() else "") + text
        yield from _paragraphs(element, lists)


def _runs(element: Element) -> Iterator[str]:
    """The characters of a paragraph, without those of paragraphs inside it (text boxes) and deleted ones."""
    for child in element:
        if (
            child.tag == f"{_W}r"
            and (fonts := child.find(f"{_W}rPr/{_W}rFonts")) is not None
            and _is_old(fonts)
        ):
            yield _by_font("".join(_runs(child)), fonts)
        elif child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag == f"{_W}tab":
            yield "\t"
        elif child.tag in (f"{_W}br", f"{_W}cr"):
            yield "\n"
        elif child.tag == f"{_W}noBreakHyphen":
            yield "-"
        elif child.tag == f"{_W}footnoteReference":
            yield _mark(child.get(f"{_W}id"))
        elif child.tag not in (
            _FALLBACK,
            f"{_W}p",
            f"{_W}pPr",
            f"{_W}del",
            f"{_W}txbxContent",
            f"{_W}instrText",
        ):
            yield from _runs(child)


BY_FONT = "Văn bản có phông chữ cũ (.VnTime, mã TCVN3), đã chuyển sang Unicode theo phông; soát lại chữ."


def _is_old(fonts: Element) -> bool:
    """Whether a run is set in one of the fonts of TCVN3, ".VnTime" and its sisters."""
    return _font(fonts).startswith(".vn")


def _font(fonts: Element) -> str:
    return (fonts.get(f"{_W}ascii") or fonts.get(f"{_W}hAnsi") or "").lower()


def _by_font(text: str, fonts: Element) -> str:
    """What such a font shows: in those whose name ends with H every letter is a capital."""
    text = text if any(ord(letter) > 0x17F for letter in text) else text.translate(TCVN3)
    return text.upper() if _font(fonts).endswith("h") else text
