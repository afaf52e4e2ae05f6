"""The call list: which silent units somebody should ring up, at which numbers, and what came of it so far.

The same page tells who has been reminded how often, by which ways, when last and with what result.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Q
from django.http import QueryDict
from django.urls import reverse

from accounts.models import User
from accounts.permissions import Role
from accounts.templatetags.portal import hour, phone, weekday_date
from accounts.vietnamese import folded
from invitations.models import Meeting
from registrations.states import Standing, standings
from reminders.forms import FindUnitForm
from reminders.models import Call, Reminder
from reminders.policy import LETTERS

State = Reminder.State


class Person(NamedTuple):
    """Somebody at a unit who can be rung up."""

    name: str
    what: str
    phone: str


class Sent(NamedTuple):
    """How often one way has been taken to a unit."""

    channel: str
    number: int


@dataclass
class Line:
    """One silent unit."""

    standing: Standing
    people: list[Person] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    last: Reminder | None = None
    calls: list[Call] = field(default_factory=list)
    is_waiting: bool = False
    """A message of the policy waits for somebody to ring up."""

    @property
    def reminded(self) -> int:
        """How many messages chased it by all ways; the letter itself does not count."""
        return sum(one.number for one in self.sent)

    @property
    def last_call(self) -> Call | None:
        """What came of the last call."""
        return self.calls[0] if self.calls else None

    @property
    def has_promised(self) -> bool:
        """Somebody said that the registration will come."""
        return self.last_call is not None and self.last_call.result == Call.Result.PROMISED

    @property
    def must_be_called(self) -> bool:
        """Nobody was called, nobody answered, or the policy asks for a call again."""
        return self.is_waiting or not self.has_promised

    @property
    def text(self) -> str:
        """What can be sent by hand, in Zalo or by any other way."""
        return text_for(self.standing)


VIEWS: dict[str, tuple[str, Callable[[Line], bool]]] = {
    "": ("Cần gọi", lambda line: line.must_be_called),
    "chua-goi": ("Chưa gọi lần nào", lambda line: not line.calls),
    "chua-nhac": ("Chưa được nhắc", lambda line: not line.reminded),
    "khong-so": ("Không có số máy", lambda line: not line.people),
    "da-hen": ("Đã hẹn sẽ gửi", lambda line: line.has_promised),
    "tat-ca": ("Tất cả chưa trả lời", lambda line: True),
}
"""Ways to narrow the list: the word, which lines."""


class View(NamedTuple):
    """One segment above the list."""

    word: str
    number: int
    query: str
    current: bool


@dataclass(frozen=True)
class CallList:
    """Everything on the page; the numbers above the list count all lines that the search leaves."""

    meeting: Meeting
    found: list[Line]
    called: int
    silent: int
    find: FindUnitForm
    text: str
    view: str

    @cached_property
    def lines(self) -> list[Line]:
        """The lines that the filter leaves."""
        return [line for line in self.found if VIEWS[self.view][1](line)]

    @property
    def answered(self) -> int:
        """How many of the called units have answered."""
        return self.called - self.silent

    @property
    def views(self) -> list[View]:
        """Those that show some unit, and the one that is chosen."""
        return [
            View(word, number, self._query(value), value == self.view)
            for value, (word, keeps) in VIEWS.items()
            if (number := sum(map(keeps, self.found))) or value in ("", self.view, "tat-ca")
        ]

    @property
    def group_text(self) -> str:
        """What can be put into a group: everybody who is missing, by name."""
        names = "\n".join(
            f"{at}. {line.standing.invitation.unit.name}" for at, line in enumerate(self.lines, 1)
        )
        return (
            f"{settings.PORTAL_HELP_NAME}: còn {len(self.lines)} đơn vị chưa gửi đăng ký dự hội nghị "
            f"“{self.meeting.short_title}”, hạn {_when(self.meeting.registration_deadline)}:\n{names}\n"
            f"Đề nghị các đồng chí gửi ngay tại {settings.PORTAL_BASE_URL}. "
            f"Cần giúp, gọi {phone(settings.PORTAL_HELP_PHONE)}."
        )

    def _query(self, view: str) -> str:
        query = QueryDict(mutable=True)
        query.update({name: value for name, value in (("q", self.text), ("loc", view)) if value})
        return f"?{query.urlencode()}"


def text_for(standing: Standing) -> str:
    """Write the reminder that a person copies: to whom, what, by when, where, whom to ask."""
    meeting, unit = standing.invitation.meeting, standing.invitation.unit
    link = f"{settings.PORTAL_BASE_URL}{reverse('registration', args=[meeting.slug, unit.slug])}"
    over = standing.now > standing.deadline
    asked = (
        f"Hạn {_when(standing.deadline)} đã qua mà chưa nhận được đăng ký. Đề nghị gọi ngay để được gia hạn"
        if over
        else f"Đề nghị gửi đăng ký trước {_when(standing.deadline)}"
    )
    return (
        f"Kính gửi {unit.name}: về việc đăng ký dự hội nghị “{meeting.short_title}”. {asked}. "
        f"Trang đăng ký: {link}. {settings.PORTAL_HELP_NAME}, {phone(settings.PORTAL_HELP_PHONE)}."
    )


def _when(moment: datetime) -> str:
    return f"{hour(moment)} {weekday_date(moment)}"


def call_list(meeting: Meeting, user: User, query: QueryDict, now: datetime) -> CallList:
    """Read the page; the number of queries does not grow with the number of units."""
    find = FindUnitForm(query)
    text, view = find.text, query.get("loc", "")
    called = standings(meeting, user, now)
    silent = [one for one in called if one.invitation.sent_at and one.is_silent]
    lines = lines_of(meeting, silent)
    return CallList(
        meeting=meeting,
        found=[line for line in lines if folded(text) in line.standing.invitation.unit.search],
        called=sum(1 for one in called if one.invitation.sent_at),
        silent=len(silent),
        find=find,
        text=text,
        view=view if view in VIEWS else "",
    )


def lines_of(meeting: Meeting, silent: list[Standing]) -> list[Line]:
    """Bring together what is known of ``silent``: people, messages, calls; five queries for any number."""
    units = [one.invitation.unit_id for one in silent]
    lines = {one.invitation.unit_id: Line(one) for one in silent}
    people = _people(silent)
    counted, last = _sent(meeting, units), _last(meeting, units)
    waiting = _waiting(meeting, units)
    for unit, line in lines.items():
        line.people, line.sent, line.last = people[unit], counted[unit], last.get(unit)
        line.is_waiting = unit in waiting
    for call in Call.objects.filter(meeting=meeting, unit__in=units).select_related("called_by"):
        lines[call.unit_id].calls.append(call)
    return list(lines.values())


def _people(silent: list[Standing]) -> dict[int, list[Person]]:
    """Whom to ring up, the person named by the unit first; nobody twice, nobody without a number."""
    clerks: dict[int, list[Person]] = defaultdict(list)
    accounts = User.objects.filter(
        unit__in=[one.invitation.unit_id for one in silent], role=Role.CLERK, is_active=True
    )
    for clerk in accounts.exclude(phone="").order_by("pk"):
        clerks[clerk.unit_id or 0].append(Person(str(clerk), "cán bộ đăng ký", clerk.phone))
    found: dict[int, list[Person]] = {}
    for one in silent:
        invitation, unit = one.invitation, one.invitation.unit
        named = [
            Person(invitation.contact_name or "Đầu mối", "đầu mối", invitation.contact_phone),
            *clerks[unit.pk],
            Person(unit.called, "máy đơn vị", unit.phone),
            Person(unit.leader_name or "Lãnh đạo", "lãnh đạo phụ trách", unit.leader_phone),
        ]
        found[unit.pk] = list({person.phone: person for person in reversed(named) if person.phone}.values())[
            ::-1
        ]
    return found


def _sent(meeting: Meeting, units: list[int]) -> dict[int, list[Sent]]:
    rows = (
        Reminder.objects.filter(meeting=meeting, unit__in=units, state=State.SENT)
        .exclude(kind__in=LETTERS)
        .order_by("unit_id", "channel")
        .values_list("unit_id", "channel")
        .annotate(Count("pk"))
    )
    found: dict[int, list[Sent]] = defaultdict(list)
    for unit, channel, number in rows:
        found[unit or 0].append(Sent(Reminder.Channel(channel).label, number))
    return found


def _last(meeting: Meeting, units: list[int]) -> dict[int, Reminder]:
    """The newest message that chased each unit and was tried, whatever came of it."""
    tried = Reminder.objects.filter(
        Q(attempts__gte=1) | Q(state=State.FAILED), meeting=meeting, unit__in=units
    )
    chasing = tried.exclude(kind__in=LETTERS)
    newest = chasing.order_by("unit_id", "-due_at", "-pk").distinct("unit_id").defer("body")
    return {one.unit_id or 0: one for one in newest}


def _waiting(meeting: Meeting, units: list[int]) -> set[int]:
    rows = Reminder.objects.filter(
        meeting=meeting, unit__in=units, channel=Reminder.Channel.CALL, state=State.PENDING
    )
    return {unit or 0 for unit in rows.order_by().values_list("unit", flat=True)}
