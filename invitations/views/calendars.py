"""Meetings for calendar programs: one meeting as a file, all of one's own as a private feed."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_POST, require_safe

from accounts.files.giving import TYPES, give_made
from accounts.permissions import Right
from accounts.requests import PortalRequest
from invitations import calendars
from invitations.models import CalendarFeed
from invitations.views.scope import fetch


@require_safe
def meeting_calendar(request: PortalRequest, slug: str) -> HttpResponse:
    """Give the meeting as .ics, with the venue of the person's unit."""
    meeting = fetch(request, slug, Right.READ_LETTER)
    issues = list(meeting.issues.select_related("meeting"))
    if not issues:
        raise Http404("no letter went out yet")
    return give_made(calendars.calendar_of(issues, request.user.unit), title=slug, ending="ics")


@require_safe
def calendar(request: PortalRequest) -> HttpResponse:
    """Show the address of one's own feed, or offer to make one."""
    feed = CalendarFeed.objects.filter(user=request.user).first()
    address = ""
    if feed is not None:
        address = settings.PORTAL_BASE_URL + reverse("calendar_feed", args=[calendars.token_of(feed)])
    context = {"feed": feed, "address": address, "subscribe": "webcal:" + address.partition(":")[2]}
    return render(request, "invitations/calendar.html", context)


@require_POST
def calendar_make(request: PortalRequest) -> HttpResponse:
    """Make the feed, or give it a new address."""
    calendars.make_feed(user=request.user)
    messages.success(request, "Đã tạo địa chỉ lịch mới.")
    return redirect("calendar")


@require_POST
def calendar_revoke(request: PortalRequest) -> HttpResponse:
    """Take the feed away."""
    calendars.revoke_feed(user=request.user)
    messages.success(request, "Đã thu hồi địa chỉ lịch.")
    return redirect("calendar")


@login_not_required
@require_safe
def calendar_feed(request: HttpRequest, token: str) -> HttpResponse:
    """Give a calendar program the meetings that the owner of the address sees at this moment."""
    feed = calendars.feed_at(token)
    if feed is None:
        raise Http404
    body = calendars.feed_of(feed.user)
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
