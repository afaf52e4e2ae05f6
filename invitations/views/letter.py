"""Meetings and their letters, as everyone reads them; a called unit confirms here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.composed import Composed, Given, somebody
from accounts.models import User
from accounts.permissions import Right, may, require
from accounts.requests import PortalRequest
from invitations import answering, wording
from invitations.as_written import Written, written
from invitations.models import AssignedUnit, Assignment, Audience, Invitation, LetterIssue, Meeting
from invitations.models.assignment import Standing, standing_of
from invitations.views.scope import fetch

MEETINGS_A_PAGE = 30


@require_safe
def meetings(request: PortalRequest) -> HttpResponse:
    """List the meetings that the person sees, the newest first."""
    require(request.user, Right.READ_LETTER)
    visible = Meeting.objects.visible_to(request.user)
    answers = Invitation.objects.sent() if may(request.user, Right.CONFIRM) else Invitation.objects.none()
    own = Prefetch("invitations", queryset=answers.filter(unit=request.user.unit_id), to_attr="own")
    called = Invitation.objects.filter(meeting=OuterRef("pk")).order_by().values("meeting")
    found = visible.annotate(called=Coalesce(Subquery(called.annotate(n=Count("pk")).values("n")), 0))
    found = found.prefetch_related("sessions", own)
    page = Paginator(found, MEETINGS_A_PAGE).get_page(request.GET.get("page"))
    rows = [(meeting, wording.dates_of(meeting.sessions.all())) for meeting in page]
    context = {"page": page, "rows": rows, "taking": visible.taking_registrations(timezone.now()).count()}
    return render(request, "invitations/meetings.html", context)


@require_safe
def meeting(request: PortalRequest, slug: str) -> HttpResponse:
    """Show the letter, with what is happening in its margin. The called unit's reading counts as seen."""
    found = fetch(request, slug, Right.READ_LETTER)
    invitation, issues = _own_invitation(found, request.user), list(found.issues.defer("content"))
    seen = invitation.seen_number if invitation is not None else 0
    if invitation is not None:
        answering.see(invitation=invitation, user=request.user, newest=issues[0].number if issues else 0)
    context = {"meeting": found, "letter": read(found, request.user), "invitation": invitation}
    if invitation is not None:
        issues = _received(issues, invitation)
    context |= {"issues": issues, "fresh": [one for one in issues if 0 < seen < one.number]}
    return render(request, "invitations/meeting.html", context)


@require_POST
def confirm(request: PortalRequest, slug: str) -> HttpResponse:
    """Confirm that the person's own unit takes part; the form says which version was read (``ban``)."""
    found = fetch(request, slug, Right.CONFIRM)
    invitation = get_object_or_404(found.invitations.sent(), unit=request.user.unit_id)
    read_number = request.POST.get("ban", "")
    number = int(read_number) if read_number.isdecimal() else None
    try:
        answering.confirm(invitation_id=invitation.pk, user=request.user, number=number)
    except ValidationError as problem:
        messages.error(request, problem.messages[0])
    else:
        messages.success(request, "Đã xác nhận tham dự.")
    return redirect("meeting", slug)


def _own_invitation(meeting: Meeting, user: User) -> Invitation | None:
    """The letter sent to the person's own unit, for who may answer it."""
    if not may(user, Right.CONFIRM) or user.unit is None:
        return None
    invitation = _OWN.first(meeting=meeting.pk, unit=user.unit.pk)
    if invitation is not None:
        invitation.meeting, invitation.unit = meeting, user.unit
    return invitation


_OWN = Composed(lambda: Invitation.objects.sent().filter(meeting=Given("meeting"), unit=Given("unit")))


def _received(issues: list[LetterIssue], invitation: Invitation) -> list[LetterIssue]:
    """The versions since the unit was called, with the one it was called by; ``issues``, the newest first."""
    called_by = next((at for at, one in enumerate(issues) if _was_there(one, invitation)), len(issues))
    return issues[: called_by + 1]


def _was_there(issue: LetterIssue, invitation: Invitation) -> bool:
    return invitation.sent_at is not None and issue.issued_at <= invitation.sent_at


@dataclass(frozen=True)
class Letter:
    """What the page of the letter shows of it: the same for all, and what only this reader sees."""

    written: Written
    headings: list[tuple[Audience, Mapping[str, object]]]
    """Each with how far the called units are, for who may read the board."""
    shared: list[tuple[Assignment, Standing]]
    """Those in which the reader sees how far units are."""


def read(meeting: Meeting, user: User) -> Letter:
    """Read a letter for ``user``."""
    parts = written(meeting)
    tallies = _tallies(meeting) if may(user, Right.READ_BOARD) else {}
    return Letter(
        written=parts,
        headings=[(audience, tallies.get(audience.pk, {})) for audience in parts.audiences],
        shared=_shared(meeting, user, parts.assignments),
    )


def _tallies(meeting: Meeting) -> Mapping[int, Mapping[str, object]]:
    """How many units are called under each heading, and how many of those have opened and answered."""
    called = meeting.invitations.order_by().values("audience").filter(sent_at__isnull=False)
    counted = called.annotate(
        called=Count("pk"),
        seen=Count("seen_at"),
        unopened=Count("pk", filter=Q(seen_at=None)),
        confirmed=Count("confirmed_at"),
        declined=Count("declined_at"),
    )
    return {tally["audience"]: tally for tally in counted}


def _shares(role: str, in_a_unit: bool) -> QuerySet[AssignedUnit]:
    visible = AssignedUnit.objects.visible_to(somebody(role, in_a_unit=in_a_unit))
    return visible.filter(assignment__meeting=Given("meeting"))


_SHARES = Composed(_shares)


def _shared(
    meeting: Meeting, user: User, assignments: Sequence[Assignment]
) -> list[tuple[Assignment, Standing]]:
    shares: dict[int, list[AssignedUnit]] = defaultdict(list)
    for share in _SHARES.seen_by(user, meeting=meeting.pk):
        shares[share.assignment_id].append(share)
    return [(one, standing_of(shares[one.pk])) for one in assignments if shares[one.pk]]
