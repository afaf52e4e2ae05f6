"""One series of requests after another, and the queries behind a page."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.clients import Answer, Call, Clients, elapsed
from benchmarks.tables import Timing


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
            response = client.get(call.path, headers={"host": "127.0.0.1"})
        else:
            response = client.post(call.path, dict(call.form), headers={"host": "127.0.0.1"})
    if response.status_code != call.status:
        raise AssertionError(f"{call.path}: {response.status_code}")
    return len(captured)
