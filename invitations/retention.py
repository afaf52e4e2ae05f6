"""How long the people of a closed meeting are kept: set for each meeting, until they are deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.templatetags.portal import moment
from invitations.deadlines import purge_due
from invitations.issuing import lock
from invitations.models import Closing, Meeting, Purge

if TYPE_CHECKING:
    from datetime import datetime

LEAST_DAYS, MOST_DAYS = 30, 3650
"""Nobody deletes by a slip what was closed last week; ten years are longer than any file is kept."""


def days_of(meeting: Meeting) -> int:
    """For how many days after its closing the people of ``meeting`` are kept."""
    return settings.PORTAL_KEEP_DAYS if meeting.keep_days is None else meeting.keep_days


def due_at(meeting: Meeting) -> datetime | None:
    """From when on the people of a closed meeting go; None for a meeting that is not closed."""
    if meeting.state != Meeting.State.CLOSED:
        return None
    turn = meeting.closings.filter(what=Closing.What.CLOSED).first()
    return purge_due(turn.at, days_of(meeting)) if turn else None


def purge_of(meeting: Meeting) -> Purge | None:
    """The record of the deletion, once it has begun."""
    return Purge.objects.select_related("by").filter(meeting=meeting).first()


def refuse_when_purged(meeting: Meeting, what: str) -> None:
    """Raise ``ValidationError`` with ``what`` cannot be done, once the deletion has begun."""
    purge = purge_of(meeting)
    if purge is not None:
        raise ValidationError(f"Dữ liệu cá nhân của hội nghị đã xóa từ {moment(purge.begun_at)}, {what}.")


@transaction.atomic
def keep(*, meeting_id: int, days: int) -> Meeting:
    """Keep the people of a meeting for ``days`` after its closing. Raises ``ValidationError``."""
    meeting = lock(meeting_id)
    refuse_when_purged(meeting, "không đổi thời hạn được nữa")
    if not LEAST_DAYS <= days <= MOST_DAYS:
        raise ValidationError({"days": f"Ghi từ {LEAST_DAYS} đến {MOST_DAYS} ngày."})
    meeting.keep_days = days
    meeting.save(update_fields=["keep_days"])
    return meeting
