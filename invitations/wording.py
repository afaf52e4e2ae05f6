"""How an official letter says dates and hours: pure functions from sessions to Vietnamese."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.utils import timezone

from invitations.models.meeting import Session

WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
IN_A_DAY = {
    Session.PartOfDay.MORNING: "sáng",
    Session.PartOfDay.AFTERNOON: "chiều",
    Session.PartOfDay.EVENING: "tối",
}


def days_of(sessions: Sequence[Session], days: Decimal | None = None) -> str:
    """Say how long and on which days: "1,5 ngày, từ ngày 04 đến ngày 05 tháng 12 năm 2023".

    ``days`` is the length that the letter gives; without it a morning or an afternoon is half a day.
    """
    dates = sorted({session.date for session in sessions})
    if not dates:
        return ""
    if days is None and len(sessions) == 1:
        return f"Ngày {_in_full(dates[0])}"
    return f"{number_of(days if days is not None else length_of(sessions))} ngày, {_span(dates)}"


def begins_at(sessions: Sequence[Session]) -> datetime | None:
    """Return when the first session with an hour begins, in the portal's time zone."""
    moments = [datetime.combine(session.date, session.starts_at) for session in sessions if session.starts_at]
    return timezone.make_aware(min(moments)) if moments else None


def dates_of(sessions: Iterable[Session]) -> str:
    """Say the days in a table's words: "04/12/2023", "04/12 đến 05/12/2023"."""
    dates = sorted({session.date for session in sessions})
    if not dates:
        return ""
    first, last = dates[0], dates[-1]
    return f"{last:%d/%m/%Y}" if first == last else f"{first:%d/%m} đến {last:%d/%m/%Y}"


def length_of(sessions: Sequence[Session]) -> Decimal:
    """Count half days; an evening counts as the others do."""
    return Decimal(len(sessions)) / 2


def hours_of(sessions: Sequence[Session]) -> str:
    """Say from when: "Buổi sáng từ 08 giờ; buổi chiều từ 14 giờ".

    Where a part of the day begins at other hours on other days, each day is named.
    """
    said = []
    for part in Session.PartOfDay:
        of_part = [session for session in sessions if session.part == part and session.starts_at]
        hours = {(session.starts_at, session.ends_at) for session in of_part}
        label = Session.PartOfDay(part).label.lower()
        if len(hours) == 1:
            said.append(f"{label} {_from(of_part[0])}")
        else:
            said.extend(f"{label} ngày {session.date:%d/%m} {_from(session)}" for session in of_part)
    text = "; ".join(said)
    return text[:1].upper() + text[1:]


def parts_of_days(sessions: Iterable[Session]) -> str:
    """Say which parts of which day: "thứ Hai 04/12: sáng, chiều; thứ Ba 05/12: sáng"."""
    by_day: dict[date, list[str]] = {}
    for session in sorted(
        sessions, key=lambda session: list(IN_A_DAY).index(Session.PartOfDay(session.part))
    ):
        by_day.setdefault(session.date, []).append(IN_A_DAY[Session.PartOfDay(session.part)])
    return "; ".join(
        f"{WEEKDAYS[day.weekday()]} {day:%d/%m}: {', '.join(parts)}" for day, parts in sorted(by_day.items())
    )


def _span(dates: Sequence[date]) -> str:
    first, last = dates[0], dates[-1]
    if first == last:
        return f"ngày {_in_full(first)}"
    unbroken = last - first == timedelta(days=len(dates) - 1)
    if unbroken and first.year != last.year:
        return f"từ ngày {_in_full(first)} đến ngày {_in_full(last)}"
    if unbroken and first.month != last.month:
        return f"từ ngày {first:%d} tháng {first:%m} đến ngày {_in_full(last)}"
    if unbroken:
        return f"từ ngày {first:%d} đến ngày {_in_full(last)}"
    if (first.year, first.month) == (last.year, last.month):
        return f"các ngày {', '.join(f'{day:%d}' for day in dates[:-1])} và {_in_full(last)}"
    return f"các ngày {', '.join(f'{day:%d/%m/%Y}' for day in dates[:-1])} và {last:%d/%m/%Y}"


def _in_full(day: date) -> str:
    return f"{day:%d} tháng {day:%m} năm {day:%Y}"


def _from(session: Session) -> str:
    until = f" đến {hour(session.ends_at)}" if session.ends_at else ""
    return f"từ {hour(session.starts_at)}{until}" if session.starts_at else ""


def hour(at: time) -> str:
    """Write an hour as letters do, with two digits: "08 giờ", "14 giờ 30"."""
    return f"{at:%H} giờ {at:%M}" if at.minute else f"{at:%H} giờ"


def number_of(days: Decimal) -> str:
    """1.5 → "1,5", 2.0 → "02" as letters write whole numbers below ten, 0.5 → "0,5"."""
    if days == days.to_integral_value():
        return f"{int(days):02d}"
    return f"{days.normalize():f}".replace(".", ",")
