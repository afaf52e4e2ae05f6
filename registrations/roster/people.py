"""Tidies what stands in the cells of one person: the name, the post with its organisation, the telephone."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import NamedTuple

from accounts.phones import read_phone
from registrations.roster.vocabulary import (
    HONORIFIC,
    NOTHING,
    NUMBERING,
    TITLE_BEFORE_NAME,
    begins_as_name,
    begins_as_organisation,
    begins_as_post,
)

# ── Names ────────────────────────────────────────────────────────────────────────────────────────


class Name(NamedTuple):
    """A name as it is stored, what was changed, and what stood beside it in brackets."""

    text: str
    changes: tuple[str, ...] = ()
    aside: str = ""


def read_name(text: str, *, was_legacy: bool = False) -> Name:
    """Tidy a name: no number, no "Đ/c", no bracket, capitals where they belong. In: one tidy line.

    A name all in capitals or all in small letters gets the usual ones; ``was_legacy`` allows the same for
    mixed ones, because old fonts have no capitals with tones.
    """
    if text.istitle() and text.replace(" ", "").isalpha() and not _PREFIXED.match(text):
        return Name(text)
    changes: list[str] = []
    name, aside = text, ""
    name = _cut(NUMBERING, name, "bỏ số thứ tự trước tên", changes)
    name = _cut(HONORIFIC, name, "bỏ “đồng chí” trước tên", changes)
    bracket = re.search(r"\s*[(\[]([^)\]]*)[)\]]\s*$", name)
    if bracket and bracket.start() > 0:
        name, aside = name[: bracket.start()], bracket[1].strip()
        changes.append(f"chuyển “{aside}” sang ghi chú" if aside else "bỏ ngoặc trống")
    if begins_as_name(TITLE_BEFORE_NAME.sub("", name)):
        name = _cut(TITLE_BEFORE_NAME, name, "bỏ danh xưng trước tên", changes)
    stripped = name.strip(" ,;:.*_“”\"'-–")
    if stripped and stripped != name:
        name = stripped
        changes.append("bỏ dấu câu quanh tên")
    capitals = _with_capitals(name, was_legacy=was_legacy)
    if capitals != name:
        changes.append("viết hoa lại họ tên")
    return Name(capitals, tuple(changes), aside)


_PREFIXED = re.compile(r"(?:đc|đồng|ông|bà|anh|chị|cô|chú|thầy)\b", re.I)
_SOUND = re.compile(r"[^\W\d_]+(?:[ '’.\-]+[^\W\d_]+)*\.?")


def _cut(pattern: re.Pattern[str], text: str, what: str, changes: list[str]) -> str:
    shorter = pattern.sub("", text, count=1)
    if shorter == text or not shorter.strip():
        return text
    changes.append(what)
    return shorter.strip()


def _with_capitals(name: str, *, was_legacy: bool) -> str:
    return " ".join(_word(word, was_legacy=was_legacy) for word in name.split(" "))


def _word(word: str, *, was_legacy: bool) -> str:
    mixed = was_legacy and word[1:] != word[1:].lower()
    if not (word.islower() or (word.isupper() and len(word) > 1) or mixed):
        return word
    return re.sub(r"[^\W\d_]+", lambda found: found[0][0].upper() + found[0][1:].lower(), word)


def doubts_of_name(name: str) -> list[str]:
    """Return why ``name`` should be looked at before it is taken."""
    if begins_as_name(name):
        return []
    if begins_as_organisation(name):
        return [f"“{name}” giống tên đơn vị, không giống họ tên."]
    if begins_as_post(name):
        return [f"“{name}” giống chức vụ, không giống họ tên."]
    if " " not in name:
        return ["Họ tên chỉ có một tiếng."]
    if name.count(" ") > 6:
        return ["Họ tên dài khác thường."]
    return []


def faults_of_name(name: str) -> list[str]:
    """Return why ``name`` cannot be one."""
    if _SOUND.fullmatch(name):
        return []
    if name.startswith(("=", "+", "@")):
        return ["Họ tên là công thức. Gõ lại bằng chữ."]
    if "\ufffd" in name or re.search(r"\w\?|\?\w", name):
        return ["Họ tên đã mất dấu (có “?”). Gõ lại."]
    if any(char.isdigit() for char in name):
        return ["Họ tên có chữ số. Sửa lại."]
    if re.search(r"[<>{}|\\@=#$%^*_~]", name):
        return ["Họ tên có ký tự lạ. Sửa lại."]
    if not any(char.isalpha() for char in name):
        return ["Họ tên không có chữ. Sửa lại."]
    return []


# ── Posts ────────────────────────────────────────────────────────────────────────────────────────


@lru_cache(maxsize=20_000)
def split_post(text: str) -> tuple[str, str]:
    """Part "Bí thư Chi bộ, Trạm Y tế" into post and organisation, in either order.

    Commas also stand between two posts of one person: what begins as a post does stays a post. Text that
    cannot be parted is all post.
    """
    parts = [part.strip() for part in re.split(r"\s*[;,\n]\s*|\s+[-–—]\s+", text) if part.strip()]
    if len(parts) < 2:
        return text, ""
    posts = [part for part in parts if begins_as_post(part)]
    if posts and not begins_as_post(parts[0]) and begins_as_organisation(parts[0]):
        first = next(index for index, part in enumerate(parts) if begins_as_post(part))
        return ", ".join(parts[first:]), ", ".join(parts[:first])
    for index in range(1, len(parts)):
        if not any(begins_as_post(part) for part in parts[index:]):
            return ", ".join(parts[:index]), ", ".join(parts[index:])
    return ", ".join(parts), ""


# ── Telephones ───────────────────────────────────────────────────────────────────────────────────


class Telephone(NamedTuple):
    """A number as it is stored, what was changed, a second number, and why it cannot be read."""

    number: str = ""
    changes: tuple[str, ...] = ()
    second: str = ""
    fault: str = ""


_SCIENTIFIC = re.compile(r"\+?\d(?:[.,]\d+)?E\+?\d{1,2}", re.I)
_LABEL = re.compile(
    r"(?:số\s+)?(?:điện\s+thoại|đt\s*dđ|đtdđ|sđt|đt|dđ|tel|phone|mobile|zalo|di\s+động|liên\s+hệ|cq|nr)\s*[:.)]*",
    re.I,
)
_ADDED = "thêm số 0 ở đầu số điện thoại"
_MARKS = re.compile(r"[\s.,\-\u2010-\u2015()/'’`]+")


def read_telephone(text: str) -> Telephone:
    """Read the cell of a telephone number, as numbers, exponents and words leave it. In: one tidy line."""
    if len(text) == 10 and text.isascii() and text.isdigit() and text[0] == "0":
        return Telephone(text) if _block_exists(text[:6]) else _read(text, [])
    if (
        len(text) == 9
        and text.isascii()
        and text.isdigit()
        and text[0] != "0"
        and _block_exists(f"0{text[:5]}")
    ):
        return Telephone(f"0{text}", (_ADDED,))
    if text.lower() in NOTHING:
        return Telephone(changes=(f"“{text}”: để trống điện thoại",) if text else ())
    changes: list[str] = []
    if text[0] in "'’`‘":
        text = text[1:].strip()
        changes.append("bỏ dấu nháy trước số điện thoại")
    typed = _whole_number(text, changes)
    if not typed:
        return Telephone(fault=f"Excel đã cắt số điện thoại thành {text}. Gõ lại đủ 10 chữ số.")
    typed, second = _two_numbers(typed)
    if second:
        changes.append(f"số thứ hai {second} chuyển sang ghi chú")
    if re.search(r"[^\W\d_]", typed):
        typed = _without_words(typed, changes)
    read = _read(typed, changes)
    return read._replace(second=second)


def _read(typed: str, changes: list[str]) -> Telephone:
    try:
        number, note = read_phone(typed)
    except ValueError as reason:
        return Telephone(changes=tuple(changes), fault=f"Số điện thoại “{typed}”: {_as_clause(str(reason))}")
    bare = _MARKS.sub("", typed)
    if bare != typed:
        changes.append("bỏ dấu ngăn trong số điện thoại")
    if note:
        changes.append(note.replace("đã thêm số 0 ở đầu", _ADDED))
    elif bare.startswith(("+84", "0084", "84")) and number and not bare.startswith("0" + number[1:]):
        changes.append("đổi đầu số +84 thành 0")
    return Telephone(number, tuple(changes))


def _as_clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


@lru_cache(maxsize=4096)
def _block_exists(first_six: str) -> bool:
    """Whether ten-digit numbers with this beginning exist: they are given out in blocks of ten thousand."""
    try:
        return read_phone(first_six + "0000").number == first_six + "0000"
    except ValueError:
        return False


def _whole_number(text: str, changes: list[str]) -> str:
    """Undo what Excel makes of a number: "912345678.0", "9.12345678E+08". "" where digits were lost."""
    if re.fullmatch(r"\d{8,12}[.,]0{1,2}", text):
        changes.append("bỏ phần thập phân do Excel thêm vào số điện thoại")
        return re.split("[.,]", text)[0]
    if not _SCIENTIFIC.fullmatch(text):
        return text
    try:
        value = Decimal(text.replace(",", "."))
    except InvalidOperation:
        return text
    exponent = int(re.split("[eE]", text)[1])
    kept = len(re.sub(r"\D", "", re.split("[eE]", text)[0]))
    if value != value.to_integral_value() or kept < exponent + 1:
        return ""
    changes.append(f"viết lại {text} thành số đầy đủ")
    return str(int(value))


def _two_numbers(text: str) -> tuple[str, str]:
    """Part two numbers in one cell; marks inside one number do not part it."""
    if sum(char.isdigit() for char in text) < 18:
        return text, ""
    for pattern in (r"\s*[;/|\n&]\s*|\s+(?:hoặc|và|or)\s+", r"\s*,\s*", r"\s+[-–]\s+", r"\s{1,}(?=\+?[08])"):
        parts = [part for part in re.split(pattern, text) if part.strip()]
        counts = [sum(char.isdigit() for char in part) for part in parts]
        if len(parts) >= 2 and all(9 <= count <= 12 for count in counts):
            return parts[0].strip(), ", ".join(part.strip() for part in parts[1:])
    return text, ""


def _without_words(text: str, changes: list[str]) -> str:
    """Take labels off a number: "ĐT: 0912…", "0912… (Zalo)"; a letter O among digits is a zero."""
    zeroed = (
        re.sub(r"(?<![^\W\d_])[oO](?=[\d.\s]*\d)", "0", text) if re.match(r"^[oO]\s*\.?\d", text) else text
    )
    if zeroed != text:
        changes.append("đổi chữ O thành số 0 trong số điện thoại")
        text = zeroed
    bare = _LABEL.sub(" ", text)
    bare = re.sub(r"\(\s*\)", " ", bare).strip(" :-–.,")
    if bare != text and not re.search(r"[^\W\d_]", bare):
        changes.append("bỏ chữ trong ô số điện thoại")
        return bare
    inside = re.sub(r"\([^)\d]*\)", "", text).strip()
    if inside != text and not re.search(r"[^\W\d_]", inside):
        changes.append("bỏ chữ trong ô số điện thoại")
        return inside
    return text


def part_telephone(text: str) -> tuple[str, str]:
    """Part "Nguyễn Văn A - 0912345678" into the name and the number; "" where there is none."""
    found = _NAME_AND_NUMBER.fullmatch(text)
    if not found:
        return text, ""
    read = read_telephone(found[2].strip())
    return (found[1].strip(), read.number) if read.number and not read.fault else (text, "")


_NAME_AND_NUMBER = re.compile(
    r"(\D*[^\W\d_])[\s,;:.\-–(]+(?:(?:đt|sđt)[:.\s]*)?(\+?\d[\d.\s]{7,14}\d)\)?", re.I
)
