"""Local eSMS and Zalo: real HTTP servers that speak the documented forms and misbehave when told to.

Each counts what it *accepted*, that is what would have reached a telephone, by the key the portal gave:
``doubles()`` is what no fault may bring about. They listen on a port of this machine, so that processes
beside the test reach them too: the settings of the environment name ``server.url``.
"""

import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs

import pytest

from conference_portal.local_services.valkey import free_port


class Accepted(NamedTuple):
    """One message that a gateway took to send on."""

    key: str
    phone: str
    content: dict[str, Any]
    number: str


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128


class Gateway:
    """A server on a port of its own, and what a test may tell it.

    ``codes``: the code it answers for a phone, ``code`` the one for all others. ``delay``: seconds before
    it answers, and ``hangs``: it never does. ``loses_answers``: it accepts and hangs up without a word;
    the next so many times if it is a number. ``dies_after``: when it has accepted so many it hangs up
    without a word and listens no more until ``revive()``. ``answers_twice``: it sends every answer twice.
    ``status``: an HTTP status instead of an answer. ``forgets_keys``: it takes every key for a new one.
    """

    ok = ""

    def __init__(self) -> None:
        self._port = free_port()
        self._lock, self._life = threading.Lock(), threading.Lock()
        self._server: _Server | None = None
        self.reset()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def reset(self) -> None:
        """Forget everything and be a friendly gateway again."""
        self.accepted: list[Accepted] = []
        self.asked: Counter[str] = Counter()
        self.code = self.ok
        self.codes: dict[str, str] = {}
        self.delay = 0.0
        self.hangs = self.answers_twice = self.forgets_keys = False
        self.loses_answers: bool | int = False
        self.dies_after: int | None = None
        self.status = 200
        self.revive()

    def revive(self) -> None:
        """Listen, on the same port as before."""
        with self._life:
            if self._server is None:
                self._server = _Server(("127.0.0.1", self._port), self._handler())
                threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Listen no more: connections are refused."""
        self._end(self._server)

    def _end(self, server: "_Server | None") -> None:
        """End this very server, unless it has been ended meanwhile."""
        with self._life:
            if server is not None and self._server is server:
                server.shutdown()
                server.server_close()
                self._server = None

    def doubles(self) -> dict[str, int]:
        """Which keys it accepted more than once, and how often: what a telephone got twice."""
        return {key: times for key, times in Counter(one.key for one in self.accepted).items() if times > 1}

    def answer(self, path: str, headers: Any, body: bytes) -> dict[str, Any] | None:
        """Return what to say; None: hang up without a word."""
        raise NotImplementedError

    def take(self, key: str, phone: str, content: dict[str, Any], *, once: bool) -> Accepted | None:
        """Accept a message; None if ``once`` and its key is known already."""
        with self._lock:
            self.asked[key] += 1
            if once and not self.forgets_keys and any(one.key == key for one in self.accepted):
                return None
            taken = Accepted(key, phone, content, uuid.uuid4().hex)
            self.accepted.append(taken)
            return taken

    def hangs_up(self) -> bool:
        """Say whether the answer to a message that was accepted is lost."""
        with self._lock:
            if self.dies_after is not None and len(self.accepted) >= self.dies_after:
                self.dies_after = None
                threading.Thread(target=self._end, args=(self._server,), daemon=True).start()
                return True
            if self.loses_answers is True:
                return True
            if self.loses_answers:
                self.loses_answers -= 1
                return True
        return False

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                said = gateway.answer(self.path, self.headers, body)
                if gateway.hangs:
                    time.sleep(3600)
                time.sleep(gateway.delay)
                if said is None:
                    self.close_connection = True
                    return
                text = json.dumps(said).encode() if gateway.status == 200 else b"<html>fault</html>"
                for _ in range(2 if gateway.answers_twice else 1):
                    self.send_response(gateway.status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)

            def log_message(self, format: str, *args: Any) -> None:
                """Be silent."""

        return Handler


class EsmsServer(Gateway):
    """eSMS: ``SendMultipleMessage_V4_post_json``, which knows a RequestId it has had."""

    ok = "100"
    keys = ("khoa-thu", "bi-mat-thu")

    def answer(self, path: str, headers: Any, body: bytes) -> dict[str, Any] | None:
        asked = json.loads(body)
        if (asked["ApiKey"], asked["SecretKey"]) != self.keys:
            return {"CodeResult": "101", "CountRegenerate": 0, "ErrorMessage": "Authorize Failed"}
        code = self.codes.get(asked["Phone"], self.code)
        if code != self.ok or self.status != 200:
            return {"CodeResult": code, "CountRegenerate": 0, "ErrorMessage": f"Refused {asked['Phone']}"}
        taken = self.take(asked["RequestId"], asked["Phone"], asked, once=True)
        if taken is None:
            said = {"CodeResult": "124", "CountRegenerate": 0, "ErrorMessage": "Request exist 1"}
            return None if self.loses_answers is True else said
        if self.hangs_up():
            return None
        return {"CodeResult": "100", "CountRegenerate": 0, "SMSID": taken.number}


class ZaloServer(Gateway):
    """Zalo's ZNS and its OAuth: a refresh token is good once, an access token until ``expire()``."""

    ok = "0"
    first_refresh_token = "lan-dau"

    def reset(self) -> None:
        super().reset()
        self.refreshed: list[str] = []
        self.spent: list[str] = []
        self._good, self._refresh = "", self.first_refresh_token

    def expire(self) -> None:
        """Let the access token that was given last be refused with -124."""
        self._good = ""

    def answer(self, path: str, headers: Any, body: bytes) -> dict[str, Any] | None:
        if path == "/v4/oa/access_token":
            return self._renew(parse_qs(body.decode()), headers)
        asked = json.loads(body)
        if not self._good or headers["access_token"] != self._good:
            return {"error": -124, "message": "Access token invalid"}
        code = self.codes.get(asked["phone"], self.code)
        if code != self.ok or self.status != 200:
            return {"error": int(code), "message": f"Refused {asked['phone']}"}
        taken = self.take(asked["tracking_id"], asked["phone"], asked, once=False)
        assert taken is not None
        if self.hangs_up():
            return None
        data = {"msg_id": taken.number, "sent_time": str(int(time.time() * 1000))}
        return {"error": 0, "message": "Success", "data": data}

    def _renew(self, form: dict[str, list[str]], headers: Any) -> dict[str, Any]:
        with self._lock:
            given = form["refresh_token"][0]
            self.spent.append(given)
            if given != self._refresh or headers["secret_key"] != "bi-mat-ung-dung":
                return {"error": -14014, "error_name": "Invalid refresh token."}
            self._good, self._refresh = uuid.uuid4().hex, uuid.uuid4().hex
            self.refreshed.append(self._refresh)
            return {"access_token": self._good, "refresh_token": self._refresh, "expires_in": "90000"}


