"""The sessions that the dates, hours and lengths of a letter add up to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from itertools import pairwise

from invitations.letters.passages import Passage, Span
from invitations.letters.times import PARTS, Calendar, Kind, Token, contradiction, tokens
from invitations.letters.vocabulary import BEGINS, MOVED_TO, RECEPTION

_ENDS = re.compile(r"(?:kết thúc|bế mạc|xong)[^;.\d]*$", re.IGNORECASE)


@dataclass(frozen=True)
class Sitting:
    """One morning, afternoon or evening."""

    date: date
    part: str
    starts_at: time | None
    ends_at: time | None
    span: Span
    guesses: tuple[str, ...] = ()
    """Why its date or part is not certain, as Vietnamese sentences."""
    hour_guesses: tuple[str, ...] = ()


@dataclass
class Schedule:
    """What the letter says of its time as a whole."""

    days: float | None = None
    days_span: Span | None = None
    sittings: list[Sitting] = field(default_factory=list)


@dataclass
class _Clause:
    """What one clause says: its days, and from when in which part of the day."""

    found: list[Token]
    dates: list[date] = field(default_factory=list)
    hours: dict[str, tuple[time | None, time | None, Span]] = field(default_factory=dict)
    labelled: bool = False
    """Whether the parts of the day are named, not only told by an hour."""
    second_hours: bool = False
    """Whether an hour stands beside another one of the same part of the day."""
    no_year: bool = False
    wrong: dict[date, str] = field(default_factory=dict)


def part_of(at: time) -> str:
    """Before noon is morning, from 18:00 evening."""
    return "morning" if at.hour < 12 else "afternoon" if at.hour < 18 else "evening"


def schedule(passages: Iterable[Passage], calendar: Calendar, *, moved: bool = False) -> Schedule:
    """Read sessions out of what a letter says about its time.

    ``moved`` says that the letter changes a time: of "từ ngày 04/12 sang ngày 06/12" only the new one counts.
    """
    outcome = Schedule()
    clauses = [_clause(found) for passage in passages for found in _clauses(passage, calendar, moved)]
    everything = [token for clause in clauses for token in clause.found]
    lengths = [token for token in everything if token.kind == Kind.LENGTH]
    if lengths:
        outcome.days = lengths[0].days
        outcome.days_span = lengths[0].passage.span
    dated = [clause for clause in clauses if clause.dates]
    general = [clause for clause in clauses if not clause.dates and clause.hours]
    seen: set[tuple[date, str]] = set()
    for clause in dated:
        hours = dict(clause.hours)
        for other in general:
            for part, times in other.hours.items():
                hours.setdefault(part, times)
        alone = len(dated) == 1 or len({day for each in dated for day in each.dates}) == len(clause.dates)
        alone = alone and not (len(dated) > 1 and all(each.labelled for each in dated))
        for sitting in _sittings(clause, hours, outcome.days if alone else None):
            if (sitting.date, sitting.part) not in seen:
                seen.add((sitting.date, sitting.part))
                outcome.sittings.append(sitting)
    _fill(outcome)
    if outcome.days and outcome.sittings and len(outcome.sittings) != round(2 * outcome.days):
        first = outcome.sittings[0]
        if not any(why.startswith("Ghi ") for why in first.guesses):
            why = f"Ghi {outcome.days:g} ngày, nhưng các ngày và buổi nêu ra là {len(outcome.sittings)} buổi."
            outcome.sittings[0] = replace(first, guesses=(*first.guesses, why))
    outcome.sittings.sort(key=lambda sitting: (sitting.date, list(PARTS.values()).index(sitting.part)))
    return outcome


def _fill(outcome: Schedule) -> None:
    """Add the half days between the first and the last one, where just these make up the length told."""
    if not outcome.days or not 2 <= len(outcome.sittings) < 2 * outcome.days:
        return
    slots = {(each.date, each.part) for each in outcome.sittings}
    first, last = min(slots, key=_order), max(slots, key=_order)
    between = [
        (first[0] + timedelta(days=n), part)
        for n in range(min((last[0] - first[0]).days, 31) + 1)
        for part in ("morning", "afternoon")
    ]
    between = [slot for slot in between if _order(first) <= _order(slot) <= _order(last)]
    if len(between) == round(2 * outcome.days):
        span = outcome.sittings[0].span
        outcome.sittings = [
            replace(each, guesses=tuple(why for why in each.guesses if not why.startswith("Ghi ")))
            for each in outcome.sittings
        ]
        outcome.sittings += [Sitting(*slot, None, None, span) for slot in between if slot not in slots]


def _order(slot: tuple[date, str]) -> tuple[date, int]:
    return slot[0], list(PARTS.values()).index(slot[1])


def _clauses(passage: Passage, calendar: Calendar, moved: bool) -> Iterator[list[Token]]:
    """Tokens, clause by clause: a new one begins where a second day brings its own part or hour."""
    parts = []
    for clause in passage.split(re.compile(r";|\n|(?<=[^\d])\.(?=\s)|(?<=\d)\.(?=\s+\D)")):
        to = MOVED_TO.search(clause.key) if moved else None
        if to and tokens(clause.after(to), calendar):
            clause = clause.after(to)
        parts.append([token for token in tokens(clause, calendar) if not _is_reception(token, clause)])
    dated = [found for found in parts if any(token.kind == Kind.DATES for token in found)]
    if len(dated) == 1:
        parts = [[token for found in parts for token in found]]
    for found in parts:
        yield from _by_day(found)


def _by_day(found: list[Token]) -> Iterator[list[Token]]:
    """Cut where a second day brings its own part of the day or its own hour."""
    days = [place for place, token in enumerate(found) if token.kind == Kind.DATES]
    told = [place for place, token in enumerate(found) if token.kind in (Kind.PART, Kind.HOURS)]
    if len(days) < 2 or len(told) < 2:
        yield found
    elif told[0] < days[0]:
        yield from (
            found[start:end] for start, end in pairwise([0, *(day + 1 for day in days[:-1]), len(found)])
        )
    else:
        yield from (found[start:end] for start, end in pairwise([0, *days[1:], len(found)]))


def _is_reception(token: Token, clause: Passage) -> bool:
    """Whether an hour tells when guests are received and not when work begins."""
    if token.kind != Kind.HOURS:
        return False
    start = max((clause.key.rfind(sign, 0, token.start) for sign in ",()"), default=-1) + 1
    rest = re.split(r"[()]|,(?! ?(?:đón|tiếp))|\d", clause.key[token.end :], maxsplit=1)[0]
    beside = clause.key[start : token.start] + " " + rest
    return bool(RECEPTION.search(beside)) and not BEGINS.search(beside)


def _clause(found: list[Token]) -> _Clause:
    clause = _Clause(found)
    part = ""
    last_hours = ""
    used: set[int] = set()
    for place, token in enumerate(found):
        if token.kind == Kind.DATES:
            clause.dates.extend(day for day in token.dates if day not in clause.dates)
            clause.no_year |= token.no_year
        elif token.kind == Kind.PART:
            clause.labelled = True
            if last_hours and not _another_hour(found, place) and place - 1 not in used:
                part = last_hours = ""
                clause.hours.setdefault(token.part, (None, None, token.passage.span))
                _move_hours(clause, found[place - 1], token)
                used.add(place - 1)
                continue
            part = token.part
            clause.hours.setdefault(part, (None, None, token.passage.span))
        elif token.kind == Kind.HOURS and token.hours:
            begin, end = _in_part(token.hours, part)
            own = part if part and clause.hours[part][0] is None else part_of(begin)
            if _ENDS.search(token.passage.source[max(0, token.passage.start - 30) : token.passage.start]):
                _end_at(clause, begin, last_hours or own)
                continue
            if clause.hours.get(own, (None,))[0] is not None:
                clause.second_hours = True
                continue
            last_hours = own
            clause.hours[last_hours] = (begin, end, token.passage.span)
            if end and end.hour >= 13 and last_hours == "morning":
                clause.hours["morning"] = (begin, None, token.passage.span)
                clause.hours.setdefault("afternoon", (None, end, token.passage.span))
            if not (place and found[place - 1].kind == Kind.PART):
                part = ""
    clause.wrong = _contradictions(clause)
    return clause


def _contradictions(clause: _Clause) -> dict[date, str]:
    """Hold each day against the weekday named with it; where not each has one, only the first day."""
    weekdays = [token.weekday for token in clause.found if token.kind == Kind.WEEKDAY]
    days = clause.dates if len(weekdays) == len(clause.dates) else clause.dates[:1]
    return {day: contradiction(day, weekday) for day, weekday in zip(days, weekdays, strict=False)}


def _end_at(clause: _Clause, at: time, part: str) -> None:
    """Take "kết thúc 11h30" as the end of the part of the day that it lies in."""
    own = part_of(at)
    begin, _, span = clause.hours.get(own, (None, None, None))
    if begin is not None and span is not None and begin < at:
        clause.hours[own] = (begin, at, span)
    elif part in clause.hours and own not in clause.hours:
        clause.hours[own] = (None, at, clause.hours[part][2])


def _another_hour(found: list[Token], place: int) -> bool:
    """Whether the part of the day belongs to an hour that follows it."""
    if place == 0 or found[place - 1].kind != Kind.HOURS:
        return True
    before, token = found[place - 1], found[place]
    between = token.passage.source[before.passage.end : token.passage.start]
    return bool(between.strip(" (")) and between.strip() != "buổi"


def _in_part(hours: tuple[time, time | None], part: str) -> tuple[time, time | None]:
    """ "2 giờ chiều" is 14:00."""
    begin, end = hours
    if (part == "afternoon" and begin.hour <= 6) or (part == "evening" and 6 <= begin.hour <= 11):
        begin = begin.replace(hour=begin.hour + 12)
        end = end.replace(hour=end.hour + 12) if end and end.hour < 12 else end
    return begin, end


def _move_hours(clause: _Clause, hour: Token, part: Token) -> None:
    """Give "2 giờ chiều" to its part of the day."""
    if hour.hours is None:
        return
    old = part_of(hour.hours[0])
    begin, end = _in_part(hour.hours, part.part)
    if old != part.part and clause.hours.get(old, (None,))[0] == hour.hours[0]:
        del clause.hours[old]
    clause.hours[part.part] = (begin, end, hour.passage.span)


def _sittings(
    clause: _Clause, hours: dict[str, tuple[time | None, time | None, Span]], days: float | None
) -> Iterator[Sitting]:
    span = next(token.passage.span for token in clause.found if token.kind == Kind.DATES)
    guess = ("Ngày không ghi năm; năm lấy theo chỗ khác trong văn bản.",) if clause.no_year else ()
    if clause.second_hours:
        guess = (*guess, "Một buổi có hai giờ; lấy giờ đứng trước.")
    dates = list(clause.dates)
    if days and days > len(dates) and len(dates) == 1:
        more = int(days + 0.5) - len(dates)
        dates = [dates[0] + timedelta(days=n) for n in range(more + 1)]
        if more:
            guess = (*guess, f"Giấy mời chỉ ghi ngày đầu; các ngày sau tính từ “{days:g} ngày” liền nhau.")
    named = [part for part in PARTS.values() if part in hours]
    if days is None and len(dates) > 1 and not clause.labelled and "afternoon" not in named:
        days = float(len(dates))
        guess = (*guess, "Không ghi số ngày; hiểu là cả ngày.")
    slots = _slots(dates, named, days)
    if not named and days is None:
        guess = (*guess, "Không ghi buổi nào trong ngày.")
    if days and len(slots) != round(2 * days):
        guess = (*guess, f"Ghi {days:g} ngày, nhưng các ngày và buổi nêu ra là {len(slots)} buổi.")
    begun = {part for part in named if hours[part][0]}
    for day, part in slots:
        begin, end, where = hours.get(part, (None, None, span))
        own = (*guess, clause.wrong[day]) if clause.wrong.get(day) else guess
        unsure = ("Giờ ghi chung, lấy cho mọi ngày.",) if begin and len(dates) > 1 and len(begun) == 1 else ()
        first = (
            Span(min(span.start, where.start), max(span.end, where.end))
            if where.start // 400 == span.start // 400
            else span
        )
        yield Sitting(day, part, begin, end, first, own, unsure)


def _slots(dates: list[date], named: list[str], days: float | None) -> list[tuple[date, str]]:
    """Which half days: those that are named; else morning and afternoon, as many as the length says."""
    whole = ["morning", "afternoon"]
    if days is None:
        parts = named or ["morning"]
        return [(day, part) for day in dates for part in parts]
    count = round(2 * days)
    if len(named) * len(dates) == count:
        return [(day, part) for day in dates for part in named]
    if count == 1:
        return [(dates[0], named[0] if named else "morning")]
    parts = whole + (["evening"] if "evening" in named else [])
    slots = [(day, part) for day in dates for part in parts]
    if named and named[0] == "afternoon":
        slots = slots[1:]
    return slots[:count]
