"""What stands around every page: the masthead's entries for each role, whom to call, the time."""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NamedTuple, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.permissions import RIGHTS, Right, Rights, Role
from reminders.sent import inbox


class Section(NamedTuple):
    """A part of the portal: who sees it, what it is called, its address, the names of its pages.

    ``address`` is followed by the meeting's slug where the page at hand has one; without one,
    ``address`` + "_latest" (or ``address`` itself, when it needs none) leads to the latest meeting.
    """

    right: Right
    label: str
    address: str
    pages: tuple[str, ...]


SECTIONS = [
    Section(Right.REGISTER, "Việc cần làm", "todo", ("todo", "result_telling")),
    Section(Right.REGISTER, "Đăng ký", "registration_own_latest", ("registration", "receipt", "doubles")),
    Section(
        Right.READ_BOARD,
        "Bảng theo dõi",
        "board_latest",
        ("board", "extension_requests", "doubles", "freezes"),
    ),
    Section(Right.REGISTER, "Điểm danh", "attendance_latest", ("attendance",)),
    Section(Right.READ_BOARD, "Ngày họp", "day_board_latest", ("day_board", "attendance", "result")),
    Section(Right.READ_LETTER, "Giấy mời", "meetings", ("meeting",)),
    Section(Right.READ_MATERIAL, "Tài liệu", "materials_latest", ("material",)),
    Section(Right.DO_ASSIGNMENT, "Việc được giao", "own_assignments", ("own_assignments", "assignment")),
    Section(Right.LIST_POINTS, "Điểm cầu", "points_latest", ("point",)),
    Section(Right.TEST_LINES, "Thử đường truyền", "line_console_latest", ("line",)),
    Section(Right.HANDLE_INCIDENT, "Sự cố", "incidents_latest", ("incident",)),
    Section(Right.EXPORT, "Tổng hợp", "exports_latest", ("export", "totals")),
    Section(Right.READ_OUTBOX, "Hộp gửi", "outbox", ("outbox", "reminder", "call")),
    Section(Right.MANAGE_UNITS, "Đơn vị", "units", ("unit",)),
]
"""From what is asked most to what is asked least."""

HOME = {
    Role.OFFICE: "board_latest",
    Role.PROPAGANDA: "board_latest",
    Role.CLERK: "todo",
    Role.TELECOM: "points_latest",
    Role.OBSERVER: "own_assignments",
}


@dataclass(frozen=True)
class Entry:
    """One entry of the masthead."""

    label: str
    url: str
    current: bool


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send each role to the page that asks something of it."""
    return redirect(HOME[Role(cast(User, request.user).role)])


def portal(request: HttpRequest) -> dict[str, Any]:
    """Give templates ``portal`` (names and the time), ``nav`` (entries), ``rights``, and what waits."""
    context: dict[str, Any] = {
        "portal": {
            "org": settings.PORTAL_ORG,
            "help_name": settings.PORTAL_HELP_NAME,
            "help_phone": settings.PORTAL_HELP_PHONE,
            "now": timezone.now(),
        }
    }
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        context["rights"] = Rights(user)
        match = request.resolver_match
        here = (match.url_name if match else None) or ""
        slug = match.kwargs.get("slug") if match else None
        context["nav"] = _entries(Role(user.role), here, slug)
        # Read by the page that shows it, and by no other.
        context["inbox"] = SimpleLazyObject(partial(inbox, user))
    return context


@lru_cache(maxsize=1000)
def _entries(role: Role, here: str, slug: str | None) -> list[Entry]:
    return [
        Entry(section.label, _address(section, slug), here.startswith(section.pages))
        for section in SECTIONS
        if section.right in RIGHTS[role]
    ]


def _address(section: Section, slug: str | None) -> str:
    if slug and section.address.endswith("_latest"):
        return reverse(section.address.removesuffix("_latest"), args=[slug])
    return reverse(section.address)
