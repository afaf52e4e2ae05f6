"""Fetch a meeting in the scope of who asks, or answer 404; then ask for the right, or 403."""

from __future__ import annotations

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.composed import Composed, Given, somebody
from accounts.permissions import Right, Role, require
from accounts.requests import PortalRequest
from invitations.models import Meeting


def fetch(request: PortalRequest, slug: str, right: Right) -> Meeting:
    """Return the meeting. One that the person does not see does not exist."""
    user = request.user
    if user.role == Role.CLERK:  # sees what the units above it are called to: another question for each path
        meeting = get_object_or_404(Meeting.objects.visible_to(user), slug=slug)
    elif (found := _MEETING.first(user.role, slug=slug)) is not None:
        meeting = found
    else:
        raise Http404(slug)
    require(user, right)
    return meeting


_MEETING = Composed(
    lambda role: Meeting.objects.visible_to(somebody(role, in_a_unit=False)).filter(slug=Given("slug"))
)
