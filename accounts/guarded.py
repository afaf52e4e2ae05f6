"""Reads what comes from outside in a child process with little memory, little time and no secrets.

A file of 100 KB can ask for gigabytes, and a worker that dies takes other people's work with it. The child
limits itself before it looks at the first byte; whatever becomes of it, the parent gets an answer and how it
ended. It is a new process and no fork: Celery's workers may not fork, and threads do not survive it.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

_KILLED_BY_TIME = (-9, -24)
"""SIGKILL and SIGXCPU, by which the kernel ends what used up its processor time."""


class OverdueError(Exception):
    """The child did not answer within the parent's patience, and was ended."""


@dataclass(frozen=True)
class Answer:
    """What a child said before it ended, and how it ended."""

    data: bytes
    code: int

    @property
    def is_whole(self) -> bool:
        """Whether the child came to its end by itself."""
        return self.code == 0

    @property
    def took_too_long(self) -> bool:
        """Whether the kernel ended it for its processor time; else it wanted more memory, or broke."""
        return self.code in _KILLED_BY_TIME


def ask(
    module: str, question: Any, data: bytes, *, patience: float, prepare: str = "", **environment: str
) -> Answer:
    """Start ``module.main()`` as a child, hand it ``question`` and ``data``, and return what it answers.

    ``patience`` is in seconds on the clock, for a machine that is busy; ``OverdueError`` when they are over.
    The child's environment holds ``environment`` and nothing of the parent's. ``prepare`` is done before
    anything else; tests make a child misbehave by it.
    """
    package, _, name = module.rpartition(".")
    child = subprocess.Popen(
        [sys.executable, "-P", "-c", f"{prepare}\nfrom {package} import {name}\n{name}.main()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "PATH": os.defpath, **environment},
        cwd="/",
    )
    try:
        answer, _ = child.communicate(json.dumps(question).encode() + b"\n" + data, timeout=patience)
    except subprocess.TimeoutExpired as late:
        raise OverdueError from late
    finally:
        child.kill()
        child.wait()
    return Answer(answer, child.returncode)


def limit(*, memory: int, seconds: int, written: int = 0) -> None:
    """In the child: give up what the work does not need: memory, processor time, files to write."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def question() -> Any:
    """In the child: return what is asked; the rest of standard input is the data."""
    return json.loads(sys.stdin.buffer.readline())


def answer(plain: Any) -> None:
    """In the child: say plain values to the parent."""
    say(json.dumps(plain, ensure_ascii=True))


def say(text: str) -> None:
    """In the child: say what is text already. The child is over: its memory goes at once, not by objects."""
    sys.stdout.write(text)
    sys.stdout.flush()
    os._exit(0)
