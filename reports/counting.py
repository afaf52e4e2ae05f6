"""Reading the numbers of a meeting, or of some of its units: six queries, whatever the size."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import reduce
from operator import or_
from os.path import commonprefix
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Tier, Unit
from accounts.picture import Picture
from invitations.models import Invitation, InvitedRole, Meeting
from registrations.doubles import second_posts
from registrations.models import ExtensionRequest, SamePerson
from registrations.states import standing, with_extension
from reports.counts import COMMUNES, Commune, CountedPoint, CountedUnit, Counts, Line, UnitCounts
from reports.tallies import Tally


class _Reading(NamedTuple):
    """What the counts are made of, but for the hour."""

    invitations: Sequence[Invitation]
    communes: dict[int, list[Commune]]
    lines: dict[int, list[Line]]
    same_people: list[SameRows]


class Where(NamedTuple):
    """Which units are read: a name for what is kept of them, and their filter."""

    key: str
    which: Q


EVERYWHERE = Where("", Q())


class SameRows(NamedTuple):
    """Two rows that were decided to be one person, each with the invitation of its list."""

    first: int
    second: int
    first_list: int
    second_list: int


def read_counts(meeting: Meeting, picture: Picture, where: Where = EVERYWHERE) -> Counts:
    """Count all of ``meeting`` as ``picture`` shows it, in six queries whatever its size, or in none.

    Call it inside ``one_picture``: they must see the same state. Units called but not yet sent
    their letter are not counted. ``where`` leaves some units out, with all that is below them.
    """
    invitations = read_invitations(meeting, picture, where)
    whole = where is EVERYWHERE
    reading = picture.once(
        ("counts", meeting.pk, where.key), lambda: _read(meeting, invitations, whole=whole)
    )
    units = []
    for invitation in reading.invitations:
        invitation.meeting = meeting
        units.append(
            UnitCounts(
                standing=standing(invitation, picture.now),
                communes=reading.communes[invitation.unit_id],
                lines=reading.lines[invitation.pk],
                second_posts=_second_posts(reading.same_people, {invitation.pk}),
            )
        )
    return Counts(units, _second_posts(reading.same_people, reading.lines.keys()))


def _second_posts(same: Iterable[SameRows], lists: Collection[int]) -> int:
    """How many rows of these lists are one more post of somebody who stands in them already."""
    within = (one for one in same if one.first_list in lists and one.second_list in lists)
    return second_posts((one.first, one.second) for one in within)


def read_invitations(meeting: Meeting, picture: Picture, where: Where = EVERYWHERE) -> Sequence[Invitation]:
    """The letters that went out, each with its unit, registration and extension: one query."""

    def read() -> list[Invitation]:
        waiting = ExtensionRequest.objects.waiting().filter(invitation=OuterRef("pk"))
        sent = with_extension(meeting.invitations.sent()).annotate(asks_for_time=Exists(waiting))
        return list(sent.filter(where.which))

    return picture.once(("invitations", meeting.pk, where.key), read)


def _read(meeting: Meeting, invitations: Sequence[Invitation], *, whole: bool) -> _Reading:
    invited = [invitation.unit for invitation in invitations]
    communes = _communes(invited, whole=whole)
    known = {unit.pk: unit for below in communes.values() for unit in below}
    known |= {unit.pk: _unit(unit.pk, unit.name, unit.short_name) for unit in invited}
    points = _points(meeting, known, [] if whole else invitations)
    at = {point.unit.pk: point for point in points.values()}
    lines = _lines(invitations, points, meeting)
    return _Reading(
        invitations,
        {unit.pk: [Commune(one, at.get(one.pk)) for one in communes.get(unit.pk, [])] for unit in invited},
        {invitation.pk: lines.get(invitation.pk, []) for invitation in invitations},
        _same_people(meeting),
    )


def _same_people(meeting: Meeting) -> list[SameRows]:
    """The rows of the meeting that were decided to be one person with two posts."""
    decided = SamePerson.objects.filter(
        kind=SamePerson.Kind.TWO_POSTS, first__registration__invitation__meeting=meeting
    ).order_by()
    lists = ("first__registration__invitation_id", "second__registration__invitation_id")
    return [SameRows(*row) for row in decided.values_list("first_id", "second_id", *lists)]


def _points(
    meeting: Meeting, known: Mapping[int, CountedUnit], only: Sequence[Invitation]
) -> dict[int, CountedPoint]:
    """The points in the order of their units, which are ``known`` already but for the province itself.

    Of ``only`` some units: theirs, and those where their people sit.
    """
    here = meeting.bridge_points.order_by("unit__position", "unit__sort_key", "pk").with_last_result()
    if only:
        seats = Tally.objects.filter(registration__invitation__in=[one.pk for one in only])
        here = here.filter(Q(unit__in=list(known)) | Q(pk__in=seats.values("bridge_point")))
    own = ("tier", "connects", "last_result", "venue", "chair", "technician", "technician_phone")
    rows = deque(here.values_list("pk", "unit_id", "unit__name", "unit__short_name", *own))
    points = dict[int, CountedPoint]()
    while rows:  # each row goes when its point is made: the nation's stand in memory once
        pk, unit, name, short_name, tier, *rest = rows.popleft()
        at = known.get(unit) or _unit(unit, name, short_name)
        points[pk] = CountedPoint(pk, at, len(points), Tier(tier), *rest)
    return points


def _unit(pk: int, name: str, short_name: str) -> CountedUnit:
    return CountedUnit(pk, name, short_name or name)


def _communes(invited: list[Unit], *, whole: bool) -> dict[int, list[CountedUnit]]:
    """The communes and branches below each invited unit; below two, they belong to the nearer."""
    found: dict[int, list[CountedUnit]] = defaultdict(list)
    by_path = {unit.path: unit.pk for unit in invited}
    below = _below(list(by_path)) if whole else _below_each(list(by_path))
    for pk, name, short_name, path in below.values_list("pk", "name", "short_name", "path"):
        above = path
        while above := above.rstrip(".").rpartition(".")[0]:
            above += "."
            if above in by_path:
                found[by_path[above]].append(_unit(pk, name, short_name))
                break
    return found


def _below(paths: list[str]) -> QuerySet[Unit]:
    """Communes and branches in the smallest part of the tree that holds all ``paths``: one index range."""
    common = commonprefix(paths).rpartition(".")[0]  # noqa: RUF071 (these are no file paths)
    units = Unit.objects.filter(tier__in=COMMUNES)
    return units.filter(path__startswith=f"{common}.") if common else units


def _below_each(paths: list[str]) -> QuerySet[Unit]:
    """Communes and branches below some units that may stand far from each other."""
    if not paths:
        return Unit.objects.none()
    return Unit.objects.filter(reduce(or_, (Q(path__startswith=path) for path in paths)), tier__in=COMMUNES)


def _lines(
    invitations: Iterable[Invitation], points: dict[int, CountedPoint], meeting: Meeting
) -> dict[int, list[Line]]:
    """Every line of these invitations, points in their order, roles in the letter's.

    An unticked commune keeps its number and does not count.
    """
    roles = {
        role.pk: role
        for role in InvitedRole.objects.filter(audience__meeting=meeting)
        .select_related("audience")
        .order_by("audience__position", "audience_id", "position", "pk")
    }
    kept = Tally.objects.filter(registration__invitation__in=[one.pk for one in invitations]).order_by()
    where = ("registration__invitation_id", "bridge_point_id", "role_id")
    found: dict[tuple[int, int, int | None], tuple[int, int]] = {}
    for invitation, point, role, declares, names in kept.values_list(*where, "declared", "named"):
        declared = declares if points[point].connects else None
        if declared is not None or names:
            found[invitation, point, role] = declared or 0, names
    point_place = {pk: place for place, pk in enumerate(points)}
    role_place = {pk: place for place, pk in enumerate([*roles, None])}
    lines: dict[int, list[Line]] = defaultdict(list)
    for invitation, point, role in sorted(
        found, key=lambda key: (points[key[1]].tier in COMMUNES, point_place[key[1]], role_place[key[2]])
    ):
        numbers = found[invitation, point, role]
        lines[invitation].append(Line(points[point], roles[role] if role else None, *numbers))
    return lines
