"""The document as a PDF, set by Typst: the content goes in as JSON and is never markup."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from registrations.document.paper import Paper

PROGRAM = Path(__file__).parent / "typesetting.py"
PATIENCE = 60
"""Seconds on the clock; 500 people take one of processor time."""


def as_pdf(paper: Paper) -> bytes:
    """Return the document as PDF. A name that looks like markup (``#import``) is text like any other."""
    made = subprocess.run(
        [sys.executable, "-I", str(PROGRAM)],
        input=json.dumps(paper).encode(),
        stdout=subprocess.PIPE,
        env={"PATH": os.defpath},
        cwd="/",
        timeout=PATIENCE,
        check=True,
    )
    return made.stdout
