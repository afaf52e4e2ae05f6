"""Telecom's console: the queue, and one point at the telephone; its clerk says that it is ready."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.clock import database_now
from accounts.permissions import Right, require
from bridge_points import calling, services
from bridge_points.console import STATES, console
from bridge_points.forms import LineTestForm
from bridge_points.listing import Filter
from bridge_points.models import CALL_LASTS, BridgePoint, PointLine
from bridge_points.scope import meeting_of, point_of
from invitations.models import Meeting

if TYPE_CHECKING:
    from accounts.requests import PortalRequest

NOTHING_NEW = 204
"""htmx leaves the list as it is."""

LAST_TESTS = 5


def _console(request: PortalRequest, slug: str) -> HttpResponse:
    """Lead back to the queue as it was looked at."""
    asked = request.GET.urlencode()
    return redirect(reverse("line_console", args=[slug]) + (f"?{asked}" if asked else ""))


@require_safe
def line_console_latest(request: PortalRequest) -> HttpResponse:
    """Lead to the queue of the newest meeting, or say that there is none yet."""
    require(request.user, Right.TEST_LINES)
    meeting = Meeting.objects.visible_to(request.user).first()
    if meeting is None:
        return render(request, "bridge_points/no_meeting.html")
    return redirect("line_console", meeting.slug)


@require_safe
def line_console(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the queue; to htmx its list where something has changed; with ``in`` a sheet to print."""
    meeting = meeting_of(request, slug, Right.READ_TECHNICIANS)
    whole, asked = "in" in request.GET, Filter.of(request.GET, STATES)
    shown = console(meeting, request.user, asked, database_now(), request.GET.get("page"), whole=whole)
    if request.htmx and request.GET.get("seen") == shown.fingerprint:
        return HttpResponse(status=NOTHING_NEW)
    template = "_console_list.html" if request.htmx else "console_print.html" if whole else "console.html"
    context = {"meeting": meeting, "console": shown, "page": shown.page}
    return render(request, f"bridge_points/{template}", context)


@require_http_methods(["GET", "HEAD", "POST"])
def line_point(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Show one point as who calls it needs it, and record what was seen and heard."""
    point = point_of(request, slug, unit, Right.TEST_LINES)
    form = LineTestForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            test = services.record_line_test(point_id=point.pk, user=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            said = f"{point.unit.called}: {test.get_result_display().lower()}."
            messages.success(request, said)
            return _console(request, slug)
    return _call_page(request, point, form, 422 if form.is_bound else 200)


def _call_page(
    request: PortalRequest, point: BridgePoint, form: LineTestForm, status: int, **more: Any
) -> HttpResponse:
    """The page at the telephone, with the last tests and who else is calling."""
    line: PointLine | None = getattr(point, "line", None)
    since = line.calling_since if line else None
    held = line if since and since > database_now() - CALL_LASTS else None
    context = {
        "meeting": point.meeting,
        "point": point,
        "form": form,
        "line": line,
        "mine": held is not None and held.calling_by_id == request.user.pk,
        "other": held if held and held.calling_by_id != request.user.pk else None,
        "tests": point.line_tests.select_related("tested_by")[:LAST_TESTS],
        "why_not": services.why_not_testable(point),
    }
    return render(request, "bridge_points/call.html", context | more, status=status)


@require_POST
def line_call(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Take the point and open it; with ``tha`` let it go. Who comes second sees who calls it."""
    point = point_of(request, slug, unit, Right.TEST_LINES)
    if "tha" in request.POST:
        calling.release_call(point_id=point.pk, user=request.user)
        return _console(request, slug)
    try:
        calling.take_call(point_id=point.pk, user=request.user)
    except calling.Taken:
        point = point_of(request, slug, unit)
        return _call_page(request, point, LineTestForm(), 409)
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
        return _console(request, slug)
    asked = request.GET.urlencode()
    return redirect(reverse("line_point", args=[slug, unit]) + (f"?{asked}" if asked else ""))


@require_POST
def line_retest(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Put the point back among those to be tested."""
    point = point_of(request, slug, unit, Right.TEST_LINES)
    _do(request, f"{point.unit.called}: cần thử lại.", lambda: calling.ask_retest(point_id=point.pk))
    return _console(request, slug)


@require_POST
def line_order(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Call the point before the one that ``truoc`` names."""
    point = point_of(request, slug, unit, Right.TEST_LINES)
    others = BridgePoint.objects.visible_to(request.user).filter(meeting=point.meeting)
    other = others.filter(unit__slug=request.POST.get("truoc", "")).first()
    if other is None:
        messages.error(request, "Điểm cầu kia không còn trong hàng. Xem lại thứ tự rồi đổi lại.")
        return _console(request, slug)
    _do(
        request,
        f"Đã đổi thứ tự gọi của {point.unit.called}.",
        lambda: calling.call_before(point_id=point.pk, other_id=other.pk),
    )
    return _console(request, slug)


@require_POST
def line_ready(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Say for the own point that it is ready and waits for its test."""
    point = point_of(request, slug, unit, Right.REPORT_READY)
    _do(
        request,
        f"Đã báo viễn thông: {point.unit.called} sẵn sàng, chờ thử.",
        lambda: calling.report_ready(point_id=point.pk),
    )
    return redirect("point_tests", slug, unit)


def _do(request: PortalRequest, said: str, verb: Any) -> None:
    """Do it and say so, or say why it was refused."""
    try:
        verb()
    except ValidationError as refusal:
        messages.error(request, refusal.messages[0])
    else:
        messages.success(request, said)
