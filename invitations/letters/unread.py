"""What no rule understood: told as "chưa hiểu", never dropped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from invitations.letters.casing import is_capitals
from invitations.letters.layout import Block
from invitations.letters.passages import PLAIN, Found, Line, Passage, Span
from invitations.letters.times import Calendar, Kind, tokens
from invitations.letters.vocabulary import ANNOUNCED_BEFORE, CITING, COURTESY, EVENT, POINT, VERB, Topic

_OPENING_LINES = 4
_SPOKEN = re.compile(r"(?:thực hiện|ngày \d|nhằm|để) ", re.IGNORECASE)
_POINT = re.compile(POINT, re.IGNORECASE)


def unread_in(
    lines: Sequence[Line],
    body: Sequence[Line],
    blocks: Sequence[Block],
    read: Sequence[Span],
    values: Sequence[Span],
) -> Iterator[Found[str]]:
    """Sentences of which nothing was read and that are more than a greeting, a citation or a heading.

    ``read`` are the places that some rule took, ``values`` those of them that hold a value.
    """
    of_line = {
        id(line): block for block in blocks for line in ([block.head] if block.head else []) + block.lines
    }
    for line, below in zip(lines, [*lines, None][1:], strict=True):
        block = of_line.get(id(line))
        for sentence in line.body.sentences():
            value = _value_beside_label(sentence, block)
            if any(_touches(span, sentence) for span in read):
                if value is None or any(_touches(span, value) for span in values):
                    continue
                sentence = value
            elif len(sentence.words) < 3 or _is_background(sentence, line, below, block, body):
                continue
            if value is not None and block is not None and Topic.PURPOSE in block.topics:
                sentence = value
            yield Found(sentence.words, sentence.span)


def _touches(span: Span, passage: Passage) -> bool:
    return span.start < passage.end and passage.start < span.end


def _value_beside_label(sentence: Passage, block: Block | None) -> Passage | None:
    """What follows the label in its sentence, where the label alone is no reading of it."""
    if (
        block is None
        or block.label is None
        or not block.value
        or not block.topics & {Topic.PURPOSE, Topic.OTHER}
    ):
        return None
    if not sentence.start <= block.label.start < sentence.end:
        return None
    return sentence.part(block.value.start - sentence.start) or None


def _is_background(
    sentence: Passage, line: Line, below: Line | None, block: Block | None, body: Sequence[Line]
) -> bool:
    """Whether a sentence only opens, cites or greets, or is a heading."""
    key = sentence.key.strip()
    if COURTESY.match(key) and len(key) < 160:
        return True
    if block and Topic.AIM in block.topics:
        return True
    if (CITING.match(key) and not VERB.match(key)) or ANNOUNCED_BEFORE.search(key):
        return True
    if key.endswith(":") or (line.mark and is_capitals(key)):
        return True
    if line.mark and below is not None and line.rank < below.rank < PLAIN and len(key) < 120:
        return True
    if line not in body[:_OPENING_LINES] or line.mark:
        return False
    if any(token.kind in (Kind.DATES, Kind.HOURS) for token in tokens(sentence, Calendar())):
        return bool(_SPOKEN.match(key))
    return bool(_SPOKEN.match(key) or EVENT.search(key) or _POINT.search(key))
