"""Reads letters in a child process with little memory, little time and no secrets.

A PDF of 100 KB can ask for gigabytes, and a worker that dies takes other people's work with it. The child
limits itself before it looks at the first byte; whatever becomes of it, the parent gets a reading or a
sentence. It is a new process and no fork: threads do not survive a fork.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from invitations.letters.files import MOST_BYTES, LetterError

MEMORY = 512 * 1024 * 1024
SECONDS = 9
"""Of processor time; a letter takes less than one."""
PATIENCE = 30
"""Seconds on the clock, for a machine that is busy."""

PREPARE = ""
"""What the child does before anything else; tests make it misbehave."""

ROOT = Path(__file__).resolve().parent.parent.parent
TOO_LARGE = f"Tệp lớn hơn {MOST_BYTES // 2**20} MB. Chỉ nhận giấy mời, không nhận cả tập tài liệu."
TOO_LONG = "Đọc quá lâu chưa xong nên đã dừng. Chép riêng phần giấy mời, dán vào ô bên dưới."
TOO_BIG = "Tệp cần quá nhiều bộ nhớ nên đã dừng. Chép riêng phần giấy mời, dán vào ô bên dưới."

_KILLED_BY_TIME = (-9, -24)
"""SIGKILL and SIGXCPU, by which the kernel ends what used up its processor time."""


class Read(NamedTuple):
    """A letter as plain values, as it is kept."""

    text: str
    answer: dict[str, Any]
    """As ``to_json`` gives it."""
    places: dict[str, list[int]]
    """As ``places_of`` gives it."""


def read_letter(data: bytes, name: str) -> Read:
    """Read a file as ``reading.read_file`` does, at arm's length. Raises ``LetterError``."""
    if len(data) > MOST_BYTES:
        raise LetterError(TOO_LARGE)
    answer, code = _asked(name, data)
    if code != 0:
        raise LetterError(TOO_LONG if code in _KILLED_BY_TIME else TOO_BIG)
    plain = json.loads(answer)
    if "refusal" in plain:
        raise LetterError(plain["refusal"])
    return Read(plain["text"], plain["answer"], plain["places"])


def _asked(name: str, data: bytes) -> tuple[bytes, int]:
    """Start the child, and return its answer and how it ended."""
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", f"{PREPARE}\nfrom invitations.letters import guarded\nguarded.main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PATH": os.defpath},
        cwd="/",
    )
    try:
        answer, _ = child.communicate(json.dumps(name).encode() + b"\n" + data, timeout=PATIENCE)
    except subprocess.TimeoutExpired as late:
        raise LetterError(TOO_LONG) from late
    finally:
        child.kill()
        child.wait()
    return answer, child.returncode


def main() -> None:
    """Be the child: a name and bytes on standard input; a reading or a sentence on standard output."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from invitations.letters import places_of, read_file, to_json

    name = json.loads(sys.stdin.buffer.readline())
    try:
        reading = read_file(sys.stdin.buffer.read(), name)
        plain = {"text": reading.text, "answer": to_json(reading), "places": places_of(reading)}
    except LetterError as reason:
        plain = {"refusal": str(reason)}
    except MemoryError:
        os._exit(1)
    sys.stdout.write(json.dumps(plain, ensure_ascii=True))
    sys.stdout.flush()
