"""What is asked of whom, by when: deadlines, line tests, assignments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from invitations.letters.layout import Block
from invitations.letters.passages import PLAIN, Found, Line, Passage, Span
from invitations.letters.times import Calendar, Kind, Moment, moments, tokens
from invitations.letters.vocabulary import (
    ARRIVE,
    ASKS,
    BY_WHEN,
    COURTESY,
    DUE_THINGS,
    FIRM_VERB,
    GROUP,
    LINE_TEST,
    MAIL,
    NOT_A_VERB_AFTER,
    NOUN_VERBS,
    ORGANISATION,
    SENT,
    VERB,
    words,
)


@dataclass(frozen=True)
class Deadline:
    """By when something is due, and to whom."""

    moment: Moment
    what: str
    to: tuple[str, ...]
    span: Span
    late_is_meant: bool = False
    mail: str | None = None
    """The e-mail address to send it to."""


@dataclass(frozen=True)
class Assignment:
    """What one unit is asked to do."""

    unit: Found[str] | None
    text: str
    due: Moment | None
    span: Span


# Minutes before -------------------------------------------------------------------------------------------


def arrive_before(passages: Iterable[Passage]) -> Found[int] | None:
    """How many minutes before the start people are asked to be there."""
    for passage in passages:
        for pattern in ARRIVE:
            match = pattern.search(passage.key)
            if match and 0 < int(match["minutes"]) <= 240:
                return Found(int(match["minutes"]), passage.group(match).span)
    return None


# Deadlines ------------------------------------------------------------------------------------------------

_CLAUSE_BEGINS = re.compile(r"[;(]|:\s|(?<=\D)\.\s")
_BY_WHAT = re.compile(
    r"\s+(?:để|theo|qua|bằng|trước|chậm nhất|muộn nhất|nhằm)\s|[(;.]|,\s*(?=trước|chậm|muộn|hạn|thời)",
    re.IGNORECASE,
)
_REGION_ENDS = re.compile(r"[;\n)]|\.\s")
_LATER = words(r"kết quả|sau hội nghị|sau khi|thu hoạch|kết thúc")


def due_moments(passage: Passage, calendar: Calendar) -> Iterator[tuple[re.Match[str], Moment]]:
    """Every "trước 17 giờ ngày 01/12/2023" in a passage, with the word that makes it a deadline."""
    taken = -1
    for match in BY_WHEN.finditer(passage.key):
        if match.start() < taken:
            continue
        stop = _REGION_ENDS.search(passage.key, match.end(), match.end() + 200)
        begin = match.end() - 4 if match.group().lower() == "hết ngày" else match.end()
        region = passage.part(begin, stop.start() if stop else match.end() + 200)
        found = tokens(region, calendar)
        if not found or found[0].start > 45 or not any(token.kind == Kind.DATES for token in found):
            continue
        day = next(token for token in found if token.kind == Kind.DATES)
        gap = region.key[: day.start]
        if len(gap) > 75 or re.search(r"\bngày (?:họp|khai mạc)\b", gap):
            continue
        behind = found.index(day) + 1
        if behind < len(found) and found[behind].start - day.end <= 4:
            behind += 1
        at = moments(found[:behind])
        if at:
            taken = match.end() + day.end
            yield match, at[0]


def deadlines(passage: Passage, calendar: Calendar) -> Iterator[Deadline]:
    """Read what the invited must send, register or report, and by when."""
    last = 0
    for cue, moment in due_moments(passage, calendar):
        begins = [
            match.end()
            for match in _CLAUSE_BEGINS.finditer(passage.key, 0, cue.start())
            if not _is_in_closed_bracket(passage.key[: cue.start()], match.start())
        ]
        labelled = passage.key[: begins[-1]].rstrip().endswith(":") if begins else False
        start = max(begins[-1] if begins else 0, last)
        before = passage.part(start, cue.start())
        if labelled and not before.words:
            start = begins[-2] if len(begins) > 1 else 0
            before = passage.part(start, begins[-1] - 1 if begins else cue.start())
        end = last = moment.span.end - passage.start
        stop = re.compile(r"[;\n).]").search(passage.key, end)
        after = passage.part(end, stop.start() if stop else None)
        tail = re.match(r"[^\d:]{0,40}:", passage.key[cue.end() :])
        source = before if DUE_THINGS.search(before.key) else after
        if tail and DUE_THINGS.search(tail.group()):
            source = passage.part(cue.end(), cue.end() + tail.end() - 1)
        if not DUE_THINGS.search(source.key) and not (DUE_THINGS.search(cue.group())):
            continue
        what, to = _what_and_to(source)
        if not to and source is not after:
            _, to = _what_and_to(after, only_to=True)
        yield Deadline(
            moment,
            what,
            to,
            Span(passage.start + start, moment.span.end),
            bool(_LATER.search(passage.part(start, end).key)),
            _mail(passage, start, end),
        )


_MAIL_ENDS = re.compile(r";|\.(?:\s|$)|\n")


def _mail(passage: Passage, start: int, end: int) -> str | None:
    """The e-mail address in the words of a deadline, or right behind them."""
    stop = _MAIL_ENDS.search(passage.key, end)
    match = MAIL.search(passage.text, start, stop.start() if stop else len(passage.text))
    return match["mail"] if match else None


def _is_in_closed_bracket(text: str, place: int) -> bool:
    """Whether a bracket around ``place`` is closed again before the end."""
    return any(match.start() <= place < match.end() for match in re.finditer(r"\([^()]*\)", text))


def _what_and_to(clause: Passage, *, only_to: bool = False) -> tuple[str, tuple[str, ...]]:
    clause = clause.part(len(clause.text) - len(clause.text.lstrip(" ,:-")))
    lead = re.match(
        r"\s*(?:(?:thời gian|thời hạn|hạn)\s+(?=\w)|(?:\(|trên cơ sở đó|đồng thời|để|và|rồi)\s*,?)",
        clause.key,
        re.IGNORECASE,
    )
    clause = clause.after(lead) if lead else clause
    clause = _without_lead(clause)
    found = asked_of(clause)
    clause = found[1] if found else clause
    sent = SENT.search(clause.key)
    receivers: tuple[str, ...] = ()
    what = clause
    if sent and (sent.start() > 0 or only_to):
        what, rest = clause.before(sent), clause.after(sent)
        mail = MAIL.search(rest.key)
        rest = rest.before(mail) if mail else rest
        ends = _BY_WHAT.search(rest.key)
        rest = rest.before(ends) if ends else rest
        receivers = _receivers(rest)
    return re.sub(
        r"(?:,?\s+(?:xong|và|được|về|gửi|đề nghị|yêu cầu|đề nghị gửi|xin))+$", "", _without_please(what.words)
    ), receivers


def _without_please(what: str) -> str:
    return re.sub(r"^(?:Xin|Rất mong|Kính mong)(?: vui lòng)?\s+(?=\w)", "", what)


def _without_lead(clause: Passage) -> Passage:
    """Without "Đề nghị …" and "Sau hội nghị, …" in front."""
    when = re.match(r"\s*(?:sau|trước|trong|kết thúc|khi|để)\s[^,;.]{2,50},\s*", clause.key, re.IGNORECASE)
    if when and asked_of(clause.after(when)):
        clause = clause.after(when)
    asks = ASKS.match(clause.key)
    return clause.after(asks) if asks and asked_of(clause.after(asks)) else clause


_BETWEEN_RECEIVERS = re.compile(
    rf"\s*(?:,|;|(?<!HĐND)(?<!ĐBQH)(?<!nhân dân)\svà)\s+(?={ORGANISATION.pattern})|\s+đồng thời.*"
)


def _receivers(passage: Passage) -> tuple[str, ...]:
    if re.match(r"(?:đồng chí|địa chỉ|email|thư điện tử)", passage.key, re.IGNORECASE):
        return ()
    return tuple(part.words for part in passage.split(_BETWEEN_RECEIVERS) if part.words)


# Line tests -----------------------------------------------------------------------------------------------


def line_tests(passage: Passage, calendar: Calendar) -> list[Moment]:
    """When the line is tested: the start of each test."""
    out: list[Moment] = []
    for sentence in passage.sentences():
        match = LINE_TEST.search(sentence.key)
        if not match:
            continue
        rest = sentence.part(match.start())
        contact = re.search(r"(?:liên hệ|đầu mối)", rest.key)
        found = tokens(rest.before(contact) if contact else rest, calendar) or tokens(
            sentence.before(match), calendar
        )
        dated = [moment for moment in moments(found) if not _is_by_when(moment, passage)]
        out.extend(dated)
    return out


def _is_by_when(moment: Moment, passage: Passage) -> bool:
    before = passage.key[: moment.span.start - passage.start]
    return bool(re.search(r"(?:trước|chậm nhất|muộn nhất)[^\d]{0,15}$", before))


# Assignments ----------------------------------------------------------------------------------------------

_INVITES = words(r"kính mời|trân trọng mời")
_DELIVERS = words(r"báo cáo|gửi|đăng ký|chuẩn bị|lập|tổng hợp|cử|nộp")
"""No courtesy: "Đề nghị các chi bộ báo cáo số lượng đảng viên dự"."""
_NEW_UNIT = re.compile(r"[;.]\s+")


def asked_of(passage: Passage) -> tuple[Passage, Passage] | None:
    """Split "Điện lực Hà Tĩnh bảo đảm nguồn điện" into who is asked and what; None where nobody is named."""
    for match in VERB.finditer(passage.text):
        before = passage.part(0, match.start())
        if before.key.count("(") > before.key.count(")"):
            continue
        if re.search(r"[.;:]", before.key):
            return None
        if NOUN_VERBS.fullmatch(match.group().strip()) and NOT_A_VERB_AFTER.search(before.key):
            continue
        if before.words and len(before.words) < 200 and GROUP.match(before.key.strip(" ,–-")):
            return before, passage.part(match.start())
        return None
    return None


def asks_firmly(passage: Passage) -> bool:
    """Whether a sentence names somebody and work that only a request gives; "phụ trách" tells who one is."""
    found = asked_of(passage)
    return (
        found is not None
        and bool(FIRM_VERB.match(found[1].key))
        and not found[1].key.lower().startswith("phụ trách")
    )


def assignments(block: Block, calendar: Calendar) -> Iterator[Assignment]:
    """Read a block of requests: each item one, its unit in front, or in the heading above it."""
    asked: list[tuple[float, Passage]] = [(-1, block.asked)] if block.asked else []
    if block.value:
        yield from _asked_in(block.value, block.asked, calendar)
    for line, below in zip(block.lines, [*block.lines, None][1:], strict=True):
        while asked and asked[-1][0] >= line.rank:
            asked.pop()
        heading = asked[-1][1] if asked else None
        key = line.key.rstrip()
        colon = re.search(r":(?!\d)", key)
        names = GROUP.match(key) and len(key) < 160 and not asked_of(line.body)
        if names and not colon and below is not None and line.rank < below.rank < PLAIN:
            asked.append((line.rank, line.body))
            continue
        if colon:
            named = line.body.before(colon)
            lead = ASKS.match(named.key)
            unit = named.after(lead) if lead else named
            short = GROUP.match(unit.key.strip()) and len(unit.words) < 160 and not asked_of(unit)
            if short and not line.body.after(colon):
                asked.append((line.rank, unit))
                continue
            if short:
                yield from _one(unit, line.body.after(colon), calendar)
                continue
            if not line.body.after(colon):
                continue
        if COURTESY.fullmatch(line.key.strip(" ./")) or (colon and LINE_TEST.match(line.key)):
            continue
        yield from _asked_in(line.body, heading, calendar)


def _asked_in(passage: Passage, heading: Passage | None, calendar: Calendar) -> Iterator[Assignment]:
    for part in _by_unit(passage):
        found = asked_of(_without_lead(part))
        if heading is not None and not (found and ORGANISATION.match(found[0].text.strip())):
            yield from _one(heading, part, calendar)
        elif found:
            yield from _one(found[0], found[1], calendar)
        else:
            yield from _one(None, part, calendar)


def _by_unit(passage: Passage) -> list[Passage]:
    """Cut a paragraph where another organisation is asked."""
    parts: list[Passage] = []
    start = 0
    for match in _NEW_UNIT.finditer(passage.key):
        before, rest = passage.part(start, match.start()), passage.after(match)
        if before.key.count("(") > before.key.count(")"):
            continue
        lead = re.match(r"\s*(?:giao|đề nghị|yêu cầu)\s+", rest.key, re.IGNORECASE)
        rest = rest.after(lead) if lead else rest
        found = asked_of(rest)
        if found and (ORGANISATION.match(found[0].text.strip()) or lead or _asks_others(found)):
            parts.append(before)
            start = match.end()
    parts.append(passage.part(start))
    return [part for part in parts if part]


def _asks_others(found: tuple[Passage, Passage]) -> bool:
    """ "…; các địa phương chuẩn bị ý kiến" """
    return bool(
        re.match(r"\s*(?:các|mỗi) (?:địa phương|đơn vị|sở|huyện|xã|ban|ngành)", found[0].key)
    ) and bool(FIRM_VERB.match(found[1].key))


def _one(unit: Passage | None, text: Passage, calendar: Calendar) -> Iterator[Assignment]:
    if not text.words:
        return
    due = next((moment for _, moment in due_moments(text, calendar)), None)
    start = min(unit.start, text.start) if unit and abs(unit.start - text.start) < 400 else text.start
    yield Assignment(Found(unit.words, unit.span) if unit else None, text.words, due, Span(start, text.end))


def loose_assignments(line: Line, calendar: Calendar) -> Iterator[Assignment]:
    """Read a paragraph outside such blocks: "Giao Văn phòng …", "Sở Y tế bố trí trực y tế"."""
    for sentence in line.body.sentences():
        for part in _by_unit(sentence):
            if any(pattern.search(part.key) for pattern in (*ARRIVE, _INVITES)):
                continue
            lead = ASKS.match(part.key)
            found = asked_of(part.after(lead)) if lead else None
            if COURTESY.match(part.key) and not (found and _DELIVERS.match(found[1].key)):
                continue
            found = found or asked_of(part)
            if (
                found
                and FIRM_VERB.match(found[1].key)
                and (lead or not re.match(r"đồng chí|đại biểu", part.key, re.IGNORECASE))
            ):
                yield from _one(found[0], found[1], calendar)
            elif lead and lead.group().strip().lower() in ("giao", "đề nghị", "yêu cầu"):
                yield from _one(None, part, calendar)


def pressmen(text: Passage) -> Assignment | None:
    """Read "Báo D, Đài Phát thanh (cử phóng viên đưa tin)" in a list of people."""
    match = re.search(r"\s*\((?P<work>cử [^)]+)\)", text.key)
    if not match or not text.before(match).words or re.match(r"cử thêm", match["work"]):
        return None
    unit = text.before(match)
    return Assignment(Found(unit.words, unit.span), text.group(match, "work").words, None, text.span)
