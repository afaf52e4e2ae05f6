"""Letters by mail: one to each unit for each version, with its own part as PDF and a calendar file.

What is attached is made from the frozen version when the mail goes out, and is not kept in the row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from invitations.calendars import calendar_of
from invitations.changes import Line, lines
from invitations.changes import asks_again as is_moved
from invitations.issuing import part_of
from invitations.letters.writing import pdfs_of
from invitations.models import Invitation, LetterIssue, Meeting
from registrations.states import own_deadlines
from reminders.channels import Attachment
from reminders.models import Reminder
from reminders.policy import LETTERS, Instant

LETTER_FOR = timedelta(days=3)
"""How long after it was issued a letter still goes out, when the portal was down."""

PORTION = 10
"""Documents set by one child: ten take little longer than one."""

TOLD = (Meeting.State.PUBLISHED, Meeting.State.POSTPONED, Meeting.State.CANCELLED)


class Due(NamedTuple):
    """A version that one unit has not been sent yet."""

    issue: LetterIssue
    invitation: Invitation
    instant: Instant


def due(now: datetime) -> list[Due]:
    """Return what is to be sent: the newest version of each meeting, to the units that have no row for it.

    Two queries where nothing is due, whatever the number of meetings and units.
    """
    issues = {issue.meeting_id: issue for issue in _recent(now)}
    if not issues:
        return []
    written = Reminder.objects.filter(
        meeting=OuterRef("meeting"), unit=OuterRef("unit"), kind__in=LETTERS, slot=OuterRef("issued_at")
    )
    since = now - LETTER_FOR
    invitations = (
        Invitation.objects.sent()
        .filter(meeting__in=issues)
        .annotate(issued_at=Subquery(_newest(OuterRef("meeting")).values("issued_at")[:1]))
        .filter(Q(issued_at__gte=since) | Q(sent_at__gte=since), ~Exists(written))
        .select_related("unit", "meeting")
    )
    return [
        Due(issue := issues[one.meeting_id], one, _instant(_kind(issue, one), issue.issued_at))
        for one in invitations
    ]


def _instant(kind: Reminder.Kind, issued_at: datetime) -> Instant:
    """A letter goes at once, at any hour of the day."""
    return Instant(kind, issued_at, issued_at, issued_at + LETTER_FOR)


def _recent(now: datetime) -> Iterable[LetterIssue]:
    """The newest version of each meeting of which some unit may not know yet."""
    since = now - LETTER_FOR
    added = Invitation.objects.filter(meeting=OuterRef("meeting"), sent_at__gte=since)
    return LetterIssue.objects.filter(
        Q(issued_at__gte=since) | Exists(added),
        meeting__state__in=TOLD,
        pk=Subquery(_newest(OuterRef("meeting")).values("pk")[:1]),
    )


def _newest(meeting: OuterRef) -> QuerySet[LetterIssue]:
    return LetterIssue.objects.filter(meeting=meeting).order_by("-number")


def _kind(issue: LetterIssue, invitation: Invitation) -> Reminder.Kind:
    """A first letter, also to a unit that was called after this version went out; else what changed."""
    late = invitation.sent_at is not None and invitation.sent_at > issue.issued_at
    return Reminder.Kind.LETTER if late or issue.kind == LetterIssue.Kind.CALLED else Reminder.Kind.CHANGE


def earlier_than(issues: Collection[LetterIssue]) -> dict[int, LetterIssue]:
    """Return, by the key of each of ``issues``, the version before it."""
    found = {}
    of_meetings = LetterIssue.objects.filter(meeting__in={issue.meeting_id for issue in issues})
    by_number = {(issue.meeting_id, issue.number): issue for issue in of_meetings}
    for issue in issues:
        if before := by_number.get((issue.meeting_id, issue.number - 1)):
            found[issue.pk] = before
    return found


def lines_for(one: Due, before: LetterIssue | None) -> list[Line]:
    """Say what changed for this unit since the version before."""
    if before is None:
        return []
    return lines(part_of(before, one.invitation), part_of(one.issue, one.invitation))


def asks_again(one: Due, before: LetterIssue | None) -> bool:
    """Say whether time or place is another for this unit, so that it has to answer again."""
    if before is None or not one.issue.asks_again:
        return False
    again = one.issue.kind == LetterIssue.Kind.CALLED
    return again or is_moved(part_of(before, one.invitation), part_of(one.issue, one.invitation))


# ── What goes with it ────────────────────────────────────────────────────────────────────────


class Attachments:
    """What goes with the letters of one batch; their PDFs are set some at a time, when they are asked for."""

    def __init__(self, batch: Sequence[Reminder]) -> None:
        self._waiting = [reminder for reminder in batch if reminder.kind in LETTERS]
        self._made: dict[int, tuple[Attachment, ...]] = {}

    def of(self, reminder: Reminder) -> tuple[Attachment, ...]:
        """Return what is attached to one message; nothing to a reminder."""
        if reminder.kind not in LETTERS:
            return ()
        if reminder.pk not in self._made:
            behind = [one for one in self._waiting if one.pk != reminder.pk][: PORTION - 1]
            self._make([reminder, *behind])
        return self._made.pop(reminder.pk)

    def _make(self, reminders: Sequence[Reminder]) -> None:
        meetings = {reminder.meeting_id for reminder in reminders}
        issues: dict[int, list[LetterIssue]] = {meeting: [] for meeting in meetings}
        for issue in LetterIssue.objects.filter(meeting__in=meetings).select_related("meeting"):
            issues[issue.meeting_id].append(issue)
        called = {
            (one.meeting_id, one.unit_id): one
            for one in Invitation.objects.filter(meeting__in=meetings).select_related("unit")
        }
        found = []
        for reminder in reminders:
            self._waiting = [one for one in self._waiting if one.pk != reminder.pk]
            own = [issue for issue in issues[reminder.meeting_id] if issue.issued_at <= reminder.slot]
            invitation = called.get((reminder.meeting_id, reminder.unit_id or 0))
            if own and invitation:
                found.append((reminder, own, invitation))
        letters = pdfs_of(part_of(own[0], invitation) for _, own, invitation in found)
        for (reminder, own, invitation), letter in zip(found, letters, strict=True):
            name = f"{own[0].meeting.slug}-ban-{own[0].number}"
            calendar = calendar_of(own, invitation.unit, own_deadlines(invitation.unit))
            self._made[reminder.pk] = (
                Attachment(f"giay-moi-{name}.pdf", letter, "application/pdf"),
                Attachment(f"{name}.ics", calendar, "text/calendar"),
            )
