"""Every place in which the portal keeps something of the people of a meeting, and how each is emptied.

Whoever adds a column for a name, a telephone or a note adds it here; ``test_purging`` walks all tables and
finds what was forgotten. Rows stay where something is counted by them: ``GONE`` takes the place of texts.
Files go before their rows: who is killed between finds the row again, and its file gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.db.models import Case, CharField, F, Model, Q, QuerySet, TextField, Value, When
from django.db.models.functions import Cast, Concat

from accounts.clock import database_now
from bridge_points.models import BridgePoint, Incident, IncidentEntry, LineTest, PointSignature
from invitations.letters.content import without_people as letter_without_people
from invitations.models import (
    GONE,
    Answer,
    AssignedUnit,
    Audience,
    Chair,
    Contact,
    Invitation,
    LetterIssue,
    LetterReading,
    Meeting,
    ShareFile,
    ShareReport,
)
from registrations.models import (
    Attendance,
    AttendanceEntry,
    AttendanceMark,
    Change,
    CommuneAnswer,
    Delegate,
    Extension,
    ExtensionRequest,
    Registration,
    ResultTelling,
    RosterUpload,
    SignedScan,
    Submission,
)
from registrations.snapshot import without_people
from reminders.models import Call, DeliveryReport, Reminder, ReminderAttempt
from reports.models import ResultDraft

Rows = QuerySet[Any]


@dataclass(frozen=True)
class Kind:
    """One table: which of its rows are to be emptied (``rows``), and how a batch of them is (``empty``)."""

    key: str
    label: str
    rows: Callable[[Meeting], Rows]
    empty: Callable[[Rows], object]
    model: type[Model]
    path: str
    """From the table to its meeting."""


def _texts(
    label: str, model: type[Model], path: str, *boxes: str, extra: Mapping[str, Any] | None = None
) -> Kind:
    """Rows whose ``boxes`` say something of a person; ``extra`` is written beside."""

    def rows(meeting: Meeting) -> Rows:
        said = Q()
        for box in boxes:
            said |= ~Q(**{f"{box}__in": ("", GONE)})
        return model._default_manager.filter(said, **{path: meeting.pk})

    values = {box: Case(When(**{box: ""}, then=Value("")), default=Value(GONE)) for box in boxes}
    return Kind(
        model._meta.label, label, rows, lambda found: found.update(**values, **(extra or {})), model, path
    )


def _documents(
    label: str,
    model: type[Model],
    path: str,
    alter: Callable[[Any], Sequence[str]],
    only: Q | None = None,
) -> Kind:
    """Rows that hold plain data: ``alter`` takes the people out of one, and says which columns it wrote."""

    def rows(meeting: Meeting) -> Rows:
        return model._default_manager.filter(only or Q(), **{path: meeting.pk})

    def empty(found: Rows) -> None:
        altered, columns = list(found), list[str]()
        for one in altered:
            columns = list(alter(one))
        model._default_manager.bulk_update(altered, columns, batch_size=100)

    return Kind(model._meta.label, label, rows, empty, model, path)


def _files(label: str, model: type[Model], path: str) -> Kind:
    """Files that somebody brought, with their rows."""

    def empty(found: Rows) -> None:
        for name in found.values_list("file", flat=True):
            if name:
                default_storage.delete(name)
        found.delete()

    def rows(meeting: Meeting) -> Rows:
        return model._default_manager.filter(**{path: meeting.pk})

    return Kind(model._meta.label, label, rows, empty, model, path)


# ── How one document loses its people ────────────────────────────────────────────────────────────


def _submission(one: Submission) -> Sequence[str]:
    one.content, one.purged_at = without_people(one.content), database_now()
    return ("content", "purged_at")


def _answer(one: CommuneAnswer) -> Sequence[str]:
    one.values = without_people(one.values)
    return ("values",)


NUMBERS_OF_THE_LOG = (Change.Kind.HEADCOUNT, Change.Kind.SUBMITTED, Change.Kind.DOWNLOADED)
"""Lines of the log that name no person; the others are kept without their words."""


def _change(one: Change) -> Sequence[str]:
    one.what = GONE
    one.before, one.after = (
        GONE if isinstance(each, str) and each else without_people(each) for each in (one.before, one.after)
    )
    return ("what", "before", "after")


def _issue(one: LetterIssue) -> Sequence[str]:
    one.content = letter_without_people(one.content)
    one.changes = [
        {**line, **{side: GONE for side in ("before", "after") if line.get(side)}} for line in one.changes
    ]
    return ("content", "changes")


# ── All of them ──────────────────────────────────────────────────────────────────────────────────

BOOK = "registration__invitation__meeting"
DELEGATES, POINTS, MESSAGES = "Đại biểu", "Chủ trì, kỹ thuật điểm cầu", "Tin nhắn, thư, cuộc gọi"
NOTES, LETTERS, LOG = "Ghi chú, lý do, ý kiến", "Đầu mối, chủ trì trong giấy mời", "Nhật ký sửa"
FILES, SENT = "Tệp đơn vị đã tải lên", "Bản đăng ký đã gửi"

_KEPT: tuple[Kind, ...] = (
    _files(FILES, RosterUpload, "invitation__meeting"),
    _files(FILES, SignedScan, f"submission__{BOOK}"),
    _files(FILES, ShareFile, "share__assignment__meeting"),
    _files("Tệp giấy mời đã đọc", LetterReading, "meeting"),
    _texts(
        DELEGATES, Delegate, BOOK, "full_name", "position", "organisation", "phone", "note",
        extra={"sort_key": "", "search": ""},
    ),
    _documents(SENT, Submission, BOOK, _submission, Q(purged_at__isnull=True)),
    _documents(LOG, Change, BOOK, _change, ~Q(kind__in=NUMBERS_OF_THE_LOG) & ~Q(what=GONE)),
    _documents("Câu trả lời của xã", CommuneAnswer, "link__invitation__meeting", _answer),
    _texts(POINTS, BridgePoint, "meeting", "chair", "technician", "technician_phone"),
    _texts(LETTERS, Contact, "meeting", "name", "phone"),
    _texts(LETTERS, Chair, "audience__meeting", "name", "post"),
    _documents(LETTERS, LetterIssue, "meeting", _issue),
    _texts(
        "Đầu mối của đơn vị", Invitation, "meeting",
        "contact_name", "contact_phone", "contact_email", "decline_reason",
    ),
    _texts(
        MESSAGES, Reminder, "meeting", "recipient_name", "subject", "body", "failure", "asked_why",
        extra={"recipient": Case(
            When(recipient="", then=Value("")), default=Concat(Value(f"{GONE} "), Cast(F("pk"), CharField()))
        )},
    ),
    _texts(MESSAGES, ReminderAttempt, "reminder__meeting", "detail"),
    _texts(MESSAGES, DeliveryReport, "reminder__meeting", "detail"),
    _texts(MESSAGES, Call, "meeting", "to_name", "phone", "note"),
    _texts(NOTES, Answer, "invitation__meeting", "reason"),
    _texts(NOTES, AssignedUnit, "assignment__meeting", "remark"),
    _texts(NOTES, ShareReport, "share__assignment__meeting", "remark"),
    _texts(NOTES, LineTest, "point__meeting", "note"),
    _texts(NOTES, Incident, "point__meeting", "note", "done"),
    _texts(NOTES, IncidentEntry, "incident__point__meeting", "text"),
    _texts(NOTES, PointSignature, "point__meeting", "reason"),
    _texts(NOTES, Attendance, "point__meeting", "reason"),
    _texts(NOTES, AttendanceEntry, "point__meeting", "reason"),
    _texts(NOTES, AttendanceMark, "point__meeting", "reason"),
    _texts(NOTES, Registration, "invitation__meeting", "return_remark"),
    _texts(NOTES, Extension, "invitation__meeting", "reason"),
    _texts(NOTES, ExtensionRequest, "invitation__meeting", "reason", "answer"),
    _texts(NOTES, ResultTelling, "invitation__meeting", *ResultTelling.PARTS),
    _texts(NOTES, ResultDraft, "meeting", *ResultTelling.PARTS),
)  # fmt: skip


def _of_the_admin(meeting: Meeting) -> Rows:
    """What Django's admin wrote down of rows of the meeting: it names the row, and rows inside it."""
    named = {kind.model: kind.path for kind in _KEPT} | {Meeting: "pk", Audience: "meeting"}
    types = ContentType.objects.get_for_models(*named)
    here = Q()
    for model, path in named.items():
        keys = (
            model._default_manager.filter(**{path: meeting.pk})
            .order_by()
            .values(key_as_text=Cast("pk", TextField()))
        )
        here |= Q(content_type=types[model], object_id__in=keys)
    return LogEntry.objects.filter(here).exclude(object_repr=GONE, change_message="")


ADMIN = Kind(
    LogEntry._meta.label,
    LOG,
    _of_the_admin,
    lambda found: found.update(object_repr=GONE, change_message=""),
    LogEntry,
    "",
)

KINDS: tuple[Kind, ...] = (ADMIN, *_KEPT)
"""In this order; what the admin wrote down is found by rows, of which some are deleted later."""
