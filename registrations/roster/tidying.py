"""Makes one line of Unicode of each cell: letters of old fonts, loose marks, unseen signs and spaces."""

from __future__ import annotations

import unicodedata
from functools import partial
from typing import NamedTuple

from accounts.vietnamese import line, nfc
from registrations.roster.cells import Cell
from registrations.roster.legacy import Encoding, decoded


class Tidy(NamedTuple):
    """The text of a cell as one tidy line, and what was changed to get it."""

    text: str
    changes: tuple[str, ...] = ()
    legacy: bool = False


_as_it_is = partial(tuple.__new__, Tidy)
"""Makes a ``Tidy`` without the detour by Python that its own constructor takes."""


class Tidier:
    """Makes one line of Unicode of each cell; the same text is tidied once."""

    def __init__(self, guess: Encoding | None = None) -> None:
        self.guess = guess
        self._known: dict[tuple[str, Encoding | None], Tidy] = {}

    def __call__(self, cell: Cell) -> Tidy:
        """Read the letters as the font or the guess says, compose them, drop what is unseen."""
        text = cell.text
        encoding = cell.encoding or self.guess
        plain = cell.was is None and (encoding is None or (text.isascii() and cell.encoding is None))
        if plain and _is_tidy(text):
            return _as_it_is((text, (), False))
        key = text, cell.was or encoding
        known = self._known.get(key)
        if known is None:
            known = _tidied(text, encoding, cell.was)
            if len(self._known) < 50_000:
                self._known[key] = known
        return known


def _is_tidy(text: str) -> bool:
    """Whether nothing is to be done, found without building anything: most cells are so."""
    if not text.isprintable() or "  " in text or text[:1] == " " or text[-1:] == " ":
        return False
    return text.isascii() or unicodedata.is_normalized("NFC", text)


def _tidied(text: str, encoding: Encoding | None, was: Encoding | None) -> Tidy:
    changes = []
    read = decoded(text, encoding) if encoding and not was else text
    legacy = was is not None or read != text
    if legacy:
        changes.append(f"đổi chữ {_called(was or encoding)} sang Unicode")
    composed = nfc(read)
    if composed != read:
        changes.append("ghép dấu rời thành chữ có dấu")
    tidy = line(composed)
    if tidy != composed:
        spaces = " ".join(composed.split())
        changes.append("bỏ khoảng trắng thừa" if tidy == spaces else "bỏ ký tự ẩn")
    return Tidy(tidy, tuple(changes), legacy)


def _called(encoding: Encoding | None) -> str:
    return "TCVN3" if encoding is Encoding.TCVN3_CAPITALS else str(encoding)
