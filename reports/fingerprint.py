"""The state of all that a list of a meeting shows, as one text: the same text, the same list.

It is asked for twice: when a file is made, inside the picture that it is made of, and when somebody asks for
the same file again. Keys of rows would not do: a row gets its key before it is seen, so that the highest key
stays as it is when an earlier transaction ends late (a test shows it). So the rows themselves are hashed by
PostgreSQL, each once and in no order, as the one statement sees them.

Delegates and numbers stand for themselves by the version of their registration, which every change raises
under a lock: a million rows need not be read.
"""

# ruff: noqa: S608 (nothing that anybody typed is put into the text)

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import connection

if TYPE_CHECKING:
    from invitations.models import Meeting

_ROWS = "SELECT concat(count(*), ':', sum(hash_record_extended(row, 0))) FROM ({}) AS row"

_OF_INVITATIONS = "invitation_id IN (SELECT id FROM invitations_invitation WHERE meeting_id = %(meeting)s)"

_PARTS = (
    "SELECT * FROM invitations_meeting WHERE id = %(meeting)s",
    "SELECT * FROM invitations_contact WHERE meeting_id = %(meeting)s",
    "SELECT * FROM invitations_audience WHERE meeting_id = %(meeting)s",
    "SELECT role.* FROM invitations_invitedrole role JOIN invitations_audience audience"
    " ON audience.id = role.audience_id WHERE audience.meeting_id = %(meeting)s",
    "SELECT * FROM invitations_invitation WHERE meeting_id = %(meeting)s",
    f"SELECT * FROM registrations_registration WHERE {_OF_INVITATIONS}",
    f"SELECT id FROM registrations_submission WHERE registration_id IN"
    f" (SELECT id FROM registrations_registration WHERE {_OF_INVITATIONS})",
    "SELECT same.* FROM registrations_sameperson same JOIN registrations_delegate first"
    " ON first.id = same.first_id WHERE first.registration_id IN"
    f" (SELECT id FROM registrations_registration WHERE {_OF_INVITATIONS})",
    # Whose time is over: a state changes then, and no row does.
    f"SELECT *, until < clock_timestamp() FROM registrations_extension WHERE {_OF_INVITATIONS}",
    "SELECT registration_deadline < clock_timestamp() FROM invitations_meeting WHERE id = %(meeting)s",
    "SELECT * FROM bridge_points_bridgepoint WHERE meeting_id = %(meeting)s",
    "SELECT test.* FROM bridge_points_linetest test JOIN bridge_points_bridgepoint point"
    " ON point.id = test.point_id WHERE point.meeting_id = %(meeting)s",
    "SELECT id, name, short_name, tier, position, path, phone, email FROM accounts_unit",
    "SELECT id, full_name, username, phone, email, unit_id, role, is_active FROM accounts_user",
    "SELECT id, withdrawn_at FROM reports_workbooktemplate",
    # A list bears the day of its making.
    "SELECT (clock_timestamp() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date",
)

_FROZEN = (
    "SELECT * FROM invitations_meeting WHERE id = %(meeting)s",
    "SELECT number, sha256 FROM reports_freeze WHERE meeting_id = %(meeting)s",
    "SELECT id, slug, name, short_name, tier FROM accounts_unit",
    "SELECT id, withdrawn_at FROM reports_workbooktemplate",
)
"""What a list shows that is made of what was frozen: its hashes say all but what things are called."""


def _question(parts: Iterable[str]) -> str:
    return "SELECT concat_ws(' ', " + ", ".join(f"({_ROWS.format(part)})" for part in parts) + ")"


_LIVE_QUESTION, _FROZEN_QUESTION = _question(_PARTS), _question(_FROZEN)


def fingerprint_of(meeting: Meeting, *about: object, frozen: bool = False) -> str:
    """Return the state of ``meeting`` and ``about`` as a SHA-256, in one statement and so of one moment.

    Of a list that is made of what was ``frozen`` nothing else than that counts.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FROZEN_QUESTION if frozen else _LIVE_QUESTION, {"meeting": meeting.pk})
        (state,) = cursor.fetchone()
    said = " ".join(str(one) for one in about)
    return hashlib.sha256(f"{said} {state}".encode()).hexdigest()
