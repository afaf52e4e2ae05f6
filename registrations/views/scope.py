"""Fetch one unit's invitation in the scope of who asks, or answer 404; then ask for the right, or 403."""

from __future__ import annotations

from django.shortcuts import get_object_or_404

from accounts.clock import database_now
from accounts.permissions import Right, require
from accounts.requests import PortalRequest
from invitations.models import Invitation
from registrations.overview import Overview, overview
from registrations.states import Standing, standing, with_extension


def fetch(request: PortalRequest, slug: str, unit: str, right: Right) -> Standing:
    """Return how the unit's invitation stands now. Outside the person's scope 404, without ``right`` 403."""
    visible = with_extension(Invitation.objects.visible_to(request.user).sent()).select_related("meeting")
    invitation = get_object_or_404(visible, meeting__slug=slug, unit__slug=unit)
    require(request.user, Right.READ_REGISTRATION)
    require(request.user, right)
    return standing(invitation, database_now())


def fresh_overview(standing_before: Standing) -> Overview:
    """Read the unit's numbers again after a write."""
    invitations = with_extension(Invitation.objects.select_related("meeting"))
    invitation = invitations.get(pk=standing_before.invitation.pk)
    return overview(standing(invitation, database_now()))
