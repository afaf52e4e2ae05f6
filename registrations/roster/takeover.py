"""Takes the good rows of a roster into a registration, each once however often the file comes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from hashlib import sha1
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db import transaction

from accounts.vietnamese import folded
from bridge_points.models import BridgePoint
from registrations.models import Delegate
from registrations.roster.roster import Accepted, Person, identity
from registrations.services import add_list, locking

if TYPE_CHECKING:
    from accounts.models import User
    from invitations.models import Invitation, InvitedRole

ROSTERS = UUID("5d3f3c1e-6f0b-4f0e-9d7c-0b6a1c2d3e4f")
"""The name space of the keys."""


Likeness = Callable[[Person], "tuple[str, ...] | None"]


class Taken(NamedTuple):
    """How many rows were added, and how many were there already."""

    added: int
    known: int


class Parted(NamedTuple):
    """The rows of people who are not in the unit's list yet, and of those who are."""

    new: list[Accepted]
    known: list[Accepted]
    keys: list[UUID]
    """Of the new, in their order."""


def take(
    *,
    invitation: Invitation,
    user: User,
    waited: timedelta,
    accepted: Sequence[Accepted],
    parted: Parted | None = None,
) -> Taken:
    """Add the people of ``accepted`` who are not in the unit's list yet, in their order.

    A file that was corrected and uploaded again adds only what is new (``part``), and so does one whose
    people were typed by hand. Raises ``services.Closed``. Who holds the invitation's lock already may give
    ``accepted`` ``parted``.
    """
    with transaction.atomic():
        locking.lock(invitation.pk)
        new, known, keys = parted or part(invitation, accepted)
        if new:
            rows = rows_of(invitation, (row.person for row in new), keys)
            add_list(invitation_id=invitation.pk, user=user, waited=waited, rows=rows)
    return Taken(len(new), len(known))


# ── Who is there already ─────────────────────────────────────────────────────────────────────────


def is_first(invitation: Invitation) -> bool:
    """Whether nobody is in the unit's list yet."""
    return not Delegate.objects.filter(registration__invitation=invitation).exists()


def part(invitation: Invitation, accepted: Sequence[Accepted]) -> Parted:
    """Part the people who are new from those who are in the unit's list, whoever brought them there.

    Marks and capitals apart, somebody is known by name, post and telephone; then, so that a cell that was
    corrected makes nobody a second time, by name and telephone, or by name, post and organisation. In these
    two each person of the list stands for one row only: a namesake with another telephone, or a second post
    of the same person, that the same file brings is a row of its own.
    """
    there = list(
        Delegate.objects.filter(registration__invitation=invitation).values_list(
            "key", "full_name", "position", "organisation", "phone"
        )
    )
    keys = {stored for stored, *_ in there}
    key_of, exact = keys_in(invitation), dict[UUID, int]()
    for place, (_, *values) in enumerate(there):
        exact.setdefault(key_of(Person(*values)), place)
    rows, new, spent = list(accepted), dict[UUID, Accepted](), set[int]()
    for row in rows:
        key = key_of(row.person)
        if key in exact:
            spent.add(exact[key])
        elif key not in keys and key not in new:
            new[key] = row
    if there and new:
        people = [Person(*values) for place, (_, *values) in enumerate(there) if place not in spent]
        for likeness in (_by_telephone, _by_post):
            _drop_alike(new, people, likeness)
    fresh = {id(row) for row in new.values()}
    return Parted(list(new.values()), [row for row in rows if id(row) not in fresh], list(new))


def _drop_alike(new: dict[UUID, Accepted], people: list[Person], likeness: Likeness) -> None:
    """Take from ``new`` whoever is like one of ``people``, and that one from ``people``."""
    alike: dict[tuple[str, ...], list[int]] = {}
    for place, person in enumerate(people):
        if mark := likeness(person):
            alike.setdefault(mark, []).append(place)
    gone = set()
    for key, row in list(new.items()):
        places = alike.get(likeness(row.person) or ())
        if places:
            gone.add(places.pop(0))
            del new[key]
    people[:] = [person for place, person in enumerate(people) if place not in gone]


_folded = lru_cache(maxsize=16_384)(folded)


def _by_telephone(person: Person) -> tuple[str, ...] | None:
    return (_folded(person.full_name), person.phone) if person.phone else None


def _by_post(person: Person) -> tuple[str, ...]:
    return _folded(person.full_name), _folded(person.position), _folded(person.organisation)


