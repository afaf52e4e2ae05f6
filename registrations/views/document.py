"""The registration document, ready to sign: of a submission, or of the draft as it is now."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts.files.giving import give_made
from accounts.permissions import Right
from accounts.requests import PortalRequest
from registrations.document import BrokenTemplate, Paper, as_docx, as_pdf, paper
from registrations.models import Submission
from registrations.snapshot import take_snapshot
from registrations.states import Standing
from registrations.views.scope import fetch

logger = logging.getLogger(__name__)

MAKERS = {"docx": as_docx, "pdf": as_pdf}


@require_safe
def of_submission(request: PortalRequest, slug: str, unit: str, number: int, form: str) -> HttpResponse:
    """Give what was submitted as a document to sign, with its receipt at the foot."""
    at = fetch(request, slug, unit, Right.READ_REGISTRATION)
    submission = get_object_or_404(Submission, registration=at.registration, number=number)
    words = paper(invitation=at.invitation, content=submission.content, submission=submission, now=at.now)
    return _download(request, at, words, form, f"Đăng ký của {at.invitation.unit}, lần {number}")


@require_safe
def of_draft(request: PortalRequest, slug: str, unit: str, form: str) -> HttpResponse:
    """Give the draft as a document that is marked as one."""
    at = fetch(request, slug, unit, Right.READ_REGISTRATION)
    if at.registration is None:
        raise Http404("nothing was declared yet")
    content, _ = take_snapshot(at.registration, at.invitation)
    words = paper(invitation=at.invitation, content=content, submission=None, now=at.now)
    return _download(request, at, words, form, f"Bản nháp đăng ký của {at.invitation.unit}")


def _download(request: PortalRequest, at: Standing, words: Paper, form: str, name: str) -> HttpResponse:
    try:
        made = MAKERS[form](words)
    except BrokenTemplate as problem:
        logger.error("the Word template is broken: %s", problem)
        messages.error(
            request, f"Mẫu văn bản Word đang hỏng. Tải bản PDF, và báo {settings.PORTAL_HELP_NAME}."
        )
        return redirect("registration", at.invitation.meeting.slug, at.invitation.unit.slug)
    return give_made(made, title=name, ending=form)
