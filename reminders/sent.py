"""What was sent to a unit and to those below it, and to whom: the same messages that the office sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.utils import timezone

from accounts.permissions import Right, may
from invitations.models import Meeting
from registrations.models import Registration
from reminders.forms import FindUnitForm
from reminders.models import Level, Reminder

if TYPE_CHECKING:
    from accounts.models import User

State = Reminder.State
MESSAGES_A_PAGE = 50
IN_THE_INBOX_FOR = timedelta(days=14)
MOST_IN_THE_INBOX = 3


class Told(NamedTuple):
    """One message as its unit sees it: addresses only where they are the unit's own."""

    reminder: Reminder
    is_own: bool

    @property
    def to_whom(self) -> str:
        """The level in words; "" for a message to the unit as such."""
        level = self.reminder.level
        return str(Level(level).label) if level in Level.values else ""

    @property
    def addresses(self) -> list[str]:
        """Where it went, of the own unit only."""
        shown = self.is_own and self.reminder.channel != Reminder.Channel.PORTAL
        return self.reminder.addresses if shown and self.reminder.level != Level.ABOVE else []


@dataclass(frozen=True)
class SentTo:
    """Everything on the page."""

    meeting: Meeting
    page: Page[Reminder]
    rows: list[Told]
    has_units_below: bool
    find: FindUnitForm
    text: str


def sent_to(meeting: Meeting, user: User, query: QueryDict) -> SentTo:
    """Read what went to the unit of ``user`` and to those below it about ``meeting``."""
    find = FindUnitForm(query)
    mine = Reminder.objects.told_to(user).filter(meeting=meeting).select_related("unit")
    found = mine.search(find.text) if find.text else mine
    page = Paginator(found, MESSAGES_A_PAGE).get_page(query.get("page"))
    return SentTo(
        meeting=meeting,
        page=page,
        rows=[Told(one, one.unit_id == user.unit_id) for one in page],
        has_units_below=mine.exclude(unit=user.unit_id).exists(),
        find=find,
        text=find.text,
    )


class Waiting(NamedTuple):
    """One message that waits on the portal."""

    subject: str
    body: str
    sent_at: datetime


def inbox(user: User) -> Sequence[Waiting]:
    """Return the newest messages on the portal to the own unit of ``user``, while an answer is owed."""
    if not may(user, Right.READ_SENT) or user.unit is None:
        return []
    answered = Registration.objects.answered().filter(
        invitation__meeting=OuterRef("meeting"), invitation__unit=OuterRef("unit")
    )
    waiting = Reminder.objects.filter(
        ~Exists(answered),
        channel=Reminder.Channel.PORTAL,
        recipient=user.unit.slug,
        state=State.SENT,
        sent_at__gte=timezone.now() - IN_THE_INBOX_FOR,
        meeting__state=Meeting.State.PUBLISHED,
    )
    newest = waiting.order_by("-sent_at", "-pk")[:MOST_IN_THE_INBOX]
    return [Waiting._make(row) for row in newest.values_list(*Waiting._fields)]
