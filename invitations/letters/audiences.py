"""Who is invited where: headings with their bridge points, roles in order, and who chairs."""

from __future__ import annotations

import re
from dataclasses import replace

from invitations.letters.chairs import (
    A_GROUP,
    CHAIR_BRACKET,
    CHAIR_TAIL,
    POST_CHAIRS,
    add_chair,
    chair_in,
    chairing,
    person_in,
)
from invitations.letters.invited import Audience, Invited, Role
from invitations.letters.layout import POINT_HEADING, Block, label_of
from invitations.letters.passages import PLAIN, Found, Line, Passage, Span
from invitations.letters.points import cut_at_colon, placed, venue_of
from invitations.letters.vocabulary import (
    BY_WHEN,
    CHAIR_CLAUSE,
    EVENT,
    HONORIFIC,
    NAME_AT,
    NOTE,
    OPEN_ENDED,
    POINT,
    VENUE,
    Topic,
    words,
)

_POINT = re.compile(POINT, re.IGNORECASE)
_THEN_WHO = re.compile(r"[.;]\s*thành phần(?: tham dự| dự| gồm)*\s*:\s*", re.IGNORECASE)
"""Behind the place, in the same line."""
_SEAT = words(r"ubnd|hđnd|đảng ủy|huyện ủy|tỉnh ủy|các (?:xã|huyện|sở|đơn vị|trường|địa phương|phòng)")
"""Whose house a place is, where it has no name of its own: "Tại UBND các xã:"."""
_BLANK = re.compile(rf"\s*(?:{HONORIFIC}|[Qq]uý (?:ông|bà|vị|đại biểu|cơ quan))?\s*:?[\s.…_]*")
"""Where a name is written in by hand: "Đồng chí: ........"."""
_ATTENDS = re.compile(rf"\s*(?:(?:tới|đến|về|tham) )?dự\s+{EVENT.pattern}", re.IGNORECASE)
"""What people are invited to is none of them: "Tới dự Hội nghị …"."""
_SEMICOLON = re.compile(r";\s*")
_LEAD_IN = re.compile(
    r"(?:(?:trân trọng )?kính mời|thành phần|đại biểu|gồm|bao gồm|mời)(?:[^:]{0,40})?:\s*$", re.IGNORECASE
)


def read_people(block: Block, invited: Invited, work: re.Pattern[str], unit_of: object = None) -> None:
    """Read a block that names people (and perhaps their places) into ``invited``."""
    reader = _People(block, invited)
    if block.value:
        reader.content(block.value, listed=False)
    for line, below in zip(block.lines, [*block.lines, None][1:], strict=False):
        reader.line(line, below)
    reader.close()


