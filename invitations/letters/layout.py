"""Which lines of a letter belong together: labelled blocks ("1. Thời gian:"), footnotes, the foot."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from invitations.letters.casing import is_capitals
from invitations.letters.passages import FOOTNOTE_MARKS, PLAIN, Line, Passage
from invitations.letters.times import Calendar, tokens
from invitations.letters.vocabulary import (
    ASKING_HEADING,
    BY_WHEN,
    CALL_US,
    CITING,
    COURTESY,
    GROUP,
    LABELS,
    LEAVES_THE_LIST,
    LINE_TEST,
    NOTE,
    POINT,
    WIRED_TO,
    Topic,
)

POINT_HEADING = re.compile(
    rf"(?:tại |dự tại |ở |các |\d+ )*{POINT}(?!\w)|(?:dự|tham dự|họp) tại (?!{POINT})(?!các {POINT})",
    re.IGNORECASE,
)
_MEMBERS = (Topic.TIME, Topic.PLACE, Topic.PEOPLE, Topic.CHAIR)


@dataclass
class Block:
    """A label with what stands beside and under it."""

    topics: frozenset[Topic]
    head: Line | None = None
    label: Passage | None = None
    value: Passage | None = None
    """What stands beside the label."""
    asked: Passage | None = None
    """Whom a heading of requests addresses."""
    lines: list[Line] = field(default_factory=list)

    @property
    def rank(self) -> float:
        """How deep its head stands; a block without one lies above everything."""
        return self.head.rank if self.head else 0

    @property
    def passages(self) -> list[Passage]:
        """Everything it says, its label left out."""
        return [*([self.value] if self.value else []), *(line.body for line in self.lines)]


@dataclass(frozen=True)
class Label:
    """How a line begins that opens a block."""

    topics: frozenset[Topic]
    label: Passage
    value: Passage | None
    asked: Passage | None = None


def label_of(line: Line) -> Label | None:
    """Read the label at the start of a line, if it has one."""
    key = line.key
    if NOTE.fullmatch(key):
        return None
    wired = WIRED_TO.match(key)
    if wired:
        return Label(frozenset({Topic.RECIPIENTS}), line.body.group(wired), line.body.after(wired) or None)
    for topic, pattern in LABELS:
        match = pattern.match(key)
        if not match:
            continue
        label = _extent(line, topic, match)
        if label is not None:
            return label
    inviting = re.search(
        r"(?:trân trọng )?kính mời"
        r"(?:(?: các)? (?:đồng chí|ông, bà|ông \(bà\)|ông|bà|quý vị|vị đại biểu))?\s*:",
        key,
        re.IGNORECASE,
    )
    if inviting:
        return Label(frozenset({Topic.PEOPLE}), line.body.group(inviting), line.body.after(inviting) or None)
    if key.rstrip().endswith(":") and not POINT_HEADING.match(key):
        asking = ASKING_HEADING.match(key)
        if asking:
            return Label(frozenset({Topic.REQUEST}), line.body, None, line.body.group(asking, "unit"))
    return None


def _extent(line: Line, topic: Topic, match: re.Match[str]) -> Label | None:
    key, body = line.key, line.body
    rest = key[match.end() :]
    colon = re.match(r"[^:.;\d]{0,80}?:(?!\d)", rest)
    if topic in (Topic.DEADLINE, Topic.LINE) and not colon and not line.mark:
        return None
    if colon:
        end = match.end() + colon.end()
        label = body.part(0, end - 1)
        value = body.part(end)
        asked = _asked(label, topic)
        return Label(_topics(label, topic), label, value or None, asked)
    whole = key.strip(" .:")
    short = len(whole) <= 75 and not re.search(r"\d", whole)
    if short and (line.rank < PLAIN or is_capitals(whole) or len(whole) <= match.end() + 2):
        if (
            topic in (Topic.REQUEST, Topic.PURPOSE)
            and len(whole) > match.end() + 40
            and not is_capitals(whole)
        ):
            return None
        if line.mark[:1] in "-–+" and line.mark and len(whole) > match.end() + 2:
            return None
        return Label(_topics(body, topic), body, None, _asked(body, topic))
    if topic == Topic.TIME and re.match(r"\s*,?\s*(?:½|\d|từ|bắt đầu|vào|lúc|dự kiến|là)", rest):
        return Label(frozenset({topic}), body.group(match), body.after(match))
    if topic == Topic.PLACE and re.match(r"\s*,?\s*(?:tại|là)\s", rest):
        return Label(frozenset({topic}), body.group(match), body.after(match))
    return None


def _asked(label: Passage, topic: Topic) -> Passage | None:
    asking = ASKING_HEADING.match(label.key + ":") if topic == Topic.REQUEST else None
    if asking is None or not GROUP.match(asking["unit"]) or is_capitals(label.key):
        return None
    return label.part(asking.start("unit"), min(asking.end("unit"), len(label.text)))


def _topics(label: Passage, first: Topic) -> frozenset[Topic]:
    if first not in _MEMBERS:
        return frozenset({first})
    named = {topic for topic, pattern in LABELS if topic in _MEMBERS and pattern.search(label.key)}
    if re.search(r"kính mời", label.key, re.IGNORECASE) and first != Topic.PEOPLE:
        named.discard(Topic.PEOPLE)
    return frozenset(named | {first})


@dataclass
class Layout:
    """The parts of a letter."""

    blocks: list[Block]
    footnotes: dict[str, list[Line]]


def laid_out(lines: Sequence[Line]) -> Layout:
    """Group the lines of a letter's body into blocks; footnotes are taken out."""
    blocks = [Block(frozenset({Topic.OTHER}))]
    footnotes: dict[str, list[Line]] = {}
    note = ""
    for line in lines:
        first = line.whole.text.lstrip()[:1]
        if first and first in FOOTNOTE_MARKS:
            note = first
            footnotes.setdefault(note, []).append(line)
            continue
        if note and not line.after_gap and not line.mark and not label_of(line):
            footnotes[note].append(line)
            continue
        note = ""
        _place(line, blocks)
    return Layout([block for block in blocks if block.head or block.lines], footnotes)


