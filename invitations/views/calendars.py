"""The address of one's own calendar feed; what stands in it is ``registrations.views.calendars``."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import PortalRequest
from invitations import calendars
from invitations.models import CalendarFeed


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
