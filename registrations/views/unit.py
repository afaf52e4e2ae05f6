"""What a unit sees: what is asked of it, and its registration."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.db.models import F, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.composed import Composed, Given, somebody
from accounts.models import User
from accounts.permissions import Right, may, require
from accounts.requests import PortalRequest
from invitations.issuing import newest_cover_of, newest_issues
from invitations.models import Invitation, LetterIssue
from invitations.openings import with_unopened
from registrations.asking import ask, miles
from registrations.doubles import proposals
from registrations.earlier import earlier
from registrations.extension_forms import AskExtensionForm
from registrations.forms import DelegateForm, HeadcountForm, OwnPointForm
from registrations.late_units import last_request
from registrations.models import Attempt
from registrations.overview import Overview, RoleLine, answers_waiting, overview
from registrations.parts import Mark, first_part, next_part
from registrations.presence import others_at
from registrations.services.looking import look
from registrations.states import Standing, UnitState, standing, with_extension
from registrations.views.scope import fetch

FEW = 3
"""Up to so many names a list is almost empty, and an earlier one is offered."""


def _called(role: str, in_a_unit: bool) -> QuerySet[Invitation]:
    sent = Invitation.objects.visible_to(somebody(role, in_a_unit=in_a_unit)).sent()
    called = with_unopened(with_extension(sent), Given("now")).select_related("meeting")
    return called.annotate(
        part_due_at=F("meeting__result_request__due_at"), part_sent_at=F("telling__sent_at")
    )


_CALLED = Composed(_called)


def _own(request: PortalRequest) -> list[Standing]:
    """The invitations of the person's unit: what is asked for by deadline, then the answered and the past,
    the latest first: whoever is just late finds that before what was answered months ago.
    """
    now = database_now()
    found = [standing(invitation, now) for invitation in _CALLED.seen_by(request.user, now=now)]
    done = (UnitState.SUBMITTED, UnitState.DECLINED, UnitState.LATE)
    asked = [at for at in found if at.state not in done and at.invitation.meeting.takes_registrations]
    rest = [at for at in found if at not in asked]
    asked.sort(key=lambda at: at.deadline)
    rest.sort(key=lambda at: at.deadline, reverse=True)
    return asked + rest


def _results_asked(own: list[Standing]) -> list[Standing]:
    """Those whose part of the result report is asked for and was not sent, of meetings under way."""
    return [
        at
        for at in own
        if at.invitation.meeting.takes_registrations
        and at.invitation.part_due_at  # type: ignore[attr-defined]
        and not at.invitation.part_sent_at  # type: ignore[attr-defined]
    ]


@require_safe
def todo(request: PortalRequest) -> HttpResponse:
    """Show what is asked of the unit, by when, and what is missing; then its other meetings."""
    require(request.user, Right.REGISTER)
    own = _own(request)
    issues = newest_issues([at.invitation.meeting for at in own])
    context: dict[str, Any] = {"others": own[1:], "behind": _behind(own, issues, request.user)}
    context["results"] = _results_asked(own)
    context["materials"] = [at.invitation for at in own if _has_unopened(at, request.user)]
    if own:
        first = own[0]
        view, sessions = overview(first), list(first.invitation.meeting.sessions.all())
        context |= {"view": view, "sessions": sessions, "ask": ask(view), "miles": miles(view, sessions)}
        if view.standing.is_extended or not view.standing.is_open:  # before that nobody asks for time
            context["asked"] = last_request(view.invitation)
        context["issue"] = issues.get(first.invitation.meeting_id)
    return render(request, "registrations/todo.html", context)


def _has_unopened(at: Standing, user: User) -> bool:
    """Materials lie open for the person's own unit, of a meeting that is still to come or under way."""
    invitation = at.invitation
    unopened: list[str] = invitation.unopened  # type: ignore[attr-defined]
    return bool(unopened) and invitation.unit_id == user.unit_id and invitation.meeting.takes_registrations


def _behind(own: list[Standing], issues: dict[int, LetterIssue], user: User) -> set[int]:
    """The meetings of which the person's own unit has opened a version of the letter, but not the newest."""
    seen = {
        at.invitation.meeting_id: at.invitation.seen_number
        for at in own
        if at.invitation.unit_id == user.unit_id
    }
    return {pk for pk, number in seen.items() if pk in issues and 0 < number < issues[pk].number}


