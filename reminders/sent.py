"""What was sent to a unit and to those below it, and to whom: the same messages that the office sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from django.core.paginator import Page, Paginator
from django.db import connection
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


INBOX = """
    SELECT told.subject, told.body, told.sent_at
    FROM reminders_reminder told JOIN invitations_meeting meeting ON meeting.id = told.meeting_id
    WHERE told.channel = %(portal)s AND told.recipient = %(recipient)s
      AND told.state = %(sent)s AND told.sent_at >= %(since)s AND meeting.state = %(published)s
      AND NOT EXISTS (
        SELECT FROM registrations_registration registration
        JOIN invitations_invitation invitation ON invitation.id = registration.invitation_id
        WHERE invitation.meeting_id = told.meeting_id AND invitation.unit_id = told.unit_id
          AND registration.state = ANY(%(answered)s)
      )
    ORDER BY told.sent_at DESC, told.id DESC LIMIT %(most)s
"""
"""Written out: the first page of each clerk asks it, and Django takes 4 ms to compose it (measured)."""


class Waiting(NamedTuple):
    """One message that waits on the portal."""

    subject: str
    body: str
    sent_at: datetime


def inbox(user: User) -> Sequence[Waiting]:
    """Return the newest messages on the portal to the own unit of ``user``, while an answer is owed."""
    if not may(user, Right.READ_SENT) or user.unit is None:
        return []
    asked: dict[str, Any] = {
        "recipient": user.unit.slug,
        "portal": Reminder.Channel.PORTAL,
        "sent": State.SENT,
        "since": timezone.now() - IN_THE_INBOX_FOR,
        "published": Meeting.State.PUBLISHED,
        "answered": list(Registration.ANSWERED),
        "most": MOST_IN_THE_INBOX,
    }
    with connection.cursor() as cursor:
        cursor.execute(INBOX, asked)
        return [Waiting._make(row) for row in cursor.fetchall()]
