"""A letter is dropped in, checked group by group beside its text, and becomes a draft meeting."""

from __future__ import annotations

import logging
from pathlib import PurePath
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.files.giving import begins, give
from accounts.permissions import Right, require
from accounts.requests import PortalRequest
from invitations.checking import services
from invitations.checking.forms import LetterForm
from invitations.checking.sheet import Sheet, sheet_of, sheet_with
from invitations.checking.sheet_rows import BY_ADDRESS
from invitations.letters import LetterError
from invitations.letters.files import MOST_BYTES
from invitations.models import LetterReading

logger = logging.getLogger(__name__)

READINGS_ON_A_PAGE = 20
ENDINGS = ("docx", "pdf", "txt", "text", "md")


@require_http_methods(["GET", "POST"])
def letters(request: PortalRequest) -> HttpResponse:
    """Bring a letter, as a file or as pasted text; see those that were brought before."""
    require(request.user, Right.EDIT_MEETING)
    form = LetterForm(request.POST, request.FILES) if request.method == "POST" else LetterForm()
    if request.method == "POST" and form.is_valid():
        try:
            reading = _brought(request, form)
        except LetterError as reason:
            form.add_error("file" if form.cleaned_data["file"] else "text", str(reason))
        else:
            return redirect("meeting_letter", reading.key)
    earlier = LetterReading.objects.visible_to(request.user).select_related("read_by", "meeting")
    pages = Paginator(earlier.defer("text", "places", "decisions"), READINGS_ON_A_PAGE)
    context = {
        "form": form,
        "earlier": pages.get_page(request.GET.get("page")),
        "most_megabytes": MOST_BYTES // 2**20,
        "days_kept": settings.PORTAL_LETTER_DAYS,
    }
    return render(request, "invitations/letters.html", context, status=422 if form.errors else 200)


def _brought(request: PortalRequest, form: LetterForm) -> LetterReading:
    file, text = form.cleaned_data["file"], form.cleaned_data["text"]
    if file is None:
        return services.bring_text(user=request.user, text=text)
    return services.bring(user=request.user, name=file.name, data=file.read())


@require_safe
def one(request: PortalRequest, key: UUID) -> HttpResponse:
    """Show the letter beside what was read in it, and what is still to be looked at."""
    return _shown(request, sheet_of(_fetch(request, key)))


@require_POST
def group(request: PortalRequest, key: UUID, group: str) -> HttpResponse:
    """Keep what was decided about a group, looked at as a whole (``ca-nhom``) or not yet."""
    reading = _fetch(request, key)
    if group not in BY_ADDRESS:
        raise Http404(group)
    name = BY_ADDRESS[group].name
    sheet = sheet_with(reading, name, request.POST)
    own = sheet.group(name)
    try:
        services.decide(
            reading_id=reading.pk,
            sheet=own,
            whole="ca-nhom" in request.POST and not own.is_fresh,
            user=request.user,
            add=request.POST.get("them", ""),
        )
    except ValidationError as problem:
        own.problem, own.seen_at = " ".join(problem.messages), None
        return _shown(request, sheet, status=422)
    if request.htmx:
        reading.refresh_from_db()
        return _shown(request, sheet_of(reading), decided=name)
    return redirect(reverse("meeting_letter", args=[key]) + f"#nhom-{group}")


@require_POST
def make(request: PortalRequest, key: UUID) -> HttpResponse:
    """Make the draft meeting, and go on in its editor."""
    reading = _fetch(request, key)
    try:
        meeting = services.make_meeting(reading_id=reading.pk)
    except ValidationError as problem:
        return _shown(request, sheet_of(reading), problems=problem.messages, status=409)
    messages.success(request, "Đã tạo bản nháp từ giấy mời. Xem lại, chọn đơn vị, rồi công bố.")
    return redirect("meeting_edit", meeting.slug)


@require_safe
def original(request: PortalRequest, key: UUID) -> HttpResponseBase:
    """Give the letter out as it came, as an attachment."""
    reading = _fetch(request, key)
    path = PurePath(reading.name)
    ending = path.suffix.lower().lstrip(".")
    try:
        response = give(
            request,
            reading.file,
            title=path.stem or "giay-moi",
            ending=ending if ending in ENDINGS else "txt",
            content_type="application/octet-stream",
            sha256=reading.sha256,
        )
    except FileNotFoundError:
        messages.error(request, "Tệp gốc không còn trên máy chủ. Nội dung đã đọc vẫn ở trang này.")
        return redirect("meeting_letter", key)
    if begins(request):
        logger.info("letter reading %s: file given to user %s", reading.key, request.user.pk)
    return response


@require_POST
def delete(request: PortalRequest, key: UUID) -> HttpResponse:
    """Delete a reading with its file, after the page has asked."""
    reading = _fetch(request, key)
    services.delete(reading_id=reading.pk, user=request.user)
    messages.success(request, "Đã xóa giấy mời đã đọc và tệp của nó.")
    return redirect("meeting_letters")


def _fetch(request: PortalRequest, key: UUID) -> LetterReading:
    """Return a reading. Who writes no meetings has no letters: 403 before anything is looked for."""
    require(request.user, Right.EDIT_MEETING)
    readings = LetterReading.objects.visible_to(request.user).select_related("meeting", "read_by")
    return get_object_or_404(readings, key=key)


def _shown(
    request: PortalRequest,
    sheet: Sheet,
    *,
    problems: list[str] | None = None,
    decided: str = "",
    status: int = 200,
) -> HttpResponse:
    """``decided`` is the group that the browser takes out of the page; others that opened again go along."""
    context = {"sheet": sheet, "reading": sheet.reading, "problems": problems or [], "decided": decided}
    return render(request, "invitations/letter_check.html", context, status=status)
