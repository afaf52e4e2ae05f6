"""A letter as it is written: its parts are read anew only when a row of them has changed.

A letter changes seldom and is read all day. Its parts are seven tables; PostgreSQL tells in one
statement whether any of their rows is another than before (docs/decisions/0013).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from invitations import wording
from invitations.models import Assignment, Audience, Chair, Contact, Deadline, InvitedRole, Meeting, Session

OF_MEETING = (Session, Audience, Assignment, Deadline, Contact)
OF_AUDIENCE = (InvitedRole, Chair)

MOST_KEPT = 16
"""Letters in each process; a letter is some tens of small objects."""


@dataclass(frozen=True)
class Written:
    """What stands in the letter. Nobody may change what it holds: everybody reads the same objects."""

    fingerprint: str
    """Names the meeting's row and every part's row in the state in which they were read."""
    meeting: Meeting
    days: str
    hours: str
    by_day: str
    sessions: Sequence[Session]
    audiences: Sequence[Audience]
    """With ``roles`` and ``named_chairs``."""
    assignments: Sequence[Assignment]
    """Without ``shares``: whose those are depends on who reads."""
    deadlines: Sequence[Deadline]
    contacts: Sequence[Contact]


def written(meeting: Meeting) -> Written:
    """Return the letter's parts, as they are now."""
    fingerprint = _fingerprint(meeting)
    kept = _kept.pop(meeting.pk, None)
    while kept is None or kept.fingerprint != fingerprint:
        kept = _read(Meeting.objects.get(pk=meeting.pk), fingerprint)
        # Written to while it was read? Then under neither name.
        fingerprint = _fingerprint(meeting)
    _kept[meeting.pk] = kept
    while len(_kept) > MOST_KEPT:
        _kept.pop(next(iter(_kept)), None)
    return kept


_kept: dict[int, Written] = {}


def _statement() -> str:
    """Every row with the transaction that wrote it: what was changed and changed back has another name.

    No table has a column ``written``: with one of that name only the column would be looked at.
    """
    row = "SELECT string_agg(concat(written.xmin, written), '' ORDER BY written.id) FROM"
    heading = Audience._meta.db_table
    parts = [f"({row} {Meeting._meta.db_table} written WHERE written.id = %(meeting)s)"]
    parts += [f"({row} {kind._meta.db_table} written WHERE meeting_id = %(meeting)s)" for kind in OF_MEETING]
    parts += [
        f"({row} {kind._meta.db_table} written JOIN {heading} heading ON heading.id = written.audience_id"
        " WHERE heading.meeting_id = %(meeting)s)"
        for kind in OF_AUDIENCE
    ]
    return f"SELECT md5(concat_ws('|', {', '.join(parts)}))"


_FINGERPRINT = _statement()


def _fingerprint(meeting: Meeting) -> str:
    with connection.cursor() as cursor:
        cursor.execute(_FINGERPRINT, {"meeting": meeting.pk})
        return str(cursor.fetchone()[0])


def _read(meeting: Meeting, fingerprint: str) -> Written:
    sessions = list(meeting.sessions.all())
    return Written(
        fingerprint=fingerprint,
        meeting=meeting,
        days=wording.days_of(sessions, meeting.duration_days),
        hours=wording.hours_of(sessions),
        by_day=wording.parts_of_days(sessions),
        sessions=sessions,
        audiences=list(meeting.audiences.prefetch_related("roles", "named_chairs")),
        assignments=list(meeting.assignments.all()),
        deadlines=list(meeting.deadlines.all()),
        contacts=list(meeting.contacts.all()),
    )
