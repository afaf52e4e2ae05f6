"""The result report: its draft with every number open to its rows, what is written, what was signed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.files.giving import give_made
from accounts.permissions import Right, may, require
from accounts.requests import PortalRequest
from invitations.letters.writing import BrokenTemplate
from invitations.models import Meeting
from invitations.views.scope import fetch
from registrations.models import ResultRequest
from registrations.services.telling import ask
from registrations.telling_forms import ResultRequestForm
from reports.models import ResultVersion
from reports.result_forms import SignForm, TextsForm
from reports.results.paper import TEXTS, minutes_lost, paper, present_of
from reports.results.writing import FORMS
from reports.services import results

BROKEN = "Mẫu Word đang dùng bị hỏng nên chưa tạo được tệp. Thay mẫu khác, hoặc dùng lại mẫu trước."
CHANGED = "Số liệu hoặc lời văn vừa đổi so với trang đồng chí đã xem. Xem lại dưới đây rồi bấm chốt lần nữa."


@require_GET
def result_latest(request: PortalRequest) -> HttpResponse:
    """Go to the report of the newest published meeting, or say that there is none yet."""
    require(request.user, Right.READ_RESULT)
    latest = Meeting.objects.visible_to(request.user).exclude(state=Meeting.State.DRAFT).first()
    return redirect("result", latest.slug) if latest else render(request, "reports/no_meeting.html")


@require_GET
def result(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the report as it stands now."""
    meeting = fetch(request, slug, Right.READ_RESULT)
    return _page(request, meeting)


@require_POST
def result_texts(request: PortalRequest, slug: str) -> HttpResponse:
    """Keep the written parts; who was overtaken sees both texts, and loses nothing."""
    meeting = fetch(request, slug, Right.WRITE_RESULT)
    form = TextsForm(request.POST)
    if not form.is_valid():
        return _page(request, meeting, form, status=422)
    version = form.cleaned_data["version"]
    try:
        results.save_texts(meeting_id=meeting.pk, user=request.user, version=version, texts=form.texts)
    except results.StaleError as stale:
        theirs = [(label, getattr(stale.draft, name)) for name, label in TEXTS.items()]
        again = TextsForm(initial={**form.texts, "version": stale.draft.version})
        return _page(request, meeting, again, status=409, theirs=theirs, by=stale.draft.changed_by)
    except ValidationError as refused:
        form.add_error(None, refused)
        return _page(request, meeting, form, status=409)
    messages.success(request, "Đã lưu phần viết của báo cáo.")
    return redirect(f"{reverse('result', args=[meeting.slug])}#loi-van")


@require_http_methods(["GET", "POST"])
def result_tellings(request: PortalRequest, slug: str) -> HttpResponse:
    """Show what the units sent and who has not; POST asks them for it by an hour, or moves the hour."""
    meeting = fetch(request, slug, Right.READ_RESULT)
    asked = ResultRequest.objects.filter(meeting=meeting).first()
    form = ResultRequestForm(initial={"due_at": asked.due_at if asked else None})
    if request.method == "POST":
        require(request.user, Right.WRITE_RESULT)
        form = ResultRequestForm(request.POST)
        if form.is_valid():
            try:
                ask(meeting_id=meeting.pk, user=request.user, due_at=form.cleaned_data["due_at"])
            except ValidationError as refused:
                form.add_error(None, refused.messages)
            else:
                messages.success(request, "Đã đề nghị các đơn vị gửi phần báo cáo.")
                return redirect("result_tellings", meeting.slug)
    return _tellings_page(request, meeting, asked, form)


@require_POST
def result_merge(request: PortalRequest, slug: str) -> HttpResponse:
    """Put what the units sent below the written parts, each answer once."""
    meeting = fetch(request, slug, Right.WRITE_RESULT)
    try:
        number = results.merge(meeting_id=meeting.pk, user=request.user)
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
        return redirect("result_tellings", meeting.slug)
    messages.success(request, f"Đã gộp phần của {number} đơn vị. Đọc lại, viết gọn trước khi chốt.")
    return redirect(f"{reverse('result', args=[meeting.slug])}#loi-van")


@require_http_methods(["GET", "POST"])
def result_sign(request: PortalRequest, slug: str) -> HttpResponse:
    """Freeze the report with number, date and signatory."""
    meeting = fetch(request, slug, Right.WRITE_RESULT)
    before = meeting.results.first()
    if request.method == "GET":
        return _sign_page(request, meeting, before)
    form = SignForm(request.POST, corrects=before is not None)
    if not form.is_valid():
        return _sign_page(request, meeting, before, form, status=422)
    try:
        made = results.sign(
            meeting_id=meeting.pk, user=request.user, seen=form.cleaned_data["seen"], signed=form.signed
        )
    except results.ChangedError:
        messages.warning(request, CHANGED)
        return _sign_page(request, meeting, before, form, status=409)
    except ValidationError as refused:
        form.add_error(None, refused.messages)
        return _sign_page(request, meeting, before, form, status=409)
    messages.success(request, f"Đã chốt báo cáo số {made}.")
    return redirect("result_version", meeting.slug, made.version)


