"""Reads and marks rosters at arm's length (``accounts.guarded``): a workbook of 200 KB can ask for 600 MB.

Whatever becomes of the child, the parent gets a roster or a sentence.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import tempfile
from collections.abc import Mapping
from typing import Any

from accounts.guarded import Answer, OverdueError, ask, limit, question, say
from registrations.roster.cells import UnreadableRosterError
from registrations.roster.containers import TOO_LARGE, checked_name
from registrations.roster.limits import (
    MARKING_PATIENCE,
    MARKING_SECONDS,
    MEMORY,
    MOST_BYTES,
    MOST_BYTES_WRITTEN,
    PATIENCE,
    SECONDS,
)
from registrations.roster.roster import Roster
from registrations.roster.vocabulary import Field
from registrations.roster.written import read_back, written

Marks = Mapping[str, tuple[str, list[str]]]
"""By cell ("B24"): "stop" or "look", and the sentences of its note."""

REFUSED = b"refused "
"""How an answer begins that is a sentence."""

PREPARE = ""
"""What the child does before anything else; tests make it misbehave."""

TOO_LONG = "Đọc quá lâu chưa xong nên đã dừng. Chép riêng bảng danh sách sang tệp Excel mới rồi tải lên."
TOO_BIG_TO_MARK = (
    "Danh sách quá lớn để tô màu. Xem số dòng trên trang này và sửa trong tệp của đồng chí, rồi tải lên lại."
)
TOO_BIG = "Tệp cần quá nhiều bộ nhớ nên đã dừng. Chép riêng bảng danh sách sang tệp Excel mới rồi tải lên."


def read_roster(
    data: bytes, name: str, *, columns: Mapping[str, Field] | None = None, sheet: str = ""
) -> Roster:
    """Read a file as ``reader.read_roster`` does, at arm's length. Raises ``UnreadableRosterError``."""
    checked_name(name)
    if len(data) > MOST_BYTES:
        raise UnreadableRosterError(TOO_LARGE)
    return _understood(_asked({"name": name, "columns": columns, "sheet": sheet}, data))


def read_roster_text(text: str, *, columns: Mapping[str, Field] | None = None) -> Roster:
    """Read pasted cells as ``reader.read_roster_text`` does, at arm's length."""
    data = text.encode("utf-8", errors="replace")
    if len(data) > MOST_BYTES:
        raise UnreadableRosterError(TOO_LARGE)
    return _understood(_asked({"name": "", "columns": columns, "sheet": ""}, data))


def read_communes(data: bytes, name: str) -> dict[str, Any]:
    """Read a sheet of communes as ``communes.read_communes`` does, at arm's length."""
    checked_name(name)
    if len(data) > MOST_BYTES:
        raise UnreadableRosterError(TOO_LARGE)
    return _plain(_asked({"name": name, "communes": True}, data))


def mark_roster(data: bytes, name: str, *, sheet: str, marks: Marks, kept: bool = True) -> bytes:
    """Return the workbook with its cells in question coloured, as ``marked.marked`` does, at arm's length.

    ``kept`` asks for the very same workbook; what cannot be kept so is written anew from its cells. ``name``
    is "" for cells that were pasted.
    """
    asked = {"name": name, "sheet": sheet, "marks": marks, "kept": kept}
    with tempfile.TemporaryDirectory(prefix="roster-") as directory:
        book = _asked(asked, data, TMPDIR=directory)
    if book.is_whole and book.data.startswith(b"PK"):
        return book.data
    if kept:
        return mark_roster(data, name, sheet=sheet, marks=marks, kept=False)
    raise UnreadableRosterError(TOO_BIG_TO_MARK)


def _asked(asked: Mapping[str, Any], data: bytes, **more: str) -> Answer:
    """Start the child, and return its answer and how it ended."""
    patience = MARKING_PATIENCE if "marks" in asked else PATIENCE
    try:
        return ask("registrations.roster.guarded", asked, data, patience=patience, prepare=PREPARE, **more)
    except OverdueError as late:
        raise UnreadableRosterError(TOO_LONG) from late


def _understood(said: Answer) -> Roster:
    return read_back(_text(said))


def _plain(said: Answer) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(_text(said))
    return plain


def _text(said: Answer) -> str:
    if not said.is_whole:
        raise UnreadableRosterError(TOO_LONG if said.took_too_long else TOO_BIG)
    if said.data.startswith(REFUSED):
        raise UnreadableRosterError(json.loads(said.data.removeprefix(REFUSED)))
    return said.data.decode("ascii")


def main() -> None:
    """Be the child: a question and bytes on standard input; the answer on standard output.

    The answer is a roster or a sentence; a workbook where marks were given.
    """
    asked = question()
    if "marks" in asked:
        limit(memory=MEMORY, seconds=MARKING_SECONDS, written=MOST_BYTES_WRITTEN)
        _mark(asked)
    else:
        limit(memory=MEMORY, seconds=SECONDS)
        gc.disable()
        _read(asked)


def _mark(asked: Mapping[str, Any]) -> None:
    from registrations.roster import marked

    data = sys.stdin.buffer.read()
    book = marked.marked(data, asked["name"], sheet=asked["sheet"], marks=asked["marks"], kept=asked["kept"])
    sys.stdout.buffer.write(book)
    sys.stdout.buffer.flush()


def _read(asked: Mapping[str, Any]) -> None:
    from registrations.roster import communes, reader

    data = sys.stdin.buffer.read()
    reader.DIVIDED = True
    told = {letter: Field(name) for letter, name in (asked.get("columns") or {}).items()}
    try:
        if "communes" in asked:
            text = json.dumps(communes.read_communes(data, asked["name"]))
        elif asked["name"]:
            text = written(reader.read_roster(data, asked["name"], columns=told, sheet=asked["sheet"]))
        else:
            text = written(reader.read_roster_text(data.decode("utf-8"), columns=told))
    except UnreadableRosterError as reason:
        text = REFUSED.decode() + json.dumps(str(reason))
    except MemoryError:
        os._exit(1)
    say(text)
