"""What a unit has declared, named and still misses: the numbers of its pages, read once and in agreement."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet, prefetch_related_objects
from django.utils import timezone

from accounts.composed import Composed, Given
from accounts.fingerprint import fingerprint
from accounts.models import Tier, Unit
from bridge_points.models import BridgePoint
from invitations.models import Invitation, InvitedRole
from registrations.models import CommuneAnswer, Delegate, Headcount, Registration, Submission
from registrations.snapshot import second_posts_of
from registrations.states import Standing


@dataclass(frozen=True)
class RoleLine:
    """One invited role at the unit's own point: how many are declared, how many have a name."""

    role: InvitedRole
    declared: int | None
    named: int

    @property
    def missing(self) -> int:
        """Names still missing; more names than the number asks for are none."""
        return max((self.declared or 0) - self.named, 0)

    @property
    def beyond(self) -> int:
        """Names beyond the declared number."""
        return max(self.named - (self.declared or 0), 0)


AT_ONCE = 100
"""People in one part of a list; a list of no more comes whole with its page."""


class DelegateLine(NamedTuple):
    """One delegate as the lists show it: read as values, for a page has many and writes none."""

    pk: int
    key: UUID
    version: int
    origin: str
    full_name: str
    position: str
    organisation: str
    phone: str
    note: str
    rank: int
    role_id: int | None
    role: InvitedRole | None = None


@dataclass(frozen=True)
class CommuneLine:
    """One commune below the unit: its point, where it has answered, and the number expected."""

    unit: Unit
    point: BridgePoint | None
    expected: int | None

    @property
    def connects(self) -> bool:
        """It takes part."""
        return self.point is not None and self.point.connects

    @property
    def missing(self) -> list[str]:
        """What a connected commune has still to fill in."""
        if self.point is None or not self.point.connects:
            return []
        return [*self.point.missing, *(["số dự kiến"] if self.expected is None else [])]

    @property
    def missing_words(self) -> str:
        """The chip of a row with empty boxes: "Thiếu 2 ô"."""
        return f"Thiếu {len(self.missing)} ô"


