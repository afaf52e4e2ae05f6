"""What to look at twice in a reading: contradictions, guesses, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date, time

from invitations.letters.passages import Passage
from invitations.letters.record import Doubt, Reading
from invitations.letters.requests import due_moments
from invitations.letters.times import Calendar, Moment

DUE_AFTER_START = "Hạn này sau khi hội nghị bắt đầu."
TEST_AFTER_START = "Chạy thử sau khi hội nghị bắt đầu."

_HOUR_WITHOUT_DAY = re.compile(r"(?:trước|chậm nhất)\s+\d{1,2}\s*(?:giờ|h)(?!\w)")


def doubts_of(reading: Reading, passages: Sequence[Passage], calendar: Calendar) -> Iterator[Doubt]:
    """Every doubt about a reading of these paragraphs, in the order of its fields."""
    yield from _about_the_whole(reading)
    for place, sitting in enumerate(reading.sessions):
        yield from (Doubt(f"sessions[{place}].date", why) for why in sitting.guesses)
        yield from (Doubt(f"sessions[{place}].starts_at", why) for why in sitting.hour_guesses)
    for place, audience in enumerate(reading.audiences):
        if not audience.tier_is_sure:
            why = "Tiêu đề không nói rõ cấp; đoán theo thành phần hoặc địa điểm."
            yield Doubt(f"audiences[{place}].tier", why)
    yield from _about_moments(reading)
    for place, assignment in enumerate(reading.assignments):
        if assignment.unit is None:
            yield Doubt(f"assignments[{place}].unit", "Không thấy đơn vị được giao.")
    for place, contact in enumerate(reading.contacts):
        if contact.doubt:
            yield Doubt(f"contacts[{place}].phone", contact.doubt)
        if contact.name is None and contact.organisation is None:
            yield Doubt(f"contacts[{place}].name", "Không rõ số điện thoại của ai.")
    for passage in passages:
        if _HOUR_WITHOUT_DAY.search(passage.key) and not any(due_moments(passage, calendar)):
            yield Doubt("deadlines", f"Có giờ hạn mà không rõ ngày: “{passage.words[:120]}”.")


def _about_the_whole(reading: Reading) -> Iterator[Doubt]:
    if reading.title is None:
        yield Doubt("title", "Không thấy tên hội nghị.")
    if reading.state.value != "called":
        yield Doubt("state", "Văn bản báo hoãn hoặc hủy, không có thời gian mới.")
    elif not reading.sessions:
        yield Doubt("sessions", "Không thấy ngày họp.")


def _about_moments(reading: Reading) -> Iterator[Doubt]:
    start = min(
        ((each.date, each.starts_at or time.max) for each in reading.sessions),
        default=None,
    )
    for place, due in enumerate(reading.deadlines):
        yield from _about(f"deadlines[{place}].at", due.moment)
        if start and not due.late_is_meant and _is_after(due.moment, *start):
            yield Doubt(f"deadlines[{place}].at", DUE_AFTER_START)
        if not due.what:
            yield Doubt(f"deadlines[{place}].what", "Không rõ phải gửi gì.")
    for place, test in enumerate(reading.line_tests):
        yield from _about(f"line_tests[{place}]", test)
        if test.hour is None:
            yield Doubt(f"line_tests[{place}]", "Không ghi giờ chạy thử.")
        if start and _is_after(test, *start):
            yield Doubt(f"line_tests[{place}]", TEST_AFTER_START)


def _about(place: str, moment: Moment) -> Iterator[Doubt]:
    if moment.no_year:
        yield Doubt(place, "Ngày không ghi năm; năm lấy theo chỗ khác trong văn bản.")
    if moment.contradiction:
        yield Doubt(place, moment.contradiction)


def _is_after(moment: Moment, day: date, hour: time) -> bool:
    if moment.day != day:
        return moment.day > day
    return moment.hour is not None and moment.hour > hour
