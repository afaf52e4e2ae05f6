"""Capitals back to ordinary writing: "HỘI LÀM VƯỜN TỈNH H" → "Hội Làm vườn tỉnh H"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from invitations.letters.vocabulary import BODIES, PLACES_OF_NAMES, WRITTEN, one_spelling

_WORD = re.compile(r"[^\W_]+")
_PHRASES = sorted(WRITTEN, key=len, reverse=True)


def is_capitals(text: str) -> bool:
    """Whether a line is written in capitals (lists of one letter or number are not)."""
    letters = [char for char in text if char.isalpha()]
    return len(letters) > 2 and sum(char.isupper() for char in letters) >= 0.85 * len(letters)


def name_of_body(text: str, letter: str) -> str:
    """Write the name of a body as a sentence would, by the letter's own use and by the vocabulary."""
    return _restored(text, letter, names=True)


def sentence(text: str, letter: str) -> str:
    """Write a heading as a sentence would."""
    return _restored(text, letter, names=False)


def _restored(text: str, letter: str, *, names: bool) -> str:
    if not is_capitals(text):
        return text
    key = one_spelling(text)
    out = [char.lower() for char in text]
    fixed = [False] * len(text)
    for start, pattern in (*_as_written(key), *_as_in_letter(text, letter)):
        span = range(start, start + len(pattern))
        if not any(fixed[place] for place in span):
            for place, char in zip(span, pattern, strict=True):
                out[place] = text[place].upper() if char.isupper() else text[place].lower()
                fixed[place] = True
    if names:
        _capitalise_names(key, out, fixed)
    for match in _WORD.finditer(text):
        if len(match[0]) == 1 and match[0].upper() not in "YÀÝ" and not fixed[match.start()]:
            out[match.start()] = match[0].upper()
    first = _WORD.search(text)
    if first:
        out[first.start()] = text[first.start()].upper()
    return "".join(out)


def _as_written(key: str) -> Iterator[tuple[int, str]]:
    for phrase in _PHRASES:
        for match in re.finditer(rf"(?<!\w){re.escape(phrase)}(?!\w)", key, re.IGNORECASE):
            yield match.start(), phrase


def _as_in_letter(text: str, letter: str) -> Iterator[tuple[int, str]]:
    """Words of the heading that the letter's sentences have too, the longest runs first."""
    sentences = "\n".join(line for line in letter.split("\n") if not is_capitals(line))
    folded = sentences.lower()
    if len(folded) != len(sentences):
        return
    words = list(_WORD.finditer(text))
    for length in range(min(len(words), 12), 0, -1):
        for first in range(len(words) - length + 1):
            start, end = words[first].start(), words[first + length - 1].end()
            phrase = text[start:end].lower()
            place = re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", folded)
            if place is None:
                continue
            witness = sentences[place.start() : place.end()]
            if _is_acronym(phrase, sentences, folded) if length == 1 else not is_capitals(witness):
                yield start, witness


def _is_acronym(word: str, sentences: str, folded: str) -> bool:
    """Whether sentences write a word in capitals wherever they have it."""
    places = [match.span() for match in re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", folded)]
    return len(word) > 1 and all(sentences[start:end].isupper() for start, end in places)


def _capitalise_names(key: str, out: list[str], fixed: list[bool]) -> None:
    """A body's first word and the word after it, every word of a place's name."""
    bodies = {match.start(): match.end() for match in BODIES.finditer(key)}
    places = {match.start(): match.end() for match in PLACES_OF_NAMES.finditer(key)}
    next_is_capital, in_place = True, False
    end_of_body = -1
    for word in _WORD.finditer(key):
        start = word.start()
        if start < end_of_body:
            continue
        if start in bodies and not (start in places and start > 0):
            end_of_body = bodies[start]
            if not fixed[start]:
                out[start] = key[start].upper()
            next_is_capital, in_place = True, False
        elif start in places and start > 0:
            end_of_body = places[start]
            next_is_capital, in_place = True, True
        elif word[0] in ("VÀ", "VỚI", "CỦA", "CÁC"):
            next_is_capital, in_place = False, False
        else:
            if (next_is_capital or in_place) and not fixed[start]:
                out[start] = key[start].upper()
            next_is_capital = False
