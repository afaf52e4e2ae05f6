"""Values as a sheet's XML holds them: text is always text, numbers are numbers, nothing is a formula."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

Content = str | int | None

MOST_CHARACTERS = 32_767
"""Of one cell, counted as Excel does, in units of UTF-16 (Excel's specifications and limits)."""

CUT = "… (đã cắt bớt)"
"""Ends a text that was longer than a cell can hold."""

_UNWRITABLE = re.compile("[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]")
"""What XML 1.0 cannot hold, and control characters that nobody typed on purpose."""

_SPECIAL = re.compile(
    "[&<>\\x00-\\x1f\\x7f-\\x9f\\ud800-\\udfff\\ufffe\\uffff]|_x[0-9A-Fa-f]{4}_|^\\s|\\s$|\\s\\s"
)
"""Where a text cannot stand as it is; most can."""

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
    if len(text) * 2 <= MOST_CHARACTERS and not _SPECIAL.search(text):
        return f"<t>{text}</t>"
    kept = escape(_LOOKS_ESCAPED.sub("_x005F_", writable(text)))
    return f'<t xml:space="preserve">{kept}</t>'


class SharedStrings:
    """The texts that many cells name by number, until there are so many that memory would grow."""

    MOST = 50_000

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.uses = 0

    def number(self, text: str) -> int | None:
        """Return the number of ``text``, or None where the table is full and the cell holds it itself."""
        known = self.numbers.get(text)
        if known is None and len(self.numbers) < self.MOST:
            known = self.numbers[text] = len(self.numbers)
        return known


class OwnCells(dict[Content, str]):
    """One column of one look, each cell holding its own text: what follows the cell's reference.

    Looked up as a dictionary, because that is the fastest question Python has; only what never changes
    is kept in it.
    """

    def __init__(self, style: Style) -> None:
        super().__init__()
        self[None] = self[""] = f'" s="{style}"/>'
        self._number = f'" s="{style}"><v>'
        self._text = f'" s="{style}" t="inlineStr"><is>'

    def __missing__(self, value: Content) -> str:
        """Write what is not known yet."""
        if isinstance(value, int):
            return f"{self._number}{value}</v></c>"
        return f"{self._text}{text_xml(str(value))}</is></c>"


class SharedCells(OwnCells):
    """One column of one look whose texts come again and again: each is written once, and named."""

    def __init__(self, style: Style, strings: SharedStrings) -> None:
        super().__init__(style)
        self._shared = f'" s="{style}" t="s"><v>'
        self._strings = strings

    def __missing__(self, value: Content) -> str:
        """Write what is not known yet, and keep it while there is room."""
        number = self._strings.number(value) if isinstance(value, str) else None
        if number is None:
            return super().__missing__(value)
        made = self[value] = f"{self._shared}{number}</v></c>"
        return made
