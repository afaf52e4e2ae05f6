"""What contradicts itself in a reading as it stands now, corrections included.

The reader said what contradicts in the letter; a correction can mend that, or bring a new one. So what
hangs on two values is looked at anew each time, and only an own tick of a person settles it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone

from invitations.checking.sheet_rows import Doubt
from invitations.letters.doubts import DUE_AFTER_START, TEST_AFTER_START
from invitations.letters.passages import Passage
from invitations.letters.times import Calendar, Kind, contradiction, tokens

if TYPE_CHECKING:
    from invitations.checking.sheet import RowSheet
    from invitations.models import LetterReading

REGISTERED_AFTER_START = "Hạn đăng ký sau khi hội nghị bắt đầu."
_SAID = (DUE_AFTER_START, TEST_AFTER_START)


class Found(NamedTuple):
    """A row and what contradicts in it."""

    row: RowSheet
    doubt: Doubt


def is_looked_at_anew(doubt: Doubt) -> bool:
    """Whether a doubt of the reader hangs on two values, so that ``contradictions`` says it instead."""
    return doubt.why in _SAID


def contradictions(reading: LetterReading, rows: Sequence[RowSheet]) -> Iterator[Found]:
    """Find all that contradict in the rows that are taken."""
    taken = [row for row in rows if not row.left_out]
    sessions = [row for row in taken if row.row.kind == "session"]
    now, then = _start(sessions, _current), _start(sessions, _proposed)
    for row in taken:
        if row.row.kind in ("deadline", "line_test"):
            yield from _after(row, now, then)
        elif row.row.kind == "facts":
            at = _current(row, "registration_deadline")
            if _is_after(at, now):
                yield Found(row, _late("registration_deadline", REGISTERED_AFTER_START, at, now))
        elif row.row.kind == "session":
            yield from _wrong_weekday(reading, row)
    yield from _called_twice(row for row in taken if row.row.kind == "audience")


def _after(row: RowSheet, now: datetime | None, then: datetime | None) -> Iterator[Found]:
    """A letter may mean to be late ("báo cáo kết quả sau hội nghị"): the reader did not doubt it then."""
    why = DUE_AFTER_START if row.row.kind == "deadline" else TEST_AFTER_START
    said = any(doubt.why == why for doubt in row.row.doubts)
    at = _current(row, "at")
    if _is_after(at, now) and (said or not _is_after(_proposed(row, "at"), then)):
        yield Found(row, _late("at", why, at, now))


def _late(field: str, why: str, at: Any, start: datetime | None) -> Doubt:
    """With both moments: who corrects one of them is asked again."""
    told = f"{why.rstrip('.')}: {timezone.localtime(at):%H:%M %d/%m/%Y}"
    return Doubt(field, f"{told}, hội nghị từ {start:%H:%M %d/%m/%Y}.", holds=True)


def _wrong_weekday(reading: LetterReading, row: RowSheet) -> Iterator[Found]:
    """Only of a day that was corrected; of the letter's own day the reader has said it."""
    day, place = _current(row, "date"), row.row.place
    if place is None or not isinstance(day, date) or day == _proposed(row, "date"):
        return
    named = tokens(Passage(reading.text, *place), Calendar())
    weekdays = [token.weekday for token in named if token.kind == Kind.WEEKDAY]
    why = contradiction(day, weekdays[0]) if len(weekdays) == 1 else ""
    if why:
        yield Found(row, Doubt("date", why, holds=True))


def _called_twice(audiences: Iterable[RowSheet]) -> Iterator[Found]:
    called: dict[str, RowSheet] = {}
    for row in audiences:
        chosen = row.typed().get("to_units") or ()
        names = [unit.name for unit in row.row.units if str(unit.pk) in chosen and str(unit.pk) in called]
        if names:
            why = f"Đã được mời ở nhóm khác, mỗi đơn vị chỉ mời một lần: {', '.join(names)}."
            yield Found(row, Doubt("to_units", why, holds=True))
        called |= dict.fromkeys(chosen, row)


def _start(sessions: Iterable[RowSheet], value: Any) -> datetime | None:
    """When the first session begins; a half day without an hour, at its end."""
    begins = []
    for row in sessions:
        day = value(row, "date")
        if isinstance(day, date):
            hour = value(row, "starts_at")
            begins.append(datetime.combine(day, hour if isinstance(hour, time) else time(23, 59)))
    return timezone.make_aware(min(begins)) if begins else None


def _is_after(at: Any, start: datetime | None) -> bool:
    return isinstance(at, datetime) and start is not None and at > start


def _current(row: RowSheet, name: str) -> Any:
    return _read(row, name, row.typed().get(name))


def _proposed(row: RowSheet, name: str) -> Any:
    return _read(row, name, row.row.values.get(name))


def _read(row: RowSheet, name: str, typed: Any) -> Any:
    """A field's value as it is meant; None where it cannot be read."""
    try:
        return row.form.fields[name].clean(typed)
    except (KeyError, ValidationError):
        return None
