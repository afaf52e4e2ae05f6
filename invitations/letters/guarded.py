"""Reads letters at arm's length (``accounts.guarded``): a PDF of 100 KB can ask for gigabytes.

Whatever becomes of the child, the parent gets a reading or a sentence.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any, NamedTuple

from accounts.guarded import OverdueError, answer, ask, limit, question
from invitations.letters.files import MOST_BYTES, LetterError

MEMORY = 512 * 1024 * 1024
SECONDS = 9
"""Of processor time; a letter takes less than one."""
PATIENCE = 30
"""Seconds on the clock, for a machine that is busy."""

PREPARE = ""
"""What the child does before anything else; tests make it misbehave."""

TOO_LARGE = f"Tệp lớn hơn {MOST_BYTES // 2**20} MB. Chỉ nhận giấy mời, không nhận cả tập tài liệu."
TOO_LONG = "Đọc quá lâu chưa xong nên đã dừng. Chép riêng phần giấy mời, dán vào ô bên dưới."
TOO_BIG = "Tệp cần quá nhiều bộ nhớ nên đã dừng. Chép riêng phần giấy mời, dán vào ô bên dưới."


class Read(NamedTuple):
    """A letter as plain values, as it is kept."""

    text: str
    answer: dict[str, Any]
    """As ``kept`` gives it."""
    places: dict[str, list[int]]
    """As ``places_of`` gives it."""


def read_letter(data: bytes, name: str) -> Read:
    """Read a file as ``reading.read_file`` does, at arm's length. Raises ``LetterError``."""
    if len(data) > MOST_BYTES:
        raise LetterError(TOO_LARGE)
    try:
        said = ask("invitations.letters.guarded", name, data, patience=PATIENCE, prepare=PREPARE)
    except OverdueError as late:
        raise LetterError(TOO_LONG) from late
    if not said.is_whole:
        raise LetterError(TOO_LONG if said.took_too_long else TOO_BIG)
    plain = json.loads(said.data)
    if "refusal" in plain:
        raise LetterError(plain["refusal"])
    return Read(plain["text"], plain["answer"], plain["places"])


def main() -> None:
    """Be the child: a name and bytes on standard input; a reading or a sentence on standard output."""
    limit(memory=MEMORY, seconds=SECONDS)
    from invitations.letters import kept, places_of, read_file

    name = question()
    try:
        reading = read_file(sys.stdin.buffer.read(), name)
        plain = {"text": reading.text, "answer": kept(reading), "places": places_of(reading)}
    except LetterError as reason:
        plain = {"refusal": str(reason)}
    except MemoryError:
        os._exit(1)
    answer(plain)