ESMS = {
    "ESMS_API_KEY": EsmsServer.keys[0],
    "ESMS_SECRET_KEY": EsmsServer.keys[1],
    "ESMS_BRANDNAME": "TINHUYHT",
    "ESMS_CALLBACK_SECRET": "bi-mat-bao-phat",
}
"""Settings that fit the server; ``ESMS_URL`` is its ``url``."""

ZALO = {
    "ZALO_APP_ID": "4242",
    "ZALO_APP_SECRET": "bi-mat-ung-dung",
    "ZALO_OA_SECRET_KEY": "bi-mat-oa",
    "ZALO_REFRESH_TOKEN": ZaloServer.first_refresh_token,
    "ZALO_TEMPLATE_ID": "230417",
}
"""Settings that fit the server; ``ZALO_URL`` and ``ZALO_OAUTH_URL`` are its ``url``."""


@pytest.fixture(scope="session")
def _esms_server() -> Iterator[EsmsServer]:
    server = EsmsServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def _zalo_server() -> Iterator[ZaloServer]:
    server = ZaloServer()
    yield server
    server.stop()


@pytest.fixture
def esms(_esms_server: EsmsServer, settings: Any) -> EsmsServer:
    """A friendly, empty eSMS, which this process's Django sends to."""
    _esms_server.reset()
    for name, value in (*ESMS.items(), ("ESMS_URL", _esms_server.url)):
        setattr(settings, name, value)
    return _esms_server


@pytest.fixture
def zalo(_zalo_server: ZaloServer, settings: Any, db: None) -> ZaloServer:
    """A friendly, empty Zalo, which this process's Django sends to."""
    _zalo_server.reset()
    for name, value in (*ZALO.items(), ("ZALO_URL", _zalo_server.url), ("ZALO_OAUTH_URL", _zalo_server.url)):
        setattr(settings, name, value)
    return _zalo_server
