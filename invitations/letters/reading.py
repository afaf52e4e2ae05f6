"""A letter read as a whole: every value with its place, what is doubtful, what nobody understood."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from invitations.letters.audiences import read_people
from invitations.letters.chairs import add_chair, chair_in
from invitations.letters.contacts import anchored, contacts
from invitations.letters.doubts import doubts_of
from invitations.letters.files import raw
from invitations.letters.foot import addressees, annex_begins, copies, foot_begins, signatory
from invitations.letters.head import Head, read_head, speaking_body, state_of, title_in_body
from invitations.letters.invited import Audience, Invited
from invitations.letters.layout import Block, laid_out
from invitations.letters.passages import Found, Line, Passage, Span, lines_of
from invitations.letters.points import merge_places, place_in, read_places, settle_tiers
from invitations.letters.record import Doubt, Reading
from invitations.letters.requests import (
    Assignment,
    Deadline,
    arrive_before,
    assignments,
    deadlines,
    due_moments,
    line_tests,
    loose_assignments,
    pressmen,
)
from invitations.letters.sittings import Schedule, schedule
from invitations.letters.text import tidied
from invitations.letters.times import Calendar, Kind, tokens
from invitations.letters.unread import unread_in
from invitations.letters.vocabulary import (
    BY_WHEN,
    CHAIR_CLAUSE,
    CHAIRS_IT,
    CITING,
    COURTESY,
    EVENT,
    LOOSE_EVENT,
    POINT,
    VERB,
    Topic,
)


def read_file(content: bytes, name: str = "") -> Reading:
    """Read a letter from a file's bytes. Raises ``files.LetterError`` with a Vietnamese sentence."""
    text, notes = raw(content, name)
    reading = read_text(text)
    told = [Doubt("text", note) for note in notes]
    reading.doubts[:0] = told
    return reading


def read_text(raw: str) -> Reading:
    """Read a letter from its text, however it was pasted."""
    text, notes = tidied(raw)
    reader = _Reader(text)
    reader.read()
    reader.reading.doubts[:0] = [Doubt("text", note) for note in notes]
    return reader.reading


_UNTIL = ("đến hết", "hết ngày")
"""These also end a conference, not only a deadline."""


_MAY_ASK = frozenset({Topic.OTHER, Topic.PLACE, Topic.SUBJECT, Topic.CONTACT, Topic.LINE})
"""Topics of blocks in which something may be asked in passing."""


