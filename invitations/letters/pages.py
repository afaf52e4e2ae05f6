"""The lines of a PDF's pages as paragraphs again, where the letter shows where they begin.

Letters indent the first line of a paragraph and begin the others at the margin. So on such pages a line at
the margin after a line that is full goes on with it, over the end of a page too. A page's number is no part
of the letter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"\s*(?:[-–]\s*)?\d{1,3}(?:\s*/\s*\d{1,3})?(?:\s*[-–])?\s*")
_COLUMNS = re.compile(r"\S {4,}\S")
_HEADING = re.compile(r"(?:[IVX]+|\d{1,2}(?:\.\d{1,2})*)[.)/]\s|[-–+*•]\s|[a-zđ]\)\s|[¹²³⁴⁵⁶⁷⁸⁹]")
_MARGIN = 1
_DEEPEST = 14
"""Where a paragraph begins, in characters; what stands further in is set in the middle or a column."""
_FULL = 0.72
"""The share of the page's width from which on a line ended because the page did."""
_STRETCHED = re.compile(r"\s*(?:\S+ {3,}){5,}\S+")
_ADDRESS = re.compile(r"\S*(?:@|://)\S")


def paragraphs(pages: Sequence[str]) -> str:
    """Join the lines of pages where they tell paragraphs apart; other pages stay as they lie there."""
    lines = [line for page in pages for line in _without_number(page)]
    begun = sum(_MARGIN < _indent(line) <= _DEEPEST for line in lines)
    widths = sorted(len(line) for line in lines if line.strip() and not _COLUMNS.search(line))
    if len(widths) < 8 or begun < len(widths) / 5:
        return "\n".join(lines)
    width = widths[int(0.9 * len(widths))]
    out: list[str] = []
    before = ""
    for line in lines:
        if before and _goes_on(before, line, width):
            out[-1] += " " + line.strip()
        else:
            out.append(line)
        before = line
    return "\n".join(out)


def _goes_on(before: str, line: str, width: int) -> bool:
    """A line is full too where the next word is an address, which is never broken."""
    if not line.strip() or _indent(line) > _MARGIN or _indent(before) > _DEEPEST:
        return False
    if len(before) < _FULL * width and not _ADDRESS.match(line):
        return False
    return not (_COLUMNS.search(before) or _COLUMNS.search(line) or _HEADING.match(line.strip()))


def _without_number(page: str) -> list[str]:
    """The lines of a page, without empty ones at its edges and without its number."""
    lines = [_unstretched(line.rstrip()) for line in page.strip("\n").split("\n")]
    for edge in (0, -1):
        if lines and _NUMBER.fullmatch(lines[edge]):
            del lines[edge]
    while lines and not lines[0]:
        del lines[0]
    return lines


def _unstretched(line: str) -> str:
    """A justified line whose every space was drawn wide is no row of columns."""
    if _STRETCHED.fullmatch(line):
        return line[: _indent(line)] + " ".join(line.split())
    return line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip()) if line.strip() else 0
