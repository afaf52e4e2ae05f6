"""Whether the portal lives, whether it is ready, and the page for a lost CSRF token."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from redis import Redis

from conference_portal.tasks import HEARTBEAT_KEY
from reminders.tasks import SIGN_OF_LIFE


@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers."""
    return HttpResponse("ok", content_type="text/plain")


def _database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _broker() -> None:
    Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2).ping()


def _worker_and_beat() -> None:
    if cache.get(HEARTBEAT_KEY) is None:
        raise RuntimeError("no heartbeat")


def _sender() -> None:
    if cache.get(SIGN_OF_LIFE) is None:
        raise RuntimeError("no heartbeat")


def _files() -> None:
    default_storage.exists("readyz")


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database,
    "broker": _broker,
    "files": _files,
    "worker and beat": _worker_and_beat,
    "sender": _sender,
}


@login_not_required
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Say, part by part, whether database, broker, files, worker, beat and sender answer: 200, else 503."""
    answers = {name: _answers(check) for name, check in CHECKS.items()}
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


def _answers(check: Callable[[], None]) -> bool:
    try:
        check()
    except Exception:
        return False
    return True


@login_not_required
def csrf_failed(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain a lost CSRF token; what was typed is still one step back in the browser."""
    return render(request, "403_csrf.html", status=403)
