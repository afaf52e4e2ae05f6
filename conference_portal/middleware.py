"""What happens to every request: its arrival is stamped, strangers sign in, only our own files are loaded."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase

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


def arrival(get_response: GetResponse) -> GetResponse:
    """Stamp the moment a request's head arrived, before its body is read, as ``request.waited()``.

    A deadline counts what *arrived* in time (design, rule 2): a long list on a slow line is on time
    when its first line was. The stamp is monotonic and gives an age, a ``timedelta``, so that only
    PostgreSQL's clock ever tells a date.
    """

    def stamp(request: HttpRequest) -> HttpResponse:
        arrived = time.monotonic()
        request.waited = lambda: timedelta(seconds=time.monotonic() - arrived)  # type: ignore[attr-defined]
        return get_response(request)

    return stamp


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
