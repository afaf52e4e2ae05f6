"""How a message comes to be: for a unit and an instant, the people it reaches, the way, the words."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone

from accounts.models import Unit
from invitations.models import Meeting
from reminders import wording
from reminders.called import Called, people_of
from reminders.channels import is_set_up
from reminders.models import ChannelState, Level, Reminder
from reminders.policy import ANCHORS, Instant
from reminders.reach import NO_ADDRESS, NO_WAY, Reach, reach
from reminders.wording import Tables, Wording

Channel, State = Reminder.Channel, Reminder.State

ANY_WAY = (Channel.MAIL, Channel.ZALO, Channel.SMS)
"""How a message travels that belongs to no step."""


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


def channels_of(instant: Instant) -> Sequence[str]:
    """By which ways it may go, the best first."""
    return instant.step.channels if instant.step else ANY_WAY


def compose(
    wanted: Collection[tuple[Called, Instant]], tables: Tables, now: datetime, usable: Ways | None = None
) -> list[Reminder]:
    """Return the rows for what each unit gets, not saved yet; the number of queries does not grow.

    Whoever cannot be reached at all gets a row too, as failed: the office must see whom to call.
    """
    if not wanted:
        return []
    usable = usable or ways()
    people = people_of([one for one, _ in wanted])
    made = []
    for case in wording.to_units(wanted, tables, now):
        channels = [one for one in channels_of(case.instant) if one in usable.set_up]
        found = reach(levels_of(case.instant), people[case.called.pk], channels, usable.red)
        if all(one.failure for one in found):
            found = found or [_nobody(case.called, channels)]
        made += [row_of(case, one) for one in found]
    return made


def _nobody(called: Called, channels: Sequence[str]) -> Reach:
    only_mail = set(channels) <= {Channel.MAIL}
    first = channels[0] if channels else Channel.MAIL
    return Reach(Level.CONTACT, first, "", called.name, NO_ADDRESS if only_mail else NO_WAY)


def row_of(case: wording.Case, to: Reach) -> Reminder:
    """Return the message of ``case`` to one person by one way."""
    text = wording.write(case, to.name)
    body = wording.short(case, text) if to.channel == Channel.SMS else text.body
    return Reminder(
        meeting_id=case.called.meeting_id,
        unit_id=case.called.unit_id,
        channel=to.channel,
        kind=case.instant.kind,
        slot=case.instant.slot,
        due_at=_goes_at(case),
        recipient=to.recipient,
        recipient_name=to.name[:200],
        level=to.level,
        step=case.instant.step if case.instant.step and case.instant.step.pk else None,
        subject=text.subject,
        body=body,
        message_id=message_id(),
        state=State.FAILED if to.failure else State.PENDING,
        failure=to.failure,
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
) -> Reminder:
    """Return a mail that belongs to no step: a letter to a unit, a digest to the office."""
    recipient = ", ".join(dict.fromkeys(to))
    return Reminder(
        meeting=meeting,
        unit=unit,
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
    return f"<{uuid.uuid4()}@{urlsplit(settings.PORTAL_BASE_URL).hostname or 'localhost'}>"


# ── The limit ────────────────────────────────────────────────────────────────────────────────


def day_of(moment: datetime) -> tuple[datetime, datetime]:
    """Return when the day of ``moment`` begins and when it ends, in the portal's time zone."""
    begins = timezone.localtime(moment).replace(hour=0, minute=0, second=0, microsecond=0)
    return begins, begins + timedelta(days=1)
