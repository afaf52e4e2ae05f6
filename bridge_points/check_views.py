"""The list of checks at one point: each ticks the own part, telecom and the power company sign for theirs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.fields import LineFormField
from accounts.permissions import Right, may, require
from bridge_points import checking
from bridge_points.models import (
    BridgePoint,
    CheckItem,
    CheckPart,
    PointCheck,
    PointSignature,
)
from bridge_points.models.check import SIGNED_PARTS
from bridge_points.scope import meeting_of

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.requests import PortalRequest


class Part(NamedTuple):
    """One part of the list: what belongs to it with its tick, and its signature."""

    part: CheckPart
    items: list[tuple[CheckItem, PointCheck | None]]
    signed: PointSignature | None
    is_signed_for: bool
    may_tick: bool
    may_sign: bool

    @property
    def done(self) -> int:
        """How many are ticked."""
        return sum(check is not None for _, check in self.items)


def _point(request: PortalRequest, slug: str, unit: str) -> BridgePoint:
    meeting = meeting_of(request, slug, Right.LIST_POINTS)
    found = meeting.bridge_points.checked_by(request.user).select_related("unit", "meeting")
    point: BridgePoint = get_object_or_404(found, unit__slug=unit)
    return point


@require_safe
def point_checks(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Show what was looked at in the hall, by whom, and who signed."""
    point = _point(request, slug, unit)
    signatures = list(point.signatures.select_related("signed_by", "withdrawn_by"))
    parts = _parts(point, signatures, request.user)
    context = {
        "meeting": point.meeting,
        "point": point,
        "parts": parts,
        "done": sum(part.done for part in parts),
        "total": len(CheckItem),
        "withdrawn": [signature for signature in signatures if signature.withdrawn_at],
    }
    return render(request, "bridge_points/checks.html", context)


def _parts(point: BridgePoint, signatures: list[PointSignature], user: User) -> list[Part]:
    checks = {check.item: check for check in point.checks.select_related("by")}
    standing = {signature.part: signature for signature in signatures if not signature.withdrawn_at}
    return [
        Part(
            part,
            [(item, checks.get(item)) for item in checking.items_of(part)],
            standing.get(part),
            part in SIGNED_PARTS,
            may(user, part.right) and part not in standing,
            part in SIGNED_PARTS and may(user, part.right) and may(user, Right.SIGN_CHECK),
        )
        for part in CheckPart
    ]


@require_POST
def point_check(request: PortalRequest, slug: str, unit: str, item: str) -> HttpResponse:
    """Tick one thing of the own part, or take it back (``bo``)."""
    point = _point(request, slug, unit)
    if item not in CheckItem.values:
        raise Http404
    require(request.user, CheckItem(item).part.right)
    done = "bo" not in request.POST
    return _done(
        request,
        point,
        lambda: checking.tick(point_id=point.pk, item=CheckItem(item), user=request.user, done=done),
    )


@require_POST
def point_sign(request: PortalRequest, slug: str, unit: str, part: str) -> HttpResponse:
    """Sign for the own part, or withdraw the signature with the reason (``rut``)."""
    point = _point(request, slug, unit)
    if part not in SIGNED_PARTS:
        raise Http404
    mine = CheckPart(part)
    require(request.user, mine.right)
    require(request.user, Right.SIGN_CHECK)
    if "rut" in request.POST:
        reason = LineFormField(required=False).clean(request.POST.get("reason", ""))[:300]
        return _done(
            request,
            point,
            lambda: checking.withdraw(point_id=point.pk, part=mine, user=request.user, reason=reason),
        )
    return _done(request, point, lambda: checking.sign(point_id=point.pk, part=mine, user=request.user))


def _done(request: PortalRequest, point: BridgePoint, verb: Callable[[], object]) -> HttpResponse:
    """Do it, or say why it was refused; the list is shown again."""
    try:
        verb()
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    return redirect("point_checks", point.meeting.slug, point.unit.slug)
