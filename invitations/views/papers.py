"""The letter as a file to sign or to keep: the whole one, and each unit's own part, as Word and as PDF."""

from __future__ import annotations

import logging

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts.files.giving import give_made
from accounts.permissions import Right, may
from accounts.requests import PortalRequest
from invitations import issuing, letter_templates
from invitations.letters import content as letter_content
from invitations.letters.content import Content
from invitations.letters.writing import BrokenTemplate, docx_of, pdf_of
from invitations.models import Meeting
from invitations.views.scope import fetch

logger = logging.getLogger(__name__)

FORMS = {"dang": Meeting.Form.PARTY, "nha-nuoc": Meeting.Form.STATE}
"""Of each layout the word in an address (``?the-thuc=``)."""


@require_safe
def whole(request: PortalRequest, slug: str, ending: str) -> HttpResponse:
    """Give the whole letter: the version that the units have, or a draft as it is now (``?ban=nhap``)."""
    meeting = fetch(request, slug, Right.READ_BOARD)
    issue = issuing.newest_of(meeting)
    unsent = request.GET.get("ban") == "nhap" and may(request.user, Right.EDIT_MEETING)
    draft = meeting.is_draft or unsent
    content = letter_content.of(meeting) if draft or issue is None else issuing.said_in(issue)
    return file_of(request, meeting, content, ending=ending, draft=draft, name=f"Giấy mời {meeting}")


@require_safe
def of_unit(request: PortalRequest, slug: str, unit: str, ending: str) -> HttpResponse:
    """Give the part of one called unit: its own and those below for a clerk, every one for the office."""
    meeting = fetch(request, slug, Right.READ_INVITATION)
    calls = meeting.invitations.visible_to(request.user).select_related("unit")
    invitation = get_object_or_404(calls, unit__slug=unit)
    issue = issuing.newest_of(meeting)
    content = (
        issuing.part_of(issue, invitation)
        if issue is not None
        else letter_content.for_unit(letter_content.of(meeting), unit)
    )
    name = f"Giấy mời {meeting}, {invitation.unit}"
    return file_of(request, meeting, content, ending=ending, draft=meeting.is_draft, name=name)


def file_of(
    request: PortalRequest, meeting: Meeting, content: Content, *, ending: str, draft: bool, name: str
) -> HttpResponse:
    """Write ``content`` in the layout that is asked for; a template that broke leads to the letter's page."""
    form = form_asked_for(request) or letter_content.form_of(content)
    try:
        if ending == "pdf":
            made = pdf_of(content, form, draft=draft)
        else:
            made = docx_of(content, form, letter_templates.template_of(form), draft=draft)
    except BrokenTemplate as problem:
        logger.error("the letter template %s is broken: %s", form, problem)
        messages.error(request, "Mẫu Word đang dùng bị hỏng. Tải bản PDF, và báo Văn phòng thay mẫu.")
        return redirect("meeting", meeting.slug)
    return give_made(made, title=f"Bản nháp {name}" if draft else name, ending=ending)


def form_asked_for(request: PortalRequest) -> Meeting.Form | None:
    """The layout in ``?the-thuc=``; None where none is named, 404 for one that there is not."""
    word = request.GET.get("the-thuc")
    if word is None:
        return None
    if word not in FORMS:
        raise Http404(word)
    return FORMS[word]
