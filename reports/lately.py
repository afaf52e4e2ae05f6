"""What happened in a meeting in the last hour: who did what, the small changes of one draft as one line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Case, CharField, Count, F, Max, Q, Value, When
from django.db.models.functions import Coalesce, NullIf

from invitations.models import Meeting
from registrations.models import Change, Submission
from registrations.states import Standing

LATELY = timedelta(hours=1)
MOST_CHANGES = 8

EDITS = (
    Change.Kind.HEADCOUNT,
    Change.Kind.POINT,
    Change.Kind.DELEGATE_ADDED,
    Change.Kind.DELEGATE_CHANGED,
    Change.Kind.DELEGATE_REMOVED,
)


class Detail(NamedTuple):
    """A piece of a line of the log."""

    text: str
    css: str = ""


@dataclass(frozen=True)
class Entry:
    """One line of the log: what happened to a unit lately, and who did it."""

    at: datetime
    unit: str
    before: str = ""
    after: str = ""
    details: tuple[Detail, ...] = ()
    who: str = ""


def read_changes(meeting: Meeting, now: datetime, only: Iterable[int] | None) -> list[Any]:
    """The last things that happened, each registration's gathered into one; ``only`` some of them."""
    changes = Change.objects.filter(registration__invitation__meeting=meeting, at__gt=now - LATELY)
    if only is not None:
        changes = changes.filter(registration__in=list(only))
    name = Coalesce(NullIf(F("by__full_name"), Value("")), F("by__username"))
    return list(
        changes.exclude(kind__in=(Change.Kind.DOWNLOADED, Change.Kind.PAIRED))  # these name people
        .annotate(
            group=Case(When(kind__in=EDITS, then=Value("edit")), default=F("kind"), output_field=CharField())
        )
        .values("group", "registration_id")
        .annotate(
            last=Max("at"),
            text=Max("what"),
            who=StringAgg(name, ", ", distinct=True),
            **{kind.name.lower(): Count("pk", filter=Q(kind=kind)) for kind in EDITS},
        )
        .order_by("-last", "-registration_id")[:MOST_CHANGES]
    )


def log_of(changes: list[Any], standings: Iterable[Standing], last: Mapping[int, Submission]) -> list[Entry]:
    """Write what was read as lines."""
    units = {at.registration.pk: at for at in standings if at.registration is not None}
    return [
        _entry(change, units[pk], last.get(pk))
        for change in changes
        if (pk := change["registration_id"]) in units
    ]


def _entry(change: dict[str, Any], unit: Standing, submission: Submission | None) -> Entry:
    name, what = unit.invitation.unit.name, change["text"]
    at, who = change["last"], change["who"] or ""
    match change["group"]:
        case Change.Kind.SUBMITTED if submission:
            numbers = f"{submission.declared} đại biểu"
            numbers += f", {submission.points} điểm cầu xã" if submission.points else ""
            return Entry(at, name, after=f"gửi lần {submission.number}: {numbers}", who=who)
        case Change.Kind.RETURNED:
            return Entry(at, name, before="Văn phòng trả lại", after=f": {what}", who=who)
        case Change.Kind.EXTENDED:
            return Entry(at, name, before="Văn phòng gia hạn", after=f": {what}", who=who)
        case Change.Kind.SCAN_ADDED:
            return Entry(at, name, after=f"đính kèm bản ký: {what}", who=who)
        case Change.Kind.SCAN_REMOVED:
            return Entry(at, name, after=f"xóa bản ký: {what}", who=who)
        case Change.Kind.ASKED:
            return Entry(at, name, after=f"xin gia hạn: {what}", who=who)
        case Change.Kind.REFUSED:
            return Entry(at, name, before="Văn phòng không gia hạn cho", after=f": {what}", who=who)
    details = [
        Detail(f"+{change['delegate_added']} tên", "plus") if change["delegate_added"] else None,
        Detail(f"−{change['delegate_removed']} tên", "minus") if change["delegate_removed"] else None,
        Detail(f"sửa {change['delegate_changed']} tên") if change["delegate_changed"] else None,
        Detail(f"điểm cầu {change['point']} lần") if change["point"] else None,
        Detail(f"số lượng {change['headcount']} lần") if change["headcount"] else None,
    ]
    sent_at = unit.registration.submitted_at if unit.registration else None
    verb = "sửa sau khi gửi" if sent_at and at > sent_at and unit.is_answered else "lưu bản soạn"
    return Entry(at, name, after=verb, details=tuple(detail for detail in details if detail), who=who)