@require_safe
def registration_own(request: PortalRequest, slug: str | None = None) -> HttpResponse:
    """Lead to the unit's registration for one meeting, or to the one that is most pressing."""
    require(request.user, Right.REGISTER)
    own = [at for at in _own(request) if slug in (None, at.invitation.meeting.slug)]
    if not own:
        return redirect("todo")
    return redirect("registration", own[0].invitation.meeting.slug, own[0].invitation.unit.slug)


@require_safe
def registration(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Show a unit's registration: to write in while it is open, to read for everyone else and after.

    Of a long list of people its page asks with htmx for one part after the other (``sau``, ``den``).
    """
    at = fetch(request, slug, unit, Right.READ_REGISTRATION)
    registers = may(request.user, Right.REGISTER)
    if request.htmx and "sau" in request.GET:
        return _people(request, at, editable=registers and at.is_open)
    view = overview(at)
    if registers and view.standing.state == UnitState.LATE and "xem" not in request.GET:
        return closed_page(request, view)
    editable = registers and view.standing.is_open
    news = look(registration=view.registration, user=request.user, now=view.standing.now)
    context = page(view, editable=editable) | {"news": news}
    context["part"] = first_part(view, whole="tat-ca" in request.GET)
    if registers:
        context["issue"] = newest_cover_of(view.invitation.meeting)
    context["offers_copy"] = editable and view.named <= FEW and earlier(view.invitation).exists()
    return render(request, "registrations/registration.html", context)


def _people(request: PortalRequest, at: Standing, *, editable: bool) -> HttpResponse:
    """Answer with the rows behind one row of the page."""
    after, until = (Mark.read(request.GET.get(name, "")) for name in ("sau", "den"))
    if not (at.registration and after and until):
        raise Http404
    context = {"meeting": at.invitation.meeting, "unit": at.invitation.unit, "editable": editable}
    context["part"] = next_part(at.registration, after, until)
    return render(request, "registrations/_people.html", context)


@require_safe
def registration_notices(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Tell a registration's page what waits to be looked at; it asks once it stands: this takes its time."""
    at = fetch(request, slug, unit, Right.READ_REGISTRATION)
    context: dict[str, Any] = {"meeting": at.invitation.meeting, "unit": at.invitation.unit}
    context["answers_waiting"] = answers_waiting(at.invitation)
    if may(request.user, Right.REGISTER) and may(request.user, Right.COMPARE_PEOPLE):
        context["doubles_open"] = len(proposals(at.invitation.meeting, request.user))
    return render(request, "registrations/_notices.html", context)


@require_safe
def registration_others(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Tell a clerk, from time to time, who else has the registration open."""
    at = fetch(request, slug, unit, Right.REGISTER)
    return render(
        request, "registrations/_others.html", {"others": others_at(at.invitation.pk, request.user)}
    )


def closed_page(
    request: PortalRequest, view: Overview, *, form: AskExtensionForm | None = None, status: int = 200
) -> HttpResponse:
    """Show that it is too late, what was kept, and how to ask for more time; ``form`` as it was typed."""
    context = {
        "view": view,
        "attempts": Attempt.objects.filter(invitation=view.invitation)[:10],
        "now": database_now(),
        "asked": last_request(view.invitation),
        "form": form or AskExtensionForm(),
    }
    return render(request, "registrations/closed.html", context, status=status)


def page(view: Overview, *, editable: bool) -> dict[str, Any]:
    """The context of the registration page and of every fragment of it; forms are made when shown."""
    audience = view.invitation.audience
    return {
        "view": view,
        "meeting": view.invitation.meeting,
        "unit": view.invitation.unit,
        "editable": editable,
        "form_uuid": uuid.uuid4(),
        "role_lines": partial(_role_lines, view),
        "own_point_form": partial(OwnPointForm, instance=view.own_point),
        "new_form": partial(DelegateForm, audience=audience, initial=_like_the_last(view)),
    }


def _role_lines(view: Overview) -> list[tuple[RoleLine, HeadcountForm]]:
    return [(line, headcount_form(view, line)) for line in view.roles]


def headcount_form(view: Overview, line: RoleLine) -> HeadcountForm:
    """The box of one role, with the number that is declared."""
    args = [view.invitation.meeting.slug, view.invitation.unit.slug, line.role.pk]
    url = reverse("registration_headcount", args=args)
    return HeadcountForm(initial={"number": line.declared}, role=line.role, url=url)


def _like_the_last(view: Overview) -> dict[str, Any]:
    """A new row begins with the role of the last one: lists are typed role by role."""
    return {"role": view.last_delegate.role_id} if view.last_delegate else {}
