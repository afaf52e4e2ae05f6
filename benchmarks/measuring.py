"""One series of requests after another, and the queries behind a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.clients import Answer, Call, Clients, elapsed
from benchmarks.tables import Timing

STOLEN = 0.03
"""Above this share of all processor time kept by the host of a virtual machine, figures say little."""

ATTEMPTS = 4


def ticks() -> tuple[int, int]:
    """Time that the host of a virtual machine took away, and all time, since the machine started."""
    counted = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return counted[7], sum(counted)


def stolen_since(before: tuple[int, int]) -> float:
    """The share of the processors that the host kept for others since ``before``."""
    stolen, ran = (now - then for then, now in zip(before, ticks(), strict=True))
    return stolen / ran if ran else 0.0


def calmly(measure: Callable[[], list[Answer]]) -> list[Answer]:
    """Measure, and again while the host keeps the processors for others; what the calmest attempt gave."""
    attempts: list[tuple[float, list[Answer]]] = []
    while len(attempts) < ATTEMPTS and (not attempts or attempts[-1][0] > STOLEN):
        before = ticks()
        answers = measure()
        attempts.append((stolen_since(before), answers))
    return min(attempts, key=lambda attempt: attempt[0])[1]


def timing(answers: Sequence[Answer]) -> Timing:
    """The figures of one series."""
    return Timing.of([answer.seconds for answer in answers], elapsed(answers))


def series(crowd: Clients, address: str, calls: Sequence[Call], each: int) -> list[Answer]:
    """Have every client make its call ``each`` times; ``calls`` has one for each client."""
    return crowd.drive(address, [call for _ in range(each) for call in calls])


def queries(call: Call) -> int:
    """How many queries the portal makes for ``call``, the session's and the user's included."""
    client = Client()
    client.cookies["sessionid"] = call.session
    client.cookies["csrftoken"] = "c" * 32
    with CaptureQueriesContext(connection) as captured:
        if call.form is None:
            response = client.get(call.path, headers={"host": "127.0.0.1"} | call.asks_as)
        else:
            response = client.post(call.path, dict(call.form), headers={"host": "127.0.0.1"})
    if response.status_code != call.status:
        raise AssertionError(f"{call.path}: {response.status_code}")
    return len(captured)
