"""Writing a meeting: one page that reads, in which one row at a time opens as fields.

``invitations/parts.py`` says what there is to write; these few views open, save, move and delete a row
of any kind. With htmx they answer with fragments, without it with whole pages.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, ProtectedError, prefetch_related_objects
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import reswap, retarget, trigger_client_event

from accounts.clock import database_now
from accounts.permissions import Right, require
from accounts.requests import PortalRequest
from invitations import deadlines, services, wording
from invitations.forms import NewMeetingForm, PartForm
from invitations.models import Audience, Meeting
from invitations.parts import BY_NAME, PARTS, PartKind, part_or_404
from invitations.views.scope import fetch


@require_http_methods(["GET", "POST"])
def create(request: PortalRequest) -> HttpResponse:
    """Begin a draft with the few things it must have, then on to the editor."""
    require(request.user, Right.EDIT_MEETING)
    form = NewMeetingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        meeting = services.create(meeting=form.save(commit=False))
        return redirect("meeting_edit", meeting.slug)
    status = 422 if form.errors else 200
    return render(request, "invitations/meeting_create.html", {"form": form}, status=status)


@require_safe
def edit(request: PortalRequest, slug: str) -> HttpResponse:
    """Show all that is written, part by part, and what is still missing to publish."""
    meeting = fetch(request, slug, Right.EDIT_MEETING)
    return render(request, "invitations/meeting_edit.html", _whole(meeting))


def _whole(meeting: Meeting) -> dict[str, Any]:
    """Everything the editor shows, each kind of part read once."""
    parts = [kind for kind in PARTS if not (kind.whole or kind.of_audience)]
    reads = [Prefetch(f"{kind.name}s", queryset=kind.rows(meeting)) for kind in parts]
    prefetch_related_objects([meeting], *reads)
    now = database_now()
    sessions = list(meeting.sessions.all())
    invitations = [called for audience in meeting.audiences.all() for called in audience.invitations.all()]
    unsent = [invitation for invitation in invitations if invitation.sent_at is None]
    doubts = []
    if meeting.is_draft or unsent:
        doubts = deadlines.doubts(
            registration_deadline=meeting.registration_deadline,
            line_test_at=meeting.line_test_at,
            first_session=wording.begins_at(sessions),
            now=now,
        )
    return {
        "meeting": meeting,
        "kinds": BY_NAME,
        "days": wording.days_of(sessions, meeting.duration_days),
        "invited": len(invitations),
        "unsent": len(unsent),
        "missing": services.missing_to_publish(meeting, now),
        "doubts": doubts,
    }


# ── One row ──────────────────────────────────────────────────────────────────────────────────


@require_http_methods(["GET", "POST"])
def part_add(request: PortalRequest, slug: str, part: str) -> HttpResponse:
    """Open an empty row of a kind, or save it at the end of its list."""
    meeting = fetch(request, slug, Right.EDIT_MEETING)
    kind = part_or_404(part)
    audience = _audience(request, meeting) if kind.of_audience else None
    if kind.whole:
        raise Http404(part)
    if request.method == "GET" and request.htmx and "huy" in request.GET:
        return render(request, "invitations/part_add.html", _of_list(meeting, kind, audience))
    row = kind.new(meeting, audience)
    with _writing(request, meeting):
        form = _form(request, kind, meeting, row)
        if not form.is_valid():
            return _opened(request, meeting, kind, row, form)
        if kind.ordered:
            row.position = kind.rows(meeting, audience).count()
        form.save()
    return _listed(request, meeting, kind, audience, row)


@require_http_methods(["GET", "POST"])
def part(request: PortalRequest, slug: str, part: str, pk: int) -> HttpResponse:
    """Show a row, open it as fields (``?sua``), or save it."""
    meeting = fetch(request, slug, Right.EDIT_MEETING)
    kind = part_or_404(part)
    with _writing(request, meeting):
        row = get_object_or_404(kind.rows(meeting), pk=pk)
        if request.method == "GET" and request.htmx and "sua" not in request.GET:
            return render(request, "invitations/part_line.html", _of_row(meeting, kind, row))
        form = _form(request, kind, meeting, row)
        if not form.is_valid():
            return _opened(request, meeting, kind, row, form)
        form.save()
    if kind.whole or kind.ordered:
        return _read(request, meeting, kind, row)
    return _listed(request, meeting, kind, None, row)


@require_http_methods(["GET", "POST"])
def part_delete(request: PortalRequest, slug: str, part: str, pk: int) -> HttpResponse:
    """Ask whether to delete a row, then delete it; what hangs on it is named."""
    meeting = fetch(request, slug, Right.EDIT_MEETING)
    kind = part_or_404(part)
    row = get_object_or_404(kind.rows(meeting), pk=pk)
    if kind.whole:
        raise Http404(part)
    if request.method == "GET":
        return _dialog(request, meeting, kind, row)
    audience = row.audience if kind.of_audience else None
    try:
        with _writing(request, meeting):
            row.delete()
    except ProtectedError as error:
        return _dialog(request, meeting, kind, row, why_kept=kind.why_kept(error))
    return _listed(request, meeting, kind, audience, None)


@require_POST
def part_move(request: PortalRequest, slug: str, part: str, pk: int) -> HttpResponse:
    """Move a row one place up, or down."""
    meeting = fetch(request, slug, Right.EDIT_MEETING)
    kind = part_or_404(part)
    row = get_object_or_404(kind.rows(meeting), pk=pk)
    if kind.whole or not kind.ordered:
        raise Http404(part)
    audience = row.audience if kind.of_audience else None
    by = 1 if request.POST.get("huong") == "xuong" else -1
    services.move_part(siblings=kind.rows(meeting, audience), pk=pk, by=by)
    return _listed(request, meeting, kind, audience, row, moved=True)


# ── Answers ──────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _writing(request: PortalRequest, meeting: Meeting) -> Iterator[None]:
    """One writer of a meeting at a time: two people who add the same session do not meet an error."""
    with transaction.atomic():
        if request.method == "POST":
            Meeting.objects.select_for_update().get(pk=meeting.pk)
        yield


def _audience(request: PortalRequest, meeting: Meeting) -> Audience:
    """The audience that a new role or chair belongs to, one of this meeting."""
    wanted = request.GET.get("nhom", "")
    return get_object_or_404(meeting.audiences, pk=int(wanted) if wanted.isdecimal() else 0)


def _form(request: PortalRequest, kind: PartKind, meeting: Meeting, row: Any) -> PartForm:
    audience = row.audience if kind.of_audience else None
    typed = request.POST if request.method == "POST" else None
    return kind.form(
        typed,
        instance=row,
        meeting=meeting,
        audience=audience,
        auto_id=f"{kind.name}-{row.pk or 'moi'}-%s",
    )


def _of_list(meeting: Meeting, kind: PartKind, audience: Audience | None) -> dict[str, Any]:
    return {"meeting": meeting, "kind": kind, "kinds": BY_NAME, "owner": audience or meeting}


def _of_row(meeting: Meeting, kind: PartKind, row: Any) -> dict[str, Any]:
    return {"meeting": row if kind.whole else meeting, "kind": kind, "row": row}


def _opened(
    request: PortalRequest, meeting: Meeting, kind: PartKind, row: Any, form: PartForm
) -> HttpResponse:
    """The row as fields, with what was typed and what is wrong with it."""
    context = _of_row(meeting, kind, row) | {"form": form}
    template = "invitations/part_form.html" if request.htmx else "invitations/part_page.html"
    return render(request, template, context, status=422 if form.errors else 200)


def _read(request: PortalRequest, meeting: Meeting, kind: PartKind, row: Any) -> HttpResponse:
    """The row as it reads, after it was saved."""
    if not request.htmx:
        return _back(meeting, kind, row)
    row = kind.rows(meeting).get(pk=row.pk)
    return _saved(render(request, "invitations/part_line.html", _of_row(meeting, kind, row)))


def _listed(
    request: PortalRequest,
    meeting: Meeting,
    kind: PartKind,
    audience: Audience | None,
    row: Any,
    *,
    moved: bool = False,
) -> HttpResponse:
    """The whole list of the row, after its order or length changed.

    The keyboard goes on to "Thêm"; after a move it stays on the arrow, which htmx knows by its id.
    """
    if not request.htmx:
        return _back(meeting, kind, row)
    owner = audience or meeting
    context = _of_list(meeting, kind, audience) | {"rows": kind.rows(meeting, audience), "fresh": not moved}
    response = _saved(render(request, "invitations/part_list.html", context))
    return retarget(reswap(response, "outerHTML"), f"#ds-{kind.name}-{owner.pk}")


def _dialog(
    request: PortalRequest, meeting: Meeting, kind: PartKind, row: Any, why_kept: str = ""
) -> HttpResponse:
    """The question before a row is deleted, or the reason why it was not."""
    owner = row.audience if kind.of_audience else meeting
    context = {"meeting": meeting, "kind": kind, "row": row, "owner": owner, "why_kept": why_kept}
    template = "part_delete" if request.htmx else "part_page"
    response = render(request, f"invitations/{template}.html", context, status=409 if why_kept else 200)
    return retarget(reswap(response, "innerHTML"), "#part-dialog") if why_kept else response


def _saved(response: HttpResponse) -> HttpResponse:
    trigger_client_event(response, "meetingChanged", {})
    return trigger_client_event(response, "saved", {"at": f"{timezone.localtime(database_now()):%H:%M:%S}"})


def _back(meeting: Meeting, kind: PartKind, row: Any) -> HttpResponse:
    place = f"#{kind.name}-{row.pk}" if row is not None and row.pk else ""
    return redirect(reverse("meeting_edit", args=[meeting.slug]) + place)