@dataclass(frozen=True)
class Overview:
    """Everything a unit's registration page shows, from one reading of the database."""

    standing: Standing
    own_point: BridgePoint | None
    roles: list[RoleLine]
    beginning: list[DelegateLine]
    """The first people, ``AT_ONCE`` of them; one more says that there are others."""
    origins: Counter[str]
    """How many people came from where."""
    communes: list[CommuneLine]
    last_submission: Submission | None

    @property
    def invitation(self) -> Invitation:
        """Whose registration it is."""
        return self.standing.invitation

    @property
    def registration(self) -> Registration | None:
        """The registration, once something was declared."""
        return self.standing.registration

    @property
    def version(self) -> int:
        """The version that a submit button on this page stands for."""
        return self.registration.version if self.registration else 0

    @cached_property
    def declared_here(self) -> int:
        """Delegates declared at the unit's own point."""
        return sum(line.declared or 0 for line in self.roles)

    @cached_property
    def expected_in_communes(self) -> int:
        """People expected at the connected communes."""
        return sum(line.expected or 0 for line in self.communes if line.connects)

    @property
    def roles_fingerprint(self) -> str:
        """The same for two tables of the same roles with the same numbers."""
        lines = [
            (line.role.pk, line.role.text, line.role.chairs, line.declared, line.named) for line in self.roles
        ]
        return fingerprint(self._place, lines)

    @property
    def own_point_fingerprint(self) -> str:
        """The same for two forms of the same point."""
        point = self.own_point
        return fingerprint(self._place, self.invitation.unit.called, point and (point.pk, point.version))

    @property
    def communes_fingerprint(self) -> str:
        """The same for two tables of the same communes and points."""
        lines = [
            (unit.called, unit.slug, expected, point and (point.pk, point.version))
            for unit, point, expected in ((line.unit, line.point, line.expected) for line in self.communes)
        ]
        return fingerprint(self._place, lines)

    @property
    def _place(self) -> tuple[str, str]:
        return self.invitation.meeting.slug, self.invitation.unit.slug

    @property
    def declared(self) -> int:
        """All that the unit declares."""
        return self.declared_here + self.expected_in_communes

    @property
    def named(self) -> int:
        """Delegates with a name."""
        return self.origins.total()

    @property
    def is_long(self) -> bool:
        """More people than one part of the page shows."""
        return len(self.beginning) > AT_ONCE

    @cached_property
    def delegates(self) -> list[DelegateLine]:
        """All people, in their order."""
        if self.registration is None or not self.is_long:
            return self.beginning
        return delegate_lines(self.registration.delegates.all(), self._roles)

    @cached_property
    def last_delegate(self) -> DelegateLine | None:
        """Who stands at the end of the list."""
        if self.registration is None or not self.is_long:
            return self.beginning[-1] if self.beginning else None
        return delegate_lines(self.registration.delegates.reverse()[:1], self._roles)[0]

    @property
    def _roles(self) -> dict[int, InvitedRole]:
        return {line.role.pk: line.role for line in self.roles}

    @cached_property
    def second_posts(self) -> int:
        """How many of the rows are one more post of somebody who is in the list already."""
        return second_posts_of(self.registration) if self.registration and self.named > 1 else 0

    @property
    def heads(self) -> int:
        """People with a name, each counted once."""
        return self.named - self.second_posts

    @property
    def copied(self) -> int:
        """How many of the people came from an earlier meeting."""
        return self.origins[Delegate.Origin.COPIED]

    @cached_property
    def names_missing(self) -> int:
        """Names still missing against the declared numbers, role by role."""
        return sum(line.missing for line in self.roles)

    @cached_property
    def names_beyond(self) -> list[RoleLine]:
        """Roles with more names than were declared: whoever submits is asked whether that is meant."""
        return [line for line in self.roles if line.beyond]

    @cached_property
    def connected(self) -> int:
        """Communes that take part."""
        return sum(1 for line in self.communes if line.connects)

    @cached_property
    def unanswered(self) -> list[CommuneLine]:
        """Communes of which nothing is said yet."""
        return [line for line in self.communes if line.point is None]

    @cached_property
    def without_technician(self) -> list[CommuneLine]:
        """Connected communes where nobody can be called about the line."""
        return [
            line for line in self.communes if line.connects and line.point and not line.point.has_technician
        ]

    @cached_property
    def unfinished(self) -> list[CommuneLine]:
        """Connected communes with an empty box."""
        return [line for line in self.communes if line.missing]

    @cached_property
    def answers_waiting(self) -> int:
        """Answers of communes, sent by their links, that wait to be looked at."""
        return answers_waiting(self.invitation)

    @property
    def shows_own_point(self) -> bool:
        """The unit looks after a point of its own; the provincial hall is the office's."""
        return self.own_point is None or self.own_point.unit_id == self.invitation.unit_id

    @property
    def next_number(self) -> int:
        """The number of the submission that comes next."""
        return self.last_submission.number + 1 if self.last_submission else 1

    @property
    def sent_words(self) -> str:
        """The chip of a unit that has submitted: "Đã gửi lần 2"."""
        return f"Đã gửi lần {self.last_submission.number}" if self.last_submission else "Đã gửi"

    @property
    def extended_words(self) -> str:
        """The chip of a unit with more time: "Gia hạn đến 20:00, 01/12"."""
        return f"Gia hạn đến {timezone.localtime(self.standing.deadline):%H:%M, %d/%m}"

    @property
    def is_empty(self) -> bool:
        """Nothing was declared yet."""
        return self.registration is None or self.registration.version == 0

    @cached_property
    def missing_words(self) -> str:
        """What is missing in a few words, "6 tên, 2 xã, 2 cán bộ kỹ thuật", or ""."""
        counts = {
            "tên": self.names_missing,
            "xã chưa trả lời": len(self.unanswered),
            "cán bộ kỹ thuật": len(self.without_technician),
        }
        return ", ".join(f"{count} {noun}" for noun, count in counts.items() if count)


def answers_waiting(invitation: Invitation) -> int:
    """Return how many answers of communes, sent by their links, wait to be looked at."""
    waiting = CommuneAnswer.State.WAITING
    return CommuneAnswer.objects.filter(link__invitation=invitation, state=waiting).count()


