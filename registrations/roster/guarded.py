"""Reads and marks rosters in a child process with little memory, little time and no secrets.

A workbook of 200 KB can ask for 600 MB, and a worker that dies takes other people's work with it. The child
limits itself before it looks at the first byte; whatever becomes of it, the parent gets a roster or a
sentence. It is a new process and no fork: Celery's workers may not fork, and threads do not survive it.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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

Marks = Mapping[str, tuple[str, list[str]]]
"""By cell ("B24"): "stop" or "look", and the sentences of its note."""

PREPARE = ""
"""What the child does before anything else; tests make it misbehave."""

ROOT = Path(__file__).resolve().parent.parent.parent
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
    return _understood(*_asked({"name": name, "columns": columns, "sheet": sheet}, data))


def read_roster_text(text: str, *, columns: Mapping[str, Field] | None = None) -> Roster:
    """Read pasted cells as ``reader.read_roster_text`` does, at arm's length."""
    data = text.encode("utf-8", errors="replace")
    if len(data) > MOST_BYTES:
        raise UnreadableRosterError(TOO_LARGE)
    return _understood(*_asked({"name": "", "columns": columns, "sheet": ""}, data))


def read_communes(data: bytes, name: str) -> dict[str, Any]:
    """Read a sheet of communes as ``communes.read_communes`` does, at arm's length."""
    checked_name(name)
    if len(data) > MOST_BYTES:
        raise UnreadableRosterError(TOO_LARGE)
    return _plain(*_asked({"name": name, "communes": True}, data))


def mark_roster(data: bytes, name: str, *, sheet: str, marks: Marks, kept: bool = True) -> bytes:
    """Return the workbook with its cells in question coloured, as ``marked.marked`` does, at arm's length.

    ``kept`` asks for the very same workbook; what cannot be kept so is written anew from its cells. ``name``
    is "" for cells that were pasted.
    """
    question = {"name": name, "sheet": sheet, "marks": marks, "kept": kept}
    with tempfile.TemporaryDirectory(prefix="roster-") as directory:
        answer, code = _asked(question, data, TMPDIR=directory)
    if code == 0 and answer.startswith(b"PK"):
        return answer
    if kept:
        return mark_roster(data, name, sheet=sheet, marks=marks, kept=False)
    raise UnreadableRosterError(TOO_BIG_TO_MARK)


def _asked(question: Mapping[str, Any], data: bytes, **more: str) -> tuple[bytes, int]:
    """Start the child, and return its answer and how it ended."""
    head = json.dumps(question).encode() + b"\n"
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PATH": os.defpath, **more}
    patience = MARKING_PATIENCE if "marks" in question else PATIENCE
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", f"{PREPARE}\nfrom registrations.roster import guarded\nguarded.main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/",
    )
    try:
        answer, _ = child.communicate(head + data, timeout=patience)
    except subprocess.TimeoutExpired as late:
        raise UnreadableRosterError(TOO_LONG) from late
    finally:
        child.kill()
        child.wait()
    return answer, child.returncode


def _understood(answer: bytes, code: int) -> Roster:
    return Roster.from_plain(_plain(answer, code))


def _plain(answer: bytes, code: int) -> dict[str, Any]:
    if code == 0:
        plain: dict[str, Any] = json.loads(answer)
        if "refusal" in plain:
            raise UnreadableRosterError(plain["refusal"])
        return plain
    raise UnreadableRosterError(TOO_LONG if code in _KILLED_BY_TIME else TOO_BIG)


_KILLED_BY_TIME = (-9, -24)
"""SIGKILL and SIGXCPU, by which the kernel ends what used up its processor time."""


def _limit(seconds: int, written: int) -> None:
    """Give up what the work does not need: memory, time, files to write."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Be the child: a question and bytes on standard input; the answer on standard output.

    The answer is a roster or a sentence; a workbook where marks were given.
    """
    question = json.loads(sys.stdin.buffer.readline())
    if "marks" in question:
        _limit(MARKING_SECONDS, MOST_BYTES_WRITTEN)
        _mark(question)
    else:
        _limit(SECONDS, 0)
        gc.disable()
        _read(question)


def _mark(question: Mapping[str, Any]) -> None:
    from registrations.roster import marked

    data = sys.stdin.buffer.read()
    book = marked.marked(
        data, question["name"], sheet=question["sheet"], marks=question["marks"], kept=question["kept"]
    )
    sys.stdout.buffer.write(book)
    sys.stdout.buffer.flush()


def _read(question: Mapping[str, Any]) -> None:
    from registrations.roster import communes, reader

    data = sys.stdin.buffer.read()
    told = {letter: Field(name) for letter, name in (question.get("columns") or {}).items()}
    try:
        if "communes" in question:
            plain = communes.read_communes(data, question["name"])
        elif question["name"]:
            roster = reader.read_roster(data, question["name"], columns=told, sheet=question["sheet"])
            plain = roster.as_plain()
        else:
            plain = reader.read_roster_text(data.decode("utf-8"), columns=told).as_plain()
    except UnreadableRosterError as reason:
        plain = {"refusal": str(reason)}
    except MemoryError:
        os._exit(1)
    sys.stdout.write(json.dumps(plain, ensure_ascii=True))
    sys.stdout.flush()
