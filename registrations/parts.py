"""A long list of people comes to its page in parts: the first with the page, each other by itself.

A part is named by the rows around it, not by numbers: whoever removes a row meanwhile moves none out of the
next part, and a row added meanwhile stands on the page already and comes in no part.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import Q

from accounts.fingerprint import fingerprint
from registrations.models import Registration
from registrations.overview import AT_ONCE, DelegateLine, Overview, delegate_lines


class Mark(NamedTuple):
    """Where a row stands in the order of a list; as text in an address, "rank-pk"."""

    rank: int
    pk: int

    def __str__(self) -> str:
        """The text that ``read`` reads."""
        return f"{self.rank}-{self.pk}"

    @classmethod
    def read(cls, text: str) -> Mark | None:
        """The mark that an address names, or None where it names none."""
        found = re.fullmatch(r"(\d{1,9})-(\d{1,18})", text, re.ASCII)
        return cls(int(found[1]), int(found[2])) if found else None

    @classmethod
    def of(cls, line: DelegateLine) -> Mark:
        """Where ``line`` stands."""
        return cls(line.rank, line.pk)


class Part(NamedTuple):
    """Some people of a list, with what is needed to ask for the next ones."""

    people: Sequence[DelegateLine]
    before: int
    """People above these in the list."""
    after: int
    """People who come in the parts after this one."""
    until: Mark | None
    """The last row of the list when its page was drawn; None for nobody."""

    @property
    def last(self) -> Mark | None:
        """Its last row: the next part begins behind it."""
        return Mark.of(self.people[-1]) if self.people else None

    @property
    def numbered(self) -> list[tuple[int, DelegateLine]]:
        """Its people, each with the number in the list."""
        return list(enumerate(self.people, self.before + 1))

    @property
    def people_fingerprint(self) -> str:
        """The same for two parts that read the same."""
        people = [(one.pk, one.version, one.origin, str(one.role or "")) for one in self.people]
        return fingerprint(self.before, people)


def first_part(view: Overview, *, whole: bool) -> Part:
    """The part that comes with the page: all of a short list, or of any where ``whole`` is asked for."""
    shown = view.delegates if whole else view.beginning[:AT_ONCE]
    last = view.last_delegate
    return Part(shown, 0, view.named - len(shown), Mark.of(last) if last else None)


def next_part(registration: Registration, after: Mark, until: Mark) -> Part:
    """Read the people behind ``after``, at most ``AT_ONCE`` of them and none behind ``until``."""
    roles = {role.pk: role for role in registration.invitation.audience.roles.all()}
    behind = Q(rank__gt=after.rank) | Q(rank=after.rank, pk__gt=after.pk)
    not_later = Q(rank__lt=until.rank) | Q(rank=until.rank, pk__lte=until.pk)
    rest = registration.delegates.filter(behind, not_later)
    people = delegate_lines(rest[:AT_ONCE], roles)
    before = registration.delegates.exclude(behind).count()
    return Part(people, before, rest.count() - len(people), until)
