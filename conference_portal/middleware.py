"""What happens to every request: its arrival is stamped, strangers sign in, only our own files are loaded."""

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from threading import Lock
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, UnreadablePostError
from django.shortcuts import render

from accounts.files.storage import StorageDown

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)


WAITED = "X-Portal-Waited"
MOST_WAITED = 3600.0
"""Seconds; no proxy collects one body for longer."""


def arrival(get_response: GetResponse) -> GetResponse:
    """Stamp the moment a request's head arrived, before its body is read, as ``request.waited()``.

    A deadline counts what *arrived* in time (design, rule 2): a long list on a slow line is on time
    when its first line was. The stamp is monotonic and gives an age, a ``timedelta``, so that only
    PostgreSQL's clock ever tells a date. A proxy of our own that collects the body first says in
    ``X-Portal-Waited`` how many seconds that took; where none stands in front, the header is a stranger's.
    """
    behind_proxy = settings.ALLAUTH_TRUSTED_PROXY_COUNT > 0

    def stamp(request: HttpRequest) -> HttpResponse:
        arrived = time.monotonic() - (_waited_before(request) if behind_proxy else 0)
        request.waited = lambda: timedelta(seconds=time.monotonic() - arrived)  # type: ignore[attr-defined]
        return get_response(request)

    return stamp


def _waited_before(request: HttpRequest) -> float:
    """What the proxy says, 0 where it says nothing that can be."""
    try:
        seconds = float(request.headers.get(WAITED, "0"))
    except ValueError:
        return 0
    return seconds if 0 <= seconds <= MOST_WAITED else 0


class Turn:
    """A lock that is given in the order of asking, and that nobody waits for long."""

    PATIENCE = 0.5
    """Seconds; who has waited so long goes on beside the one whose turn it is."""

    def __init__(self) -> None:
        self._guard = Lock()
        self._waiting: deque[Lock] = deque()
        self._taken = False

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Wait, run the block, let the next one go."""
        mine = self._take()
        try:
            yield
        finally:
            if mine:
                self._pass_on()

    def _take(self) -> bool:
        with self._guard:
            if not self._taken:
                self._taken = True
                return True
            called = Lock()
            called.acquire()
            self._waiting.append(called)
        if called.acquire(timeout=self.PATIENCE):
            return True
        with self._guard:
            if called in self._waiting:
                self._waiting.remove(called)
                return False
        return True  # called in the moment in which patience ended

    def _pass_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


def in_turn(get_response: GetResponse) -> GetResponse:
    """Work on one request at a time in each process; its body is read, and its answer sent, beside that.

    Threads of one Python process take the interpreter from each other at every query. Measured with 8
    clients on 2 cores: the same pages in 4 threads gave 28 to 32 a second with a 95th percentile of 323
    to 406 ms, in turn 41 to 53 a second with 174 to 231 ms (docs/decisions/0015).
    """
    turn = Turn()

    def wait(request: HttpRequest) -> HttpResponse:
        if request.content_type == "multipart/form-data":
            return get_response(request)  # its view says how much of the files is let in, and so reads them
        if request.method == "POST":
            with suppress(UnreadablePostError):  # who hung up is found out by who asks next
                request.POST  # noqa: B018
        with turn.taken():
            return get_response(request)

    return wait


def content_security_policy(get_response: GetResponse) -> GetResponse:
    """Send the Content-Security-Policy: scripts, styles and pictures of our own, nothing inline."""

    def add(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response

    return add


class SignInRequired(LoginRequiredMiddleware):
    """Every page asks for a sign-in unless it says otherwise.

    A fragment asked for by htmx gets 401 and no redirect: the page keeps what was typed and offers
    to sign in beside it (design, rule 9).
    """

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        """401 for a fragment, the sign-in page for everything else."""
        if request.headers.get("HX-Request") == "true":
            return HttpResponse("Phiên làm việc đã hết, mời đăng nhập lại.", status=401)
        return super().handle_no_permission(request, view_func)


class StorageIsDown:
    """A page that needs a file says so while the storage does not answer; all others go on."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """503 with what to do; what the view had written was undone with its transaction."""
        if not isinstance(exception, StorageDown):
            return None
        logger.error("storage is down: %s", exception)
        response = render(request, "503_storage.html", status=503)
        response["Retry-After"] = "60"
        return response