def _place(line: Line, blocks: list[Block]) -> None:
    block = blocks[-1]
    found = label_of(line)
    if found and found.topics == {Topic.PURPOSE} and not found.value:
        aims = block.topics & {Topic.AIM, Topic.PURPOSE}
        demands = re.match(r"yêu cầu", found.label.key, re.IGNORECASE) and not aims
        found = replace(found, topics=frozenset({Topic.REQUEST})) if demands else found
    if found and not _is_inside(line, found, block):
        blocks.append(Block(found.topics, line, found.label, found.value, found.asked))
    elif not found and _opens_people(line, block):
        blocks.append(
            Block(
                frozenset({Topic.PEOPLE, Topic.PLACE}),
                Line(line.whole, line.body, line.mark, line.rank - 0.1, line.after_gap),
            )
        )
        blocks[-1].lines.append(line)
    elif found or _goes_on(line, block):
        block.lines.append(line)
    else:
        blocks.append(Block(frozenset({Topic.OTHER})))
        blocks[-1].lines.append(line)


def _is_inside(line: Line, found: Label, block: Block) -> bool:
    """Whether a label belongs to the block it stands in: "- Chủ trì: …" under a bridge point."""
    if Topic.RECIPIENTS in found.topics:
        return False
    if Topic.REQUEST in block.topics and block.head:
        return block.rank < line.rank < PLAIN
    if Topic.PEOPLE in block.topics and line.rank > block.rank:
        if found.topics <= {Topic.PEOPLE, Topic.CHAIR} and re.match(
            r"(?:trân trọng )?kính mời", line.key, re.IGNORECASE
        ):
            return True
        if found.topics == {Topic.PEOPLE} and any(
            POINT_HEADING.match(each.key) and each.mark and each.rank < line.rank for each in block.lines
        ):
            return True
        inner = found.topics <= {Topic.PEOPLE, Topic.CHAIR, Topic.PLACE}
        return inner and (block.label is None or line.mark[:1] in ("-", "–", "+", "*")) and line.mark != ""
    return False


def _opens_people(line: Line, block: Block) -> bool:
    if block.topics & {Topic.PEOPLE, Topic.PLACE} and (line.rank > block.rank or block.rank == PLAIN):
        return False
    if Topic.REQUEST in block.topics and line.rank > block.rank:
        return False
    return bool(POINT_HEADING.match(line.key)) and bool(line.mark or re.match(r"[^.;:]{3,90}:", line.key))


def _goes_on(line: Line, block: Block) -> bool:
    """Whether a line without a label belongs to the block before it."""
    if block.head is None:
        return block.topics == {Topic.OTHER} and not line.after_gap
    if NOTE.fullmatch(line.key) and Topic.PEOPLE in block.topics:
        return True
    if Topic.RECIPIENTS in block.topics and block.lines:
        last = block.lines[-1]
        if (
            (last.mark and not line.mark)
            or CITING.match(line.key)
            or (last.body.text.rstrip().endswith(".") and line.after_gap)
        ):
            return False
    if line.mark:
        return line.rank > block.rank or (
            block.rank == PLAIN and line.rank > 1 and not (block.value and line.rank <= 2)
        )
    if COURTESY.match(line.key):
        return False
    if Topic.TIME in block.topics and not block.topics & {Topic.PEOPLE}:
        return _tells_time(line)
    if Topic.RECIPIENTS in block.topics:
        told = block.lines[-1].key if block.lines else block.value.key if block.value else ";"
        return told.rstrip().endswith((";", ",")) or (not line.after_gap and bool(block.lines))
    if Topic.REQUEST in block.topics:
        if CALL_US.match(line.key) or (not line.mark and re.search(r"liên hệ", line.key)):
            return False
        return block.rank < PLAIN or not block.value
    if Topic.PEOPLE in block.topics:
        return not _speaks_to_all(line) and (block.rank < PLAIN or not block.value or not line.after_gap)
    if Topic.PLACE in block.topics:
        return block.value is None and not block.lines
    return not line.after_gap


def _tells_time(line: Line) -> bool:
    if BY_WHEN.match(line.key) or LINE_TEST.search(line.key) or CITING.match(line.key):
        return False
    return bool(tokens(line.body, Calendar())) or bool(re.search(r"có mặt|phút", line.key))


def _speaks_to_all(line: Line) -> bool:
    """Whether a paragraph after a list of people leaves that list."""
    if re.search(r"https?://|liên hệ|trước \d+ phút", line.key):
        return True
    return bool(LEAVES_THE_LIST.match(line.key)) or bool(
        CITING.match(line.key) and not re.match("tùy", line.key, re.IGNORECASE)
    )
