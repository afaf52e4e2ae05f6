"""Finds the row of headings under a letterhead and understands it; without headings, the columns' content."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from accounts.vietnamese import folded
from registrations.roster.cells import Merge, letters
from registrations.roster.roster import Column
from registrations.roster.vocabulary import (
    FILLING,
    HONORIFIC,
    NUMBERING,
    PHRASES,
    Field,
    begins_as_name,
    begins_as_organisation,
    begins_as_post,
)

LONGEST_HEADING = 90
TextRow = tuple[int, dict[int, str]]
"""The number of a row, and its tidy texts by column."""


class Meaning(NamedTuple):
    """What a heading says, and how sure that is, from 0 to 1."""

    field: Field
    confidence: float


NOTHING = Meaning(Field.OTHER, 0.0)
_NAMES = (Field.FULL_NAME, Field.FAMILY_NAME, Field.GIVEN_NAME)
_WEIGHTS = {
    Field.FULL_NAME: 4.0,
    Field.FAMILY_NAME: 2.5,
    Field.GIVEN_NAME: 2.0,
    Field.POST: 2.5,
    Field.POSITION: 2.0,
    Field.ORGANISATION: 2.0,
    Field.PHONE: 2.0,
    Field.ROLE: 1.5,
    Field.POINT: 1.5,
    Field.NOTE: 1.5,
    Field.NUMBER: 1.5,
    Field.OTHER: 0.6,
}
_STRONG = ("sdt", "dtdd", "zalo", "phone", "mobile", "email", "position", "organisation", "fullname")
_INSIDE = [phrase for phrase in PHRASES if (" " in phrase and len(phrase) >= 6) or phrase in _STRONG]
_BY_LENGTH = sorted(_INSIDE, key=len, reverse=True)
"""Phrases that are found inside a longer heading: a single short word proves nothing there."""


@lru_cache(maxsize=4096)
def meaning(heading: str) -> Meaning:
    """Return what a heading says, however it is worded or misspelt. ``NOTHING`` where we know it not."""
    if not heading or len(heading) > LONGEST_HEADING:
        return NOTHING
    words = _heading_words(heading)
    said = known(heading)
    if said.confidence >= 0.9:
        return said
    return _by_likeness(words, 0.92) or (said if said.confidence else _by_likeness(words, 0.86)) or NOTHING


@lru_cache(maxsize=4096)
def known(heading: str) -> Meaning:
    """Return what a heading says that is spelt as we know it: quick enough to ask of every cell."""
    if not heading or len(heading) > LONGEST_HEADING:
        return NOTHING
    words = _heading_words(heading)
    if words in PHRASES:
        return Meaning(PHRASES[words], 1.0)
    bare = _without_fillers(words)
    if bare in PHRASES:
        return Meaning(PHRASES[bare], 0.9)
    return _by_parts(words) or NOTHING


def is_name_heading(text: str) -> bool:
    """Whether ``text`` is word for word the heading of a column of names."""
    return len(text) <= LONGEST_HEADING and PHRASES.get(_heading_words(text)) in _NAMES


def _heading_words(heading: str) -> str:
    return _words(re.sub(r"\([^)]*\)", " ", heading)) or _words(heading)


def _words(text: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", folded(text)).split())


def _without_fillers(words: str) -> str:
    padded = f" {words} "
    for filler in FILLING:
        padded = padded.replace(f" {filler} ", " ")
    return " ".join(padded.split())


def _by_parts(words: str) -> Meaning | None:
    """Look for phrases inside: "Chức vụ, đơn vị công tác" holds two, "Số điện thoại của đồng chí" one."""
    if len(words.split()) > 14:
        return None
    rest, found = f" {words} ", []
    for phrase in _BY_LENGTH:
        if f" {phrase} " in rest:
            found.append(PHRASES[phrase])
            rest = rest.replace(f" {phrase} ", " | ")
    kinds = set(found)
    if {Field.POSITION, Field.ORGANISATION} <= kinds:
        return Meaning(Field.POST, 0.9)
    kinds -= {Field.OTHER, Field.NUMBER} if len(kinds) > 1 else set()
    unknown = len([word for word in rest.split() if word not in ("|", "va", "hoac", "so")])
    if len(kinds) == 1 and unknown <= 2 * len(found):
        return Meaning(kinds.pop(), 0.7)
    if kinds and kinds <= {*_NAMES} and unknown <= 2:
        return Meaning(Field.FULL_NAME, 0.7)
    if Field.PHONE in kinds and kinds <= {Field.PHONE, Field.ORGANISATION}:
        return Meaning(Field.PHONE, 0.7)
    return None


def _by_likeness(words: str, at_least: float) -> Meaning | None:
    """Forgive a slip of the finger: "Họ và tênn", "Chứ vụ"."""
    if not 5 <= len(words) <= 30:
        return None
    best, best_ratio = None, at_least
    matcher = SequenceMatcher(None, "", words)
    for phrase in _INSIDE:
        if abs(len(phrase) - len(words)) <= 2:
            matcher.set_seq1(phrase)
            ratio = matcher.ratio() if matcher.quick_ratio() > best_ratio else 0.0
            if ratio > best_ratio:
                best, best_ratio = PHRASES[phrase], ratio
    return Meaning(best, 0.6) if best else None


# ── Which rows are the headings ──────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Header:
    """Where the headings stand and what each says."""

    rows: tuple[int, ...]
    texts: dict[int, str]
    meanings: dict[int, Meaning]

    @property
    def last(self) -> int:
        """The number of the last row of headings; 0 where the list has none."""
        return max(self.rows, default=0)


def find_header(head: Sequence[TextRow], merges: Sequence[Merge] = ()) -> Header | None:
    """Return the best row of headings among the first rows, or the best two that belong together."""
    best, best_score = None, 0.0
    for index, (number, texts) in enumerate(head):
        if not any(known(text).confidence >= 0.7 for text in texts.values()):
            continue
        candidates: list[Header | None] = [_one_row(number, texts)]
        if index + 1 < len(head) and head[index + 1][0] - number <= 2:
            candidates.append(_two_rows(number, texts, head[index + 1], merges))
        for header in candidates:
            score = _score(header) if header else 0.0
            if header and score > best_score + (0.4 if len(header.rows) > 1 else 0.0):
                best, best_score = header, score
    return best


def _one_row(number: int, texts: dict[int, str]) -> Header:
    return Header((number,), texts, {column: meaning(text) for column, text in texts.items()})


def _two_rows(number: int, top: dict[int, str], below: TextRow, merges: Sequence[Merge]) -> Header | None:
    """Read two rows as one: a group above ("Liên hệ") and its parts below ("Di động", "Email")."""
    below_number, sub = below
    parts = [meaning(text) for text in sub.values()]
    groups = [meaning(text) for text in top.values()]
    if len(top) < 2 or not any(said.confidence >= 0.6 for said in groups):
        return None
    if not parts or sum(said.confidence >= 0.7 for said in parts) * 2 < len(parts):
        return None
    texts: dict[int, str] = {}
    meanings: dict[int, Meaning] = {}
    carried = ""
    for column in range(1, max([*top, *sub]) + 1):
        own = top.get(column, "")
        carried = own or (carried if column in sub and _spans(merges, number, column) else "")
        text, said = _together(carried, sub.get(column, ""))
        if text:
            texts[column], meanings[column] = text, said
    return Header((number, below_number), texts, meanings)


def _spans(merges: Sequence[Merge], row: int, column: int) -> bool:
    """Whether an empty cell may belong to the group on its left: merged with it, or nothing is known."""
    if not any(merge.top <= row <= merge.bottom for merge in merges):
        return True
    return any(merge.top <= row <= merge.bottom and merge.left < column <= merge.right for merge in merges)


def _together(top: str, sub: str) -> tuple[str, Meaning]:
    if not sub or not top:
        return top or sub, meaning(top or sub)
    group, part, both = meaning(top), meaning(sub), meaning(f"{top} {sub}")
    text = f"{top} {sub}"
    if group.field is Field.FULL_NAME and part.field in _NAMES and part.confidence > 0.8:
        return text, part
    if group.field is Field.POST and part.field in (Field.POSITION, Field.ORGANISATION):
        return text, part
    if group.confidence >= 0.9:
        return text, group
    return text, max(part, both, key=lambda said: said.confidence)


def _score(header: Header) -> float:
    """Weigh what a row of headings would give; one without names gives nothing."""
    fields: dict[Field, float] = {}
    for said in header.meanings.values():
        if said.confidence > 0:
            fields[said.field] = max(fields.get(said.field, 0), said.confidence)
    if not any(name in fields for name in _NAMES):
        return 0.0
    others = [field for field in fields if field not in _NAMES]
    if not others and not (Field.FAMILY_NAME in fields and Field.GIVEN_NAME in fields):
        alone = len(header.texts) == 1 and max(fields.values()) == 1.0
        return 1.0 if alone and Field.GIVEN_NAME not in fields else 0.0
    unknown = sum(said.confidence == 0 for said in header.meanings.values())
    return sum(_WEIGHTS[field] * sure for field, sure in fields.items()) - 0.3 * unknown


# ── From headings to columns ─────────────────────────────────────────────────────────────────────


def columns_of(header: Header, body: Sequence[TextRow]) -> list[Column]:
    """Settle which column holds what: one of each, where several say the same; names in two parts."""
    said = dict(header.meanings)
    _settle_names(said, header, body)
    _settle_rivals(said, header, body)
    every = sorted({*said, *(column for _, texts in body[:50] for column in texts)})
    return [
        Column(
            letters(column),
            header.texts.get(column, ""),
            said.get(column, NOTHING).field,
            round(said.get(column, NOTHING).confidence, 2),
            _sample(column, body),
        )
        for column in every
    ]


def _sample(column: int, body: Sequence[TextRow]) -> str:
    return next((texts[column] for _, texts in body if texts.get(column)), "")[:60]


def _settle_names(said: dict[int, Meaning], header: Header, body: Sequence[TextRow]) -> None:
    """Two parts of a name, or one whole: "Tên" alone is whole; an unnamed column of given names is a part."""
    family = [column for column, is_ in said.items() if is_.field is Field.FAMILY_NAME]
    given = [column for column, is_ in said.items() if is_.field is Field.GIVEN_NAME]
    full = [column for column, is_ in said.items() if is_.field is Field.FULL_NAME]
    beside = full and not family and len(given) == 1 and given[0] == full[0] + 1
    if beside and _given_names(given[0], full[0], body):
        said[full[0]] = Meaning(Field.FAMILY_NAME, said[full[0]].confidence)
        return
    if family and not given and not full:
        right = family[0] + 1
        if _given_names(right, family[0], body):
            said[right] = Meaning(Field.GIVEN_NAME, 0.6)
        else:
            said[family[0]] = Meaning(Field.FULL_NAME, 0.7)
        return
    if given and not family and not full:
        best = max(given, key=lambda column: _share(column, body, begins_as_name))
        said[best] = Meaning(Field.FULL_NAME, said[best].confidence)
        return
    if full and not family and not given:
        right = full[0] + 1
        if right not in header.texts and _given_names(right, full[0], body):
            said[full[0]] = Meaning(Field.FAMILY_NAME, said[full[0]].confidence)
            said[right] = Meaning(Field.GIVEN_NAME, 0.6)
    elif full and (not family or not given):
        for column in (*family, *given):
            said[column] = Meaning(Field.OTHER, 0.3)


def _given_names(column: int, family: int, body: Sequence[TextRow]) -> bool:
    """Whether ``column`` holds single words beside the rest of the names in ``family``."""
    rows = [texts for _, texts in body if family in texts]
    single = [texts for texts in rows if re.fullmatch(r"[^\W\d_]+", texts.get(column, ""))]
    return bool(rows) and len(single) >= 0.6 * len(rows)


_ONE_OF_A_KIND = (Field.FULL_NAME, Field.FAMILY_NAME, Field.GIVEN_NAME, Field.ROLE, Field.POINT, Field.NUMBER)


def _settle_rivals(said: dict[int, Meaning], header: Header, body: Sequence[TextRow]) -> None:
    """Where several columns say the same, names and roles go to the surest, and then to the fullest.

    Posts, notes and telephones may have several columns: they are joined, or the first filled one counts.
    """
    split = {is_.field for is_ in said.values()} >= {Field.FAMILY_NAME, Field.GIVEN_NAME}
    for field in _ONE_OF_A_KIND:
        rivals = [column for column, is_ in said.items() if is_.field is field]
        if field is Field.FULL_NAME and split:
            for column in rivals:
                said[column] = Meaning(Field.OTHER, 0.3)
            continue
        if len(rivals) > 1:
            looks: Callable[[str], object] = begins_as_name if field is Field.FULL_NAME else bool
            best = max(
                rivals,
                key=lambda column: (_share(column, body, looks) >= 0.5, said[column].confidence, -column),
            )
            for column in rivals:
                if column != best:
                    said[column] = Meaning(Field.OTHER, 0.3)


def _share(column: int, body: Sequence[TextRow], test: Callable[[str], object]) -> float:
    cells = [texts[column] for _, texts in body if texts.get(column)]
    return sum(bool(test(cell)) for cell in cells) / len(cells) if cells else 0.0


# ── Without headings ─────────────────────────────────────────────────────────────────────────────


def _is_numbered_name(text: str) -> bool:
    return begins_as_name(HONORIFIC.sub("", NUMBERING.sub("", text)))


def _is_phone(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return 9 <= len(digits) <= 12 and len(re.sub(r"[\d\s.+()\-]", "", text)) == 0


def infer(head: Sequence[TextRow]) -> tuple[Header, list[Column]] | None:
    """Understand columns by what they hold, for a range that was pasted without its headings."""
    columns = sorted({column for _, texts in head for column in texts})
    shares = {column: _share(column, head, _is_numbered_name) for column in columns}
    filled = {column: sum(column in texts for _, texts in head) for column in columns}
    candidates = [column for column in columns if shares[column] >= 0.6 and filled[column] * 2 >= len(head)]
    if not candidates:
        return None
    name = max(candidates, key=lambda column: shares[column] * filled[column])
    said = {name: Meaning(Field.FULL_NAME, 0.5)}
    for column in columns:
        if column in said:
            continue
        found = {is_.field for is_ in said.values()}
        if Field.PHONE not in found and _share(column, head, _is_phone) >= 0.6:
            said[column] = Meaning(Field.PHONE, 0.5)
        elif column < name and Field.NUMBER not in found and _share(column, head, str.isdigit) >= 0.6:
            said[column] = Meaning(Field.NUMBER, 0.5)
        elif not found & {Field.POSITION, Field.POST} and _share(column, head, begins_as_post) >= 0.4:
            joined = _share(column, head, lambda text: "," in text) >= 0.4
            said[column] = Meaning(Field.POST if joined else Field.POSITION, 0.5)
        elif Field.ORGANISATION not in found and _share(column, head, begins_as_organisation) >= 0.4:
            said[column] = Meaning(Field.ORGANISATION, 0.5)
    header = Header((), {}, said)
    return header, columns_of(header, head)


def as_told(told: Mapping[str, Field], header: Header | None, body: Sequence[TextRow]) -> list[Column]:
    """Return the columns as a person said they are, letter by letter; the others are passed over."""
    known = set(told) | {letters(column) for _, texts in body[:50] for column in texts}
    by_letter = {letters(column): (column, text) for column, text in (header.texts if header else {}).items()}
    numbers = {letters(column): column for _, texts in body for column in texts}
    return [
        Column(
            letter,
            by_letter.get(letter, (0, ""))[1],
            told.get(letter, Field.OTHER),
            1.0 if letter in told else 0.0,
            _sample(numbers.get(letter, 0), body),
        )
        for letter in sorted(known | set(by_letter), key=lambda letter: (len(letter), letter))
    ]
