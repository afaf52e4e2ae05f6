"""How a message comes to be: for a unit and an instant, the people it reaches, the way, the words."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from accounts.models import Unit, User
from invitations.models import Meeting
from registrations.services.inserting import append, insert
from reminders import wording
from reminders.called import Called, people_of
from reminders.channels import is_set_up
from reminders.models import ChannelState, Level, Reminder
from reminders.policy import ANCHORS, Instant
from reminders.reach import NO_ADDRESS, NO_WAY, Person, Reach, reach
from reminders.wording import Tables, Wording, Writing

Channel, State = Reminder.Channel, Reminder.State

ANY_WAY = (Channel.MAIL, Channel.ZALO, Channel.SMS)
"""How a message travels that belongs to no step."""


@dataclass
class Planned:
    """A row of the outbox that is not written yet. Sixteen thousand models would take a second to make."""

    meeting_id: int
    unit_id: int | None
    channel: str
    kind: str
    slot: datetime
    due_at: datetime
    recipient: str
    recipient_name: str
    level: str
    subject: str
    body: str
    message_id: str
    state: str
    failure: str = ""
    step_id: int | None = None
    objection: str = ""

    def as_reminder(self) -> Reminder:
        """Return it as a model, not saved."""
        return Reminder(**asdict(self))


def write(
    rows: Iterable[Planned],
    now: datetime,
    *,
    asked_by: User | None = None,
    asked_at: datetime | None = None,
    asked_why: str = "",
) -> None:
    """Write rows to the outbox; those whose key is there already are passed over.

    ``asked_by``, ``asked_at`` and ``asked_why`` tell of the person who wanted them.
    """
    asked = {"asked_by_id": asked_by and asked_by.pk, "asked_at": asked_at, "asked_why": asked_why}
    insert(Reminder, map(vars, rows), same=_begins(now) | asked, pass_over_known=True)


def write_new(rows: Iterable[Planned], now: datetime) -> int:
    """Write rows to the outbox while they are being composed, and return how many.

    Raises ``IntegrityError`` where the key of one is there already; then none is written.
    """
    return append(Reminder, map(vars, rows), same=_begins(now) | {"asked_why": ""})


def _begins(now: datetime) -> dict[str, Any]:
    """What is the same in every new row."""
    return {"created_at": now, "attempts": 0, "gateway_id": ""}


class Ways(NamedTuple):
    """The channels of this portal: those that are set up, and which of them do not work just now."""

    set_up: frozenset[str]
    red: frozenset[str]


def ways() -> Ways:
    """Read which channels can be used; one query."""
    red = ChannelState.objects.filter(red_since__isnull=False).values_list("channel", flat=True)
    return Ways(frozenset(one for one in Channel.values if is_set_up(one)), frozenset(red))


def levels_of(instant: Instant) -> Sequence[str]:
    """Whom a message is for."""
    return instant.step.to if instant.step else (Level.CONTACT,)


def channels_of(instant: Instant, usable: Ways) -> list[str]:
    """By which ways it may go that are set up, the best first."""
    return [one for one in (instant.step.channels if instant.step else ANY_WAY) if one in usable.set_up]


def compose(wanted: Collection[tuple[Called, Instant]], tables: Tables, now: datetime) -> Iterator[Planned]:
    """Give the rows for what each unit gets; the number of queries does not grow.

    All is read at once; the rows are made as they are taken. Whoever cannot be reached at all gets a row
    too, as failed: the office must see whom to call.
    """
    if not wanted:
        return iter(())
    people = people_of([one for one, _ in wanted])
    return _made(wording.to_units(wanted, tables, now), people, ways())


def _made(
    cases: Iterable[wording.Case], people: Mapping[int, Mapping[str, Person]], usable: Ways
) -> Iterator[Planned]:
    writing = Writing()
    for case in cases:
        channels = channels_of(case.instant, usable)
        found = reach(levels_of(case.instant), people[case.called.pk], channels, usable.red)
        for one in found or [_nobody(case.called, channels)]:
            yield row_of(case, one, writing)


def _nobody(called: Called, channels: Sequence[str]) -> Reach:
    only_mail = set(channels) <= {Channel.MAIL}
    first = channels[0] if channels else Channel.MAIL
    return Reach(Level.CONTACT, first, "", called.name, NO_ADDRESS if only_mail else NO_WAY)


def row_of(case: wording.Case, to: Reach, writing: Writing) -> Planned:
    """Return the message of ``case`` to one person by one way."""
    text = writing.write(case, to.name)
    return Planned(
        meeting_id=case.called.meeting_id,
        unit_id=case.called.unit_id,
        channel=to.channel,
        kind=case.instant.kind,
        slot=case.instant.slot,
        due_at=_goes_at(case),
        recipient=to.recipient,
        recipient_name=to.name[:200],
        level=to.level,
        subject=text.subject,
        body=wording.short(case, text) if to.channel == Channel.SMS else text.body,
        message_id=message_id(),
        state=State.FAILED if to.failure else State.PENDING,
        failure=to.failure,
        step_id=case.instant.step.pk if case.instant.step else None,
    )


def _goes_at(case: wording.Case) -> datetime:
    """When it goes: at its moment; one that is planned late waits for the end of the quiet hours."""
    instant, plan = case.instant, case.timetable.plan
    if instant.kind not in ANCHORS or instant.at >= case.now:
        return instant.at
    awake = plan.awake(case.now, latest=instant.until)
    return awake if awake > case.now else instant.at


def plain_row(
    meeting: Meeting, unit: Unit | None, instant: Instant, to: Iterable[str], text: Wording
) -> Planned:
    """Return a mail that belongs to no step: a letter to a unit, a digest to the office."""
    recipient = ", ".join(dict.fromkeys(to))
    return Planned(
        meeting_id=meeting.pk,
        unit_id=unit.pk if unit else None,
        channel=Channel.MAIL,
        kind=instant.kind,
        slot=instant.slot,
        due_at=instant.slot,
        recipient=recipient,
        recipient_name=unit.name if unit else settings.PORTAL_HELP_NAME,
        level=Level.CONTACT if unit else "",
        subject=text.subject,
        body=text.body,
        message_id=message_id(),
        state=State.PENDING if recipient else State.FAILED,
        failure="" if recipient else NO_ADDRESS,
    )


def message_id() -> str:
    """Return a key that no other message has."""
    return f"<{secrets.token_hex(16)}@{_host(settings.PORTAL_BASE_URL)}>"


@lru_cache
def _host(address: str) -> str:
    return urlsplit(address).hostname or "localhost"


def day_of(moment: datetime) -> tuple[datetime, datetime]:
    """Return when the day of ``moment`` begins and when it ends, in the portal's time zone."""
    begins = timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)
    return begins, begins + timedelta(days=1)
