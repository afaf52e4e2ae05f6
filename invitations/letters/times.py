"""Dates, hours, parts of a day and lengths as letters write them; and the moments that they make."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from enum import Enum

from invitations.letters.passages import Passage, Span
from invitations.letters.vocabulary import NUMBER


class Kind(Enum):
    """What a token of time is."""

    HOURS = "hours"
    DATES = "dates"
    PART = "part"
    WEEKDAY = "weekday"
    LENGTH = "length"


_HOUR = (
    r"(?<![\d/.,])(?:[01]?\d|2[0-4])\s?(?:giờ|h|g(?=\s?\d\d)|:(?=\d\d))\s?"
    r"(?:[0-5]\d(?!\d|\s?/\s?\d|[.-]\d\d?[.-]\d)(?!\s+tháng)|rưỡi)?\s?(?:phút\b|['’′]|p\b)?"
)
_DATE = (
    r"(?:ngày\s+)?(?<![\d.,/])(?:0?[1-9]|[12]\d|3[01])(?:\s?[/]\s?(?:0?[1-9]|1[0-2])(?:\s?[/]\s?(?:20\d\d|\d\d(?!\d)))?"
    r"|\s?[.-]\s?(?:0?[1-9]|1[0-2])\s?[.-]\s?20\d\d"
    r"|\s+tháng\s+(?:0?[1-9]|1[0-2])(?:\s?/\s?20\d\d|,?\s+năm\s+20\d\d)?)(?!\d|\s?[/.-]\s?\d|[/-][A-ZĐ])"
)
_DAY = (
    r"(?<![\d.,/-])(?:0?[1-9]|[12]\d|3[01])"
    r"(?:\s?/\s?(?:0?[1-9]|1[0-2])(?:\s?/\s?20\d\d)?|\s+tháng\s+(?:0?[1-9]|1[0-2]))?"
)
_TO = r"\s*(?:\((?:thứ|chủ)[^)]*\)\s*)?(?:-|–|—|đến\s+hết|đến|tới)\s*(?:hết\s+)?(?:ngày\s+)?"
_AND = r"\s*(?:,\s*và|,|và|&|;)\s*(?:ngày\s+)?"
_TOKENS = re.compile(
    rf"(?P<length>(?<![\d/.,-])(?:½|1/2|\d{{1,2}}[.,]\d|\d{{1,2}}|nửa|một|hai|ba|bốn)\s*(?:\([^\W\d]+\)\s*)?(?:ngày|buổi)(?!\w)(?:\s+rưỡi)?)"
    rf"|(?P<hours>{_HOUR}(?:\s*(?:-|–|—|đến|tới)\s*{_HOUR})?)"
    rf"|(?P<dates>(?:(?:ngày\s+)?{_DAY}{_TO}(?={_DATE})|(?:(?:các\s+)?ngày\s+|(?<=ngày\s))(?:{_DAY}{_AND}(?:ngày\s+)?)+)?{_DATE}|ngày\s+{_DAY}{_TO}{_DATE})"
    r"|(?P<part>(?<!\w)(?:sáng|chiều|tối)(?!\w))"
    r"|(?P<weekday>(?<!\w)(?:thứ\s+(?:hai|ba|tư|năm|sáu|bảy|bẩy|[2-7])|chủ\s+nhật)(?!\w))"
    r"|(?P<today>(?<!\w)(?:hôm nay|ngày mai)(?!\s*\(?\s*(?:ngày\s+)?\d))",
    re.IGNORECASE,
)
_ONE_HOUR = re.compile(r"(?P<h>\d{1,2})\s?(?:giờ|h|g|:)\s?(?:(?P<m>\d\d)|(?P<half>rưỡi))?", re.IGNORECASE)
_ONE_DATE = re.compile(
    r"(?P<d>\d{1,2})(?:\s?[/.-]\s?|\s+tháng\s+)(?P<m>\d{1,2})(?:(?:\s?[/.-]\s?|,?\s+năm\s+)(?P<y>\d{2,4}))?$"
)
_CITED = re.compile(NUMBER + r"\s*(?:,|\()?\s*(?:ngày)?\s*$")
_DAYS = {
    "hai": 0,
    "2": 0,
    "ba": 1,
    "3": 1,
    "tư": 2,
    "4": 2,
    "năm": 3,
    "5": 3,
    "sáu": 4,
    "6": 4,
    "bảy": 5,
    "bẩy": 5,
    "7": 5,
}
_COUNTS = {"½": 0.5, "1/2": 0.5, "nửa": 0.5, "một": 1.0, "hai": 2.0, "ba": 3.0, "bốn": 4.0}
PARTS = {"sáng": "morning", "chiều": "afternoon", "tối": "evening"}
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")


@dataclass(frozen=True)
class Token:
    """One word of time in a passage."""

    kind: Kind
    passage: Passage
    start: int
    end: int
    hours: tuple[time, time | None] | None = None
    dates: tuple[date, ...] = ()
    no_year: bool = False
    part: str = ""
    weekday: int = -1
    days: float = 0.0
    halves: bool = False


@dataclass
class Calendar:
    """Gives a year to a date that has none, by the letter alone: never by today."""

    issued_on: date | None = None
    years: list[tuple[int, int]] = field(default_factory=list)
    """Where in the letter which year stands."""

    @classmethod
    def of(cls, text: str, issued_on: date | None) -> Calendar:
        """Note every date of the letter that has its year, those of cited documents last."""
        found = [
            (match.start(), int(match[1]))
            for match in re.finditer(r"(?:/\s?|\bnăm\s+|[.-])(20\d\d)(?!\d)", text)
        ]
        return cls(issued_on, found)

    def year_for(self, day: int, month: int, place: int) -> int | None:
        """The year of a date at ``place``: that of issue, else that of the nearest date with a year."""
        if self.issued_on:
            year = self.issued_on.year
            earlier = (month, day) < (self.issued_on.month, self.issued_on.day)
            return year + 1 if earlier and self.issued_on.month - month >= 6 else year
        if not self.years:
            return None
        return min(self.years, key=lambda found: abs(found[0] - place))[1]

    def date(self, day: int, month: int, year: int | None, place: int) -> date | None:
        """The date, or None where there is no such day or no year to take."""
        year = year if year is not None else self.year_for(day, month, place)
        if year is None:
            return None
        try:
            return date(year + 2000 if year < 100 else year, month, day)
        except ValueError:
            return None


def tokens(passage: Passage, calendar: Calendar, *, cited: bool = False) -> list[Token]:
    """Read the words of time in a passage. Dates right after a document's number are left out."""
    found = []
    for match in _TOKENS.finditer(passage.key):
        kind = match.lastgroup
        text = " ".join(match.group().lower().split())
        if kind == "dates" and not cited and _CITED.search(passage.key[: match.start()]):
            continue
        token = Token(Kind.PART, passage.group(match), match.start(), match.end())
        if kind == "hours":
            hours = _hours(text)
            if hours:
                found.append(replace(token, kind=Kind.HOURS, hours=hours))
        elif kind in ("dates", "today"):
            days, no_year = _dates(text, calendar, passage.start + match.start())
            found.append(replace(token, kind=Kind.DATES, dates=days, no_year=no_year))
        elif kind == "part":
            found.append(replace(token, part=PARTS[text]))
        elif kind == "weekday":
            found.append(replace(token, kind=Kind.WEEKDAY, weekday=_DAYS.get(text.split()[-1], 6)))
        elif kind == "length" and not re.search(r"tháng\s+$", passage.key[: match.start()]):
            days_long, halves = _length(text)
            found.append(replace(token, kind=Kind.LENGTH, days=days_long, halves=halves))
    return _year_of_the_next(found)


