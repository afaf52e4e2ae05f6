"""The Word templates of the letter: download, replace, try out, go back to the earlier one."""

from __future__ import annotations

from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.files.giving import give_made
from accounts.permissions import Right, require
from accounts.receiving import Quota, hand_over, receive
from accounts.requests import PortalRequest
from invitations import letter_templates
from invitations.letters import content as letter_content
from invitations.letters.example import example
from invitations.letters.template_check import FIELDS, REQUIRED
from invitations.letters.writing import BrokenTemplate, docx_of
from invitations.models import LetterTemplate, Meeting
from invitations.views.papers import FORMS

WORDS = {form: word for word, form in FORMS.items()}
SMALLER = "Nén hình trong mẫu rồi tải lên lại."
MISSING = "Chưa chọn tệp. Chọn mẫu Word (.docx) rồi bấm Thay mẫu."


class Shown(NamedTuple):
    """One layout on the page."""

    form: Meeting.Form
    word: str
    template: LetterTemplate | None
    problems: list[str]


@require_safe
def templates(request: PortalRequest) -> HttpResponse:
    """Show which template each layout is written with, and what a template may name."""
    require(request.user, Right.EDIT_MEETING)
    return _page(request)


@csrf_exempt  # only until the quota stands: reading the token reads the file
@require_http_methods(["GET", "POST"])
def template(request: PortalRequest, word: str) -> HttpResponseBase:
    """Give the template in use; POST puts another one in its place."""
    require(request.user, Right.EDIT_MEETING)
    form = _form(word)
    if request.method == "POST":
        return csrf_protect(_replace)(request, form, receive(request, smaller=SMALLER))
    name = f"Mẫu giấy mời, {form.label}"
    return give_made(letter_templates.template_of(form), title=name, ending="docx")


def _replace(request: PortalRequest, form: Meeting.Form, quota: Quota) -> HttpResponse:
    def replace(name: str, data: bytes) -> None:
        letter_templates.replace(form=form, name=name, data=data, user=request.user)

    if problems := hand_over(request, quota, replace, missing=MISSING):
        return _page(request, {form: problems}, status=422)
    messages.success(request, "Đã thay mẫu. Tải bản thử để xem trước khi dùng.")
    return redirect("meeting_letter_templates")


@require_safe
def try_out(request: PortalRequest, word: str) -> HttpResponse:
    """Give the newest meeting's letter as the template writes it, marked as a draft."""
    require(request.user, Right.EDIT_MEETING)
    form = _form(word)
    newest = Meeting.objects.order_by("-pk").first()
    content = letter_content.of(newest) if newest else example()
    try:
        made = docx_of(content, form, letter_templates.template_of(form), draft=True)
    except BrokenTemplate:
        return _page(request, {form: ["Mẫu đang dùng bị hỏng. Thay mẫu khác, hoặc dùng lại mẫu trước."]}, 409)
    return give_made(made, title=f"Thử mẫu, {newest or 'Hội nghị mẫu'}", ending="docx")


@require_POST
def withdraw(request: PortalRequest, word: str) -> HttpResponse:
    """Go back to the template before the one that the page showed."""
    require(request.user, Right.EDIT_MEETING)
    form, known = _form(word), request.POST.get("mau", "")
    try:
        letter_templates.withdraw(form=form, template_id=int(known) if known.isdecimal() else 0)
    except ValidationError as problem:
        return _page(request, {form: problem.messages}, status=409)
    messages.success(request, "Đã dùng lại mẫu trước.")
    return redirect("meeting_letter_templates")


def _form(word: str) -> Meeting.Form:
    if word not in FORMS:
        raise Http404(word)
    return FORMS[word]


def _page(
    request: PortalRequest, problems: dict[Meeting.Form, list[str]] | None = None, status: int = 200
) -> HttpResponse:
    shown = [
        Shown(form, word, letter_templates.in_use(form), (problems or {}).get(form, []))
        for form, word in WORDS.items()
    ]
    fields = [(f"{{{{ {name} }}}}", what, name in REQUIRED) for name, what in FIELDS.items()]
    context = {
        "shown": shown,
        "fields": fields,
        "most_megabytes": letter_templates.MOST_BYTES // 2**20,
        "newest": Meeting.objects.order_by("-pk").first(),
    }
    return render(request, "invitations/letter_templates.html", context, status=status)
