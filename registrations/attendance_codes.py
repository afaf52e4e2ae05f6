"""The code on a delegate's card: short enough to type, signed so that nobody makes one up."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import segno
import zxingcpp
from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac

from bridge_points.models import BridgePoint
from invitations.letters.pdf import pdf_by
from registrations.models import Delegate

CARDS = Path(__file__).parent / "document" / "cards.typ"

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none is taken for another, read aloud or by hand."""

SIGNED = 5
"""Letters of the signature: one guess in 33 million fits, and each is a request of somebody known."""

SIDE = 320
"""Of the picture that a telephone sends to be read: a byte of brightness for each of its points."""

QR = zxingcpp.barcode_formats_from_str("QRCode")

_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})


def code_of(delegate: Delegate) -> str:
    """Return the code of a delegate, as it stands under the QR code: "3F7-K2M9Q"."""
    number, letters = delegate.pk, ""
    while number:
        number, last = divmod(number, 32)
        letters = LETTERS[last] + letters
    return f"{letters}-{_signature(delegate)}"


def _signature(delegate: Delegate) -> str:
    digest = salted_hmac("registrations.attendance_codes", str(delegate.key)).digest()
    return "".join(LETTERS[byte % 32] for byte in digest[:SIGNED])


def read_picture(brightness: bytes) -> str:
    """Return what the QR code in a picture says, "" where there is none: ``SIDE`` rows of ``SIDE`` bytes.

    Many telephones read no codes themselves. Bare brightness has no format that could be forged. Raises
    ``ValidationError`` for any other number of bytes.
    """
    if len(brightness) != SIDE * SIDE:
        raise ValidationError("Ảnh không đúng cỡ: tải lại trang rồi quét lại, hoặc gõ mã ghi dưới ô QR.")
    picture = memoryview(brightness).cast("B", (SIDE, SIDE))
    found = zxingcpp.read_barcodes(picture, formats=QR)
    return str(found[0].text) if found else ""


def by_code(codes: Iterable[str]) -> dict[str, Delegate]:
    """Return whom each code names, of any meeting; what is no code of ours is left out. One query."""
    numbers = {code: _number(code) for code in codes}
    rows = Delegate.objects.select_related("registration__invitation").in_bulk(
        [number for number in numbers.values() if number]
    )
    found = {}
    for code, number in numbers.items():
        person = rows.get(number or 0)
        if person is not None and _plain(code)[-SIGNED:] == _signature(person):
            found[code] = person
    return found


def _plain(code: str) -> str:
    return code.upper().translate(_MEANT)


def _number(code: str) -> int | None:
    letters = _plain(code)[:-SIGNED]
    if not 0 < len(letters) <= 8 or not set(letters) <= set(LETTERS):
        return None
    number = 0
    for letter in letters:
        number = number * 32 + LETTERS.index(letter)
    return number


def cards(point: BridgePoint, delegates: Iterable[Delegate]) -> bytes:
    """Return a PDF of one card for each delegate of a point, eight to a sheet, to be cut."""
    return pdf_by(CARDS, _paper(point, delegates))


def _paper(point: BridgePoint, delegates: Iterable[Delegate]) -> dict[str, Any]:
    return {
        "meeting": point.meeting.short_title,
        "point": f"Điểm cầu {point.unit.called}",
        "cards": [
            {
                "name": one.full_name,
                "post": one.position,
                "code": (code := code_of(one)),
                "qr": segno.make(code, error="m", micro=False).svg_inline(border=2),
            }
            for one in delegates
        ],
    }
