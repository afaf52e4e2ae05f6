"""A piece of a letter that knows where it stands, so that every value can be shown beside its sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from invitations.letters.vocabulary import UPPER, one_spelling

FOOTNOTE_MARKS = "¹²³⁴⁵⁶⁷⁸⁹"

_LIST_MARK = re.compile(
    r"\s*(?:(?P<roman>[IVX]{1,4})(?:\s?[.)/]|[-–])\s+|(?P<number>\d{1,2}(?:\.\d{1,2}){0,3})(?:\s?\.?[.)/]|\.?[-–])\s+"
    r"|(?P<number_dots>\d{1,2}(?:\.\d{1,2}){1,3})\s+(?=\D)|(?P<letter>[a-zđ]\d?)\s?[.)/]\s+"
    r"|(?P<dash>[-–—•▪·●○])\s*(?=[^\s\d*]|\d+ )|(?P<star>(?:[-–]\s*)?[*]\s*(?=\S))|(?P<plus>\+)\s*)"
)
_SENTENCE_END = re.compile(
    rf"(?<=[.!?])(?<![ .]đ/c\.)(?<!\bTP\.)(?<!S\.)(?<!\bCN\.)(?<!CK[12I]\.)\s+(?=[(\"“]?[{UPPER}])|\n"
)
_EDGES = " \t\n.,;:/|…"


class Span(NamedTuple):
    """From which character to which one of the reading's text."""

    start: int
    end: int


T = TypeVar("T")


@dataclass(frozen=True)
class Found(Generic[T]):
    """A value and the place it was read from."""

    value: T
    span: Span


@dataclass(frozen=True)
class Passage:
    """A slice of the letter. Patterns look at ``key``, in one spelling; values come from ``text``."""

    source: str
    start: int
    end: int

    @classmethod
    def whole(cls, source: str) -> Passage:
        """All of a text."""
        return cls(source, 0, len(source))

    @cached_property
    def text(self) -> str:
        """The letter's own characters."""
        return self.source[self.start : self.end]

    @cached_property
    def key(self) -> str:
        """The same length as ``text``, in one spelling."""
        return one_spelling(self.text)

    @property
    def span(self) -> Span:
        """Where it stands, without white space around it."""
        tight = self.part(len(self.text) - len(self.text.lstrip()), len(self.text.rstrip()))
        return Span(tight.start, tight.end) if tight else Span(self.start, self.end)

    @property
    def words(self) -> str:
        """As a value: one line, without list mark, footnote marks and final punctuation."""
        return tidy(self.text)

    def __bool__(self) -> bool:
        """Whether anything but white space is in it."""
        return bool(self.text.strip())

    def part(self, start: int, end: int | None = None) -> Passage:
        """From one character of this passage to another."""
        size = self.end - self.start
        start = min(max(start, 0), size)
        end = size if end is None else min(max(end, start), size)
        return Passage(self.source, self.start + start, self.start + end)

    def group(self, match: re.Match[str], group: str | int = 0) -> Passage:
        """What a match in ``key`` (or a group of it) stands for."""
        return self.part(match.start(group), match.end(group))

    def after(self, match: re.Match[str]) -> Passage:
        """What follows a match in ``key``."""
        return self.part(match.end())

    def before(self, match: re.Match[str]) -> Passage:
        """What precedes a match in ``key``."""
        return self.part(0, match.start())

    def split(self, pattern: re.Pattern[str]) -> list[Passage]:
        """The parts between the matches, empty ones left out."""
        parts, start = [], 0
        for match in pattern.finditer(self.key):
            parts.append(self.part(start, match.start()))
            start = match.end()
        parts.append(self.part(start))
        return [part for part in parts if part]

    def outside_brackets(self, pattern: re.Pattern[str]) -> list[Passage]:
        """Split as ``split`` does, but never within round brackets."""
        parts, start = [], 0
        for match in pattern.finditer(self.key):
            between = self.key[start : match.start()]
            if between.count("(") <= between.count(")"):
                parts.append(self.part(start, match.start()))
                start = match.end()
        parts.append(self.part(start))
        return [part for part in parts if part]

    def sentences(self) -> list[Passage]:
        """The sentences; an abbreviation's full stop ends none."""
        return self.outside_brackets(_SENTENCE_END)


def tidy(text: str) -> str:
    """One line, without list mark, footnote marks and final punctuation."""
    text = re.sub(f"[{FOOTNOTE_MARKS}]", "", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\s+([,;.)])", r"\1", text)
    text = re.sub(r"\s*\(\s*$", "", text)
    text = re.sub(r"\s*[,;]\s*(?=\()", " ", text).strip(_EDGES)
    mark = _LIST_MARK.match(text)
    if mark:
        text = text[mark.end() :]
    if text.startswith("(") and text.endswith(")") and text.count("(") == 1:
        text = text[1:-1]
    if text.count("(") > text.count(")"):
        text += ")"
    return text.strip(_EDGES + '-–—“”"')


RANKS = {"roman": 1, "number": 2, "letter": 4, "star": 5, "dash": 6, "plus": 7}
PLAIN = 9
"""The rank of a line without a mark."""


@dataclass(frozen=True)
class Line:
    """A paragraph of the letter: its list mark, how deep that mark stands, and what it says."""

    whole: Passage
    body: Passage
    mark: str
    rank: float
    after_gap: bool

    @property
    def key(self) -> str:
        """The body, to match patterns with."""
        return self.body.key


def lines_of(source: str) -> Iterator[Line]:
    """Read a tidied text line by line."""
    start, gap = 0, True
    for raw in source.split("\n"):
        whole = Passage(source, start, start + len(raw))
        start += len(raw) + 1
        if not whole:
            gap = True
            continue
        yield _line(whole, gap)
        gap = False


def _line(whole: Passage, gap: bool) -> Line:
    match = _LIST_MARK.match(whole.text)
    if not match:
        return Line(whole, Passage(whole.source, *whole.span), "", PLAIN, gap)
    kind = match.lastgroup or ""
    rank: float = RANKS[kind.removesuffix("_dots")]
    if kind.startswith("number"):
        rank += 0.5 * (match.group(kind).count("."))
    body = whole.part(match.end())
    return Line(whole, Passage(whole.source, *body.span), match.group().strip(), rank, gap)
