"""A gateway's own words, kept short and without anybody's address or number."""

from __future__ import annotations

import re

_NUMBER = re.compile(r"\+?\d(?:[ .-]?\d){8,}")
_ADDRESS = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")
MOST = 300


def without_addresses(text: str) -> str:
    """Return a server's reply as one short line in which nobody's address or telephone stands."""
    return _NUMBER.sub("…", _ADDRESS.sub("…", " ".join(text.split())))[:MOST]


def from_gateway(name: str, code: object, words: object) -> str:
    """Return an answer nobody has foreseen as it came: whose, which code, what it said."""
    said = f": {words}" if words else ""
    return f"{name} {str(code)[:20]}{without_addresses(said)}"[:MOST]
