"""What the browser's camera shows: a film of one picture, which a test may change before the camera opens."""

from pathlib import Path

import segno

WIDTH, HEIGHT, DOT = 640, 480, 8
WALL, PAPER, INK = 90, 250, 10
"""Brightness of what stands around the card, of the card, and of what is printed on it."""


def brightness(code: str, width: int = WIDTH, height: int = HEIGHT, dot: int = DOT) -> bytes:
    """Return a picture of a card with ``code`` on it, lying in the middle: a byte for each point, by rows."""
    rows = [bytes(INK if one else PAPER for one in row for _ in range(dot)) for row in _card(code)]
    left, above = (width - len(rows[0])) // 2, (height - len(rows) * dot) // 2
    picture = bytearray([WALL]) * (width * height)
    for place in range(len(rows) * dot):
        at = (above + place) * width + left
        picture[at : at + len(rows[0])] = rows[place // dot]
    return bytes(picture)


def _card(code: str) -> list[list[int]]:
    return [list(row) for row in segno.make(code, micro=False).matrix_iter(border=4)]


def film(path: Path, code: str) -> None:
    """Write a film in which the camera sees a card (YUV4MPEG2, which Chromium takes for a camera)."""
    grey = bytes([128]) * (WIDTH * HEIGHT // 2)
    frame = b"FRAME\n" + brightness(code) + grey
    path.write_bytes(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip C420\n".encode() + 5 * frame)
