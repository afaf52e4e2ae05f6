"""How a letter says its days and hours."""

from datetime import date, time
from decimal import Decimal

import pytest

from invitations import wording
from invitations.models import Session


def session(day: str, part: str, starts: str = "", ends: str = "") -> Session:
    return Session(
        date=date.fromisoformat(day),
        part=part,
        starts_at=time.fromisoformat(starts) if starts else None,
        ends_at=time.fromisoformat(ends) if ends else None,
    )


THE_LETTER = [
    session("2023-12-04", "morning", "08:00"),
    session("2023-12-04", "afternoon", "14:00"),
    session("2023-12-05", "morning", "08:00"),
]


def test_the_letter_of_ha_tinh_reads_as_it_was_signed() -> None:
    assert wording.days_of(THE_LETTER) == "1,5 ngày, từ ngày 04 đến ngày 05 tháng 12 năm 2023"
    assert wording.hours_of(THE_LETTER) == "Buổi sáng từ 08 giờ; buổi chiều từ 14 giờ"
    assert wording.parts_of_days(THE_LETTER) == "thứ Hai 04/12: sáng, chiều; thứ Ba 05/12: sáng"
    assert wording.dates_of(THE_LETTER) == "04/12 đến 05/12/2023"


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([], ""),
        (["2026-12-04"], "Ngày 04 tháng 12 năm 2026"),
        (["2026-11-30", "2026-12-01"], "01 ngày, từ ngày 30 tháng 11 đến ngày 01 tháng 12 năm 2026"),
        (["2026-12-31", "2027-01-01"], "01 ngày, từ ngày 31 tháng 12 năm 2026 đến ngày 01 tháng 01 năm 2027"),
        (["2026-12-04", "2026-12-06", "2026-12-08"], "1,5 ngày, các ngày 04, 06 và 08 tháng 12 năm 2026"),
        (["2026-11-30", "2026-12-04"], "01 ngày, các ngày 30/11/2026 và 04/12/2026"),
    ],
)
def test_days_are_said_as_one_span_where_they_are_one(days: list[str], said: str) -> None:
    assert wording.days_of([session(day, "morning", "08:00") for day in days]) == said


def test_the_length_that_the_letter_gives_wins() -> None:
    assert wording.days_of(THE_LETTER, Decimal("2.0")).startswith("02 ngày")


@pytest.mark.parametrize(
    ("sessions", "said"),
    [
        ([session("2026-12-04", "morning")], ""),
        ([session("2026-12-04", "morning", "07:30", "11:00")], "Buổi sáng từ 07 giờ 30 đến 11 giờ"),
        (
            [session("2026-12-04", "morning", "08:00"), session("2026-12-05", "morning", "07:30")],
            "Buổi sáng ngày 04/12 từ 08 giờ; buổi sáng ngày 05/12 từ 07 giờ 30",
        ),
        ([session("2026-12-04", "evening", "19:00")], "Buổi tối từ 19 giờ"),
    ],
)
def test_hours_are_said_once_where_every_day_is_alike(sessions: list[Session], said: str) -> None:
    assert wording.hours_of(sessions) == said


def test_a_meeting_begins_with_its_first_hour_in_the_portals_time_zone() -> None:
    begins = wording.begins_at([*reversed(THE_LETTER)])
    assert begins is not None
    assert begins.isoformat() == "2023-12-04T08:00:00+07:00"
    assert wording.begins_at([session("2026-12-04", "morning")]) is None