class _People:
    """Reads one block line by line, remembering under which heading it stands."""

    def __init__(self, block: Block, invited: Invited) -> None:
        self.block = block
        self.invited = invited
        self.outer: list[tuple[float, Audience]] = []
        self.at: Audience | None = None

    def line(self, line: Line, below: Line | None) -> None:
        """Take one line: a heading, a lead-in, a chair, a place, a role, or a paragraph."""
        note = NOTE.fullmatch(line.key)
        label = label_of(line)
        if note:
            self.note(line.body.group(note, "note"))
        elif _is_heading(line, label is not None) or _heads_list(line, below):
            self.heading(line)
        elif label and Topic.CHAIR in label.topics and label.value:
            self.chair(label.value)
        elif label and label.topics == {Topic.PLACE} and label.value:
            self.audience().venue = venue_of(label.value)
        elif label and Topic.PEOPLE in label.topics:
            if label.value:
                self.content(label.value, listed=False)
            else:
                self.invited.read.append(line.body.span)
        elif _LEAD_IN.match(line.key):
            self.invited.read.append(line.body.span)
        else:
            self.content(line.body, listed=bool(line.mark))

    def note(self, passage: Passage) -> None:
        """Take a remark on the people above it; of several, each is kept."""
        audience = self.audience()
        before = f"{audience.note.value}; " if audience.note else ""
        audience.note = Found(before + passage.words, passage.span)

    def heading(self, line: Line) -> None:
        """Open an audience; the points above it in rank lend it their name."""
        while self.outer and self.outer[-1][0] >= line.rank:
            self.outer.pop()
        head, value = cut_at_colon(line.body)
        head, chairs = chairing(head)
        audience = placed(head)
        audience.chairs += chairs
        if audience.point is None and self.outer:
            audience.point = self.outer[-1][1].point
        for _, above in self.outer:
            if above in self.invited.audiences and not (above.roles or above.chairs or above.venue):
                self.invited.audiences.remove(above)
                self.invited.read.append(above.heading.span)
        self.outer.append((line.rank, audience))
        self.at = audience
        self.invited.audiences.append(audience)
        if not value:
            return
        who = _THEN_WHO.search(value.key)
        if who and VENUE.match(value.key.lstrip()):
            audience.venue = venue_of(value.before(who))
            self.content(value.after(who), listed=False)
            return
        at = re.match(r"\s*(?:(?:đặt |tổ chức )?tại\s+)?", value.key, re.IGNORECASE)
        if VENUE.match(value.key, at.end() if at else 0) or Topic.PEOPLE not in self.block.topics:
            audience.venue = venue_of(value)
        else:
            self.content(value, listed=False)

    def audience(self) -> Audience:
        """The audience under whose heading we are; the block's own label where there is none yet."""
        if self.at is None:
            label = self.block.label
            head = label or (self.block.lines[0].body if self.block.lines else None)
            named = label is not None and _POINT.search(label.key)
            empty = Audience(Found(head.words, head.span) if head else Found("", Span(0, 0)))
            self.at = placed(label) if label is not None and named else empty
            self.invited.audiences.append(self.at)
        return self.at

    def content(self, passage: Passage, *, listed: bool) -> None:
        """Take a list item as one role; a paragraph sentence by sentence, its semicolons as ends of roles."""
        if listed:
            self.role(passage)
            return
        gathered = re.match(r"\s*(?:bao )?gồm(?: có)?\s*:?\s*", passage.key, re.IGNORECASE)
        passage = passage.after(gathered) if gathered else passage
        for sentence in passage.sentences():
            if self.is_request(sentence):
                self.invited.requests.append(sentence)
                continue
            for part in sentence.outside_brackets(_SEMICOLON):
                if CHAIR_CLAUSE.search(part.key) and not CHAIR_BRACKET.search(part.key):
                    self.chair_clause(part)
                else:
                    self.role(part, listed=False)

    def is_request(self, sentence: Passage) -> bool:
        """Whether a paragraph among the people asks somebody for work, and goes on to with what."""
        from invitations.letters.requests import asks_firmly

        first, *more = sentence.outside_brackets(_SEMICOLON)
        if not more or not asks_firmly(first) or OPEN_ENDED.search(sentence.key):
            return False
        chairs = (
            CHAIR_CLAUSE.search(sentence.key),
            CHAIR_TAIL.search(first.key),
            POST_CHAIRS.match(first.key),
        )
        return not any(chairs)

    def role(self, passage: Passage, *, listed: bool = True) -> None:
        """Take one role; a person who chairs is no role but a chair."""
        from invitations.letters.requests import asks_firmly

        if not passage.words or _BLANK.fullmatch(passage.key):
            return
        if _ATTENDS.match(passage.key):
            self.invited.read.append(passage.span)
            return
        passage, persons = chairing(passage)
        if persons:
            self.audience().chairs += persons
        bracket = CHAIR_BRACKET.search(passage.key)
        tail = None if bracket else CHAIR_TAIL.search(passage.key)
        alone = None if bracket or tail else POST_CHAIRS.match(passage.key)
        chairs = bool(bracket or tail or alone)
        if chairs or (CHAIR_CLAUSE.search(passage.key) and NAME_AT.search(passage.text)):
            cut = bracket or tail
            person = person_in(passage.before(cut) if cut else passage)
            if person and not A_GROUP.match(passage.key.strip()):
                point = _POINT.search(passage.key, bracket.start()) if bracket else None
                where = passage.part(point.start()).words.rstrip(")") if point else None
                self.audience().chairs.append(replace(person, point=where, span=passage.span))
                return
            if not chairs:
                self.chair_clause(passage)
                return
        if not listed and not chairs and asks_firmly(passage) and not OPEN_ENDED.search(passage.key):
            self.invited.requests.append(passage)
            return
        text = passage.text
        cut = bracket or tail
        if cut:
            text = text[: cut.start()] + text[cut.end() :]
        elif alone:
            text = text[: alone.start("tail")]
        end = _deadline_bracket(passage)
        if end is not None:
            text = passage.text[:end]
        value = Passage.whole(text).words
        if value:
            self.audience().roles.append(
                Role(value, chairs, bool(OPEN_ENDED.search(passage.key)), passage.span)
            )

    def chair(self, value: Passage) -> None:
        """Take what stands beside "Chủ trì:": persons, or a group, which is a role."""
        for part in value.outside_brackets(
            re.compile(r";\s*|\s+và (?=(?:các )?đồng chí)|(?<=[^.])\.\s+(?=Đồng chí)")
        ):
            add_chair(self.audience(), part)

    def chair_clause(self, passage: Passage) -> None:
        """Take "Đồng chí X, chức vụ chủ trì điểm cầu Y"."""
        chair = chair_in(passage)
        if chair:
            self.audience().chairs.append(chair)

    def close(self) -> None:
        """Mark the block's label as read."""
        if self.block.label:
            self.invited.read.append(self.block.label.span)


def _is_heading(line: Line, labelled: bool) -> bool:
    key = line.key.rstrip()
    if POINT_HEADING.match(key):
        return (
            bool(line.mark)
            or key.endswith(":")
            or len(key) < 120
            or bool(re.match(r"[^:;.]{3,70}:(?!\d)", key))
        )
    if CHAIR_CLAUSE.search(key) or labelled:
        return False
    if not line.mark:
        return key.endswith(":") and bool(_POINT.search(key)) and not _LEAD_IN.match(key)
    if key.endswith(":"):
        return True
    head = re.match(r"[^:;.]{3,80}:(?=\s)", key)
    at = re.match(r"tại\s+(?=[^:;.]{3,80}:\s)", key, re.IGNORECASE)
    if at and (VENUE.match(key, at.end()) or _SEAT.match(key, at.end())):
        return True
    return bool(head and _POINT.search(head.group())) or bool(
        re.match(r"(?:ở |cấp |đại biểu )?(?:cấp )?(?:trung ương|tỉnh|huyện|xã)\s*:", key, re.IGNORECASE)
    )


def _heads_list(line: Line, below: Line | None) -> bool:
    """Whether "1.2. Đại biểu Công an tỉnh" stands over a list of its own."""
    key = line.key.rstrip()
    return (
        below is not None
        and line.rank < below.rank < PLAIN
        and bool(re.match(r"\d+\.\d", line.mark))
        and len(key) < 120
        and not key.endswith((";", ",", "."))
    )


def _deadline_bracket(passage: Passage) -> int | None:
    """Where a bracket begins that only says by when something is to be sent."""
    for match in re.finditer(r"\s*\(([^()]*)\)\s*\.?\s*$", passage.key):
        if BY_WHEN.search(match[1]) and re.search(r"\d", match[1]):
            return match.start()
    return None
