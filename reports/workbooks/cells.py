"""Values as a sheet's XML holds them: text is always text, numbers are numbers, nothing is a formula."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import cast
from xml.sax.saxutils import escape

Content = str | int | None

MOST_CHARACTERS = 32_767
"""Of one cell, counted as Excel does, in units of UTF-16 (Excel's specifications and limits)."""

CUT = "… (đã cắt bớt)"
"""Ends a text that was longer than a cell can hold."""

_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")
"""What XML 1.0 cannot hold, and control characters that nobody typed on purpose."""

_LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""Spreadsheet programs read ``_x0041_`` as "A" (ECMA-376, part 1, 22.9.2.19): the mark itself is escaped."""

Style = int


def writable(text: str) -> str:
    """Return ``text`` without what no file can hold, cut with a mark where it is longer than a cell."""
    text = _UNWRITABLE.sub("", text)
    if len(text) * 2 <= MOST_CHARACTERS:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * MOST_CHARACTERS:
        return text
    return units[: 2 * (MOST_CHARACTERS - len(CUT))].decode("utf-16-le", errors="ignore") + CUT


def text_xml(text: str) -> str:
    """Return ``text`` as a ``<t>`` element."""
    if stand_as_they_are((text,)):
        return f"<t>{text}</t>"
    kept = escape(_LOOKS_ESCAPED.sub("_x005F_", writable(text)))
    return f'<t xml:space="preserve">{kept}</t>'


def stand_as_they_are(texts: Sequence[str]) -> bool:
    """Say whether nothing in ``texts`` has to be escaped, removed, kept from trimming, or cut.

    Asked of some hundred cells at once: nearly always they do, and none is looked at alone.
    """
    joined = f"|{'|'.join(texts)}|"
    return (
        joined.isprintable()
        and not any(mark in joined for mark in ("&", "<", ">", "_x", "| ", " |"))
        and (len(joined) * 2 <= MOST_CHARACTERS or max(map(len, texts)) * 2 <= MOST_CHARACTERS)
    )


class SharedStrings:
    """The texts that many cells name by number, until there are so many that memory would grow."""

    MOST = 50_000

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, text: str) -> int | None:
        """Return the number of ``text``, or None where the table is full and the cell holds it itself."""
        known = self.numbers.get(text)
        if known is None and len(self.numbers) < self.MOST:
            known = self.numbers[text] = len(self.numbers)
        return known


class OwnCells:
    """The cells of one column of one look, each holding its own text: what follows a cell's reference."""

    def __init__(self, style: Style) -> None:
        self.empty = f'" s="{style}"/>'
        self._number = f'" s="{style}"><v>'
        self._text = f'" s="{style}" t="inlineStr"><is>'

    def column(self, values: Sequence[Content]) -> Iterable[str]:
        """Return the cells of some hundred rows."""
        kinds = set(map(type, values))
        if kinds == {int}:
            before = self._number
            return [f"{before}{value}</v></c>" for value in values]
        if kinds == {str} and stand_as_they_are(cast("Sequence[str]", values)):
            before, empty = f"{self._text}<t>", self.empty
            return [f"{before}{value}</t></is></c>" if value else empty for value in values]
        return map(self.cell, values)

    def cell(self, value: Content) -> str:
        """Return one cell, whatever is in it."""
        if value is None or value == "":
            return self.empty
        if isinstance(value, str):
            return f"{self._text}{text_xml(value)}</is></c>"
        return f"{self._number}{int(value)}</v></c>"


class SharedCells(OwnCells):
    """The cells of a column whose texts come again and again: each text is written once, and named."""

    def __init__(self, style: Style, strings: SharedStrings) -> None:
        super().__init__(style)
        self._known = _Known(self, f'" s="{style}" t="s"><v>', strings)

    def column(self, values: Sequence[Content]) -> Iterable[str]:
        """Return the cells of some hundred rows, looked up and not made."""
        return map(self._known.__getitem__, values)


class _Known(dict[Content, str]):
    """Cells by what is in them, kept while there is room."""

    def __init__(self, own: OwnCells, before: str, strings: SharedStrings) -> None:
        super().__init__({None: own.empty, "": own.empty})
        self._own, self._before, self._strings = own, before, strings

    def __missing__(self, value: Content) -> str:
        """Make what is not known yet."""
        number = self._strings.number(value) if isinstance(value, str) else None
        if number is None:
            return self._own.cell(value)
        made = self[value] = f"{self._before}{number}</v></c>"
        return made
