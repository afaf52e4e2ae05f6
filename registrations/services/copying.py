"""People and points of an earlier meeting taken over as a draft, each once, never over what was typed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from accounts.models import User
from bridge_points.models import BridgePoint
from invitations.models import Invitation
from registrations.earlier import PersonLine, Plan, earlier, plan_of
from registrations.models import Delegate
from registrations.services.drafts import Draft, editing
from registrations.services.rows import add_delegates, own_point, save_own_point, write_commune_point


class Taken(NamedTuple):
    """How many people and points came over."""

    people: int
    points: int


def take_over(
    *,
    invitation_id: int,
    user: User,
    waited: timedelta,
    source_id: int,
    people: bool = True,
    points: bool = True,
    only: Collection[int] | None = None,
) -> Taken:
    """Take over what ``plan_of`` finds under the lock: people, points, or both.

    ``only`` are the delegates of then who come again; None is all of them. ``source_id`` is
    an invitation of ``earlier``, else ``Invitation.DoesNotExist``. Raises ``Closed``.
    """
    who: dict[str, Any] = {"invitation_id": invitation_id, "user": user, "waited": waited}
    with editing(**who) as draft:
        source = earlier(draft.invitation).get(pk=source_id)
        plan = plan_of(draft.invitation, source)
        if points:
            _take_communes(draft, plan)
            _take_own(draft, plan, who)  # the draft in hand notes nothing from here on
        lines = [line for line in plan.new_people if only is None or line.delegate.pk in only]
        if people and lines:
            add_delegates(**who, rows=_rows(draft.invitation, lines))
    return Taken(len(lines) if people else 0, len(plan.new_points) if points else 0)


def _take_communes(draft: Draft, plan: Plan) -> None:
    for line in plan.communes:
        if line.is_taken:
            values = {**line.values, "connects": True}
            write_commune_point(draft, commune=line.unit, values=values, expected=None, version=0)


def _take_own(draft: Draft, plan: Plan, who: dict[str, Any]) -> None:
    if plan.own and plan.own.is_taken:
        save_own_point(**who, values=plan.own.values, version=own_point(draft.invitation).version)


def _rows(invitation: Invitation, lines: Sequence[PersonLine]) -> list[dict[str, Any]]:
    """The people as ``add_delegates`` takes them, each at the point of the same unit where there is one."""
    branch = BridgePoint.objects.filter(
        meeting=invitation.meeting, unit__path__startswith=invitation.unit.path
    )
    here = {point.unit_id: point for point in branch}
    own = own_point(invitation)
    return [
        {
            "key": line.key,
            "origin": Delegate.Origin.COPIED,
            "full_name": line.delegate.full_name,
            "position": line.delegate.position,
            "organisation": line.delegate.organisation,
            "phone": line.delegate.phone,
            "note": line.delegate.note,
            "role": line.role,
            "bridge_point": here.get(line.delegate.bridge_point.unit_id, own),
        }
        for line in lines
    ]
