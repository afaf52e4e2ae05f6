"""The page behind a commune's signed link: its own point, no account, no other commune.

The address itself is the key: whoever has it may send, so a token against forged forms would protect
nothing and would fail in browsers inside chat programs, which keep no cookies (docs/decisions/0012).
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.clock import database_now
from accounts.requests import PortalRequest
from bridge_points.models import BridgePoint
from invitations.models import Invitation
from registrations.commune_desk import answered_values, compared, values_of
from registrations.commune_forms import AnswerForm, initial_of
from registrations.commune_line import line_of
from registrations.models import CommuneAnswer, CommuneLink, Headcount
from registrations.services import commune_links
from registrations.services.drafts import Closed
from registrations.states import Standing, standing, with_extension

OPENED = "da-mo"
"""What the page's own script says once somebody sees the page: a chat program that draws a preview of the
link asks for the page too, and runs nothing."""


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def commune_link(request: HttpRequest, token: str) -> HttpResponse:
    """Show a commune its form and what became of its answers; take an answer."""
    link = link_of(token)
    at = standing_of(link)
    if not stands(link, at):
        response = page_of(request, "commune_revoked.html", link, at, status=410)
    elif request.method == "POST" and OPENED in request.POST:
        commune_links.open_link(link=link)
        response = HttpResponse(status=204)
    elif request.method == "POST":
        commune_links.open_link(link=link)
        response = _answer(cast(PortalRequest, request), token, link, at)
    else:
        response = _form_page(request, link, at)
    return sealed(response)


def sealed(response: HttpResponse) -> HttpResponse:
    """The address, which is the key, leaves the page in no header."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def stands(link: CommuneLink, at: Standing) -> bool:
    """Say whether the link opens anything: not revoked, and of a commune that is still below its unit."""
    return link.revoked_at is None and at.invitation.unit.covers(link.unit)


def link_of(token: str) -> CommuneLink:
    """Return the link of an address, or 404."""
    key = commune_links.key_of(token)
    link = CommuneLink.objects.select_related("unit").filter(key=key).first() if key else None
    if link is None:
        raise Http404
    return link


def standing_of(link: CommuneLink) -> Standing:
    """Return where the invitation stands by which the link was given."""
    invitations = with_extension(Invitation.objects.select_related("meeting"))
    return standing(invitations.get(pk=link.invitation_id), database_now())


def page_of(
    request: HttpRequest, template: str, link: CommuneLink, at: Standing, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of the link: the commune, its meeting, and what ``context`` adds."""
    whole = {"link": link, "commune": link.unit, "at": at, "meeting": at.invitation.meeting, **context}
    return render(request, f"registrations/{template}", whole, status=status)


def _form_page(
    request: HttpRequest,
    link: CommuneLink,
    at: Standing,
    *,
    form: AnswerForm | None = None,
    too_late: Closed | None = None,
    status: int = 200,
) -> HttpResponse:
    point, expected = _point(link, at)
    last = link.answers.exclude(state=CommuneAnswer.State.LATE).first()
    taken = values_of(point, expected) if last and last.state in _TAKEN else None
    return page_of(
        request,
        "commune_answer.html",
        link,
        at,
        status,
        form=form or AnswerForm(initial=initial_of(last, point, expected)),
        last=last,
        sent=compared(taken or values_of(None, None), answered_values(last)) if last else None,
        taken=taken,
        too_late=too_late,
        changing="sua" in request.GET or (form is not None),
        line=line_of(link, at.invitation.meeting_id),
        token=commune_links.token_of(link),
    )


_TAKEN = (CommuneAnswer.State.ACCEPTED, CommuneAnswer.State.CORRECTED)


def _point(link: CommuneLink, at: Standing) -> tuple[BridgePoint | None, int | None]:
    point = BridgePoint.objects.filter(meeting=at.invitation.meeting, unit=link.unit).first()
    numbers = Headcount.objects.filter(registration=at.registration, bridge_point=point, role=None)
    return point, numbers.values_list("number", flat=True).first() if point and at.registration else None


def _answer(request: PortalRequest, token: str, link: CommuneLink, at: Standing) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _form_page(request, link, at, form=form, status=422)
    try:
        commune_links.answer_by_link(
            link_id=link.pk,
            form_uuid=form.cleaned_data["form_uuid"],
            said=form.said,
            waited=request.waited(),
        )
    except commune_links.Revoked:
        return page_of(request, "commune_revoked.html", link, at, status=410)
    except Closed as too_late:
        return _form_page(request, link, standing_of(link), form=form, too_late=too_late, status=409)
    except commune_links.TooMany:
        form.add_error(None, "Đã gửi quá nhiều lần. Chờ mười phút rồi gửi lại; chữ đã gõ vẫn còn ở đây.")
        return _form_page(request, link, at, form=form, status=429)
    return redirect("commune_link", token)
