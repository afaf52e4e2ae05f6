"""Which of a unit's numbers a text message can reach."""

from __future__ import annotations

from collections.abc import Iterable

import phonenumbers

from accounts.phones import read_phone

MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)

NO_MOBILE = "Số máy không phải di động: sửa ở mục Đơn vị, hoặc gọi điện"


def is_mobile(text: str) -> bool:
    """Say whether ``text`` is the number of a Vietnamese mobile, in any spelling."""
    try:
        number = read_phone(text).number
    except ValueError:
        return False
    if not number:
        return False
    parsed = phonenumbers.PhoneNumber(country_code=84, national_number=int(number))
    return phonenumbers.number_type(parsed) in MOBILE


def first_mobile(numbers: Iterable[str]) -> str:
    """Return the first mobile among ``numbers`` as ten digits from 0; "" if there is none."""
    return next((read_phone(number).number for number in numbers if is_mobile(number)), "")


def international(number: str) -> str:
    """Return ten digits from 0 as Zalo takes them: 84 and nine digits."""
    return f"84{number.removeprefix('0')}"
