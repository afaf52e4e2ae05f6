"""One question to a gateway over HTTP, and the three ways in which it can go wrong.

A connection lasts for one question: what a gateway sends too much is never taken for the next answer.
No redirect is followed, and no proxy of the environment is used: the keys go where the settings say.
"""

from __future__ import annotations

import json
import ssl
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

CONNECT_SECONDS, ANSWER_SECONDS = 5, 10
LONGEST_ANSWER = 64 * 1024


class NotReached(Exception):
    """There was no connection: nothing went out."""


class NoAnswer(Exception):
    """The question went out, and nobody knows what became of it."""


class Reply(NamedTuple):
    """The HTTP status, and the JSON object of the answer ({} where there is none)."""

    status: int
    content: dict[str, Any]


def ask(
    base: str,
    path: str,
    *,
    content: Mapping[str, Any] | None = None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """POST ``content`` as JSON, or ``form``, to ``base`` + ``path``.

    Raises ``NotReached`` or ``NoAnswer``, both with the kind of the fault and never with what was sent.
    """
    body, kind = (
        (json.dumps(content).encode(), "application/json")
        if form is None
        else (urlencode(form).encode(), "application/x-www-form-urlencoded")
    )
    parts = urlsplit(base)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    try:
        try:
            connection.connect()
        except (OSError, HTTPException) as error:
            raise NotReached(type(error).__name__) from error
        return _exchange(
            connection,
            parts.path.rstrip("/") + path,
            body,
            {"Content-Type": kind, "Connection": "close", **(headers or {})},
        )
    finally:
        connection.close()


def _connection(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme == "https":
        return HTTPSConnection(host, port, timeout=CONNECT_SECONDS, context=ssl.create_default_context())
    return HTTPConnection(host, port, timeout=CONNECT_SECONDS)


def _exchange(connection: HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
    try:
        connection.sock.settimeout(ANSWER_SECONDS)
        connection.request("POST", path, body=body, headers=dict(headers))
        response = connection.getresponse()
        text = response.read(LONGEST_ANSWER)
    except (OSError, HTTPException) as error:
        raise NoAnswer(type(error).__name__) from error
    try:
        content = json.loads(text)
    except ValueError:
        content = None
    return Reply(response.status, content if isinstance(content, dict) else {})
