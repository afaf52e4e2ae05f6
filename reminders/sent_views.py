"""What was sent to the own unit, for the people of that unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.permissions import Right, may
from invitations.views.scope import fetch
from reminders.sent import sent_to

if TYPE_CHECKING:
    from accounts.requests import PortalRequest


@require_GET
def sent(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the messages to the own unit and those below; the office has all of them in the outbox."""
    meeting = fetch(request, slug, Right.READ_SENT)
    if may(request.user, Right.READ_OUTBOX):
        return redirect(f"{reverse('outbox')}?hoi_nghi={meeting.slug}")
    found = sent_to(meeting, request.user, request.GET)
    return render(request, "reminders/sent.html", {"meeting": meeting, "sent": found})
