"""What a registration holds, as one document: what is submitted, hashed, compared and archived."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q, QuerySet

from accounts.composed import Composed, Given
from bridge_points.models import BridgePoint
from invitations.models import GONE, InvitedRole
from registrations.doubles import second_posts
from registrations.models import Delegate, Headcount, SamePerson

if TYPE_CHECKING:
    from invitations.models import Invitation
    from registrations.models import Registration

Roles = dict[int | None, str]
"""What the invited roles are called."""


class Counts(NamedTuple):
    """The three numbers of a receipt; each is a number or a sum of rows in the document.

    ``named`` is people: rows without the ``second_posts`` of the document.
    """

    declared: int
    named: int
    points: int


def take_snapshot(registration: Registration, invitation: Invitation) -> tuple[dict[str, Any], Counts]:
    """Return the registration's content as plain JSON values, and its counts.

    Points that do not connect are in the document, with their numbers, and are not counted. Read it
    inside the transaction that holds the invitation's lock.
    """
    points = _points_of(registration, invitation)
    own = [point for point in points if point.unit.path.startswith(invitation.unit.path)]
    at = {point.pk: point for point in points}
    roles: Roles = {role.pk: str(role) for role in _ROLES.ask(audience=invitation.audience_id)}
    headcounts = _HEADCOUNTS.ask(registration=registration.pk)
    delegates = _DELEGATES.ask(registration=registration.pk)
    content: dict[str, Any] = {
        "meeting": invitation.meeting.slug,
        "unit": invitation.unit.slug,
        "points": [_point(point) for point in own],
        "headcounts": [_headcount(each, at[each.bridge_point_id], roles) for each in headcounts],
        "delegates": [_delegate(each, at[each.bridge_point_id], roles) for each in delegates],
    }
    more = second_posts_of(registration) if len(delegates) > 1 else 0
    if more:
        content["second_posts"] = more
    counts = Counts(
        declared=sum(headcount.number for headcount in headcounts if at[headcount.bridge_point_id].connects),
        named=len(delegates) - more,
        points=sum(1 for point in own if point.connects and point.unit_id != invitation.unit_id),
    )
    return content, counts


def _points() -> QuerySet[BridgePoint]:
    of_it = {"registration": Given("registration")}
    return (
        BridgePoint.objects.filter(meeting=Given("meeting"))
        .filter(
            Q(unit__path__startswith=Given("path"))
            | Q(pk__in=Headcount.objects.filter(**of_it).values("bridge_point"))
            | Q(pk__in=Delegate.objects.filter(**of_it).values("bridge_point"))
        )
        .select_related("unit")
        .order_by("unit__position", "unit__sort_key", "pk")
    )


_POINTS = Composed(_points)
_ROLES = Composed(lambda: InvitedRole.objects.filter(audience=Given("audience")))
_HEADCOUNTS = Composed(lambda: Headcount.objects.filter(registration=Given("registration")).order_by("pk"))
_DELEGATES = Composed(lambda: Delegate.objects.filter(registration=Given("registration")))


def _points_of(registration: Registration, invitation: Invitation) -> list[BridgePoint]:
    """The unit's points and those below it, and any other at which its people sit."""
    return _POINTS.ask(meeting=invitation.meeting_id, path=invitation.unit.path, registration=registration.pk)


def _headcount(headcount: Headcount, point: BridgePoint, roles: Roles) -> dict[str, Any]:
    return {
        "point": point.unit.slug,
        "role_id": headcount.role_id,
        "role": roles.get(headcount.role_id, ""),
        "number": headcount.number,
    }


def _delegate(delegate: Delegate, point: BridgePoint, roles: Roles) -> dict[str, Any]:
    return {
        "key": str(delegate.key),
        "full_name": delegate.full_name,
        "position": delegate.position,
        "organisation": delegate.organisation,
        "role_id": delegate.role_id,
        "role": roles.get(delegate.role_id, ""),
        "point": point.unit.slug,
        "phone": delegate.phone,
        "note": delegate.note,
    }


def second_posts_of(registration: Registration) -> int:
    """How many rows are one more post of somebody in the list: the receipt counts people."""
    return second_posts(_SAME.ask(registration=registration.pk))


def _same() -> QuerySet[SamePerson, tuple[int, int]]:
    here = {"first__registration": Given("registration"), "second__registration": Given("registration")}
    same = SamePerson.objects.filter(kind=SamePerson.Kind.TWO_POSTS, **here).order_by()
    return same.values_list("first_id", "second_id")


_SAME = Composed(_same)


def names_beyond(content: dict[str, Any]) -> int:
    """Return how many names a document holds beyond the declared numbers, role by role."""
    declared = {line["role_id"]: line["number"] for line in content["headcounts"] if line["role_id"]}
    named = Counter(delegate["role_id"] for delegate in content["delegates"] if delegate["role_id"])
    return sum(max(number - declared.get(role, 0), 0) for role, number in named.items())


def _point(point: BridgePoint) -> dict[str, Any]:
    return {
        "unit": point.unit.slug,
        "name": point.unit.called,
        "tier": point.tier,
        "venue": point.venue,
        "chair": point.chair,
        "technician": point.technician,
        "technician_phone": point.technician_phone,
        "connects": point.connects,
    }


PERSONAL = frozenset(
    {
        *("full_name", "position", "organisation", "phone", "note"),
        *("chair", "technician", "technician_phone"),
    }
)
"""What a document, the log and a commune's answer call the boxes about people."""


def without_people(value: Any) -> Any:
    """Return a copy of a document or of rows of it in which ``GONE`` stands for each text about a person.

    Keys, roles, points and numbers stay, and so do its length and every sum.
    """
    if isinstance(value, list):
        return [without_people(each) for each in value]
    if isinstance(value, dict):
        return {
            key: (GONE if each and isinstance(each, str) else each)
            if key in PERSONAL
            else without_people(each)
            for key, each in value.items()
        }
    return value


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of the document in its canonical form: keys sorted, no spaces, UTF-8."""
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
