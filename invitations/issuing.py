"""The letter goes out, again when it changed: numbered versions, frozen, one after the other.

The office goes on writing in the editor after publishing; what it has not told the units yet is the
difference between the newest version and the meeting as it is. Moving the deadline is such a change too, and
makes no version of its own: the office sees all that goes out before it goes; units get one mail, not two.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.clock import database_now
from accounts.composed import Composed, Given
from invitations.changes import Line, asks_again, lines
from invitations.letters import content as letter_content
from invitations.models import Invitation, LetterIssue, Meeting

if TYPE_CHECKING:
    from accounts.models import User

Content = dict[str, Any]

CALLED_OFF = {
    LetterIssue.Kind.POSTPONED: Meeting.State.POSTPONED,
    LetterIssue.Kind.CANCELLED: Meeting.State.CANCELLED,
}
"""What the meeting becomes with a version of this kind."""

UNANSWERED = {
    "confirmed_at": None,
    "confirmed_by": None,
    "declined_at": None,
    "declined_by": None,
    "decline_reason": "",
}


class Stale(ValidationError):
    """What is to go out is no longer what the person looked at."""


@dataclass(frozen=True)
class Waiting:
    """What would go out now: the content, and how it differs from the version that the units have."""

    meeting: Meeting
    newest: LetterIssue | None
    content: Content

    @property
    def number(self) -> int:
        """The number of the version that the units have; 0 where none went out."""
        return self.newest.number if self.newest else 0

    @property
    def calls_again(self) -> bool:
        """The meeting was postponed and gets its new dates."""
        return self.newest is not None and self.newest.kind == LetterIssue.Kind.POSTPONED

    @cached_property
    def lines(self) -> list[Line]:
        """What is different, line by line."""
        return lines(self.newest.content, self.content) if self.newest else []

    @cached_property
    def asks_again(self) -> bool:
        """Answers to the earlier version no longer count, of all units or of some."""
        if self.newest is None:
            return False
        return self.calls_again or asks_again(self.newest.content, self.content)

    @property
    def is_empty(self) -> bool:
        """There is nothing to tell."""
        return self.newest is not None and not self.lines and not self.calls_again

    @cached_property
    def sha256(self) -> str:
        """The same for two contents that say the same."""
        return digest(self.content)


def digest(content: Content) -> str:
    """Return SHA-256 of a content, whatever the order of its keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def newest_of(meeting: Meeting) -> LetterIssue | None:
    """Return the version that the units have."""
    return meeting.issues.first()


_NEWEST = Composed(
    lambda: LetterIssue.objects.filter(meeting=Given("meeting")).defer("content", "changes")[:1]
)


def newest_cover_of(meeting: Meeting) -> LetterIssue | None:
    """Return the version that the units have, without what it says."""
    return _NEWEST.first(meeting=meeting.pk)


def newest_issues(meetings: Iterable[Meeting]) -> dict[int, LetterIssue]:
    """Return the newest version of each of ``meetings`` by the meeting's key, without what it says."""
    issues = LetterIssue.objects.filter(meeting__in={meeting.pk for meeting in meetings})
    newest = issues.order_by("meeting_id", "-number").distinct("meeting_id")
    return {issue.meeting_id: issue for issue in newest.defer("content", "changes")}


def waiting(meeting: Meeting) -> Waiting:
    """Compare the meeting as it is with the newest version, in one query per kind of part."""
    content = letter_content.of(meeting)
    return Waiting(meeting, newest_of(meeting), content | {"state": "called"})


def said_in(issue: LetterIssue) -> Content:
    """Return what ``issue`` says as a letter: its content, and why the meeting was called off."""
    return {**issue.content, "reason": issue.reason}


def part_of(issue: LetterIssue, invitation: Invitation) -> Content:
    """Return what ``issue`` says to one unit; one called after it went out is put under its heading."""
    unit = invitation.unit
    content = said_in(issue)
    if all(called["slug"] != unit.slug for called in content["units"]):
        own = {"slug": unit.slug, "name": unit.name, "audience": invitation.audience_id}
        content = content | {"units": [*content["units"], own]}
    return letter_content.for_unit(content, unit.slug)


# ── Verbs ────────────────────────────────────────────────────────────────────────────────────


def first(*, meeting: Meeting, user: User | None, now: datetime) -> LetterIssue:
    """Freeze what is published as version 1; ``meeting`` is locked by who publishes."""
    found = waiting(meeting)
    return found.newest or _freeze(found, LetterIssue.Kind.CALLED, user, now)


