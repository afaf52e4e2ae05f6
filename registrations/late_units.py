"""Who is late in a meeting, who asked for more time, and what was answered: one page of the office."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.core.paginator import Page, Paginator

from invitations.models import Invitation, Meeting
from registrations.models import ExtensionRequest
from registrations.states import Standing, UnitState, standing, with_extension

ANSWERED_A_PAGE = 40
VIEWS = {
    "": "Tất cả",
    "cho": "Chờ trả lời",
    "chua": "Trễ hạn, chưa đề nghị",
    "da-cho": "Đã cho",
    "khong-cho": "Không cho",
}
"""Ways to narrow the page, by what stands in the address."""


class Line(NamedTuple):
    """One unit to decide about: with its request, or late without one."""

    at: Standing
    request: ExtensionRequest | None
    ticked: bool

    @property
    def value(self) -> str:
        """What its box sends: the unit, and the request that was seen."""
        return _value(self.at.invitation, self.request)


class Choice(NamedTuple):
    """One entry of the filter, with how many lines it shows."""

    value: str
    label: str
    number: int
    current: bool


@dataclass(frozen=True)
class LateUnits:
    """Everything on the page, narrowed where ``view`` says so; the numbers count all."""

    waiting: list[Line]
    silent: list[Line]
    answered: list[ExtensionRequest]
    view: str
    page_number: str

    @property
    def lines(self) -> list[Line]:
        """What can be ticked: who asked first stands first, then the late in the order of the letter."""
        shown = {"": self.waiting + self.silent, "cho": self.waiting, "chua": self.silent}
        return shown.get(self.view, [])

    @cached_property
    def page(self) -> Page[ExtensionRequest]:
        """What was answered, the latest first, a page of it."""
        by_view = {
            "": self.answered,
            "da-cho": self._in(ExtensionRequest.State.GRANTED),
            "khong-cho": self._in(ExtensionRequest.State.REFUSED),
        }
        return Paginator(by_view.get(self.view, []), ANSWERED_A_PAGE).get_page(self.page_number)

    @property
    def is_empty(self) -> bool:
        """Nobody is late and nobody ever asked."""
        return not (self.waiting or self.silent or self.answered)

    @property
    def title(self) -> str:
        """The answer: who waits for the office."""
        if self.waiting:
            return f"{len(self.waiting)} đơn vị chờ trả lời về gia hạn"
        if self.silent:
            return f"Không ai chờ trả lời, {len(self.silent)} đơn vị trễ hạn chưa đề nghị"
        return "Không đơn vị nào chờ gia hạn"

    @property
    def choices(self) -> list[Choice]:
        """The filter."""
        numbers = {
            "": len(self.waiting) + len(self.silent) + len(self.answered),
            "cho": len(self.waiting),
            "chua": len(self.silent),
            "da-cho": len(self._in(ExtensionRequest.State.GRANTED)),
            "khong-cho": len(self._in(ExtensionRequest.State.REFUSED)),
        }
        return [
            Choice(value, label, numbers[value], value == self.view)
            for value, label in VIEWS.items()
            if numbers[value] or value in ("", self.view)
        ]

    def _in(self, state: ExtensionRequest.State) -> list[ExtensionRequest]:
        return [request for request in self.answered if request.state == state]


def read_late_units(
    meeting: Meeting, now: datetime, *, view: str = "", page: str = "", ticked: Collection[str] = ()
) -> LateUnits:
    """Read the page in two queries, however many units there are; an unknown ``view`` narrows nothing."""
    invitations = {one.pk: one for one in with_extension(meeting.invitations.sent())}
    requests = ExtensionRequest.objects.filter(invitation__in=invitations.keys()).select_related(
        "asked_by", "decided_by", "extension"
    )
    waiting: list[Line] = []
    answered: list[ExtensionRequest] = []
    for request in requests:
        request.invitation = invitations[request.invitation_id]
        if request.state == ExtensionRequest.State.WAITING:
            box = _value(request.invitation, request)
            waiting.append(Line(standing(request.invitation, now), request, box in ticked))
        else:
            answered.append(request)
    asked = {line.at.invitation.pk for line in waiting}
    standings = [standing(one, now) for one in invitations.values() if one.pk not in asked]
    silent = [at for at in standings if at.state == UnitState.LATE]
    return LateUnits(
        waiting=waiting[::-1],
        silent=[Line(at, None, _value(at.invitation, None) in ticked) for at in silent],
        answered=sorted(answered, key=lambda one: one.decided_at or one.asked_at, reverse=True),
        view=view if view in VIEWS else "",
        page_number=page,
    )


def _value(invitation: Invitation, request: ExtensionRequest | None) -> str:
    return f"{invitation.pk}-{request.pk if request else 0}"


def last_request(invitation: Invitation) -> ExtensionRequest | None:
    """Return the unit's last request for more time, for its own pages: most units have none."""
    return invitation.extension_requests.select_related("asked_by", "decided_by").first()
