"""The outbox: every message, one message, sending again, reminding by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Unit
from accounts.permissions import Right, require
from invitations.models import Invitation, Meeting
from invitations.views.scope import fetch
from reminders import services
from reminders.channel_health import red_ways as read_red_ways
from reminders.channel_health import try_now
from reminders.forms import ResendForm
from reminders.models import Reminder
from reminders.outbox import outbox as read_outbox
from reminders.recipients import recipients as read_recipients
from reminders.services.resending import RESENT, resend

if TYPE_CHECKING:
    from accounts.requests import PortalRequest


@require_GET
def outbox(request: PortalRequest) -> HttpResponse:
    """List the messages, by state, meeting and unit."""
    require(request.user, Right.READ_OUTBOX)
    return render(request, "reminders/outbox.html", {"outbox": read_outbox(request.user, request.GET)})


@require_GET
def reminder(request: PortalRequest, pk: int) -> HttpResponse:
    """Show one message as it reads, every attempt to send it, and what the gateway reported."""
    found = _reminder(request, pk)
    require(request.user, Right.READ_OUTBOX)
    return _show_reminder(request, found, ResendForm())


def _reminder(request: PortalRequest, pk: int) -> Reminder:
    visible = Reminder.objects.visible_to(request.user)
    return get_object_or_404(visible.select_related("meeting", "unit", "asked_by", "instead_of"), pk=pk)


def _show_reminder(
    request: PortalRequest, found: Reminder, form: ResendForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "reminder": found,
        "tries": found.tries.all(),
        "reports": found.delivery_reports.all(),
        "after": Reminder.objects.filter(instead_of=found).first(),
        "form": form,
        "can_be_resent": found.state in RESENT and found.channel != Reminder.Channel.CALL,
    }
    return render(request, "reminders/reminder.html", context, status=status)


@require_GET
def recipients(request: PortalRequest, slug: str) -> HttpResponse:
    """Show of every called unit whether the letter reached it, who opened it, and what it answered."""
    meeting = fetch(request, slug, Right.READ_BOARD)
    context = {"meeting": meeting, "page": read_recipients(meeting, request.GET)}
    return render(request, "reminders/recipients.html", context)


@require_POST
def reminder_resend(request: PortalRequest, pk: int) -> HttpResponse:
    """Send a message again, with a reason: the one that failed, or a new one with the same text."""
    found = _reminder(request, pk)
    require(request.user, Right.REMIND)
    form = ResendForm(request.POST)
    if not form.is_valid():
        return _show_reminder(request, found, form, status=422)
    try:
        again = resend(reminder_id=pk, user=request.user, why=form.cleaned_data["why"])
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return _show_reminder(request, found, form, status=422)
    messages.success(request, "Đã xếp vào hàng chờ, tin đi trong nửa phút.")
    return redirect("reminder", again.pk)


@require_GET
def red_ways(request: PortalRequest) -> HttpResponse:
    """Say which ways of sending are down, as a fragment for the head of the board."""
    require(request.user, Right.READ_BOARD)
    return render(request, "reminders/_red_ways.html", {"red_ways": read_red_ways()})


@require_POST
def channel_try(request: PortalRequest, channel: str) -> HttpResponse:
    """Try a red channel at once, because somebody set right what was wrong with it."""
    require(request.user, Right.REMIND)
    if channel not in Reminder.Channel.values:
        raise Http404
    if try_now(channel):
        messages.success(request, f"{Reminder.Channel(channel).label}: thử lại trong nửa phút.")
    else:
        messages.success(request, f"{Reminder.Channel(channel).label} đang hoạt động.")
    return redirect("outbox")


@require_POST
def reminder_now(request: PortalRequest, slug: str, unit: str = "") -> HttpResponse:
    """Remind one unit, or those whose slugs the form sends as ``unit``, at once."""
    meeting = get_object_or_404(Meeting.objects.visible_to(request.user), slug=slug)
    called = Invitation.objects.visible_to(request.user).filter(meeting=meeting)
    if unit:
        get_object_or_404(called, unit__slug=unit)
    require(request.user, Right.REMIND)
    units = Unit.objects.filter(slug__in=[unit] if unit else request.POST.getlist("unit"))
    try:
        asked = services.remind_now(meeting=meeting, units=units, user=request.user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        _say(request, asked)
    return redirect(_back(request, meeting))


def _say(request: PortalRequest, asked: services.Asked) -> None:
    """Say how many are reminded, and why the others are not."""
    if asked.reminded:
        messages.success(request, f"Thư nhắc {asked.reminded} đơn vị đi trong nửa phút.")
    reasons = {
        "đã gửi đăng ký": asked.answered,
        "báo không tham dự": asked.declined,
        "vừa được nhắc trong 10 phút qua": asked.just_reminded,
        "chưa có địa chỉ thư, đề nghị gọi điện": asked.without_address,
    }
    if told := [f"{count} đơn vị {reason}" for reason, count in reasons.items() if count]:
        messages.warning(request, f"Không gửi thư nhắc: {'; '.join(told)}.")
    elif not asked.reminded:
        messages.warning(request, "Chưa chọn đơn vị nào để nhắc.")


def _back(request: PortalRequest, meeting: Meeting) -> str:
    """Where the button was pressed, if that is a page of ours, else the meeting's messages."""
    came_from = request.POST.get("next") or request.headers.get("Referer") or ""
    if url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure()):
        return came_from
    return f"{reverse('outbox')}?hoi_nghi={meeting.slug}"
