"""What a district sees of its communes: their links, and the answers that came by them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import Right, may
from accounts.requests import PortalRequest
from registrations.commune_desk import (
    CommuneDesk,
    LinkLine,
    address_of,
    answered_values,
    commune_desk,
    compared,
    message_for,
    qr_of,
    values_of,
)
from registrations.commune_forms import CorrectionForm, initial_of
from registrations.models import CommuneAnswer, CommuneLink
from registrations.overview import overview
from registrations.services import commune_links, commune_table
from registrations.services.drafts import Closed, Stale
from registrations.states import Standing
from registrations.views.rows import too_late_words
from registrations.views.scope import fetch


def _who(request: PortalRequest, at: Standing) -> dict[str, Any]:
    return {"invitation_id": at.invitation.pk, "user": request.user, "waited": request.waited()}


def _context(request: PortalRequest, desk: CommuneDesk) -> dict[str, Any]:
    at = desk.view.standing
    return {
        "desk": desk,
        "view": desk.view,
        "meeting": at.invitation.meeting,
        "unit": at.invitation.unit,
        "acts": may(request.user, Right.REGISTER),
        "editable": may(request.user, Right.REGISTER) and at.is_open,
    }


def _closed(request: PortalRequest, too_late: Closed, to: str, slug: str, unit: str) -> HttpResponse:
    messages.error(request, f"{too_late_words(too_late)} Chưa thay đổi gì.")
    return redirect(to, slug, unit)


# ── Links ────────────────────────────────────────────────────────────────────────────────────────


@require_safe
def links(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Show every commune with the state of its link; to the unit itself also the links."""
    at = fetch(request, slug, unit, Right.READ_REGISTRATION)
    desk = commune_desk(overview(at))
    context = _context(request, desk)
    rows = [(line, *(_sent(line, at) if context["acts"] else ("", ""))) for line in desk.lines]
    return render(request, "registrations/communes.html", context | {"rows": rows})


def _sent(line: LinkLine, at: Standing) -> tuple[str, str]:
    """The address and the ready text of a link that can be opened."""
    if line.link is None or not line.stands:
        return "", ""
    return address_of(line.link), message_for(line.link, line.unit, at)


