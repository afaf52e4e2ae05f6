"""What stands on every page of a meeting that was put off or called off."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from invitations.issuing import newest_cover_of
from invitations.models import Meeting

register = template.Library()

OFF = (Meeting.State.POSTPONED, Meeting.State.CANCELLED)
ROADS = ("at.invitation.meeting", "view.standing.invitation.meeting", "board.meeting", "sheet.meeting")
"""Where a page has its meeting when it does not call it ``meeting``."""


@register.inclusion_tag("invitations/_called_off.html", takes_context=True)
def called_off(context: Context) -> dict[str, Any]:
    """Say of the page's meeting that it was postponed or cancelled, when and why; else nothing.

    Asks the database only then, so that every other page stays as quick as it was.
    """
    meeting = _meeting(context)
    if meeting is None or meeting.state not in OFF:
        return {}
    issue = newest_cover_of(meeting)
    return {"meeting": meeting, "issue": issue}


def _meeting(context: Context) -> Meeting | None:
    for road in ("meeting", *ROADS):
        first, *rest = road.split(".")
        found = context.get(first)
        for name in rest:
            found = getattr(found, name, None)
        if isinstance(found, Meeting):
            return found
    return None
