"""Who may do what: one table, read by views, templates and services alike.

Two questions are asked of every request. *Is the row in the person's scope?* is answered by the
``visible_to(user)`` of its QuerySet; outside it the row does not exist: 404. *May the person do this?*
is answered here: without the right, 403.
"""

from enum import StrEnum, auto
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied
from django.db import models

if TYPE_CHECKING:
    from accounts.models import User


class Role(models.TextChoices):
    """What kind of work an account does."""

    OFFICE = "office", "Văn phòng"
    PROPAGANDA = "propaganda", "Tuyên giáo"
    CLERK = "clerk", "Cán bộ đơn vị"
    TELECOM = "telecom", "Viễn thông"
    OBSERVER = "observer", "Điện lực, báo đài"


class Right(StrEnum):
    """One thing that somebody may do."""

    READ_LETTER = auto()
    EDIT_MEETING = auto()
    INVITE = auto()
    MANAGE_UNITS = auto()
    MANAGE_SYSTEMS = auto()
    READ_INVITATION = auto()
    CONFIRM = auto()
    READ_REGISTRATION = auto()
    REGISTER = auto()
    COMPARE_PEOPLE = auto()
    EXTEND = auto()
    RETURN = auto()
    READ_BOARD = auto()
    EXPORT = auto()
    EXPORT_POINTS = auto()
    READ_OUTBOX = auto()
    READ_SENT = auto()
    REMIND = auto()
    LIST_POINTS = auto()
    READ_TECHNICIANS = auto()
    TEST_LINES = auto()
    REPORT_READY = auto()
    OPEN_INCIDENT = auto()
    HANDLE_INCIDENT = auto()
    CHECK_HALL = auto()
    CHECK_LINE = auto()
    CHECK_POWER = auto()
    SIGN_CHECK = auto()
    DO_ASSIGNMENT = auto()
    PUBLISH_MATERIAL = auto()
    READ_MATERIAL = auto()
    READ_ATTENDANCE = auto()
    RECORD_ATTENDANCE = auto()
    READ_RESULT = auto()
    WRITE_RESULT = auto()
    TELL_RESULT = auto()


_EVERYBODY = {Right.READ_LETTER, Right.LIST_POINTS, Right.DO_ASSIGNMENT}

RIGHTS: dict[Role, frozenset[Right]] = {
    Role.OFFICE: frozenset(Right)
    - {Right.CONFIRM, Right.REGISTER, Right.TEST_LINES, Right.PUBLISH_MATERIAL}
    - {Right.WRITE_RESULT, Right.TELL_RESULT}
    - {Right.REPORT_READY, Right.CHECK_HALL, Right.CHECK_LINE, Right.CHECK_POWER, Right.SIGN_CHECK},
    Role.PROPAGANDA: frozenset(
        _EVERYBODY
        | {
            Right.READ_INVITATION,
            Right.READ_REGISTRATION,
            Right.READ_BOARD,
            Right.EXPORT,
            Right.EXPORT_POINTS,
            Right.READ_TECHNICIANS,
            Right.PUBLISH_MATERIAL,
            Right.READ_MATERIAL,
            Right.READ_ATTENDANCE,
            Right.READ_RESULT,
            Right.WRITE_RESULT,
        }
    ),
    Role.CLERK: frozenset(
        _EVERYBODY
        | {
            Right.READ_INVITATION,
            Right.CONFIRM,
            Right.READ_REGISTRATION,
            Right.REGISTER,
            Right.COMPARE_PEOPLE,
            Right.READ_SENT,
            Right.READ_TECHNICIANS,
            Right.READ_MATERIAL,
            Right.REPORT_READY,
            Right.OPEN_INCIDENT,
            Right.CHECK_HALL,
            Right.READ_ATTENDANCE,
            Right.RECORD_ATTENDANCE,
            Right.TELL_RESULT,
        }
    ),
    Role.TELECOM: frozenset(
        _EVERYBODY
        | {
            Right.EXPORT_POINTS,
            Right.READ_TECHNICIANS,
            Right.TEST_LINES,
            Right.OPEN_INCIDENT,
            Right.HANDLE_INCIDENT,
            Right.CHECK_LINE,
            Right.SIGN_CHECK,
        }
    ),
    Role.OBSERVER: frozenset(_EVERYBODY | {Right.CHECK_POWER, Right.SIGN_CHECK}),
}
"""Section 4 of the design. The office does not register in a unit's name: it returns or extends."""


def may(user: "User", right: Right) -> bool:
    """Say whether ``user``'s role has ``right``. A person who is not signed in has none."""
    return bool(user.is_authenticated) and right in RIGHTS.get(Role(user.role), frozenset())


def roles_with(right: Right) -> list[Role]:
    """Return the roles that have ``right``, for questions about many people at once."""
    return [role for role, rights in RIGHTS.items() if right in rights]


def require(user: "User", right: Right) -> None:
    """Raise ``PermissionDenied`` (403) unless ``user`` has ``right``."""
    if not may(user, right):
        raise PermissionDenied(right)


class Rights:
    """The rights of one person for templates: ``{% if rights.extend %}``."""

    def __init__(self, user: "User") -> None:
        """Remember whose rights are asked for."""
        self._user = user

    def __getattr__(self, name: str) -> Any:
        """Answer a right by its name; an unknown name is a mistake in a template."""
        try:
            right = Right(name)
        except ValueError:
            raise AttributeError(name) from None
        answer = self.__dict__[name] = may(self._user, right)  # a list asks once a row
        return answer
