"""The list of bridge points, and what is done at one of them: test, correct, add, take away.

A row asked for by htmx comes alone; without htmx the same address is a page of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from accounts.models import Tier, Unit
from accounts.permissions import Right, require
from bridge_points import services
from bridge_points.forms import FindForm, LineTestForm, NewPointForm, PointForm
from bridge_points.listing import SHOWN, Filter, counts, listing
from bridge_points.models import BridgePoint
from bridge_points.scope import meeting_of, point_of
from invitations.models import Meeting

if TYPE_CHECKING:
    from accounts.requests import PortalRequest


# ── The list ─────────────────────────────────────────────────────────────────────────────────────


@require_GET
def points_latest(request: PortalRequest) -> HttpResponse:
    """Lead to the points of the newest meeting, or say that there is none yet."""
    require(request.user, Right.LIST_POINTS)
    meeting = Meeting.objects.visible_to(request.user).first()
    if meeting is None:
        return render(request, "bridge_points/no_meeting.html")
    return redirect("points", meeting.slug)


@require_GET
def points(request: PortalRequest, slug: str) -> HttpResponse:
    """List the points in the person's scope; with ``in`` in the address as a sheet to print."""
    meeting = meeting_of(request, slug, Right.LIST_POINTS)
    whole = "in" in request.GET
    shown = listing(meeting, request.user, Filter.of(request.GET), request.GET.get("page"), whole=whole)
    find = FindForm(initial=shown.filter.asked, areas=shown.areas)
    context = {"meeting": meeting, "listing": shown, "counts": shown.counts, "find": find}
    template = "points_print.html" if whole else "points.html"
    return render(request, f"bridge_points/{template}", context)


@require_GET
@vary_on_headers("HX-Request")
def point_tests(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Show one point with every test of its line; to htmx its row, or the tests (``phan=thu``)."""
    point = point_of(request, slug, unit, Right.READ_TECHNICIANS)
    if request.htmx and request.GET.get("phan") != "thu":
        return _row(request, point)
    tests = list(point.line_tests.select_related("tested_by"))
    seen = f"{len(tests)}-{point.state}"
    if request.htmx and request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    context = {
        "meeting": point.meeting,
        "point": point,
        "tests": tests,
        "word": SHOWN[point.state],
        "seen": seen,
        "news": bool(request.htmx),
    }
    template = "_tests.html" if request.htmx else "point_tests.html"
    return render(request, f"bridge_points/{template}", context)


def _row(request: PortalRequest, point: BridgePoint, *, said: str = "") -> HttpResponse:
    """Answer with the row as it now is; after a deed also with the new counts of the list around it."""
    context: dict[str, Any] = {"meeting": point.meeting, "point": point, "word": SHOWN[point.state]}
    if not said:
        return render(request, "bridge_points/_row.html", context)
    around = Filter.of(QueryDict(urlsplit(request.htmx.current_url or "").query))
    context["counts"] = counts(point.meeting, request.user, around)
    return trigger_client_event(
        render(request, "bridge_points/_row_and_counts.html", context), "toast", {"value": said}
    )


def _done(request: PortalRequest, slug: str, unit: str, said: str) -> HttpResponse:
    """Say that it is done, in the row or on the point's page."""
    if request.htmx:
        return _row(request, point_of(request, slug, unit), said=said)
    messages.success(request, said)
    return redirect("point_tests", slug, unit)


# ── Telecom ──────────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def point_test(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Record one test of the point's line."""
    point = point_of(request, slug, unit, Right.TEST_LINES)
    form = LineTestForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            test = services.record_line_test(point_id=point.pk, user=request.user, **form.cleaned_data)
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return _done(request, slug, unit, f"{point.unit.called}: {test.get_result_display().lower()}.")
    context: dict[str, Any] = {"meeting": point.meeting, "point": point, "form": form}
    context["why_not"] = services.why_not_testable(point)
    return _panel(request, "test", context, 422 if form.is_bound else 200)


def _panel(request: PortalRequest, what: str, context: dict[str, Any], status: int) -> HttpResponse:
    """Answer with a row that opens as a form, or with a page around the same form."""
    context |= {"panel": f"bridge_points/_{what}_form.html"}
    template = "_panel_row.html" if request.htmx else "panel.html"
    return render(request, f"bridge_points/{template}", context, status=status)


# ── The office ───────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def point_edit(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Correct a point; who was overtaken by somebody sees both texts."""
    point = point_of(request, slug, unit, Right.EDIT_MEETING)
    data = request.POST if request.method == "POST" else None
    form, status = PointForm(data, instance=point, meeting=point.meeting), 200 if data is None else 422
    if form.is_valid():
        try:
            services.change_point(
                point_id=point.pk, version=form.cleaned_data["version"], values=form.values()
            )
        except services.StalePoint as stale:
            form, status = form.against(stale.current), 409
            if not form.conflicts:  # both wrote the same
                return _done(request, slug, unit, f"Điểm cầu {point.unit.called} đã được lưu như vậy.")
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return _done(request, slug, unit, f"Đã lưu điểm cầu {point.unit.called}.")
    return _panel(request, "edit", {"meeting": point.meeting, "point": point, "form": form}, status)


@require_http_methods(["GET", "POST"])
def point_add(request: PortalRequest, slug: str) -> HttpResponse:
    """Add the provincial point, or the point of a unit."""
    meeting = meeting_of(request, slug, Right.EDIT_MEETING)
    data = request.POST if request.method == "POST" else None
    form = NewPointForm(
        data, instance=BridgePoint(meeting=meeting), meeting=meeting, initial=_asked_for(request)
    )
    if form.is_valid():
        try:
            point = services.add_point(meeting=meeting, unit=form.cleaned_data["unit"], values=form.values())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            messages.success(request, f"Đã thêm điểm cầu {point.unit.called}.")
            return redirect("point_tests", slug, point.unit.slug)
    context = {"meeting": meeting, "form": form}
    return render(request, "bridge_points/point_add.html", context, status=422 if data else 200)


def _asked_for(request: PortalRequest) -> dict[str, Any]:
    """The unit that the address proposes: the root of the tree for ``?cap=tinh``."""
    if request.GET.get("cap") == "tinh":
        return {"unit": Unit.objects.filter(parent=None, tier=Tier.PROVINCE).first()}
    return {"unit": Unit.objects.filter(slug=request.GET.get("don_vi", "")).first()}


@require_http_methods(["GET", "POST"])
@vary_on_headers("HX-Request")
def point_remove(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Ask whether to take a point away, say what stands against it, and do it."""
    point = point_of(request, slug, unit, Right.EDIT_MEETING)
    if request.method == "POST":
        try:
            services.remove_point(point_id=point.pk)
        except services.PointInUse as in_use:
            return _remove_page(request, point, in_use.counts, 409)
        messages.success(request, f"Đã bỏ điểm cầu {point.unit.called}.")
        return redirect("points", slug)
    return _remove_page(request, point, services.what_hangs_on(point), 200)


def _remove_page(request: PortalRequest, point: BridgePoint, counts: Any, status: int) -> HttpResponse:
    """The question, as a dialog over the list or as a page."""
    context = {"meeting": point.meeting, "point": point, "in_use": counts}
    template = "_remove_dialog.html" if request.htmx else "remove.html"
    return render(request, f"bridge_points/{template}", context, status=status)
