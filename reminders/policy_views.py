"""A meeting's plan of reminders: what goes next, pause, cancel, send at once, the hours and the steps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.clock import database_now
from accounts.permissions import Right
from invitations.models import Meeting
from invitations.views.scope import fetch
from reminders import texts, wording
from reminders.called import called
from reminders.forecast import USUAL, WINDOWS, forecast
from reminders.models import Policy, Step
from reminders.policy import Instant, Timetable, kind_of, report_due
from reminders.policy_forms import HoursForm, StepForm
from reminders.services import by_hand, policies

if TYPE_CHECKING:
    from accounts.requests import PortalRequest

PREVIEWS = 3
"""Real units whose message the page of a step shows."""

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def plan(request: PortalRequest, slug: str) -> HttpResponse:
    """Show what goes in the next hours before it goes, and the steps it comes from."""
    meeting = fetch(request, slug, Right.REMIND)
    asked = request.GET.get("gio", "")
    hours = int(asked) if asked.isdecimal() and int(asked) in WINDOWS else USUAL
    found = forecast(meeting, database_now(), hours, request.GET.get("page"))
    context = {"meeting": meeting, "forecast": found, "steps": found.steps}
    return render(request, "reminders/plan.html", context)


@require_POST
def pause(request: PortalRequest, slug: str) -> HttpResponse:
    """Stop a meeting's reminders, or let them go on."""
    meeting = fetch(request, slug, Right.REMIND)
    if request.POST.get("viec") == "tiep":
        policies.resume(meeting=meeting)
        messages.success(request, "Đã cho nhắc tiếp theo kế hoạch.")
    else:
        policies.pause(meeting=meeting, user=request.user)
        messages.success(request, "Đã tạm dừng. Không tin nhắc nào của hội nghị này tự đi nữa.")
    return redirect("reminder_plan", slug)


@require_POST
def picks(request: PortalRequest, slug: str) -> HttpResponse:
    """Send the chosen messages at once, or cancel them for good."""
    meeting = fetch(request, slug, Right.REMIND)
    chosen = [pick for value in request.POST.getlist("tin") if (pick := _pick(value))]
    if not chosen:
        messages.warning(request, "Chưa chọn tin nào.")
    elif request.POST.get("viec") == "huy":
        _say(
            request, by_hand.withdraw(meeting=meeting, picks=chosen, user=request.user),
            "Đã hủy {} tin, không đi nữa.",
        )  # fmt: skip
    else:
        _say(
            request, by_hand.send_ahead(meeting=meeting, picks=chosen, user=request.user),
            "{} tin đi trong nửa phút, đến giờ của mốc không đi lần nữa.",
        )  # fmt: skip
    return redirect("reminder_plan", slug)


def _pick(value: str) -> by_hand.Pick | None:
    """Read what a box of the page says; what is none chooses nothing."""
    unit, _, rest = value.partition("|")
    kind, _, moment = rest.partition("|")
    try:
        slot = parse_datetime(moment)
    except ValueError:
        return None
    if not (unit.isascii() and unit.isdecimal() and len(unit) < 16) or slot is None or slot.tzinfo is None:
        return None
    return by_hand.Pick(int(unit), kind, slot)


def _say(request: PortalRequest, came: by_hand.Ahead, words: str) -> None:
    if came.done:
        messages.success(request, words.format(came.done))
    told = [
        *([f"{came.gone} tin đã đi hoặc không còn cần"] if came.gone else []),
        *(
            [f"{came.without_address} đơn vị chưa có địa chỉ, đề nghị gọi điện"]
            if came.without_address
            else []
        ),
    ]
    if told:
        messages.warning(request, f"Không làm được: {'; '.join(told)}.")


# ── Hours and steps ──────────────────────────────────────────────────────────────────────────


@GET_OR_POST
def hours(request: PortalRequest, slug: str) -> HttpResponse:
    """Change the quiet hours, the office's hours, the limit and the digest's times."""
    meeting = fetch(request, slug, Right.REMIND)
    policy = policies.policy_of(meeting)
    form = HoursForm(request.POST) if request.method == "POST" else HoursForm.of(policy)
    context = {"meeting": meeting, "form": form}
    if request.method == "POST" and form.is_valid():
        try:
            policies.change_hours(changed=form.filled(policy), version=form.cleaned_data["version"])
        except ValidationError as refusal:
            now_there = Policy.objects.get(pk=policy.pk)
            form = form.on_version(now_there.version)  # type: ignore[assignment]
            _refuse(form, refusal)
            context |= {"form": form, "now_there": HoursForm.of(now_there)}
        else:
            messages.success(request, "Đã lưu giờ giấc. Các tin chưa đi theo giờ mới.")
            return redirect("reminder_plan", slug)
    return render(request, "reminders/plan_hours.html", context, status=_status(form))


