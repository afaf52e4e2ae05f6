"""Papers set as PDF by Typst: their words go in as JSON and are never markup."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from invitations.letters import typesetting

PROGRAM = Path(typesetting.__file__)
PATIENCE = 60
"""Seconds on the clock for one child; 500 people take one of processor time."""
PORTION = 10
"""Documents that one child sets before it ends with its caches."""


def pdf_by(template: Path, paper: dict[str, Any]) -> bytes:
    """Return one document as PDF. A name that looks like markup (``#import``) is text like any other."""
    return next(pdfs_by(template, [paper]))


def pdfs_by(template: Path, papers: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Return many documents, in portions: so that whoever waits sees them come."""
    waiting = iter(papers)
    while portion := list(islice(waiting, PORTION)):
        made = subprocess.run(
            [sys.executable, "-I", str(PROGRAM), str(template)],
            input=b"".join(typesetting.framed(json.dumps(paper).encode()) for paper in portion),
            stdout=subprocess.PIPE,
            env={"PATH": os.defpath},
            cwd="/",
            timeout=PATIENCE,
            check=True,
        )
        yield from _frames(made.stdout)


def _frames(content: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(content):
        first = start + typesetting.LENGTH
        start = first + int.from_bytes(content[start:first])
        yield content[first:start]
