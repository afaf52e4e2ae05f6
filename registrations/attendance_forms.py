"""What a telephone sends of a session: one request of many entries, as JSON, read strictly."""

from __future__ import annotations

import json
import math
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError

from accounts.vietnamese import line
from registrations.models import MOST_LETTERS_OF_A_REASON, AttendanceMark
from registrations.services.attending import MOST_AT_ONCE, Mark, Numbers

NOT_READ = "Cổng không đọc được những gì máy gửi. Tải lại trang rồi gửi lại; các mục chờ vẫn còn trong máy."
TOO_MANY = f"Một lần gửi nhận nhiều nhất {MOST_AT_ONCE} mục; trang tự gửi tiếp phần còn lại."


def read_batch(body: bytes) -> tuple[UUID, list[Numbers | Mark]]:
    """Return the device and its entries. Raises ``ValidationError`` for anything of another shape."""
    try:
        sent = json.loads(body)
        device, rows = UUID(sent["device"]), sent["entries"]
        if not isinstance(rows, list):
            raise TypeError
        if len(rows) > MOST_AT_ONCE:
            raise ValidationError(TOO_MANY)
        return device, [_entry(row) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ValidationError(NOT_READ) from error


def _entry(row: dict[str, Any]) -> Numbers | Mark:
    key, age = UUID(row["key"]), float(row["age"])
    if not math.isfinite(age):
        raise ValueError(age)
    if "delegate" in row or "code" in row:
        person = UUID(row["delegate"]) if "delegate" in row else None
        flags = row.get("scanned") is True, row.get("visiting") is True
        code = str(row.get("code", ""))[:20]
        return Mark(key, age, person, AttendanceMark.State(row["state"]), *flags, code, _reason(row))
    if row.get("counted") is True:
        return Numbers(key, age, 0, 0, 0, _whole(row.get("base", 0)), counted=True)
    present, excused, absent = (_whole(row[name]) for name in ("present", "excused", "absent"))
    base = max(_whole(row.get("base", 0)), 0)
    sure = row.get("sure") is True
    return Numbers(key, age, present, excused, absent, base, sure=sure, reason=_reason(row))


def _reason(row: dict[str, Any]) -> str:
    """A few words; a reason that is too long is cut rather than a report lost for it."""
    said = row.get("reason", "")
    if not isinstance(said, str):
        raise TypeError(said)
    return line(said.replace("\0", ""))[:MOST_LETTERS_OF_A_REASON].strip()


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**31 - 1:
        raise ValueError(value)
    return value