def keys_in(invitation: Invitation) -> Callable[[Person], UUID]:
    """Return what gives a person's key in one unit's registration for one meeting: a UUID 5 (RFC 9562)."""
    begun = sha1(
        ROSTERS.bytes + f"{invitation.unit_id}\n{invitation.meeting_id}\n".encode(), usedforsecurity=False
    )

    def key_of(person: Person) -> UUID:
        hashed = begun.copy()
        hashed.update("\n".join(identity(person)).encode())
        return UUID(bytes=hashed.digest()[:16], version=5)

    return key_of


# ── What becomes of a row ────────────────────────────────────────────────────────────────────────


def rows_of(
    invitation: Invitation, people: Iterable[Person], keys: Iterable[UUID]
) -> Iterator[dict[str, Any]]:
    """Give the rows as ``services.add_list`` takes them."""
    roles, points = Roles(invitation), Points(invitation)
    for person, key in zip(people, keys, strict=True):
        role, point = roles.called(person.role), points.called(person.point)
        yield {
            "key": key,
            "origin": Delegate.Origin.ROSTER,
            "full_name": person.full_name,
            "position": person.position,
            "organisation": person.organisation,
            "phone": person.phone,
            "note": person.note,
            "role_id": role.pk if role else None,
            "bridge_point_id": point.pk if point else None,
        }


class Roles:
    """The invited roles of a unit, found by what a list calls them; the same word is looked up once."""

    def __init__(self, invitation: Invitation) -> None:
        self._roles = list(invitation.audience.roles.all())
        self._found: dict[str, InvitedRole | None] = {}

    def called(self, text: str) -> InvitedRole | None:
        """Return the role that ``text`` names, or the one for whoever is not named (``role_called``)."""
        if text not in self._found:
            self._found[text] = role_called(text, self._roles)
        return self._found[text]


class Points:
    """The bridge points of a unit and of those below it, found by what a list calls them."""

    def __init__(self, invitation: Invitation) -> None:
        branch = BridgePoint.objects.filter(
            meeting_id=invitation.meeting_id, unit__path__startswith=invitation.unit.path
        )
        self._points = list(branch.select_related("unit").order_by("pk"))
        self._found: dict[str, BridgePoint | None] = {}

    def called(self, text: str) -> BridgePoint | None:
        """Return the one point that ``text`` names, by its whole name or without "xã", "phường"; or None."""
        if text not in self._found:
            self._found[text] = self._find(folded(text)) if text else None
        return self._found[text]

    def _find(self, words: str) -> BridgePoint | None:
        for form in (str, place_words):
            wanted = form(words)
            alike = [
                point
                for point in self._points
                if wanted in {form(folded(name)) for name in (point.unit.name, point.unit.called)}
            ]
            if wanted and len(alike) == 1:
                return alike[0]
        return None


_BEFORE_A_PLACE = re.compile(
    r"^(?:diem cau|diem|tai|hoi truong|dang uy|dang bo|ubnd|uy ban nhan dan|huyen uy|thanh uy|thi uy|huyen"
    r"|thanh pho|thi xa|thi tran|phuong|xa|tt|tp|tx|[xp])(?:[ .:]+|$)"
)


def place_words(words: str) -> str:
    """Return the name of a place alone: "diem cau xa thien loc" → "thien loc"."""
    while (shorter := _BEFORE_A_PLACE.sub("", words)) != words:
        words = shorter
    return words


def role_called(text: str, roles: Sequence[InvitedRole]) -> InvitedRole | None:
    """Return the invited role that ``text`` names (``role_named``).

    Where it names none, the first role that does not chair: a list that says nothing of roles is a list of
    those who listen.
    """
    named = role_named(text, roles)
    return named or next((role for role in roles if not role.chairs), roles[0] if roles else None)


def role_named(text: str, roles: Sequence[InvitedRole]) -> InvitedRole | None:
    """Return the invited role that ``text`` names: in full, in part, or by its initials ("BCV"); or None."""
    words = folded(text)
    if words:
        for matches in (_is_same, _is_initials, _is_part):
            for role in roles:
                if any(matches(words, folded(called)) for called in (role.short_text, role.text) if called):
                    return role
    return None


def _is_same(words: str, role: str) -> bool:
    return words == role


def _is_part(words: str, role: str) -> bool:
    return len(words) > 3 and (words in role or role in words)


def _is_initials(words: str, role: str) -> bool:
    initials = "".join(word[0] for word in re.findall(r"[a-z0-9]+", role))
    short = re.sub(r"[^a-z0-9]", "", words)
    return " " not in words and len(short) >= 2 and initials.startswith(short)
