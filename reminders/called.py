"""Called units as the planning of reminders reads them: sixteen thousand in one query, as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import Unit, User
from accounts.permissions import Role
from invitations.deadlines import effective_deadline
from invitations.models import Invitation
from registrations.models import Registration
from registrations.states import with_extension
from reminders.models import Level
from reminders.open_points import OpenPoints
from reminders.policy import Facts
from reminders.reach import Person


class Called(NamedTuple):
    """One called unit: what its messages say, to whom they go, and whether it still owes something."""

    pk: int
    meeting_id: int
    unit_id: int
    sent_at: datetime
    seen_at: datetime | None
    confirmed_at: datetime | None
    declined_at: datetime | None
    contact_name: str
    contact_phone: str
    contact_email: str
    name: str
    short_name: str
    slug: str
    email: str
    phone: str
    path: str
    parent_id: int | None
    leader_name: str
    leader_email: str
    leader_phone: str
    registration_id: int | None
    state: str | None
    version: int | None
    return_remark: str | None
    meeting_deadline: datetime
    extended_until: datetime | None
    telling: int | None
    """Its part of the result report, once it has sent one."""

    @property
    def deadline(self) -> datetime:
        """The unit's own."""
        return effective_deadline(self.meeting_deadline, self.extended_until)

    @property
    def is_extended(self) -> bool:
        """The unit has more time than the others."""
        return self.deadline > self.meeting_deadline

    @property
    def is_answered(self) -> bool:
        """A submission stands."""
        return self.state in Registration.ANSWERED

    @property
    def is_declined(self) -> bool:
        """The unit said that nobody comes, and has not submitted since."""
        return self.declined_at is not None and not self.is_answered

    @property
    def is_silent(self) -> bool:
        """Neither a submission nor a refusal stands."""
        return not (self.is_answered or self.is_declined)

    @property
    def has_begun(self) -> bool:
        """Something is written down."""
        return bool(self.version)

    @property
    def remark(self) -> str:
        """Why its registration came back, where it did."""
        return (self.return_remark or "") if self.state == Registration.State.RETURNED else ""

    def facts(self, points: OpenPoints, kind: str, session: int | None = None) -> Facts:
        """Return what decides whether it gets a message of this kind, about one session where it says so."""
        is_done = not points.of(self.pk, kind, session)
        is_reported, is_told = is_done and session is not None, self.telling is not None
        return Facts(self.is_answered, self.is_declined, is_done, is_reported, is_told)


_COLUMNS = (
    "pk", "meeting_id", "unit_id", "sent_at", "seen_at", "confirmed_at", "declined_at",
    "contact_name", "contact_phone", "contact_email",
    "unit__name", "unit__short_name", "unit__slug", "unit__email", "unit__phone", "unit__path",
    "unit__parent_id", "unit__leader_name", "unit__leader_email", "unit__leader_phone",
    "registration__pk", "registration__state", "registration__version", "registration__return_remark",
    "meeting__registration_deadline", "extended_until", "telling__pk",
)  # fmt: skip


def called(invitations: QuerySet[Invitation]) -> list[Called]:
    """Read those of ``invitations`` that went out, in one query."""
    rows = with_extension(invitations.filter(sent_at__isnull=False)).values_list(*_COLUMNS)
    return [Called._make(row) for row in rows]


# ── Whom they can be reached by ──────────────────────────────────────────────────────────────


class _Unit(NamedTuple):
    name: str
    slug: str
    email: str
    phone: str
    leader_email: str
    leader_phone: str


class Clerks(NamedTuple):
    """Addresses and telephones of a unit's clerks."""

    mails: list[str]
    phones: list[str]


_NO_CLERKS = Clerks([], [])


def people_of(units: Collection[Called]) -> dict[int, dict[str, Person]]:
    """Return, by invitation, who stands for each level; two queries for all."""
    parents = {one.parent_id for one in units if one.parent_id is not None}
    above = {
        pk: _Unit(*values)
        for pk, *values in Unit.objects.filter(pk__in=parents)
        .order_by()
        .values_list("pk", "name", "slug", "email", "phone", "leader_email", "leader_phone")
    }
    clerks = clerks_of({one.unit_id for one in units} | parents)
    of_parents = {pk: _of_parent(unit, clerks[pk]) for pk, unit in above.items()}
    return {one.pk: _of_unit(one, clerks.get(one.unit_id, _NO_CLERKS), of_parents) for one in units}


def clerks_of(units: Collection[int]) -> dict[int, Clerks]:
    """Return, by unit, how its clerks can be reached; one query."""
    found: dict[int, Clerks] = defaultdict(lambda: Clerks([], []))
    chosen = RawSQL("SELECT unnest(%s::bigint[])", (list(units),))
    people = User.objects.filter(unit__in=chosen, role=Role.CLERK, is_active=True).order_by("pk")
    for unit, mail, phone in people.values_list("unit_id", "email", "phone"):
        found[unit].mails.extend([mail] if mail else [])
        found[unit].phones.extend([phone] if phone else [])
    return found


def _of_unit(one: Called, clerks: Clerks, parents: dict[int, Person]) -> dict[str, Person]:
    mails = (one.email,) if one.email else tuple(clerks.mails)
    phones = _filled(one.phone, *clerks.phones)
    people: dict[str, Person] = {
        Level.CONTACT: Person(
            f"{one.contact_name}, {one.name}" if one.contact_name else one.name,
            (one.contact_email,) if one.contact_email else mails,
            (one.contact_phone,) if one.contact_phone else phones,
            one.slug,
        )
    }
    if one.leader_email or one.leader_phone:
        name = f"{one.leader_name or 'Lãnh đạo'}, {one.name}"
        people[Level.LEADER] = Person(name, _filled(one.leader_email), _filled(one.leader_phone))
    if one.parent_id in parents:
        people[Level.ABOVE] = parents[one.parent_id]
    return people


def _of_parent(unit: _Unit, clerks: Clerks) -> Person:
    mails = _filled(unit.email) or tuple(clerks.mails) or _filled(unit.leader_email)
    return Person(unit.name, mails, _filled(unit.phone, *clerks.phones, unit.leader_phone), unit.slug)


def _filled(*values: str) -> tuple[str, ...]:
    return tuple(value for value in values if value)
