"""The text of a step: words with named fields in braces, read once and filled in for each unit.

A field is named in Vietnamese, ``{đơn_vị}``; blanks and capitals do not matter. There is no other syntax:
nothing in a text can reach anything but the values that are given to it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from django.core.exceptions import ValidationError

from accounts.vietnamese import folded, line, nfc

FIELDS = {
    "đơn_vị": "tên đơn vị",
    "người_nhận": "người nhận, không có tên thì là đơn vị",
    "hội_nghị": "tên gọn của hội nghị",
    "hạn": "hạn của đơn vị: 17:00, 01/12/2023",
    "hạn_ghi_đủ": "hạn ghi đủ: 17 giờ thứ Sáu, 01/12/2023",
    "gia_hạn": "câu cho biết hạn đã gia hạn riêng, nếu có",
    "thiếu": "đơn vị còn thiếu gì",
    "liên_kết": "địa chỉ trang đăng ký của đơn vị",
    "đầu_mối": "các đầu mối để gọi",
    "cơ_quan": "cơ quan tổ chức",
    "văn_phòng": "nơi trợ giúp",
    "điện_thoại": "số máy nơi trợ giúp",
    "chạy_thử": "giờ chạy thử đường truyền",
    "khai_mạc": "giờ bắt đầu buổi đầu tiên",
    "điểm_chưa_thử": "các điểm cầu chưa thử tốt",
    "buổi": "buổi họp: buổi sáng thứ Hai, 04/12/2023",
    "hạn_báo": "hạn báo điểm danh của buổi: 8 giờ 30",
    "điểm_chưa_báo": "các điểm cầu chưa báo điểm danh",
}
"""Every field, and what stands there when the message goes."""

MOST_IN_A_SHORT_MESSAGE = 160
"""Letters of one SMS in the GSM alphabet, which has none with Vietnamese marks (3GPP TS 23.038)."""

_FIELD = re.compile(r"\{([^{}\n]*)\}")
_MANY_LINES = re.compile(r"\n{3,}")
_GSM_MARKS = str.maketrans({"đ": "d", "Đ": "D", "“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-"})
_NOT_GSM = re.compile(r"[^A-Za-z0-9 @$_!\"#%&'()*+,\-./:;<=>?]")


class Text(NamedTuple):
    """A text that was read: words and fields in turn; the fields are the odd ones."""

    parts: tuple[str, ...]

    def filled(self, values: Mapping[str, str]) -> str:
        """Return the text with the values of its fields; several empty lines become one."""
        words = [values[part] if place % 2 else part for place, part in enumerate(self.parts)]
        text = "".join(words)
        return _MANY_LINES.sub("\n\n", text) if "\n\n\n" in text else text

    def partly(self, values: Mapping[str, str]) -> Text:
        """Return the text with these fields filled in, and the others still open."""
        parts = [""]
        for place, part in enumerate(self.parts):
            if place % 2 == 0:
                parts[-1] += part
            elif part in values:
                parts[-1] += values[part]
            else:
                parts += [part, ""]
        return Text(tuple(parts))

    @property
    def fields(self) -> set[str]:
        """The fields that the text uses."""
        return set(self.parts[1::2])


@lru_cache(maxsize=512)
def read(text: str) -> Text:
    """Read ``text``. Raises ``ValidationError`` that names each field which is unknown or not closed."""
    parts = _FIELD.split(nfc(text))
    wrong = []
    for place, part in enumerate(parts):
        if place % 2:
            parts[place] = name = _name(part)
            if name not in FIELDS:
                wrong.append(_unknown(part))
        elif "{" in part or "}" in part:
            wrong.append(_broken(part))
    if wrong:
        raise ValidationError(wrong)
    return Text(tuple(parts))


def _name(typed: str) -> str:
    return line(typed).lower().replace(" ", "_")


def _unknown(typed: str) -> ValidationError:
    bare = folded(_name(typed))
    alike = [name for name in FIELDS if folded(name) == bare] or [
        name for name in FIELDS if bare and folded(name).startswith(bare[:3])
    ]
    hint = f"Có phải là {{{alike[0]}}}?" if alike else "Chọn một trường trong danh sách bên dưới."
    return ValidationError(f"Không có trường {{{typed}}}. {hint}", code="field")


def _broken(words: str) -> ValidationError:
    at = min(place for mark in "{}" if (place := words.find(mark)) >= 0)
    near = line(words[max(at - 10, 0) : at + 20])
    return ValidationError(
        f"Dấu ngoặc nhọn chưa đủ cặp ở “{near}”. Trường viết liền trong một cặp, ví dụ {{hạn}}.",
        code="braces",
    )


def short(text: str, *, end: str = "") -> str:
    """Return ``text`` as one SMS in the GSM alphabet: no Vietnamese marks, cut so that ``end`` still fits."""
    plain, last = _gsm(text), _gsm(end)
    room = MOST_IN_A_SHORT_MESSAGE - len(last)
    return (plain if len(plain) <= room else plain[: room - 3].rstrip() + "...") + last


def _gsm(text: str) -> str:
    bare = unicodedata.normalize("NFD", text.translate(_GSM_MARKS))
    letters = "".join(char for char in bare if not unicodedata.combining(char))
    return _NOT_GSM.sub("?", " ".join(letters.split()) if "\n" in letters else letters)
