"""Fetch a meeting in the scope of who asks, or answer 404; then ask for the right, or 403."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from accounts.permissions import Right, require
from accounts.requests import PortalRequest
from invitations.models import Meeting


def fetch(request: PortalRequest, slug: str, right: Right) -> Meeting:
    """Return the meeting. One that the person does not see does not exist."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), slug=slug)
    require(request.user, right)
    return meeting
