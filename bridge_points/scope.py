"""Which rows an address opens for a person: what is outside the scope is 404, what lacks the right 403."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import get_object_or_404

from accounts.permissions import Right, require
from bridge_points.listing import points_of
from bridge_points.models import BridgePoint, Incident
from invitations.models import Meeting

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.requests import PortalRequest


def meeting_of(request: PortalRequest, slug: str, right: Right) -> Meeting:
    """Fetch the meeting in the person's scope, or 404; then ask for the right, or 403."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), slug=slug)
    require(request.user, Right.LIST_POINTS)
    require(request.user, right)
    return meeting


def point_of(request: PortalRequest, slug: str, unit: str, right: Right = Right.LIST_POINTS) -> BridgePoint:
    """Fetch the point in the person's scope, or 404; then ask for the right, or 403."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), slug=slug)
    visible = points_of(meeting, request.user).select_related("parent__unit", "line__calling_by")
    point: BridgePoint = get_object_or_404(visible, unit__slug=unit)
    require(request.user, Right.LIST_POINTS)
    require(request.user, right)
    return point


def incident_of(request: PortalRequest, slug: str, key: UUID, right: Right = Right.LIST_POINTS) -> Incident:
    """Fetch the incident in the person's scope, or 404; then ask for the right, or 403."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), slug=slug)
    visible = Incident.objects.visible_to(request.user).filter(point__meeting=meeting)
    people = ("opened_by", "handled_by", "closed_by")
    incident: Incident = get_object_or_404(
        visible.select_related("point__unit", "point__meeting", "session", *people), key=key
    )
    require(request.user, right)
    return incident
