"""Nothing is written of a meeting that is closed, whatever page it would be written on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from invitations.models import Meeting

STILL = frozenset(
    {
        "meeting_reopen",
        "meeting_close",
        "meeting_purge",
        "meeting_keep",
        "exports",
        "point_files",
        "attendance_sync",
        "result_telling",
        "result_texts",
        "result_sign",
    }
)
"""Pages that may be sent to: files are asked for, and these say themselves, keeping what was typed."""


class ClosedMeeting:
    """Refuses what would be written of a closed meeting, before any view; services ask again under locks.

    A page names its meeting by ``slug``. Whoever does not see the meeting is left to the view: 404.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Answer 409 to what writes, with a page that says the way out."""
        match = request.resolver_match
        if request.method in ("GET", "HEAD", "OPTIONS") or "slug" not in kwargs or not match:
            return None
        user = request.user
        if match.url_name in STILL or not user.is_authenticated:
            return None
        closed = Meeting.objects.filter(slug=kwargs["slug"], state=Meeting.State.CLOSED)
        if not closed.exists():  # most are not, and who sees it takes longer to ask
            return None
        meeting = closed.visible_to(user).first()
        if meeting is None:
            return None
        return render(request, "409_closed.html", {"meeting": meeting}, status=409)