@require_GET
def result_version(request: PortalRequest, slug: str, version: int) -> HttpResponse:
    """Show a report as it was signed."""
    meeting = fetch(request, slug, Right.READ_RESULT)
    signed = get_object_or_404(meeting.results.select_related("signed_by"), version=version)
    context = {
        "meeting": meeting,
        "signed": signed,
        "whole": results.is_whole(signed),
        "newest": meeting.results.first(),
        **_shown(signed.content, signed.sha256),
    }
    return render(request, "reports/result_version.html", context)


@require_GET
def result_file(request: PortalRequest, slug: str, form: str, version: int | None = None) -> HttpResponse:
    """Hand the report out as Word, PDF or workbook; who took it is on record."""
    meeting = fetch(request, slug, Right.READ_RESULT)
    if form not in FORMS:
        raise Http404(form)
    signed = get_object_or_404(meeting.results, version=version) if version is not None else None
    try:
        made, title = results.make_file(meeting=meeting, user=request.user, form=form, version=signed)
    except BrokenTemplate:
        messages.error(request, BROKEN)
        return redirect("result", meeting.slug)
    return give_made(made, title=title, ending=form)


def _page(
    request: PortalRequest,
    meeting: Meeting,
    form: TextsForm | None = None,
    *,
    status: int = 200,
    theirs: list[tuple[str, str]] | None = None,
    by: Any = None,
) -> HttpResponse:
    content, draft = results.read(meeting)
    writes = may(request.user, Right.WRITE_RESULT) and meeting.state in results.OPEN
    context = {
        "meeting": meeting,
        "form": form or TextsForm(initial={"version": draft.version, **content["texts"]}),
        "writes": writes,
        "theirs": theirs,
        "by": by,
        "versions": list(meeting.results.select_related("signed_by")),
        **_shown(content),
    }
    return render(request, "reports/result.html", context, status=status)


def _tellings_page(
    request: PortalRequest, meeting: Meeting, asked: ResultRequest | None, form: ResultRequestForm
) -> HttpResponse:
    tellings = results.tellings_of(meeting)
    told = {one.invitation_id for one in tellings}
    called = meeting.invitations.sent().select_related("unit")
    context = {
        "meeting": meeting,
        "asked": asked,
        "form": form,
        "writes": may(request.user, Right.WRITE_RESULT) and meeting.state in results.OPEN,
        "tellings": tellings,
        "parts": [(one, [(label, getattr(one, name)) for name, label in TEXTS.items()]) for one in tellings],
        "fresh": sum(not one.is_merged for one in tellings),  # type: ignore[attr-defined]
        "silent": [one for one in called if one.pk not in told and one.declined_at is None],
    }
    return render(request, "reports/result_tellings.html", context, status=422 if form.errors else 200)


def _shown(content: dict[str, Any], sha256: str = "") -> dict[str, Any]:
    """What a page draws of a report: words, and the numbers beside the keys of their rows."""
    numbers, words = content["numbers"], paper(content, sha256=sha256)
    came, declared = present_of(numbers["whole"])
    return {
        "paper": words,
        "numbers": numbers,
        "taken": datetime.fromisoformat(numbers["taken_at"]),
        "came": came,
        "of": declared,
        "minutes": minutes_lost(numbers),
        "sessions": list(zip(numbers["sessions"], words["sessions"], strict=True)),
        "areas": list(zip(numbers["areas"], words["areas"], strict=True)),
        "incidents": list(zip(numbers["incidents"], words["incidents"], strict=True)),
    }


def _sign_page(
    request: PortalRequest,
    meeting: Meeting,
    before: ResultVersion | None,
    form: SignForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    content = results.read_content(meeting)
    seen = results.seen_of(content)
    if form is None:
        initial = {name: content["signed"][name] for name in ("on_behalf", "sign_title", "sign_name")}
        initial |= {"seen": seen, "dated_on": results.today()}
        form = SignForm(initial=initial, corrects=before is not None)
    else:
        form.data = {**form.data.dict(), "seen": seen} if isinstance(form.data, QueryDict) else form.data
    context = {"meeting": meeting, "form": form, "before": before, **_shown(content)}
    context["opens"] = results.may_be_signed_from(meeting)
    return render(request, "reports/result_sign.html", context, status=status)
