"""Fetch one unit's invitation in the scope of who asks, or answer 404; then ask for the right, or 403."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import Right, require
from invitations.models import Invitation
from registrations.overview import Overview, overview
from registrations.states import Standing, standing, with_extension


def user_of(request: HttpRequest) -> User:
    """Return who is signed in; no page of this app is open to anyone else."""
    return cast(User, request.user)


def fetch(request: HttpRequest, slug: str, unit: str, right: Right) -> Standing:
    """Return how the unit's invitation stands now. Outside the person's scope 404, without ``right`` 403."""
    visible = with_extension(Invitation.objects.visible_to(user_of(request)).sent())
    invitation = get_object_or_404(visible, meeting__slug=slug, unit__slug=unit)
    require(user_of(request), Right.READ_REGISTRATION)
    require(user_of(request), right)
    return standing(invitation, database_now())


def fresh_overview(standing_before: Standing) -> Overview:
    """Read the unit's numbers again after a write."""
    invitation = with_extension(Invitation.objects.all()).get(pk=standing_before.invitation.pk)
    return overview(standing(invitation, database_now()))