@GET_OR_POST
def step_add(request: PortalRequest, slug: str) -> HttpResponse:
    """Add a step."""
    meeting = fetch(request, slug, Right.REMIND)
    policy = policies.policy_of(meeting)
    example = policy.steps.first() or Step()
    fresh = StepForm(
        initial={
            "version": policy.version, "way0": "mail", "subject": example.subject, "body": example.body,
            "to": ["contact"], "active": True, "unit": "gio", "side": "truoc",
        }
    )  # fmt: skip
    return _edit(request, meeting, Step(), fresh)


@GET_OR_POST
def step(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Change a step; its text can be seen on real units before it is stored."""
    meeting = fetch(request, slug, Right.REMIND)
    policy = policies.policy_of(meeting)
    found = get_object_or_404(policy.steps, pk=pk)
    return _edit(request, meeting, found, StepForm.of(found, policy.version))


def _edit(request: PortalRequest, meeting: Meeting, found: Step, fresh: StepForm) -> HttpResponse:
    form = StepForm(request.POST) if request.method == "POST" else fresh
    context: dict[str, object] = {"meeting": meeting, "step": found, "fields": texts.FIELDS.items()}
    if request.method == "POST" and form.is_valid():
        if "xem" in request.POST:
            context["previews"] = _previews(meeting, form.filled(found))
        else:
            version = form.cleaned_data["version"]
            try:
                policies.save_step(meeting=meeting, step=form.filled(found), version=version)
            except ValidationError as refusal:
                form, context["now_there"] = _again(form, refusal, meeting, found)
            else:
                messages.success(request, "Đã lưu mốc nhắc. Các tin chưa đi theo mốc mới.")
                return redirect("reminder_plan", meeting.slug)
    elif request.method == "GET" and found.pk:
        context["previews"] = _previews(meeting, found)
    return render(request, "reminders/plan_step.html", {**context, "form": form}, status=_status(form))


def _again(
    form: StepForm, refusal: ValidationError, meeting: Meeting, found: Step
) -> tuple[StepForm, Step | None]:
    """The form with all that was typed, and what the plan holds now where somebody else changed it."""
    version = policies.policy_of(meeting).version
    again: StepForm = form.on_version(version)  # type: ignore[assignment]
    _refuse(again, refusal)
    is_stale = form.cleaned_data["version"] != version
    return again, Step.objects.filter(pk=found.pk).first() if is_stale else None


def _refuse(form: HoursForm | StepForm, refusal: ValidationError) -> None:
    form.add_error(None, [str(message) for message in refusal.messages])


def _status(form: HoursForm | StepForm) -> int:
    return 422 if form.is_bound and form.errors else 200


def _previews(meeting: Meeting, found: Step) -> Iterable[tuple[str, wording.Wording]]:
    """What the step says to the first units that still owe something, else to the first ones."""
    now = database_now()
    tables = policies.timetables([meeting])
    units = sorted(called(meeting.invitations.all()), key=lambda one: (one.is_answered, one.is_declined))
    wanted = [(one, _instant(found, tables[meeting.pk], one.deadline, now)) for one in units[:PREVIEWS]]
    writing = wording.Writing()
    return [
        (case.called.name, writing.write(case, case.called.name))
        for case in wording.to_units(wanted, tables, now)
    ]


def _instant(found: Step, table: Timetable, deadline: datetime, now: datetime) -> Instant:
    session = table.sessions[0] if found.anchor == Step.Anchor.PRESENCE and table.sessions else None
    if session is not None:
        hour = report_due(session)
    elif found.anchor == Step.Anchor.DEADLINE:
        hour = deadline
    else:
        hour = table.hours.get(Step.Anchor(found.anchor), now)
    at = hour + found.offset
    return Instant(kind_of(found), at, at, at, found, session.pk if session else None)


@require_POST
def step_remove(request: PortalRequest, slug: str, pk: int) -> HttpResponse:
    """Take a step out of the plan."""
    meeting = fetch(request, slug, Right.REMIND)
    get_object_or_404(Step, policy__meeting=meeting, pk=pk)
    version = _version(request.POST)
    _do(
        request,
        lambda: policies.remove_step(meeting=meeting, step_id=pk, version=version),
        "Đã bỏ mốc nhắc. Tin chưa đi của mốc này đã hủy.",
    )
    return redirect("reminder_plan", slug)


@require_POST
def restore(request: PortalRequest, slug: str) -> HttpResponse:
    """Put the default plan back."""
    meeting = fetch(request, slug, Right.REMIND)
    version = _version(request.POST)
    _do(
        request,
        lambda: policies.restore_default(meeting=meeting, version=version),
        "Đã khôi phục kế hoạch mặc định.",
    )
    return redirect("reminder_plan", slug)


def _version(data: QueryDict) -> int:
    typed = data.get("version", "")
    return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


def _do(request: PortalRequest, deed: Callable[[], object], words: str) -> None:
    try:
        deed()
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, words)
