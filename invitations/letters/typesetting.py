"""A program of its own: papers as JSON on standard input, their PDFs on standard output.

Typst remembers what it has set in caches that a process never gives back: after ten long documents a web
worker held 800 MB (docs/decisions/0014). So documents are set by a child that ends with them: one for a
single document, one for a portion of many. Run by path, it imports nothing of the portal and starts in a
tenth of a second.

In: the path of a Typst file as the only argument; then, for each document, eight bytes that say how long
the JSON is, and the JSON. Out: for each the same way its PDF.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

LENGTH = 8


def pdfs(template: Path, papers: Iterator[str]) -> Iterator[bytes]:
    """Set one paper after the other, with the fonts of the wheel and none of the machine's."""
    import typst  # the child alone needs it: 40 MB that a web worker never uses

    fonts = typst.Fonts(include_system_fonts=False)
    compiler = typst.Compiler(template, font_paths=fonts, ignore_system_fonts=True)
    for paper in papers:
        made = compiler.compile(format="pdf", sys_inputs={"paper": paper})
        if not isinstance(made, bytes):
            raise TypeError("one PDF was asked for")
        yield made


def frames(stream: BinaryIO) -> Iterator[bytes]:
    """Read what was framed until the stream ends."""
    while head := stream.read(LENGTH):
        yield stream.read(int.from_bytes(head))


def framed(content: bytes) -> bytes:
    """Put before ``content`` how long it is."""
    return len(content).to_bytes(LENGTH) + content


if __name__ == "__main__":
    asked = (paper.decode() for paper in frames(sys.stdin.buffer))
    for pdf in pdfs(Path(sys.argv[1]), asked):
        sys.stdout.buffer.write(framed(pdf))
        sys.stdout.buffer.flush()