def _year_of_the_next(found: list[Token]) -> list[Token]:
    """ "18/11 và 19/11/2025": the first date has the year of the one that follows it."""
    last: date | None = None
    out: list[Token] = []
    for token in reversed(found):
        if token.kind == Kind.DATES and token.dates:
            if token.no_year and last:
                with suppress(ValueError):
                    days = tuple(day.replace(year=last.year) for day in token.dates)
                    if days[-1] > last:
                        days = tuple(day.replace(year=last.year - 1) for day in token.dates)
                    token = replace(token, dates=days, no_year=False)
            elif not token.no_year:
                last = token.dates[0]
        out.append(token)
    return out[::-1]


def _hours(text: str) -> tuple[time, time | None] | None:
    read = []
    for match in _ONE_HOUR.finditer(text):
        hour, minute = int(match["h"]) % 24, 30 if match["half"] else int(match["m"] or 0)
        read.append(time(hour, minute))
    if not read:
        return None
    return read[0], read[1] if len(read) > 1 and read[1] > read[0] else None


def _length(text: str) -> tuple[float, bool]:
    count = re.match(r"½|1/2|\d+[.,]\d|\d+|\w+", text)
    word = count.group() if count else ""
    number = _COUNTS.get(word) or float(word.replace(",", ".") if word[:1].isdigit() else 0)
    number += 0.5 if text.endswith("rưỡi") else 0
    return (number / 2, True) if "buổi" in text else (number, number < 1)


