"""The head of a letter: its kind, number, issuer and date, what it calls to, and what became of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from invitations.letters.casing import is_capitals, name_of_body, sentence
from invitations.letters.layout import label_of
from invitations.letters.passages import Found, Line, Passage, Span
from invitations.letters.times import Calendar, Kind, tokens
from invitations.letters.vocabulary import (
    BODIES,
    CANCELLED,
    CHANGED,
    CITING,
    EVENT,
    EVENT_ENDS,
    KIND_OF_NUMBER,
    KINDS,
    LOOSE_EVENT,
    MOTTO,
    MOVED_TO,
    NUMBER,
    POSTPONED,
    SIGNING,
    SPEAKS,
    SUBJECT,
    URGENT,
    Topic,
)

_NUMBER = re.compile(
    rf"Số\s*:?\s*(?:{NUMBER})?(?P<blank>[^A-Za-z]{{0,12}}[/-]\s?[A-ZĐ][^\s]*)?\s*$", re.IGNORECASE
)
_PLACE_AND_DATE = re.compile(
    r"(?P<place>[^,\d]{1,40}),\s*ngày\s*(?P<d>\d{0,2})[\s.…]*tháng\s*(?P<m>\d{0,2})[\s.…]*năm\s*(?P<y>\d{0,4})\W*$",
    re.IGNORECASE,
)
_KIND = tuple((kind, re.compile(rf"(?:{pattern})(?!\w)", re.IGNORECASE)) for kind, pattern in KINDS)
_BEFORE_TITLE = re.compile(r"\s*(?:khẩn|hỏa tốc|thượng khẩn|họp|số\s.*|của .*)?\s*[-–:]?\s*$", re.IGNORECASE)


@dataclass
class Head:
    """What the head says. ``read`` holds the lines it was read from."""

    kind: Found[str] | None = None
    number: Found[str] | None = None
    issuer: Found[str] | None = None
    issued_on: Found[date] | None = None
    title: Found[str] | None = None
    whole_subject: Found[str] | None = None
    read: list[Span] = field(default_factory=list)
    body: int = 0
    """The first line that is no head any more."""


def read_head(lines: Sequence[Line], source: str) -> Head:
    """Read the lines before the letter begins to speak."""
    head = Head()
    bodies: list[Line] = []
    titles: list[Line] = []
    subject: list[Line] = []
    for place, line in enumerate(lines[:40]):
        head.body = place
        if _goes_on(line, lines[place - 1], subject) and not titles and not head.kind:
            subject.append(line)
        elif _formal(line, head) or MOTTO.search(line.key) or URGENT.fullmatch(line.key.strip(" .")):
            head.read.append(line.whole.span)
        elif _ends_head(line):
            break
        elif SUBJECT.match(line.key):
            subject.append(line)
        elif not head.kind and _kind_of(line, head, titles):
            head.read.append(line.whole.span)
        elif head.kind and not subject and len(titles) < 4 and _is_title(line, titles):
            titles.append(line)
        elif (
            is_capitals(line.body.text)
            and not head.kind
            and BODIES.match(line.key)
            and not SIGNING.match(line.key)
        ) or (bodies and bodies[-1] is lines[place - 1] and is_capitals(line.body.text) and not head.kind):
            bodies.append(line)
        elif (
            not subject
            and not head.kind
            and head.number
            and not is_capitals(line.body.text)
            and _names_event(line)
        ):
            subject.append(line)
        elif head.kind or head.number or len(line.key) > 120 or line.mark:
            break
    else:
        head.body = min(len(lines), 40)
    head.read.extend(line.whole.span for line in (*bodies, *titles, *subject))
    _issuer(head, bodies, source)
    _title(head, titles, subject, source)
    _kind_by_number(head, subject)
    return head


def _goes_on(line: Line, before: Line, subject: list[Line]) -> bool:
    """Whether a line is the next one of a subject that takes several."""
    if not subject or len(subject) > 2 or before is not subject[-1] or line.after_gap:
        return False
    return _is_title(line, subject) and not MOTTO.search(line.key) and not _PLACE_AND_DATE.match(line.key)


def _ends_head(line: Line) -> bool:
    found = label_of(line)
    if found and not (
        is_capitals(line.body.text) and not line.mark and found.topics & {Topic.PEOPLE, Topic.SUBJECT}
    ):
        return True
    if CITING.match(line.key) and len(line.key) > 40:
        return True
    return line.key.rstrip().endswith((".", ";")) and len(line.key) > 70 and not is_capitals(line.body.text)


def _formal(line: Line, head: Head) -> bool:
    """Take number, and place and date of issue."""
    match = _NUMBER.match(line.key)
    if match and not head.number and (match["number"] or match["blank"] or len(line.key.strip()) < 12):
        if match["number"]:
            passage = line.body.group(match, "number")
            head.number = Found(re.sub(r"\s+", "", passage.text).replace("–", "-"), passage.span)
        return True
    match = _PLACE_AND_DATE.match(line.key)
    if match and not head.issued_on:
        try:
            day = date(int(match["y"] or 0), int(match["m"] or 0), int(match["d"] or 0))
        except ValueError:
            return True
        head.issued_on = Found(day, line.body.part(match.start("place")).span)
        return True
    return False


def _kind_of(line: Line, head: Head, titles: list[Line]) -> bool:
    """Take the word that heads the letter, and what stands behind it in the same line."""
    if line.mark:
        return False
    for kind, pattern in _KIND:
        match = pattern.match(line.key)
        if not match:
            continue
        rest = line.body.after(match)
        alone = bool(_BEFORE_TITLE.match(rest.key))
        capitals = is_capitals(line.body.text)
        leads = re.match(
            r"\s*[-–:]?\s*(?:họp|dự|tham dự|về việc|v/v|về|tổ chức|triệu tập|hội nghị)(?!\w)",
            rest.key,
            re.IGNORECASE,
        )
        if not (alone or capitals or (leads and len(line.key) < 260 and not line.key.rstrip().endswith(";"))):
            continue
        if alone and not capitals and len(line.key) > 40:
            continue
        head.kind = Found(kind, line.body.group(match).span)
        if rest and not alone:
            titles.append(Line(line.whole, rest, "", line.rank, line.after_gap))
        return True
    return False


def _is_title(line: Line, before: list[Line]) -> bool:
    key = line.key.strip()
    if key.endswith((".", ";", ":")) or line.mark or len(key) > 260 or CITING.match(key):
        return False
    if re.search(r"kính mời|trân trọng mời", key, re.IGNORECASE):
        return False
    if before and line.after_gap:
        return is_capitals(key) and is_capitals(before[-1].body.text)
    return True


def _names_event(line: Line) -> bool:
    return bool(EVENT.search(line.key) or LOOSE_EVENT.search(line.key)) and len(line.key) < 200


def _issuer(head: Head, bodies: list[Line], source: str) -> None:
    """The lower name of the letterhead; else the body that speaks in the opening."""
    if bodies:
        last = bodies[-1]
        start = last.whole
        for line in reversed(bodies[:-1]):
            if BODIES.match(last.key) and not re.match(r"(?:VÀ|CÁC)\s", last.key):
                break
            start, last = line.whole, line
        passage = Passage(source, start.start, bodies[-1].whole.end)
        head.issuer = Found(name_of_body(passage.words, source), passage.span)


def speaking_body(lines: Sequence[Line]) -> Found[str] | None:
    """Who speaks: "Ban Tuyên giáo Tỉnh ủy xây dựng Kế hoạch như sau"."""
    for line in lines[:8]:
        match = SPEAKS.search(line.key)
        if not match or line.mark:
            continue
        before = line.body.before(match)
        clause = before.split(re.compile(r"[,;.]"))[-1] if before else before
        name = BODIES.search(clause.key)
        if clause and name and clause.key[: name.start()].strip() == "" and clause.text.strip()[0].isupper():
            return Found(clause.words, clause.span)
    return None


def _title(head: Head, titles: list[Line], subject: list[Line], source: str) -> None:
    chosen = subject or titles
    if not chosen:
        return
    passage = Passage(source, chosen[0].body.start, chosen[-1].body.end)
    match = SUBJECT.match(passage.key)
    passage = passage.after(match) if match else passage
    head.whole_subject = Found(_written(passage, source), passage.span)
    named = event_in(passage)
    bare = named is None or len(re.sub(r"\W*ngày .*", "", named.words).split()) <= 2
    chosen_passage = passage if bare or named is None else named
    head.title = Found(_written(chosen_passage, source), chosen_passage.span)


def _written(passage: Passage, source: str) -> str:
    return sentence(passage.words, source)


def event_in(passage: Passage, *, ends: bool = False) -> Passage | None:
    """From where an event is named to the end, or (``ends``) to where its name ends."""
    match = EVENT.search(passage.key) or LOOSE_EVENT.search(passage.key)
    if match is None:
        return None
    named = passage.part(match.start())
    if not ends:
        return named
    stop = re.search(r"[;:.(\n]", named.key)
    named = named.before(stop) if stop else named
    end = EVENT_ENDS.search(named.key, len(match.group()))
    return named.before(end) if end else named


def title_in_body(lines: Sequence[Line]) -> Found[str] | None:
    """The first conference that the opening names."""
    ordered = sorted(lines[:14], key=lambda line: bool(CITING.match(line.key)))
    asks = re.compile(
        r"(?<!\w)(?:tổ chức|(?:tham )?dự|mời họp|khai mạc|triệu tập|chuẩn bị|(?:kính )?mời|tham gia|mở)"
        r"\s*:?\s+$",
        re.IGNORECASE,
    )
    for line in ordered:
        for match in (*EVENT.finditer(line.key), *LOOSE_EVENT.finditer(line.key)):
            if asks.search(line.key[: match.start()]):
                named = event_in(line.body.part(match.start()), ends=True)
                if named and len(named.words.split()) >= 2:
                    return Found(named.words, named.span)
    return None


def _kind_by_number(head: Head, subject: list[Line]) -> None:
    if head.kind:
        return
    if head.number:
        sign = re.split(r"\d", head.number.value)[-1]
        for kind, letters in KIND_OF_NUMBER:
            if re.match(rf"\W*(?:{letters})(?![A-ZĐ])", sign):
                head.kind = Found(kind, head.number.span)
                return
        head.kind = Found("cong_van", head.number.span)
    elif subject:
        head.kind = Found("cong_van", subject[0].body.span)


def state_of(passages: Sequence[Passage], calendar: Calendar) -> tuple[Found[str], Passage | None]:
    """Whether the conference is called, postponed or cancelled; and the sentence that gives a new time."""
    verdict: Found[str] | None = None
    changed: Passage | None = None
    for passage in passages:
        for clause in passage.sentences():
            off, gone = POSTPONED.search(clause.key), CANCELLED.search(clause.key)
            about = EVENT.search(clause.key) or LOOSE_EVENT.search(clause.key)
            if not about:
                continue
            to = MOVED_TO.search(clause.key) if CHANGED.search(clause.key) or off else None
            if to and any(token.kind == Kind.DATES for token in tokens(clause.after(to), calendar)):
                changed = changed or clause
            elif off and verdict is None:
                verdict = Found("postponed", clause.span)
            elif gone and verdict is None and abs(about.start() - gone.start()) < 40:
                verdict = Found("cancelled", clause.span)
    if changed or verdict is None:
        return Found("called", changed.span if changed else Span(0, 0)), changed
    return verdict, None
