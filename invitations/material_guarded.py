"""Looks through materials at arm's length (``accounts.guarded``): a PDF of some MB can ask for gigabytes.

A small file is looked through where it is, as scans are; whatever becomes of the child, the parent gets what
the file is or a sentence.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from accounts.files.inspecting import Found
from accounts.files.refusing import FileRefused
from accounts.guarded import OverdueError, answer, ask, limit, question
from invitations.material_files import KINDS, STUDIED, inspect_material

SMALL = 2 * 2**20
"""Bytes that are looked through in this process: a child takes half a second to begin."""

MEMORY = 1024 * 2**20
SECONDS = 40
"""Of processor time; 500 MB are counted through in five."""
PATIENCE = 120
"""Seconds on the clock, for a machine that is busy."""

PREPARE = ""
"""What the child does before anything else; tests make it misbehave."""

TOO_LONG = "Máy chủ xem tệp quá lâu chưa xong nên đã dừng. Chia thành nhiều tệp nhỏ hơn rồi tải lại."


def look_through(path: Path, *, name: str) -> Found:
    """Return what the file at ``path`` is; raises ``FileRefused``, and ``FileNotFoundError`` without one."""
    if path.stat().st_size <= SMALL:
        with path.open("rb") as file:
            return inspect_material(file, name=name)
    asked = {"path": str(path), "name": name}
    try:
        said = ask("invitations.material_guarded", asked, b"", patience=PATIENCE, prepare=PREPARE)
    except OverdueError as late:
        raise FileRefused(TOO_LONG) from late
    if not said.is_whole:
        raise FileRefused(TOO_LONG if said.took_too_long else STUDIED.too_much)
    plain = json.loads(said.data)
    if "refusal" in plain:
        raise FileRefused(plain["refusal"])
    kind = next(kind for kind in KINDS if kind.content_type == plain["content_type"])
    return Found(kind, plain["sha256"])


def main() -> None:
    """Be the child: path and name on standard input; what the file is, or a sentence, on standard output."""
    limit(memory=MEMORY, seconds=SECONDS)
    asked = question()
    try:
        with open(asked["path"], "rb") as file:
            found = inspect_material(file, name=asked["name"])
        plain = {"content_type": found.kind.content_type, "sha256": found.sha256}
    except FileRefused as reason:
        plain = {"refusal": str(reason)}
    except MemoryError:
        os._exit(1)
    answer(plain)
