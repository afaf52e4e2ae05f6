"""The work that units were asked to do: each unit marks its own, the office sees and corrects all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Case, Count, F, QuerySet, Value, When
from django.http import HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from accounts.permissions import Right, require
from invitations import working
from invitations.models import AssignedUnit, Meeting

if TYPE_CHECKING:
    from collections.abc import Mapping

    from accounts.models import User
    from accounts.requests import PortalRequest

SHARES_A_PAGE = 60
State = AssignedUnit.State


class Step(NamedTuple):
    """One thing that can be said of a share: the state it leads to, the verb, whether it goes back."""

    to: str
    verb: str
    back: bool = False


STEPS = {
    State.ASKED: [Step(State.ACCEPTED, "Nhận việc"), Step(State.DONE, "Xong")],
    State.ACCEPTED: [
        Step(State.DOING, "Bắt đầu làm"),
        Step(State.DONE, "Xong"),
        Step(State.ASKED, "Hoàn tác", back=True),
    ],
    State.DOING: [Step(State.DONE, "Xong"), Step(State.ACCEPTED, "Hoàn tác", back=True)],
    State.DONE: [Step(State.DOING, "Làm lại", back=True)],
}


class View(NamedTuple):
    """One way to look at the list: mark, word, number of shares, its address, whether it is shown."""

    mark: str
    word: str
    number: int
    query: str
    current: bool


@dataclass(frozen=True)
class Work:
    """The shares that somebody looks at, counted by state in one query so that all sums agree."""

    meeting: str
    state: str
    found: QuerySet[AssignedUnit]
    numbers: dict[str, int]

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self.numbers.values())

    @property
    def open(self) -> int:
        """Those not yet done."""
        return self.total - self.numbers.get(State.DONE, 0)

    @property
    def views(self) -> list[View]:
        """All, and each state."""
        words = {"": ("", "Tất cả")} | {
            str(state): (AssignedUnit.MARKS[state], str(state.label)) for state in State
        }
        asked = {"hoi_nghi": self.meeting} if self.meeting else {}
        return [
            View(
                mark=mark,
                word=word,
                number=self.numbers.get(state, 0) if state else self.total,
                query="?" + urlencode(asked | ({"tinh_trang": state} if state else {})),
                current=state == self.state,
            )
            for state, (mark, word) in words.items()
        ]

    def page(self, number: str | None) -> Page[AssignedUnit]:
        """One page: what is not done first, and of that what is due first."""
        rows = self.found.filter(state=self.state) if self.state else self.found
        rows = _with_what_a_row_shows(rows).order_by(
            Case(When(state=State.DONE, then=Value(1)), default=Value(0)),
            F("assignment__due_at").asc(nulls_last=True),
            "assignment__meeting",
            "assignment__position",
            "unit__position",
            "unit__sort_key",
            "pk",
        )
        paginator = Paginator(rows, SHARES_A_PAGE)
        paginator.count = self.numbers.get(self.state, 0) if self.state else self.total
        return paginator.get_page(number)


def _with_what_a_row_shows(shares: QuerySet[AssignedUnit]) -> QuerySet[AssignedUnit]:
    """Each share with its meeting, its unit, who said so, and ``shown``, the number of its files."""
    return shares.select_related("assignment__meeting", "unit", "changed_by").annotate(shown=Count("files"))


def _work(user: User, asked: Mapping[str, str]) -> Work:
    """Read what the address looks for: one meeting, or all that are not over; one state, or all."""
    meeting, state = asked.get("hoi_nghi", ""), asked.get("tinh_trang", "")
    found = AssignedUnit.objects.visible_to(user)
    if meeting:
        found = found.filter(assignment__meeting__slug=meeting)
    else:
        found = found.filter(assignment__meeting__state=Meeting.State.PUBLISHED)
    numbers = dict(found.order_by().values_list("state").annotate(number=Count("pk")))
    return Work(meeting, state if state in State.values else "", found, numbers)


def _line(user: User, share: AssignedUnit) -> dict[str, Any]:
    """What a row shows."""
    steps = STEPS[State(share.state)] if share.may_be_marked_by(user) else []
    return {"share": share, "steps": steps}


@require_safe
def own_assignments(request: PortalRequest) -> HttpResponse:
    """List the work of the person's unit and the units below it; for the office everybody's."""
    require(request.user, Right.DO_ASSIGNMENT)
    work = _work(request.user, request.GET)
    page = work.page(request.GET.get("page"))
    meetings = Meeting.objects.filter(
        pk__in=AssignedUnit.objects.visible_to(request.user).values("assignment__meeting")
    )
    context = {
        "work": work,
        "page": page,
        "lines": [_line(request.user, share) for share in page],
        "meetings": meetings,
    }
    return render(request, "invitations/own_assignments.html", context)


@require_POST
def assignment_mark(request: PortalRequest, pk: int) -> HttpResponse:
    """Say how far one share is; saying something else later is how it is undone."""
    visible = AssignedUnit.objects.visible_to(request.user)
    share = get_object_or_404(visible.select_related("assignment__meeting", "unit"), pk=pk)
    require(request.user, Right.DO_ASSIGNMENT)
    if not share.may_be_marked_by(request.user):
        raise PermissionDenied(Right.DO_ASSIGNMENT)
    state = request.POST.get("state", "")
    if state not in State.values:
        return HttpResponseBadRequest("Không có tình trạng này.")
    try:
        working.report(share_id=pk, state=State(state), user=request.user, was=request.POST.get("was"))
    except ValidationError as overtaken:
        return _answer(request, visible, pk, "notice", overtaken.messages[0], 409)
    return _answer(request, visible, pk, "toast", f"Đã ghi: {State(state).label.lower()}.", 200)


def _answer(
    request: PortalRequest, visible: QuerySet[AssignedUnit], pk: int, event: str, said: str, status: int
) -> HttpResponse:
    """Answer with the row as it now is and the new counts around it; without htmx with the list."""
    if not request.htmx:
        (messages.success if event == "toast" else messages.warning)(request, said)
        return redirect("own_assignments")
    share = _with_what_a_row_shows(visible).get(pk=pk)
    around = QueryDict(urlsplit(request.htmx.current_url or "").query)
    context = {"line": _line(request.user, share), "work": _work(request.user, around)}
    response = render(request, "invitations/own_assignments_row_and_counts.html", context, status=status)
    return trigger_client_event(response, event, {"value": said})