def _dates(text: str, calendar: Calendar, place: int) -> tuple[tuple[date, ...], bool]:
    if text in ("hôm nay", "ngày mai"):
        day = calendar.issued_on
        return ((day + timedelta(days=text == "ngày mai"),) if day else ()), True
    text = re.sub(r"\((?:thứ|chủ)[^)]*\)", "", text)
    last = _ONE_DATE.search(text)
    if last is None:
        return (), True
    year = int(last["y"]) if last["y"] else None
    final = calendar.date(int(last["d"]), int(last["m"]), year, place)
    lead = text[: last.start()]
    if final is None:
        return (), year is None
    days = []
    for match in re.finditer(r"(\d{1,2})(?:\s?/\s?(\d{1,2})(?:\s?/\s?20\d\d)?|\s+tháng\s+(\d{1,2}))?", lead):
        month = int(match[2] or match[3] or final.month)
        day = calendar.date(int(match[1]), month, final.year - (month > final.month), place)
        if day and day < final:
            days.append(day)
    if days and re.search(r"[-–—]|đến|tới", lead) and (final - days[-1]).days <= 31:
        last_day = days[-1]
        days.extend(last_day + timedelta(days=n) for n in range(1, (final - last_day).days))
    return (*days, final), year is None


# Moments: an hour of a day --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moment:
    """A day, with its hour where one stands."""

    day: date
    hour: time | None
    span: Span
    no_year: bool = False
    weekday: int = -1

    @property
    def iso(self) -> str:
        """As ``read_letter`` prints it."""
        return f"{self.day.isoformat()}T{self.hour:%H:%M}" if self.hour else self.day.isoformat()

    @property
    def contradiction(self) -> str:
        """What is wrong with the weekday, as a Vietnamese sentence; "" where nothing is."""
        return contradiction(self.day, self.weekday)


def contradiction(day: date, weekday: int) -> str:
    """Say that a date is another weekday than the letter says; "" where it is right or none is named."""
    if weekday < 0 or day.weekday() == weekday:
        return ""
    return f"Ngày {day:%d/%m/%Y} là {WEEKDAYS[day.weekday()]}, giấy mời ghi {WEEKDAYS[weekday]}."


def moments(found: Sequence[Token]) -> list[Moment]:
    """Pair hours with days: "14 giờ ngày 18/11 và 8 giờ ngày 19/11", "ngày 18/11: 8 giờ; 14 giờ"."""
    days = [token for token in found if token.kind == Kind.DATES]
    told: dict[int, list[Token | None]] = {}
    for hour in found:
        if hour.kind == Kind.HOURS and days:
            nearest = min(range(len(days)), key=lambda place: _distance(hour, days[place]))
            told.setdefault(nearest, []).append(hour)
    paired = [
        moment
        for place, day in enumerate(days)
        for hour in told.get(place, [None])
        for moment in _at(hour, day, _weekday_of(day, found))
    ]
    return sorted(paired, key=lambda moment: moment.span)


def _distance(hour: Token, day: Token) -> int:
    """How far apart they stand; signs that divide count as more, and an hour rather precedes its day."""
    first, second = sorted((hour.passage, day.passage), key=lambda passage: passage.start)
    between = second.source[first.end : second.start]
    return (
        4 * len(between)
        + 40 * len(re.findall(r"[;.]|và", between))
        + 12 * between.count(",")
        + (first is day.passage)
    )


def _weekday_of(day: Token, found: Sequence[Token]) -> int:
    """The weekday that stands beside a date."""
    source = day.passage.source
    for token in found:
        if token.kind != Kind.WEEKDAY:
            continue
        first, second = sorted((token.passage, day.passage), key=lambda passage: passage.start)
        between = source[first.end : second.start]
        if len(between) <= 12 and not re.search(r"[;.\d]|và", between):
            return token.weekday
    return -1


def _at(hour: Token | None, day: Token, weekday: int) -> Iterator[Moment]:
    start = min(day.passage.start, hour.passage.start) if hour else day.passage.start
    end = max(day.passage.end, hour.passage.end) if hour else day.passage.end
    at = hour.hours[0] if hour and hour.hours else None
    for each in day.dates:
        yield Moment(each, at, Span(start, end), day.no_year, weekday if len(day.dates) == 1 else -1)