class _Reader:
    """Goes through a letter from its head to its foot, and fills one ``Reading``."""

    def __init__(self, text: str) -> None:
        self.lines = list(lines_of(text))
        self.head: Head = read_head(self.lines, text)
        end = max(foot_begins(self.lines), self.head.body)
        annex = annex_begins(self.lines, end)
        self.lines, self.has_annex = self.lines[:annex], annex < len(self.lines)
        self.body = self.lines[self.head.body : end]
        self.foot = self.lines[end:]
        self.layout = laid_out(self.body)
        self.calendar = self._calendar(text)
        self.read_spans: list[Span] = list(self.head.read)
        self.venue_in_passing: Found[str] | None = None
        head = self.head
        self.reading = Reading(
            text,
            head.kind or Found("khac", Span(0, 0)),
            head.number,
            head.issuer or speaking_body(self.body),
            head.issued_on,
            head.title or title_in_body(self.body),
            Found("called", Span(0, 0)),
        )

    def _calendar(self, text: str) -> Calendar:
        issued = self.head.issued_on.value if self.head.issued_on else None
        return Calendar.of(text, issued)

    @property
    def notes(self) -> list[Line]:
        """All lines of footnotes."""
        return [line for lines in self.layout.footnotes.values() for line in lines]

    @property
    def passages(self) -> list[Passage]:
        """Every paragraph of the body, footnotes too."""
        return [line.body for line in self.body]

    def blocks(self, topic: Topic) -> list[Block]:
        """Those about a topic."""
        return [block for block in self.layout.blocks if topic in block.topics]

    def read(self) -> None:
        """Fill the reading."""
        self._recipients_and_signature()
        self._state_and_title()
        self._times()
        self._invited()
        self._asked()
        self._contacts()
        self._rest()

    # Head and foot

    def _recipients_and_signature(self) -> None:
        listed, rest = copies(self.foot)
        self.reading.recipients = [*addressees(self.layout.blocks), *listed]
        self.reading.signatory = signatory(rest)
        self.read_spans += self.reading.signatory.read
        self.read_spans += [block.label.span for block in self.blocks(Topic.RECIPIENTS) if block.label]
        self.read_spans += [
            line.whole.span for line in self.foot if re.match(r"nơi nhận", line.key, re.IGNORECASE)
        ]

    def _state_and_title(self) -> None:
        passages = self.passages
        if self.head.whole_subject:
            passages = [Passage(self.reading.text, *self.head.whole_subject.span), *passages]
        state, self.changed = state_of(passages, self.calendar)
        self.reading.state = state
        subject = self.head.whole_subject
        if state.value != "called" and subject and self.reading.title:
            if len(self.reading.title.value.split()) <= 3:
                self.reading.title = subject
            for line in self.body:
                if re.search(
                    r"(?:sẽ )?(?:có )?thông báo (?:sau|bằng văn bản|lại)|sẽ thông báo|thông báo sau", line.key
                ):
                    self.read_spans += [
                        each.span for each in line.body.sentences() if "thông báo" in each.key
                    ]

    # When

    def _times(self) -> None:
        if self.reading.state.value != "called":
            return
        told = [passage for block in self.blocks(Topic.TIME) for passage in self._about_time(block)]
        outcome = schedule(told, self.calendar, moved=self.changed is not None)
        if not outcome.sittings and self.changed:
            outcome = schedule([self.changed], self.calendar, moved=True)
        if not outcome.sittings:
            outcome = self._told_in_passing(outcome)
        self.reading.sessions = outcome.sittings
        if outcome.days and outcome.days_span:
            self.reading.days = Found(outcome.days, outcome.days_span)
        self.reading.arrive = arrive_before(self.passages)
        self.read_spans += [sitting.span for sitting in outcome.sittings]
        for passage in told:
            self.read_spans += [token.passage.span for token in tokens(passage, self.calendar)]
        self.read_spans += [block.label.span for block in self.blocks(Topic.TIME) if block.label]

    def _about_time(self, block: Block) -> list[Passage]:
        """What a block says about its time, without deadlines, line tests and places in it."""
        out: list[Passage] = []
        for passage in block.passages:
            if Topic.PLACE in block.topics and re.match(
                r"(?:tại|địa điểm)", passage.key.strip(), re.IGNORECASE
            ):
                continue
            for sentence in passage.sentences():
                due = BY_WHEN.search(sentence.key)
                if (
                    due
                    and not re.match(r"\s*\d{1,3}\s*phút", sentence.key[due.end() :])
                    and due.group().lower() != "đến hết"
                ):
                    sentence = sentence.before(due)
                    if not tokens(sentence, self.calendar) or re.search(r"đăng ký|gửi|báo cáo", sentence.key):
                        continue
                if not re.search(
                    r"chạy thử|thử đường truyền|kiểm tra (?:đường truyền|kỹ thuật)", sentence.key
                ):
                    out.append(sentence)
        return out

    def _told_in_passing(self, before: Schedule) -> Schedule:
        """Sessions of a letter that names its time only in a sentence."""
        for line in self.body:
            if line in self.notes:
                continue
            for sentence in line.body.sentences():
                calls = EVENT.search(sentence.key) or LOOSE_EVENT.search(sentence.key)
                if (
                    not calls
                    or any(
                        cue.group().lower() not in _UNTIL for cue, _ in due_moments(sentence, self.calendar)
                    )
                    or re.search(r"thử|đã có|đã ban hành", sentence.key)
                ):
                    continue
                told = sentence
                cites = CITING.match(sentence.key)
                if cites:
                    comma = re.search(r"[,;](?=\s*(?:[A-ZĐỦ]|trân trọng|kính))", sentence.key)
                    told = sentence.after(comma) if comma else sentence
                if any(token.kind == Kind.DATES for token in tokens(told, self.calendar)):
                    outcome = schedule([told], self.calendar)
                    if outcome.sittings:
                        return outcome
        return before

    # Who and where

    def _invited(self) -> None:
        invited = Invited()
        places: list[Audience] = []
        label: Found[str] | None = None
        for block in self.layout.blocks:
            if Topic.PEOPLE in block.topics:
                read_people(block, invited, VERB)
            elif Topic.PLACE in block.topics:
                places.extend(read_places(self._without_times(block), invited))
                if block.label and label is None:
                    label = Found(block.label.words, block.label.span)
        if self.reading.state.value == "called":
            if not places and not any(audience.venue for audience in invited.audiences):
                places.extend(self._place_in_passing())
            merge_places(invited, places, label or (places[0].heading if places else None))
        self._point_in_passing(invited)
        self._chairs(invited)
        self.invited = invited
        self.reading.audiences = [
            audience for audience in invited.audiences if _says_something(audience) or audience in places
        ]
        settle_tiers(self.reading.audiences, self.reading.issuer.value if self.reading.issuer else None)
        self.read_spans += invited.read

    def _without_times(self, block: Block) -> Block:
        """A block about time and place, without the lines that tell the time."""
        if Topic.TIME not in block.topics:
            return block
        lines = [line for line in block.lines if not tokens(line.body, self.calendar)]
        return Block(block.topics, block.head, block.label, None, None, lines)

    def _place_in_passing(self) -> Iterator[Audience]:
        """ "… vào lúc 08 giờ ngày 04/12/2023 tại Hội trường tầng 1": where no part of its own tells it."""
        silent = {Topic.PEOPLE, Topic.RECIPIENTS, Topic.REQUEST, Topic.CONTACT, Topic.DEADLINE, Topic.LINE}
        for block in self.layout.blocks:
            if block.topics & silent and Topic.TIME not in block.topics:
                continue
            for passage in block.passages:
                for sentence in passage.sentences():
                    meets = EVENT.search(sentence.key) or LOOSE_EVENT.search(sentence.key)
                    if (Topic.TIME in block.topics or meets) and (place := place_in(sentence)):
                        self.venue_in_passing = place.venue
                        yield place
                        return

    def _point_in_passing(self, invited: Invited) -> None:
        """ "tham dự tại đầu cầu tỉnh D, cụ thể:" names the point of the only audience."""
        if len(invited.audiences) != 1 or invited.audiences[0].point:
            return
        at = re.compile(
            rf"(?:dự|họp|tham gia|kết nối)(?: hội nghị| họp)? tại (?P<point>{POINT} [^,.;:]+)", re.IGNORECASE
        )
        for line in self.body:
            match = at.search(line.key)
            if match:
                passage = line.body.group(match, "point")
                invited.audiences[0].point = Found(passage.words, passage.span)
                return

    def _chairs(self, invited: Invited) -> None:
        """Who chairs the whole conference stands with the main point."""
        found: list[tuple[Audience | None, Passage]] = []
        at: Audience | None = None
        for block in self.blocks(Topic.CHAIR):
            if Topic.PEOPLE in block.topics:
                continue
            at = self._chaired_between(block, invited, at)
            for passage in block.passages:
                found.extend(
                    (at, part)
                    for part in passage.outside_brackets(
                        re.compile(r";\s*|\s+và (?=(?:các )?đồng chí)|\.\s+(?=Đồng chí)")
                    )
                )
            if block.label:
                invited.read.append(block.label.span)
        loose = []
        for block in self.layout.blocks:
            if block.topics & {Topic.PEOPLE, Topic.CHAIR, Topic.RECIPIENTS, Topic.REQUEST}:
                continue
            for passage in block.passages:
                for sentence in passage.outside_brackets(re.compile(r";\s*|(?<=[^\d])\.\s")):
                    if CHAIR_CLAUSE.search(sentence.key) or CHAIRS_IT.search(sentence.key):
                        loose.append(sentence)
        if not found and not loose:
            return
        if not invited.audiences:
            first = found[0][1] if found else loose[0]
            invited.audiences.append(Audience(Found("Chủ trì", first.span)))
        main = invited.audiences[0]
        for chaired, passage in found:
            add_chair(chaired or main, passage)
        for passage in loose:
            chair = chair_in(passage)
            if chair:
                main.chairs.append(chair)

    def _chaired_between(self, block: Block, invited: Invited, before: Audience | None) -> Audience | None:
        """The point a "Chủ trì:" between two points belongs to; behind the last, if the others had theirs."""
        passages = block.passages or ([block.label] if block.label else [])
        points = [each for each in invited.audiences if each.roles]
        above = [each for each in points if passages and each.heading.span.start < passages[0].start]
        if not above or (len(above) == len(points) and before is None):
            return None
        return above[-1]

    # What is asked

    def _asked(self) -> None:
        self._due_and_tested()
        own = [
            *self._asked_in_blocks(),
            *self._asked_beside_the_invited(),
            *(
                press
                for audience in self.reading.audiences
                for role in audience.roles
                if (press := pressmen(Passage(self.reading.text, *role.span)))
            ),
        ]
        kept = [each for each in own if not self._is_courtesy(each)]
        self.reading.assignments = sorted(kept, key=lambda each: each.span)

    def _due_and_tested(self) -> None:
        """Deadlines and line tests, wherever they stand."""
        reading = self.reading
        seen: set[tuple[str, str]] = set()
        for passage in self.passages:
            for sentence in passage.sentences():
                for due in deadlines(sentence, self.calendar):
                    if (due.moment.iso, due.what) not in seen:
                        seen.add((due.moment.iso, due.what))
                        reading.deadlines.append(due)
            reading.line_tests += [
                test for test in line_tests(passage, self.calendar) if test not in reading.line_tests
            ]

    def _asked_in_blocks(self) -> Iterator[Assignment]:
        """What a block of requests asks, and what others ask in passing."""
        for block in self.layout.blocks:
            if Topic.REQUEST in block.topics:
                yield from assignments(block, self.calendar)
                if block.label:
                    self.read_spans.append(block.label.span)
            elif block.topics <= _MAY_ASK:
                for line in block.lines:
                    yield from loose_assignments(line, self.calendar)
                if block.value and block.head and block.topics <= {Topic.LINE}:
                    line = Line(block.head.whole, block.value, "", 9, False)
                    yield from loose_assignments(line, self.calendar)

    def _asked_beside_the_invited(self) -> Iterator[Assignment]:
        """What a line about people asks of them; due when the line says it, where it asks one thing."""
        for passage in self.invited.requests:
            line = next(each for each in self.body if each.whole.start <= passage.start < each.whole.end)
            found = list(loose_assignments(Line(line.whole, passage, "", line.rank, False), self.calendar))
            due = self._due_in(line.whole) if len(found) == 1 else None
            for each in found:
                yield replace(each, due=due.moment) if due else each

    def _is_courtesy(self, assignment: Assignment) -> bool:
        if (
            arrive_before([Passage(self.reading.text, *assignment.span)])
            and len(assignment.text) < 90
            and assignment.unit is None
        ):
            return True
        return bool(COURTESY.fullmatch(assignment.text.strip(" ./")))

    def _contacts(self) -> None:
        marks = {id(line): mark for mark, lines in self.layout.footnotes.items() for line in lines}
        labels = {
            id(line): block.label
            for block in self.layout.blocks
            for line in ([block.head] if block.head else []) + block.lines
            if block.topics & {Topic.LINE, Topic.DEADLINE, Topic.CONTACT} and block.label
        }
        for line in self.lines:
            label = labels.get(id(line))
            about = label.words if label and Topic.CONTACT not in self._topics_of(label) else None
            own = self._due_in(line.whole)
            if about is None and own:
                about = own.what
            elif about is None and id(line) in marks:
                about = self._anchor_of(
                    marks[id(line)], [each for each in self.body if id(each) not in marks]
                )
            self.reading.contacts.extend(contacts(line.body, about))

    def _anchor_of(self, mark: str, lines: Sequence[Line]) -> str | None:
        """What a footnote's sentence is about: what is due in it, else its words."""
        sentence = anchored(mark, lines)
        due = self._due_in(sentence) if sentence else None
        return due.what if due else sentence.words if sentence else None

    def _due_in(self, passage: Passage) -> Deadline | None:
        """The first deadline that stands in a passage."""
        return next(
            (due for due in self.reading.deadlines if passage.start <= due.span.start < passage.end), None
        )

    def _topics_of(self, label: Passage) -> frozenset[Topic]:
        return next((block.topics for block in self.layout.blocks if block.label == label), frozenset())

    # What is doubtful, what is left

    def _rest(self) -> None:
        reading = self.reading
        reading.doubts.extend(doubts_of(reading, self.passages, self.calendar))
        for number, audience in enumerate(reading.audiences):
            if audience.venue and audience.venue is self.venue_in_passing:
                why = "Địa điểm lấy từ một câu của văn bản; xem có đúng là nơi họp của nhóm này."
                reading.doubts.append(Doubt(f"audiences[{number}].venue", why))
        if self.has_annex:
            reading.doubts.append(Doubt("text", "Sau phần ký có phụ lục; phụ lục không được đọc."))
        if self.changed is not None:
            reading.doubts.append(Doubt("sessions", "Văn bản đổi thời gian; chỉ lấy thời gian mới."))
        for passage in self.invited.unplaced:
            words = Passage(reading.text, passage.start, passage.end).words
            reading.doubts.append(Doubt("audiences", f"Chưa rõ địa điểm này thuộc điểm cầu nào: “{words}”."))
            self.read_spans.append(Span(passage.start, passage.end))
        values = [span for span in reading.spans() if span.start < span.end]
        taken = [span for span in (*self.read_spans, *values) if span.start < span.end]
        reading.unread = list(unread_in(self.lines, self.body, self.layout.blocks, taken, values))


def _says_something(audience: Audience) -> bool:
    """More than a heading: people, a chair, a place, a note; or a heading that names a point."""
    return bool(
        audience.roles
        or audience.chairs
        or audience.venue
        or audience.note
        or (audience.point and re.search(POINT, audience.heading.value, re.IGNORECASE))
    )
