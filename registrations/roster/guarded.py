"""Reads a roster in a child process with little memory, little time and no secrets.

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
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from registrations.roster.cells import UnreadableRosterError
from registrations.roster.containers import TOO_LARGE, checked_name
from registrations.roster.limits import MEMORY, MOST_BYTES, PATIENCE, SECONDS
from registrations.roster.roster import Roster
from registrations.roster.vocabulary import Field

PREPARE = ""
"""What the child does before anything else; tests make it misbehave."""

ROOT = Path(__file__).resolve().parent.parent.parent
TOO_LONG = "Đọc quá lâu chưa xong nên đã dừng. Chép riêng bảng danh sách sang tệp Excel mới rồi tải lên."
TOO_BIG = "Tệp cần quá nhiều bộ nhớ nên đã dừng. Chép riêng bảng danh sách sang tệp Excel mới rồi tải lên."


def read_roster(
    data: bytes, name: str, *, columns: Mapping[str, Field] | None = None, sheet: str = ""
) -> Roster:
    """Read a file as ``reader.read_roster`` does, at arm's length. Raises ``UnreadableRosterError``."""
    checked_name(name)
    if len(data) > MOST_BYTES:
        raise UnreadableRosterError(TOO_LARGE)
    return _asked({"name": name, "columns": columns, "sheet": sheet}, data)


def read_roster_text(text: str, *, columns: Mapping[str, Field] | None = None) -> Roster:
    """Read pasted cells as ``reader.read_roster_text`` does, at arm's length."""
    data = text.encode("utf-8", errors="replace")
    if len(data) > MOST_BYTES:
        raise UnreadableRosterError(TOO_LARGE)
    return _asked({"name": "", "columns": columns, "sheet": ""}, data)


def _asked(question: Mapping[str, Any], data: bytes) -> Roster:
    head = json.dumps(question).encode() + b"\n"
    environment = {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PATH": os.defpath}
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", f"{PREPARE}\nfrom registrations.roster import guarded\nguarded.main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        cwd="/",
    )
    try:
        answer, _ = child.communicate(head + data, timeout=PATIENCE)
    except subprocess.TimeoutExpired as late:
        raise UnreadableRosterError(TOO_LONG) from late
    finally:
        child.kill()
        child.wait()
    return _understood(answer, child.returncode)


def _understood(answer: bytes, code: int) -> Roster:
    if code == 0:
        plain = json.loads(answer)
        if "refusal" in plain:
            raise UnreadableRosterError(plain["refusal"])
        return Roster.from_plain(plain)
    raise UnreadableRosterError(TOO_LONG if code in _KILLED_BY_TIME else TOO_BIG)


_KILLED_BY_TIME = (-9, -24)
"""SIGKILL and SIGXCPU, by which the kernel ends what used up its processor time."""


def _limit() -> None:
    """Give up what reading does not need: memory, time, files to write."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Be the child: a question and bytes on standard input, a roster or a sentence on standard output."""
    _limit()
    gc.disable()
    from registrations.roster import reader

    question = json.loads(sys.stdin.buffer.readline())
    data = sys.stdin.buffer.read()
    told = {letter: Field(name) for letter, name in (question["columns"] or {}).items()}
    try:
        if question["name"]:
            roster = reader.read_roster(data, question["name"], columns=told, sheet=question["sheet"])
        else:
            roster = reader.read_roster_text(data.decode("utf-8"), columns=told)
        plain = roster.as_plain()
    except UnreadableRosterError as reason:
        plain = {"refusal": str(reason)}
    except MemoryError:
        os._exit(1)
    sys.stdout.write(json.dumps(plain, ensure_ascii=True))
    sys.stdout.flush()