@require_POST
def make_links(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Make links for all communes that have not answered, or for the one that is named."""
    at = fetch(request, slug, unit, Right.REGISTER)
    own = commune_desk(overview(at)).lines
    try:
        if "commune" in request.POST:
            named = [line.unit for line in own if line.unit.slug == request.POST["commune"]]
            made = commune_links.make_links(**_who(request, at), communes=named)
        else:
            made = commune_links.make_links_for_silent(**_who(request, at))
    except Closed as too_late:
        return _closed(request, too_late, "registration_communes", slug, unit)
    messages.success(request, f"Đã tạo {len(made)} đường dẫn." if made else "Không có đường dẫn nào cần tạo.")
    return redirect("registration_communes", slug, unit)


@require_safe
def link(request: PortalRequest, slug: str, unit: str, pk: int) -> HttpResponse:
    """Show one commune's link to send: address, ready text, QR code."""
    at = fetch(request, slug, unit, Right.REGISTER)
    found = get_object_or_404(CommuneLink.objects.select_related("unit"), invitation=at.invitation, pk=pk)
    context = {"at": at, "meeting": at.invitation.meeting, "unit": at.invitation.unit, "link": found}
    if found.revoked_at is None:
        context |= {"address": address_of(found), "message": message_for(found, found.unit, at)}
        context |= {"qr": qr_of(found), "editable": at.is_open}
    return render(request, "registrations/commune_link.html", context)


@require_POST
def revoke_link(request: PortalRequest, slug: str, unit: str, pk: int) -> HttpResponse:
    """Revoke a link; with ``renew`` give the commune a new one in its place."""
    at = fetch(request, slug, unit, Right.REGISTER)
    found = get_object_or_404(CommuneLink, invitation=at.invitation, pk=pk)
    if "renew" not in request.POST:
        gone = commune_links.revoke_link(invitation_id=at.invitation.pk, user=request.user, link_id=found.pk)
        messages.success(request, f"Đã thu hồi đường dẫn của {gone.unit}.")
        return redirect("registration_communes", slug, unit)
    try:
        new = commune_links.renew_link(**_who(request, at), link_id=found.pk)
    except Closed as too_late:
        return _closed(request, too_late, "registration_communes", slug, unit)
    messages.success(request, "Đã tạo đường dẫn mới; đường dẫn cũ không mở được nữa.")
    return redirect("registration_commune_link", slug, unit, new.pk)


@require_safe
def slips(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Show the QR codes of all links that can be opened, one to a slip, made to be printed and cut."""
    at = fetch(request, slug, unit, Right.REGISTER)
    desk = commune_desk(overview(at))
    codes = [(line, qr_of(line.link)) for line in desk.standing if line.link]
    return render(request, "registrations/commune_slips.html", _context(request, desk) | {"codes": codes})


# ── Answers ──────────────────────────────────────────────────────────────────────────────────────


@require_safe
def answers(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Show the answers that wait, each beside what the district has."""
    at = fetch(request, slug, unit, Right.READ_REGISTRATION)
    desk = commune_desk(overview(at))
    waiting = [(line, _beside(line, line.answer), line.line.point) for line in desk.waiting if line.answer]
    decided = [line for line in desk.lines if line.answer and line.answer.decided_at and line.stands]
    late = [(line, _beside(line, line.late)) for line in desk.lines if line.late and line.stands]
    context = _context(request, desk) | {"waiting": waiting, "decided": decided, "late": late}
    return render(request, "registrations/commune_answers.html", context)


def _beside(line: LinkLine, answer: CommuneAnswer) -> Any:
    return compared(values_of(line.line.point, line.line.expected), answered_values(answer))


@require_http_methods(["GET", "POST"])
def answer(request: PortalRequest, slug: str, unit: str, pk: int) -> HttpResponse:
    """Show an answer to correct; take it as it is or corrected, or leave it unused."""
    at = fetch(request, slug, unit, Right.REGISTER)
    found = get_object_or_404(
        CommuneAnswer.objects.select_related("link__unit"), link__invitation=at.invitation, pk=pk
    )
    if request.method == "GET":
        return _correction(request, at, found)
    verb = request.POST.get("verb")
    if verb == "decline":
        return _decline(request, at, found)
    corrects = verb == "correct"
    form = CorrectionForm(request.POST) if corrects else None
    if form is not None and not form.is_valid():
        return _correction(request, at, found, form=form, status=422)
    try:
        commune_links.accept_answer(
            **_who(request, at),
            answer_id=found.pk,
            version=form.cleaned_data["version"] if form else _number(request.POST.get("version")),
            corrected=form.said if form else None,
        )
    except Closed as too_late:
        return _closed(request, too_late, "registration_commune_answers", slug, unit)
    except commune_links.Decided as first:
        return _somebody_was_first(request, at, first)
    except Stale as stale:
        return _correction(request, at, found, form=form, stale=stale, status=409)
    messages.success(request, f"Đã nhận điểm cầu {found.link.unit.called}.")
    return redirect("registration_commune_answers", slug, unit)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0


def _decline(request: PortalRequest, at: Standing, found: CommuneAnswer) -> HttpResponse:
    try:
        commune_links.decline_answer(invitation_id=at.invitation.pk, user=request.user, answer_id=found.pk)
    except commune_links.Decided as first:
        return _somebody_was_first(request, at, first)
    messages.success(request, f"Không dùng bản của {found.link.unit.called}.")
    return redirect("registration_commune_answers", at.invitation.meeting.slug, at.invitation.unit.slug)


def _somebody_was_first(request: PortalRequest, at: Standing, first: commune_links.Decided) -> HttpResponse:
    commune, state = first.answer.link.unit.called, first.answer.get_state_display().lower()
    messages.error(request, f"Bản của {commune} không còn chờ: {state}. Chưa thay đổi gì.")
    return redirect("registration_commune_answers", at.invitation.meeting.slug, at.invitation.unit.slug)


def _correction(
    request: PortalRequest,
    at: Standing,
    found: CommuneAnswer,
    *,
    form: CorrectionForm | None = None,
    stale: Stale | None = None,
    status: int = 200,
) -> HttpResponse:
    """The boxes of one answer, beside what the district has now."""
    desk = commune_desk(overview(at))
    line = next(line for line in desk.lines if line.unit.pk == found.link.unit_id)
    point = line.line.point
    version = point.version if point else 0
    if form is None:
        form = CorrectionForm(initial=initial_of(found, None, None) | {"version": version})
    elif stale is not None:
        data = request.POST.copy()  # saving again is a choice: on top of what is there now
        data["version"] = str(version)
        form = CorrectionForm(data)
    context = {"form": form, "answer": found, "line": line, "stale": stale, "beside": _beside(line, found)}
    return render(
        request, "registrations/commune_answer_edit.html", _context(request, desk) | context, status=status
    )


# ── Many at once ─────────────────────────────────────────────────────────────────────────────────


@require_POST
def connect_all(request: PortalRequest, slug: str, unit: str) -> HttpResponse:
    """Tick every commune, or untick every one; the page has asked before."""
    at = fetch(request, slug, unit, Right.REGISTER)
    connects = request.POST.get("connects") != "no"
    try:
        changed = commune_table.connect_communes(**_who(request, at), connects=connects)
    except Closed as too_late:
        return _closed(request, too_late, "registration_communes", slug, unit)
    words = "kết nối" if connects else "không kết nối"
    messages.success(request, f"Đã đánh dấu {len(changed)} xã {words}.")
    return redirect("registration_communes", slug, unit)