@transaction.atomic
def send(*, meeting_id: int, user: User, number: int, sha256: str) -> LetterIssue:
    """Tell the units what changed, as one new version; a postponed meeting is called again with it.

    In: the ``number`` of the version that the person compared with and the ``sha256`` of what was shown.
    Raises ``Stale`` when either has moved meanwhile, and ``ValidationError`` when there is nothing to tell
    or the meeting is over.
    """
    meeting = lock(meeting_id)
    if meeting.state not in (Meeting.State.PUBLISHED, Meeting.State.POSTPONED):
        raise ValidationError("Chỉ gửi bản mới cho hội nghị đã công bố và chưa kết thúc.")
    found, now = waiting(meeting), database_now()
    if (found.number, found.sha256) != (number, sha256):
        raise Stale("Giấy mời vừa được sửa hoặc vừa gửi bản mới. Xem lại những thay đổi rồi gửi.")
    if found.is_empty:
        raise ValidationError("Không có gì thay đổi so với bản các đơn vị đang có.")
    if found.calls_again:
        _may_be_called_again(found, now)
        meeting.state = Meeting.State.PUBLISHED
        meeting.save(update_fields=["state"])
    new = found.calls_again or found.newest is None
    issue = _freeze(found, LetterIssue.Kind.CALLED if new else LetterIssue.Kind.CHANGED, user, now)
    _take_answers_back(found, now)
    return issue


def postpone(*, meeting_id: int, user: User | None, reason: str) -> LetterIssue:
    """Put a published meeting off: nobody registers until it is called again with new dates."""
    return _call_off(meeting_id, LetterIssue.Kind.POSTPONED, user, reason)


def cancel(*, meeting_id: int, user: User | None, reason: str) -> LetterIssue:
    """Call a published or postponed meeting off for good: the letter stays readable."""
    return _call_off(meeting_id, LetterIssue.Kind.CANCELLED, user, reason)


@transaction.atomic
def _call_off(meeting_id: int, kind: LetterIssue.Kind, user: User | None, reason: str) -> LetterIssue:
    meeting = lock(meeting_id)
    may_be = [Meeting.State.PUBLISHED]
    if kind == LetterIssue.Kind.CANCELLED:
        may_be.append(Meeting.State.POSTPONED)
    if meeting.state not in may_be:
        raise ValidationError(f"Chỉ {kind.label.lower()} được hội nghị đã công bố và chưa kết thúc.")
    if not reason.strip():
        raise ValidationError({"reason": f"Ghi lý do {kind.label.lower()} để các đơn vị biết."})
    meeting.state = CALLED_OFF[kind]
    meeting.save(update_fields=["state"])
    found = Waiting(meeting, newest_of(meeting), letter_content.of(meeting))
    return _freeze(found, kind, user, database_now(), reason=reason.strip())


def _may_be_called_again(found: Waiting, now: datetime) -> None:
    problems = []
    if found.meeting.registration_deadline <= now:
        problems.append("Hạn đăng ký đã qua. Dời hạn trước khi mời lại.")
    days = [session["date"] for session in found.content["sessions"]]
    if not days:
        problems.append("Chưa có buổi nào. Thêm ngày họp mới ở trang soạn.")
    elif min(days) < timezone.localdate(now).isoformat():
        problems.append("Có buổi ở ngày đã qua. Sửa ngày họp trước khi mời lại.")
    if problems:
        raise ValidationError(problems)


# ── What they share ──────────────────────────────────────────────────────────────────────────


def lock(meeting_id: int) -> Meeting:
    """Lock the meeting against the editor and a second office, but not against rows that point at it.

    A unit that saves a bridge point holds its own invitation and points at the meeting: with the stronger
    lock the two would wait for each other (docs/decisions/0018).
    """
    return Meeting.objects.select_for_update(no_key=True).get(pk=meeting_id)


def lock_called(meeting: Meeting) -> list[Invitation]:
    """Lock all invitations that went out, in the order of their keys as everybody else does."""
    called = meeting.invitations.sent().select_related("unit").order_by("pk")
    return list(called.select_for_update(of=("self",)))


def _freeze(
    found: Waiting, kind: LetterIssue.Kind, user: User | None, now: datetime, *, reason: str = ""
) -> LetterIssue:
    return LetterIssue.objects.create(
        meeting=found.meeting,
        number=found.number + 1,
        kind=kind,
        content=found.content,
        changes=[line._asdict() for line in found.lines],
        asks_again=kind in (LetterIssue.Kind.CALLED, LetterIssue.Kind.CHANGED) and found.asks_again,
        reason=reason,
        sha256=found.sha256,
        issued_at=now,
        issued_by=user,
    )


def _take_answers_back(found: Waiting, now: datetime) -> None:
    """Ask again those whose own time or place is another; what they answered stays in ``Answer``.

    All invitations are locked first: who confirms at this moment is either written before and taken back,
    or waits, and finds the new version.
    """
    if not found.asks_again:
        return
    locked = lock_called(found.meeting)
    asked = locked if found.calls_again else [one for one in locked if _is_moved(found, one)]
    answered = Q(confirmed_at__isnull=False) | Q(declined_at__isnull=False)
    again = Invitation.objects.filter(answered, pk__in=[one.pk for one in asked])
    again.update(**UNANSWERED, asked_again_at=now)


def _is_moved(found: Waiting, invitation: Invitation) -> bool:
    """Time or place is another for this unit."""
    if found.newest is None:
        return False
    slug = invitation.unit.slug
    return asks_again(part_of(found.newest, invitation), letter_content.for_unit(found.content, slug))
