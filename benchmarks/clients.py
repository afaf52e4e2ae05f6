"""Clients that browse at the same time: each a process of its own with one connection kept open.

A client sends its next request as soon as it has read the whole answer to the last one, so that as many
requests are under way as there are clients. Only the standard library is imported here: every client
process reads this file anew.
"""

from __future__ import annotations

import http.client
import multiprocessing
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

SECONDS_TO_ANSWER = 60
SECONDS_TO_LINE_UP = 0.1
CSRF_TOKEN = "c" * 32
"""Django compares the cookie with the form; any 32 letters will do."""


@dataclass(frozen=True)
class Call:
    """One request of a signed-in person, and the answer without which the measurement is worthless."""

    page: str
    path: str
    session: str
    form: tuple[tuple[str, str], ...] | None = None
    """What is posted; None for a page that is read."""

    status: int = 200
    leads_to: str = ""
    """How the address begins to which the answer redirects."""

    fragment: bool = False
    """A page on the screen asks for a part of itself."""

    @property
    def asks_as(self) -> dict[str, str]:
        """The headers by which the portal tells a part from a page."""
        return {"HX-Request": "true"} if self.fragment else {}

    def send(self, connection: http.client.HTTPConnection) -> Answer:
        """Ask, and read the whole answer."""
        headers = {"Cookie": f"sessionid={self.session}; csrftoken={CSRF_TOKEN}"} | self.asks_as
        body = None
        if self.form is not None:
            body = urlencode([("csrfmiddlewaretoken", CSRF_TOKEN), *self.form]).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        method = "GET" if body is None else "POST"
        began = time.monotonic()
        try:
            connection.request(method, self.path, body, headers)
            response = connection.getresponse()
        except (
            ConnectionError
        ):  # it was quiet for so long that the server hung up: as browsers do, call again
            connection.close()
            connection.request(method, self.path, body, headers)
            response = connection.getresponse()
        content = response.read()
        ended = time.monotonic()
        where = response.headers.get("Location", "")
        right = response.status == self.status and where.startswith(self.leads_to)
        return Answer(self, began, ended, len(content), "" if right else f"{response.status} {where}".strip())


class Answer(NamedTuple):
    """When a request was sent and its answer read, on the machine's monotonic clock."""

    call: Call
    began: float
    ended: float
    size: int
    wrong: str
    """What came instead of what was expected; "" where it was right."""

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.ended - self.began


class WrongAnswerError(Exception):
    """A page did not answer as it should."""


class Clients:
    """So many clients of one server at a time."""

    def __init__(self, pool: ProcessPoolExecutor, number: int) -> None:
        self._pool = pool
        self.number = number

    def drive(self, address: str, calls: Sequence[Call]) -> list[Answer]:
        """Deal the calls out to the clients, who begin together; all their answers.

        Raises ``WrongAnswerError`` at the first that is not as expected.
        """
        begin_at = time.monotonic() + SECONDS_TO_LINE_UP
        hands = [calls[place :: self.number] for place in range(self.number)]
        running = [self._pool.submit(_browse, address, hand, begin_at) for hand in hands]
        answers = [answer for client in running for answer in client.result()]
        for answer in answers:
            if answer.wrong:
                raise WrongAnswerError(f"{answer.call.path}: {answer.wrong}")
        return answers


@contextmanager
def clients(number: int) -> Iterator[Clients]:
    """Have so many clients while the block runs."""
    with ProcessPoolExecutor(number, mp_context=multiprocessing.get_context("spawn")) as pool:
        list(pool.map(time.sleep, [0.3] * number))  # all are there before the first is needed
        yield Clients(pool, number)


def _browse(address: str, calls: Sequence[Call], begin_at: float) -> list[Answer]:
    """What one client does."""
    connection = http.client.HTTPConnection(address, timeout=SECONDS_TO_ANSWER)
    try:
        connection.connect()
        time.sleep(max(begin_at - time.monotonic(), 0))
        return [call.send(connection) for call in calls]
    finally:
        connection.close()


def elapsed(answers: Sequence[Answer]) -> float:
    """From the first request to the last answer."""
    return max(answer.ended for answer in answers) - min(answer.began for answer in answers)
