"""Rows of one meeting that look like one person, and how many people the rows are: proposals, never a merge.

Two rows look alike when name and post read the same without marks and capitals, or when the telephone is
the same and so are family name and given name ("Nguyễn Khang", "Nguyễn Văn Khang"). A name without a post
is compared within its own registration only: namesakes are many. PostgreSQL groups the rows by these keys
in one query, so that the work grows with the rows and not with their pairs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.fields import ArrayField
from django.core.paginator import Page, Paginator
from django.db.models import BigIntegerField, Case, CharField, Count, F, Func, QuerySet, Value, When
from django.db.models.functions import Left, Length, Substr

from accounts.models import User
from invitations.models import GONE, Meeting
from registrations.models import Delegate, SamePerson

PAIRS_A_PAGE = 20

KEY = BigIntegerField()

NEAR = 4
"""Of many rows that are all alike, each is set beside so many before it; up to five, all beside all."""

NAME = Left("search", Length("full_name"))
POST = Substr("search", Length("full_name") + 2, Length("position"))
"""``Delegate.search`` is name, post and organisation without marks, letter for letter as long as they are."""


class Pair(NamedTuple):
    """Two rows, the earlier first, by their keys."""

    first: int
    second: int


def alike(rows: QuerySet[Delegate]) -> list[Pair]:
    """Return the pairs among ``rows`` that look like one person, in their order, in one query."""
    by_post, by_phone = _groups(rows)
    return _pairs(group for _, group in by_post.union(by_phone, all=True))


def _groups(rows: QuerySet[Delegate]) -> list[QuerySet[Any, tuple[str, list[int]]]]:
    """The rows that have name and post in common, and those that have telephone and name in common."""
    named = rows.exclude(full_name=GONE).order_by().annotate(name=NAME)
    by_post = (
        named.annotate(post=POST, only=Case(When(position="", then=F("registration_id")), default=Value(0)))
        .values("name", "post", "only")
        .annotate(number=Count("pk"), rows=ArrayAgg("pk"))
    )
    by_phone = (
        named.exclude(phone="")
        .annotate(family=_word(1), given=_word(-1))
        .values("phone", "family", "given")
        .annotate(number=Count("pk"), rows=ArrayAgg("pk"))
    )
    return [part.filter(number__gt=1).values_list(Value(""), "rows") for part in (by_post, by_phone)]


def _pairs(groups: Iterable[list[int]]) -> list[Pair]:
    return sorted({pair for group in groups for pair in _beside_each_other(group)})


def _word(place: int) -> Func:
    return Func(F("name"), Value(" "), Value(place), function="split_part", output_field=CharField())


def _beside_each_other(group: list[int]) -> Iterable[Pair]:
    group = sorted(group)
    for place, second in enumerate(group):
        for first in group[max(place - NEAR, 0) : place]:
            yield Pair(first, second)


def visible(meeting: Meeting, user: User) -> QuerySet[Delegate]:
    """Return the rows of ``meeting`` that ``user`` may see: nothing of another unit's is ever compared."""
    return Delegate.objects.visible_to(user).filter(registration__invitation__meeting=meeting)


def decided(meeting: Meeting, user: User) -> QuerySet[SamePerson]:
    """Return what was decided of rows of which ``user`` may see both, the latest first."""
    rows = visible(meeting, user).order_by()
    return SamePerson.objects.filter(first__in=rows, second__in=rows).order_by("-decided_at", "-pk")


def proposals(meeting: Meeting, user: User) -> list[Pair]:
    """Return the pairs that ``user`` may see and of which nothing was decided, in one query."""
    both = Func("first_id", "second_id", template="ARRAY[%(expressions)s]", output_field=ArrayField(KEY))
    known = decided(meeting, user).order_by().values_list("kind", both)
    by_post, by_phone = _groups(visible(meeting, user))
    found = list(by_post.union(by_phone, known, all=True))
    same = _people(Pair(*rows) for kind, rows in found if kind == SamePerson.Kind.TWO_POSTS)
    answered = {Pair(*rows) for kind, rows in found if kind}
    return [
        pair
        for pair in _pairs(rows for kind, rows in found if not kind)
        if pair not in answered and same.get(pair.first, pair.first) != same.get(pair.second, pair.second)
    ]


