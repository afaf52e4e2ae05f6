"""How large a run is."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple


class Size(NamedTuple):
    """What is loaded, and how often it is asked for."""

    points: int
    delegates: int
    clients: int
    rounds: int
    each: int
    """Requests of each client in each round of each page."""

    @property
    def requests(self) -> int:
        """Requests in one round of one page."""
        return self.clients * self.each

    def rounds_within(self, seconds: float) -> Iterator[int]:
        """Number the rounds; none begins so long after the first, that a slow machine comes to an end."""
        began = time.monotonic()
        for number in range(self.rounds):
            if number and time.monotonic() - began > seconds:
                return
            yield number


WHOLE = Size(points=234, delegates=10_000, clients=8, rounds=3, each=10)
"""The goals of the portal are set for this one."""

QUICK = Size(points=30, delegates=200, clients=2, rounds=1, each=2)
"""Shows that the benchmark runs; its figures say nothing."""
