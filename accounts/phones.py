"""Telephone numbers as Vietnamese write them: dots, spaces, +84, a lost first 0, old 11-digit prefixes."""

import re
import unicodedata
from typing import NamedTuple

import phonenumbers

from accounts.vietnamese import line

OLD_PREFIXES = {
    "0162": "032", "0163": "033", "0164": "034", "0165": "035", "0166": "036",
    "0167": "037", "0168": "038", "0169": "039",
    "0120": "070", "0121": "079", "0122": "077", "0126": "076", "0128": "078",
    "0123": "083", "0124": "084", "0125": "085", "0127": "081", "0129": "082",
    "0186": "056", "0188": "058", "0199": "059",
}  # fmt: skip
"""The change of 2018 from eleven digits to ten (Decision 798/QĐ-BTTTT of 2018)."""


class Phone(NamedTuple):
    """A number as it is stored, ten or eleven digits from 0, and what was changed in reading it."""

    number: str
    note: str


def read_phone(text: str) -> Phone:
    """Read a Vietnamese telephone number, mobile or fixed.

    In: any spelling ("0900.000.368", "+84 900 000 368", "900000368", "01655550199"). Out: ``Phone``
    with the digits from 0 and a Vietnamese note ("" where nothing but marks was removed).
    Empty text gives an empty number. Raises ``ValueError`` with a Vietnamese sentence that says what
    is wrong and what to do.
    """
    typed = unicodedata.normalize("NFKC", line(text))
    if not typed:
        return Phone("", "")
    digits = re.sub(r"[\s.,\-\u2010-\u2015()/]", "", typed)
    if not re.fullmatch(r"\+?[0-9]+", digits):
        raise ValueError("Số điện thoại chỉ gồm chữ số. Xóa chữ, hoặc để trống.")
    number, note = _from_zero(digits)
    if number[:4] in OLD_PREFIXES and len(number) == 11:
        number, note = OLD_PREFIXES[number[:4]] + number[4:], f"đầu số cũ {number[:4]} đã đổi"
    if len(number) < 10:
        raise ValueError(f"Mới có {len(number)} chữ số, cần 10. Điền thêm, hoặc để trống.")
    if len(number) > 11:
        raise ValueError(f"Có {len(number)} chữ số, chỉ cần 10. Xóa bớt, hoặc để trống.")
    if _exists(number):
        return Phone(number, note)
    raise ValueError("Không có số điện thoại nào như vậy ở Việt Nam. Xem lại đầu số, hoặc để trống.")


def _from_zero(digits: str) -> tuple[str, str]:
    if digits.startswith(("+84", "0084")):
        return "0" + digits.removeprefix("+").removeprefix("00")[2:].removeprefix("0"), ""
    if digits.startswith("+"):
        raise ValueError("Chỉ nhận số điện thoại Việt Nam (+84). Sửa lại, hoặc để trống.")
    if digits.startswith("84") and len(digits) in (11, 12):
        return "0" + digits[2:].removeprefix("0"), ""
    if not digits.startswith("0") and len(digits) in (9, 10):
        return "0" + digits, "đã thêm số 0 ở đầu"
    return digits, ""


def _exists(number: str) -> bool:
    """Whether Vietnam gives out such numbers: ten or eleven digits, just one 0 before them."""
    if number[0] != "0" or number[1] == "0":
        return False
    parsed = phonenumbers.PhoneNumber(country_code=84, national_number=int(number))
    return phonenumbers.is_valid_number_for_region(parsed, "VN")