# ── How many people the rows are ─────────────────────────────────────────────────────────────────


def second_posts(pairs: Iterable[tuple[int, int]]) -> int:
    """Return how many rows are one more post of somebody: rows without them are heads.

    ``pairs`` are rows decided to be one person; three rows of one person are two further posts.
    """
    people = _people(pairs)
    return len(people) - len(set(people.values()))


def _people(pairs: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Every row of ``pairs`` with the row that stands for its person."""
    stands: dict[int, int] = {}

    def who(row: int) -> int:
        while stands.setdefault(row, row) != row:
            row = stands[row] = stands[stands[row]]
        return row

    for first, second in pairs:
        one, other = sorted((who(first), who(second)))
        stands[other] = one
    return {row: who(row) for row in list(stands)}


# ── The page ─────────────────────────────────────────────────────────────────────────────────────


class Side(NamedTuple):
    """One row of a pair, and whether the person may change the list it stands in."""

    delegate: Delegate
    is_own: bool


@dataclass(frozen=True)
class Proposal:
    """Two rows side by side, with what was decided of them, if anything was."""

    sides: tuple[Side, Side]
    decision: SamePerson | None = None

    @property
    def key(self) -> str:
        """The two rows, for the form and for the page."""
        return f"{self.sides[0].delegate.pk}-{self.sides[1].delegate.pk}"

    @property
    def why(self) -> str:
        """What is alike in them."""
        one, other = (side.delegate for side in self.sides)
        reasons = [
            "cùng tên" if _name(one) == _name(other) else "tên gần giống",
            "cùng chức vụ" if one.position and _post(one) == _post(other) else "",
            "cùng số điện thoại" if one.phone and one.phone == other.phone else "",
        ]
        return ", ".join(reason for reason in reasons if reason)


@dataclass(frozen=True)
class Doubles:
    """A page of pairs, and how many there are to look at and decided."""

    open: int
    settled: int
    shows_settled: bool
    proposals: list[Proposal]
    page: Page[Pair] | Page[SamePerson]


def read_doubles(meeting: Meeting, user: User, *, settled: bool, page: str) -> Doubles:
    """Read one page of the pairs that ``user`` may see, in a number of queries that rows do not change."""
    pairs = proposals(meeting, user)
    decisions = decided(meeting, user).select_related("decided_by")
    number = decisions.count()
    if settled:
        shown = Paginator(decisions, PAIRS_A_PAGE).get_page(page)
        wanted = [(Pair(one.first_id, one.second_id), one) for one in shown]
        return Doubles(len(pairs), number, True, _side_by_side(meeting, user, wanted), shown)
    open_ones = Paginator(pairs, PAIRS_A_PAGE).get_page(page)
    listed = [(pair, None) for pair in open_ones]
    return Doubles(len(pairs), number, False, _side_by_side(meeting, user, listed), open_ones)


def _side_by_side(
    meeting: Meeting, user: User, wanted: Iterable[tuple[Pair, SamePerson | None]]
) -> list[Proposal]:
    wanted = list(wanted)
    rows = visible(meeting, user).select_related(
        "role", "bridge_point__unit", "registration__invitation__unit"
    )
    found = rows.in_bulk({key for pair, _ in wanted for key in pair})
    return [
        Proposal((_side(found[pair.first], user), _side(found[pair.second], user)), decision)
        for pair, decision in wanted
        if pair.first in found and pair.second in found
    ]


def _side(delegate: Delegate, user: User) -> Side:
    unit = delegate.registration.invitation.unit
    return Side(delegate, user.unit is not None and user.unit.covers(unit))


def _name(delegate: Delegate) -> str:
    return delegate.search[: len(delegate.full_name)]


def _post(delegate: Delegate) -> str:
    start = len(delegate.full_name) + 1
    return delegate.search[start : start + len(delegate.position)]
