"""How high a row must be, where a text needs more than one line of its column.

Excel finds out by itself when it opens a file. LibreOffice prints a row that does not say its height one
line high, and half of a long name is not on the paper (`make paper`, LibreOffice 7.4). So such rows say it,
and only such.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import cast

from reports.workbooks.cells import Content

LINE = 1.3
"""Height of a line for each point of the letters' size: Times New Roman and what stands in for it."""

MOST = 409.0
"""Points a row may be high (Excel's specifications and limits)."""


class Heights:
    """Heights of the rows of one kind of list, as attributes of ``<row>``.

    ``rooms`` says for each column how many characters a line of it holds, None where it does not break
    lines or holds numbers; ``points`` is the size of the largest letters.
    """

    def __init__(self, rooms: Sequence[int | None], points: float) -> None:
        self._rooms, self._points = rooms, points

    def of(self, columns: Sequence[Sequence[Content]]) -> Iterable[str]:
        """Return the attribute of each of some hundred rows; "" for rows of one line: nearly all."""
        tall = [
            [_lines(value, room) for value in values]
            for values, room in zip(columns, self._rooms, strict=True)
            if room is not None and _longest(values) > room
        ]
        if not tall:
            return repeat("")
        return map(self._attribute, map(max, *tall) if len(tall) > 1 else tall[0])

    def _attribute(self, lines: int) -> str:
        return f' ht="{min(lines * self._points * LINE, MOST):.1f}"' if lines > 1 else ""


def _longest(values: Sequence[Content]) -> int:
    return max(map(len, cast("Iterable[str]", filter(None, values))), default=0)


@functools.lru_cache(maxsize=4096)
def _lines(value: Content, room: int) -> int:
    """How many lines ``value`` takes where words are broken only if they alone are too long."""
    lines, left = 1, room
    for word in cast("str", value or "").split():
        if len(word) > left and left < room:
            lines, left = lines + 1, room
        more, last = divmod(len(word) - 1, room)
        if more:
            lines, left = lines + more, room
        left -= last + 2
    return lines
