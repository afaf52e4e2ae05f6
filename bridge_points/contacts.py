"""Whom to call about a meeting, in groups: the letter's contacts, the units' clerks, the technicians."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from accounts.fields import spaced
from accounts.models import User
from accounts.permissions import Right, Role, may
from accounts.vietnamese import folded
from bridge_points.listing import Filter, listing
from invitations.models import Invitation, Meeting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invitations.models.invitation import InvitationQuerySet

ORDER = ("unit__position", "unit__sort_key", "pk")


class Person(NamedTuple):
    """Somebody who can be called."""

    name: str
    phone: str
    place: str = ""
    about: str = ""

    @property
    def text(self) -> str:
        """One line of a message: "Hồ Sỹ Hùng, Viễn thông Hà Tĩnh (kết nối đường truyền): 0900.000.301"."""
        what = f" ({self.about[:1].lower()}{self.about[1:]})" if self.about else ""
        who = ", ".join(part for part in (self.name, self.place) if part)
        return f"{who}{what}: {spaced(self.phone) or 'chưa có số'}"

    def holds(self, text: str) -> bool:
        """Say whether the search finds this person, marks or no marks, by name, place, work or number."""
        digits = "".join(letter for letter in text if letter.isdigit())
        return folded(text) in folded(f"{self.name} {self.place} {self.about}") or bool(
            digits and digits in self.phone
        )


class Group(NamedTuple):
    """People under one heading."""

    heading: str
    people: list[Person]

    def text(self, meeting: Meeting) -> str:
        """The whole group as a message, ready for Zalo."""
        lines = [person.text for person in self.people]
        return "\n".join([f"{self.heading} · {meeting.short_title}", *lines])


def contacts(meeting: Meeting, user: User, text: str) -> list[Group]:
    """Return the people whom ``user`` may call and the search finds, in groups; constant queries."""
    groups: dict[str, list[Person]] = {}
    for heading, person in _everybody(meeting, user):
        if not text or person.holds(text):
            groups.setdefault(heading, []).append(person)
    return [Group(heading, people) for heading, people in groups.items()]


def _everybody(meeting: Meeting, user: User) -> Iterator[tuple[str, Person]]:
    for contact in meeting.contacts.all():
        yield "Theo giấy mời", Person(contact.name, contact.phone, contact.organisation, contact.about)
    if may(user, Right.READ_INVITATION):
        yield from _units(Invitation.objects.visible_to(user).filter(meeting=meeting).sent())
    if may(user, Right.READ_TECHNICIANS):
        for point, heading in listing(meeting, user, Filter(), whole=True).rows:
            if point.connects and (point.technician or point.technician_phone):
                name = point.technician or "Cán bộ kỹ thuật"
                yield f"Kỹ thuật: {heading}", Person(name, point.technician_phone, point.unit.called)


def _units(invitations: InvitationQuerySet) -> Iterator[tuple[str, Person]]:
    """Who registers for each called unit, and the number of the unit itself."""
    called = list(invitations.select_related("unit", "audience").order_by("audience__position", *ORDER))
    clerks: dict[int | None, list[User]] = {}
    units = [invitation.unit_id for invitation in called]
    for clerk in User.objects.filter(unit__in=units, role=Role.CLERK, is_active=True).order_by("pk"):
        clerks.setdefault(clerk.unit_id, []).append(clerk)
    for invitation in called:
        heading, unit = f"Đơn vị: {invitation.audience.heading}", invitation.unit
        for clerk in clerks.get(unit.pk, []):
            yield heading, Person(str(clerk), clerk.phone, unit.called)
        if unit.phone:
            yield heading, Person(unit.called, unit.phone, about="Điện thoại cơ quan")
