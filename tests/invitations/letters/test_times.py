"""Dates, hours and sessions, in every manner in which letters write them."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from invitations.letters.contacts import contacts
from invitations.letters.passages import Passage
from invitations.letters.sittings import schedule
from invitations.letters.times import WEEKDAYS, Calendar, moments, tokens

DAYS = st.dates(date(2015, 1, 1), date(2035, 12, 31))
MINUTES = st.sampled_from([0, 15, 30, 45])
HOURS = st.builds(time, st.integers(6, 21), MINUTES)
DATE_FORMS = (
    "ngày {d:02d} tháng {m:02d} năm {y}",
    "ngày {d} tháng {m} năm {y}",
    "ngày {d:02d}/{m:02d}/{y}",
    "{d}/{m}/{y}",
    "ngày {d:02d}/{m}/{y}",
    "ngày {d}.{m}.{y}",
    "ngày {d:02d}-{m:02d}-{y}",
    "ngày {d} tháng {m}/{y}",
)
HOUR_FORMS = (
    "{h:02d} giờ {m:02d} phút",
    "{h}h{m:02d}",
    "{h:02d}h{m:02d}'",
    "{h:02d}:{m:02d}",
    "{h} giờ {m:02d}",
)


def read(text: str, issued_on: date | None = None) -> list[tuple[str, str, str | None]]:
    outcome = schedule([Passage.whole(text)], Calendar.of(text, issued_on))
    return [
        (each.date.isoformat(), each.part, f"{each.starts_at:%H:%M}" if each.starts_at else None)
        for each in outcome.sittings
    ]


def write_day(day: date, form: str) -> str:
    return form.format(d=day.day, m=day.month, y=day.year)


def write_hour(at: time, form: str) -> str:
    return form.format(h=at.hour, m=at.minute)


@settings(deadline=None)
@given(day=DAYS, at=HOURS, date_form=st.sampled_from(DATE_FORMS), hour_form=st.sampled_from(HOUR_FORMS))
def test_an_hour_and_a_day_are_read_in_every_form(
    day: date, at: time, date_form: str, hour_form: str
) -> None:
    text = f"{write_hour(at, hour_form)}, {write_day(day, date_form)}"
    [moment] = moments(tokens(Passage.whole(text), Calendar()))
    assert (moment.day, moment.hour) == (day, at)


@settings(deadline=None)
@given(first=DAYS, length=st.integers(1, 3), form=st.sampled_from(["từ ngày {} đến ngày {}", "{} - {}"]))
def test_a_range_of_days_has_them_all(first: date, length: int, form: str) -> None:
    days = [first + timedelta(days=n) for n in range(length + 1)]
    text = f"{length + 1} ngày, " + form.format(f"{days[0]:%d/%m/%Y}", f"{days[-1]:%d/%m/%Y}")
    assert read(text) == [(day.isoformat(), part, None) for day in days for part in ("morning", "afternoon")]


@settings(deadline=None)
@given(day=DAYS, said=st.integers(0, 6))
def test_a_wrong_weekday_is_pointed_out(day: date, said: int) -> None:
    text = f"8 giờ, {WEEKDAYS[said]}, ngày {day:%d/%m/%Y}"
    [sitting] = schedule([Passage.whole(text)], Calendar()).sittings
    assert any("giấy mời ghi" in why for why in sitting.guesses) == (day.weekday() != said)


@settings(deadline=None)
@given(
    number=st.integers(0, 999),
    form=st.sampled_from(["0900.000.{}", "0900 000 {}", "0900000{}", "+84 900 000 {}", "(0900) 000 {}"]),
    mark=st.sampled_from(["SĐT: ", "ĐT/Zalo: ", "điện thoại ", "số điện thoại: ", "- "]),
)
def test_a_phone_is_read_in_every_form(number: int, form: str, mark: str) -> None:
    text = f"Liên hệ đồng chí Lê Mẫu An, Văn phòng Sở, {mark}{form.format(f'{number:03d}')}."
    [contact] = contacts(Passage.whole(text), None)
    assert (contact.name, contact.organisation) == ("Lê Mẫu An", "Văn phòng Sở")
    assert contact.phone == f"0900000{number:03d}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("½ ngày, từ 7h30 - 9h00, Thứ ba, ngày 06/02/2018", ["2018-02-06 morning 07:30"]),
        ("01 buổi chiều, từ 14 giờ, ngày 08 tháng 5 năm 2024", ["2024-05-08 afternoon 14:00"]),
        ("từ 08 giờ, ngày 29 tháng 10 năm 2023", ["2023-10-29 morning 08:00"]),
        ("14h00 hôm nay (31/3)", ["2022-03-31 afternoon 14:00"]),
        ("14h00 hôm nay", ["2022-03-30 afternoon 14:00"]),
        ("2 giờ chiều ngày 12/3/2024", ["2024-03-12 afternoon 14:00"]),
        ("sáng ngày 04/12 và chiều ngày 05/12/2023", ["2023-12-04 morning", "2023-12-05 afternoon"]),
        (
            "1,5 ngày, từ ngày 04 - 05 tháng 12 năm 2023. Buổi sáng: Từ 08 giờ; Buổi chiều: Từ 14 giờ",
            ["2023-12-04 morning 08:00", "2023-12-04 afternoon 14:00", "2023-12-05 morning 08:00"],
        ),
        ("7h00: đón tiếp đại biểu; 7h30: khai mạc, ngày 12/3/2024", ["2024-03-12 morning 07:30"]),
        (
            "từ 8h00 đến 17h00 ngày 12/3/2024",
            ["2024-03-12 morning 08:00", "2024-03-12 afternoon"],
        ),
        ("08h00', ngày 30/10/2024, kết thúc dự kiến 11h30", ["2024-10-30 morning 08:00"]),
        ("19 giờ 30 ngày 12/3/2024", ["2024-03-12 evening 19:30"]),
        (
            "1,5 ngày, từ 14 giờ ngày 04/12/2023",
            ["2023-12-04 afternoon 14:00", "2023-12-05 morning", "2023-12-05 afternoon 14:00"],
        ),
        ("ngày 31/02/2024 lúc 8 giờ", []),
    ],
)
def test_sessions_are_read(text: str, expected: list[str]) -> None:
    told = [" ".join(filter(None, each)) for each in read(text, date(2022, 3, 30))]
    assert told == expected


def test_a_date_without_a_year_takes_it_from_the_letter_and_never_from_today() -> None:
    assert read("8 giờ ngày 14/5", date(2019, 5, 2)) == [("2019-05-14", "morning", "08:00")]
    assert read("8 giờ ngày 10/01", date(2019, 12, 20)) == [("2020-01-10", "morning", "08:00")]
    assert read("8 giờ ngày 14/5") == []


def test_the_date_of_a_cited_document_is_no_day_of_the_meeting() -> None:
    text = "Thực hiện Kế hoạch số 30-KH/TU, ngày 20/03/2024 và Công văn số 5/CV-BTG ngày 01/4/2024"
    assert [token for token in tokens(Passage.whole(text), Calendar()) if token.dates] == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14 giờ ngày 18/11 và 8 giờ ngày 19/11/2025", ["2025-11-18T14:00", "2025-11-19T08:00"]),
        ("ngày 18/11/2025: 8 giờ; 14 giờ", ["2025-11-18T08:00", "2025-11-18T14:00"]),
        ("8 giờ và 14 giờ ngày 18/11/2025", ["2025-11-18T08:00", "2025-11-18T14:00"]),
        ("ngày 18/11: 8 giờ; ngày 19/11/2025: 14 giờ", ["2025-11-18T08:00", "2025-11-19T14:00"]),
        ("chậm nhất hết ngày 16/4/2024", ["2024-04-16"]),
    ],
)
def test_hours_find_their_days(text: str, expected: list[str]) -> None:
    assert [each.iso for each in moments(tokens(Passage.whole(text), Calendar.of(text, None)))] == expected
