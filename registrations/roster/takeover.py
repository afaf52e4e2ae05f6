"""Takes the good rows of a roster into a registration, each once however often the file comes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID, uuid5

from accounts.vietnamese import folded
from registrations.models import Delegate
from registrations.roster.roster import Accepted, Person
from registrations.services import add_delegates

if TYPE_CHECKING:
    from accounts.models import User
    from invitations.models import Invitation, InvitedRole

ROSTERS = UUID("5d3f3c1e-6f0b-4f0e-9d7c-0b6a1c2d3e4f")
"""The name space of the keys."""


class Taken(NamedTuple):
    """How many rows were added, and how many were there already."""

    added: int
    known: int


def take(*, invitation: Invitation, user: User, waited: timedelta, accepted: Sequence[Accepted]) -> Taken:
    """Add the people of ``accepted`` who are not in the unit's list yet, in their order.

    A person is known by unit, meeting, name, post and telephone, marks and capitals apart: a file that was
    corrected and uploaded again adds only what is new, and so does one whose people were typed by hand.
    Raises ``services.Closed``.
    """
    rows = rows_of(invitation, [row.person for row in accepted])
    there = {
        key_of(invitation, Person(*values))
        for values in Delegate.objects.filter(registration__invitation=invitation).values_list(
            "full_name", "position", "organisation", "phone"
        )
    }
    new = {row["key"]: row for row in rows if row["key"] not in there}
    if new:
        add_delegates(invitation_id=invitation.pk, user=user, waited=waited, rows=list(new.values()))
    return Taken(len(new), len(rows) - len(new))


def rows_of(invitation: Invitation, people: Iterable[Person]) -> list[dict[str, Any]]:
    """Return the rows as ``services.add_delegates`` takes them."""
    roles = list(invitation.audience.roles.all())
    return [
        {
            "key": key_of(invitation, person),
            "full_name": person.full_name,
            "position": person.position,
            "organisation": person.organisation,
            "phone": person.phone,
            "note": person.note,
            "role": role_called(person.role, roles),
        }
        for person in people
    ]


def key_of(invitation: Invitation, person: Person) -> UUID:
    """Return the key of a person in one unit's registration for one meeting."""
    parts = (invitation.unit_id, invitation.meeting_id, folded(person.full_name), folded(person.position))
    return uuid5(ROSTERS, "\n".join(map(str, (*parts, person.phone))))


def role_called(text: str, roles: Sequence[InvitedRole]) -> InvitedRole | None:
    """Return the invited role that ``text`` names: in full, in part, or by its initials ("BCV").

    Where it names none, the first role that does not chair: a list that says nothing of roles is a list of
    those who listen.
    """
    words = folded(text)
    if words:
        for matches in (_is_same, _is_initials, _is_part):
            for role in roles:
                if any(matches(words, folded(called)) for called in (role.short_text, role.text) if called):
                    return role
    return next((role for role in roles if not role.chairs), roles[0] if roles else None)


def _is_same(words: str, role: str) -> bool:
    return words == role


def _is_part(words: str, role: str) -> bool:
    return len(words) > 3 and (words in role or role in words)


def _is_initials(words: str, role: str) -> bool:
    initials = "".join(word[0] for word in re.findall(r"[a-z0-9]+", role))
    short = re.sub(r"[^a-z0-9]", "", words)
    return " " not in words and len(short) >= 2 and initials.startswith(short)
