"""Fetch one unit's invitation in the scope of who asks, or answer 404; then ask for the right, or 403."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from accounts.clock import database_now
from accounts.composed import Composed, Given, somebody
from accounts.permissions import Right, require
from accounts.requests import PortalRequest
from invitations.models import Invitation
from registrations.overview import Overview, overview
from registrations.states import Standing, standing, with_extension


def _one(role: str, in_a_unit: bool) -> QuerySet[Invitation]:
    visible = Invitation.objects.visible_to(somebody(role, in_a_unit=in_a_unit)).sent()
    called = with_extension(visible).select_related("meeting")
    return called.filter(meeting__slug=Given("slug"), unit__slug=Given("unit"))


_ONE = Composed(_one)
_AGAIN = Composed(lambda: with_extension(Invitation.objects.select_related("meeting")).filter(pk=Given("pk")))


def fetch(request: PortalRequest, slug: str, unit: str, right: Right) -> Standing:
    """Return how the unit's invitation stands now. Outside the person's scope 404, without ``right`` 403."""
    visible = _ONE.seen_by(request.user, slug=slug, unit=unit)
    if not visible:
        raise Http404
    require(request.user, Right.READ_REGISTRATION)
    require(request.user, right)
    return standing(visible[0], database_now())


def fresh_overview(standing_before: Standing) -> Overview:
    """Read the unit's numbers again after a write."""
    (invitation,) = _AGAIN.ask(pk=standing_before.invitation.pk)
    return overview(standing(invitation, database_now()))
