"""What a file of delegates held, kept beside it: a later list of changes is told against it.

One line a delegate, compressed as it is written; keys and not names for unit, point and role.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from reports.workbooks.people import FIELDS, Entry, Keep

_BETWEEN, _END = "\x1f", "\n"
_KEY = FIELDS.index("pk")
MOST_COMPARED = 300_000
"""Delegates that are compared at once: all of the earlier ones are in memory then."""


class TooManyError(Exception):
    """The list is too long to be compared."""


@contextmanager
def keeping(path: Path) -> Iterator[Keep]:
    """Give what keeps the entries that it is told of, at ``path``."""
    squeeze = zlib.compressobj(1)
    with path.open("wb") as file:

        def keep(entries: Sequence[Entry]) -> None:
            text = "".join(f"{entry[_KEY]}{_BETWEEN}{said(entry)}{_END}" for entry in entries)
            file.write(squeeze.compress(text.encode()))

        yield keep
        file.write(squeeze.flush())


def said(entry: Sequence[Any]) -> str:
    """An entry without its key, as one text that can be compared."""
    return _BETWEEN.join(["" if value is None else str(value).replace(_END, " ") for value in entry[:_KEY]])


def read_kept(file: IO[bytes]) -> dict[int, str]:
    """Return what was kept, by the keys of the delegates. Raises ``TooManyError``, ``OSError``."""
    text = zlib.decompressobj().decompress(file.read(), 512 * MOST_COMPARED).decode(errors="ignore")
    lines = text.split(_END)
    if len(lines) > MOST_COMPARED + 1:
        raise TooManyError
    return {int(key): rest for key, _, rest in (line.partition(_BETWEEN) for line in lines if line)}


def values_of(kept: str) -> list[str]:
    """Take apart what ``said`` put together."""
    return kept.split(_BETWEEN)