_READ = DelegateLine._fields[:-1]
_OF_ONE = {"registration": Given("registration")}
_COMMUNES = Composed(lambda: Unit.objects.communes_of(Unit(pk=Given("pk"), path=Given("path"))))
_POINTS = Composed(lambda: _points_around(Given("meeting"), Given("path")))
_HEADCOUNTS = Composed(lambda: Headcount.objects.filter(**_OF_ONE))
_PEOPLE = Composed(lambda: Delegate.objects.filter(**_OF_ONE).values_list(*_READ)[: AT_ONCE + 1])
_LAST = Composed(lambda: Submission.objects.filter(**_OF_ONE).defer("content")[:1])


def _points_around(meeting: Given, path: Given) -> QuerySet[BridgePoint]:
    """The points of a branch of the tree, and those of the province."""
    own_or_provincial = Q(unit__path__startswith=path) | Q(tier=Tier.PROVINCE)
    return BridgePoint.objects.filter(own_or_provincial, meeting=meeting).order_by("pk")


def overview(standing: Standing) -> Overview:
    """Read what stands behind a unit's registration, in a number of queries that rows do not change."""
    invitation, registration = standing.invitation, standing.registration
    communes = _COMMUNES.ask(pk=invitation.unit_id, path=invitation.unit.path)
    points = _points(invitation, communes)
    headcounts = _HEADCOUNTS.ask(registration=registration.pk) if registration else []
    prefetch_related_objects([invitation.audience], "roles")  # the forms ask for them again
    roles = {role.pk: role for role in invitation.audience.roles.all()}
    beginning = _lines(_PEOPLE.ask(registration=registration.pk), roles) if registration else []
    tally = Counter((one.role_id, one.origin) for one in beginning)
    if registration and len(beginning) > AT_ONCE:
        tally = _tally(registration)
    own = points.get(invitation.unit_id) or (
        points.get(None) if invitation.audience.tier == Tier.PROVINCE else None
    )
    declared = {headcount.role_id: headcount.number for headcount in headcounts if headcount.role_id}
    expected = {
        headcount.bridge_point_id: headcount.number for headcount in headcounts if not headcount.role_id
    }
    named: Counter[int | None] = Counter()
    origins: Counter[str] = Counter()
    for (role, origin), number in tally.items():
        named[role] += number
        origins[origin] += number
    return Overview(
        standing=standing,
        own_point=own,
        roles=[RoleLine(role, declared.get(pk), named[pk]) for pk, role in roles.items()],
        beginning=beginning,
        origins=origins,
        communes=[
            CommuneLine(unit, point := points.get(unit.pk), expected.get(point.pk) if point else None)
            for unit in communes
        ],
        last_submission=_LAST.first(registration=registration.pk) if registration else None,
    )


def _tally(registration: Registration) -> Counter[tuple[int | None, str]]:
    """Count the people of a long list by role and origin, without reading them."""
    rows = registration.delegates.order_by().values_list("role_id", "origin").annotate(number=Count("pk"))
    return Counter({(role, origin): number for role, origin, number in rows})


def delegate_lines(rows: QuerySet[Delegate], roles: Mapping[int, InvitedRole]) -> list[DelegateLine]:
    """Read ``rows`` for a list; ``roles`` are those of the unit's audience by id."""
    return _lines(rows.values_list(*_READ), roles)


def _lines(values: Iterable[tuple[Any, ...]], roles: Mapping[int, InvitedRole]) -> list[DelegateLine]:
    return [DelegateLine._make((*one, roles.get(one[-1]))) for one in values]


def _points(invitation: Invitation, communes: list[Unit]) -> dict[int | None, BridgePoint]:
    """The points of the unit's branch by unit; the provincial point stands under None."""
    known = {unit.pk: unit for unit in (invitation.unit, *communes)}
    found: dict[int | None, BridgePoint] = {}
    for point in _POINTS.ask(meeting=invitation.meeting_id, path=invitation.unit.path):
        if point.tier == Tier.PROVINCE:
            found.setdefault(None, point)
        if point.unit_id in known:
            point.unit = known[point.unit_id]
            found[point.unit_id] = point
    return found
