"""Meetings for calendar programs, with the unit's own deadline: one as a file, all as a private feed.

What a calendar says is ``invitations.calendars``; how much time a unit has is known here.
"""

from __future__ import annotations

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from accounts.files.giving import TYPES, give_made
from accounts.permissions import Right
from accounts.requests import PortalRequest
from invitations import calendars
from invitations.views.scope import fetch
from registrations.states import own_deadlines


@require_safe
def meeting_calendar(request: PortalRequest, slug: str) -> HttpResponse:
    """Give the meeting as .ics, with venue and deadline of the person's unit."""
    meeting = fetch(request, slug, Right.READ_LETTER)
    issues = list(meeting.issues.select_related("meeting"))
    if not issues:
        raise Http404("no letter went out yet")
    unit = request.user.unit
    return give_made(calendars.calendar_of(issues, unit, own_deadlines(unit)), title=slug, ending="ics")


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Give a calendar program the meetings that the owner of the address sees at this moment."""
    feed = calendars.feed_at(token)
    if feed is None:
        raise Http404
    body = calendars.feed_of(feed.user, own_deadlines(feed.user.unit))
    calendars.note_reading(feed=feed)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response = HttpResponse(body, content_type=TYPES["ics"])
    response.headers["ETag"] = etag
    answered = get_conditional_response(request, etag=etag, response=response)
    answered = answered if isinstance(answered, HttpResponse) else response
    answered.headers["Cache-Control"] = "private, no-cache"
    answered.headers["Referrer-Policy"] = "no-referrer"
    answered.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answered
