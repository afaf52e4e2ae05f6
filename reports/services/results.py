"""The verbs of the result report: write its parts, sign it with number, date and name, take a file of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.clock import database_now
from accounts.picture import one_picture
from accounts.templatetags.portal import moment
from invitations.deadlines import session_starts
from invitations.models import Meeting
from registrations.models import ResultTelling
from registrations.snapshot import digest
from reports import result_templates, templates
from reports.models import ResultDownload, ResultDraft, ResultVersion
from reports.result_models import MOST_LETTERS
from reports.results.numbers import numbers_of
from reports.results.paper import TEXTS, Content
from reports.results.writing import docx_of, pdf_of, xlsx_of

if TYPE_CHECKING:
    from accounts.models import User

OPEN = (Meeting.State.PUBLISHED,)
"""A report is written and signed while the meeting stands; once it is closed nothing is written."""


class StaleError(Exception):
    """Somebody else saved meanwhile: carries what is kept now."""

    def __init__(self, draft: ResultDraft) -> None:
        super().__init__()
        self.draft = draft


class ChangedError(Exception):
    """The numbers are not those that the page showed."""


def draft_of(meeting: Meeting) -> ResultDraft:
    """Return the written parts; empty ones that are not kept yet where nobody has written."""
    return ResultDraft.objects.filter(meeting=meeting).first() or ResultDraft(meeting=meeting)


def read_content(meeting: Meeting) -> Content:
    """Read the whole report as it would be signed now, in one picture."""
    return read(meeting)[0]


def read(meeting: Meeting) -> tuple[Content, ResultDraft]:
    """Read the report as it would be signed now, and the draft that its written parts come from.

    While nobody writes anything, the numbers that another has read are shown with their moment.
    """
    with one_picture() as picture:
        draft = draft_of(meeting)
        numbers = picture.once(("result", meeting.pk), lambda: numbers_of(meeting, picture))
        return _content(meeting, numbers, draft), draft


def _content(meeting: Meeting, numbers: Content, draft: ResultDraft) -> Content:
    letter_date = f" ngày {meeting.issued_on:%d/%m/%Y}" if meeting.issued_on else ""
    return {
        "head": {
            "title": " ".join(meeting.title.split()),
            "form": meeting.form,
            "parent": meeting.issuer_parent,
            "issuer": meeting.issuer,
            "place": meeting.place,
            "letter": meeting.number,
            "letter_date": letter_date,
            "recipients": meeting.recipient_lines,
        },
        "numbers": numbers,
        "texts": {name: getattr(draft, name) for name in TEXTS},
        "signed": {
            "number": "",
            "dated_on": "",
            "on_behalf": meeting.sign_on_behalf,
            "sign_title": meeting.sign_title,
            "sign_name": meeting.sign_name,
            "version": 1,
            "replaces": "",
            "reason": "",
        },
    }


def seen_of(content: Content) -> str:
    """Return the hash of all that a page shows of a draft but the moment, and the minutes that run on."""
    numbers = content["numbers"]
    still = [one | {"minutes": 0} if one["open"] else one for one in numbers["incidents"]]
    shown = numbers | {"taken_at": "", "incidents": still}
    return digest({"head": content["head"], "numbers": shown, "texts": content["texts"]})


@transaction.atomic
def save_texts(*, meeting_id: int, user: User, version: int, texts: Mapping[str, str]) -> ResultDraft:
    """Keep the written parts. Raises ``StaleError`` where another has saved since, ``ValidationError``."""
    meeting = Meeting.objects.select_for_update(no_key=True).get(pk=meeting_id)
    _open(meeting)
    draft = draft_of(meeting)
    if draft.version != version:
        raise StaleError(draft)
    for name in TEXTS:
        setattr(draft, name, texts[name])
    draft.version, draft.changed_by, draft.changed_at = version + 1, user, database_now()
    draft.save()
    return draft


def tellings_of(meeting: Meeting) -> list[ResultTelling]:
    """Return what the units sent, in their order; each with ``is_merged`` of its newest version."""
    merged = draft_of(meeting).merged
    found = ResultTelling.objects.filter(invitation__meeting=meeting).select_related(
        "invitation__unit", "sent_by"
    )
    ordered = found.order_by("invitation__unit__position", "invitation__unit__sort_key", "pk")
    tellings = list(ordered)
    for one in tellings:
        one.is_merged = merged.get(str(one.invitation_id)) == one.version  # type: ignore[attr-defined]
    return tellings


@transaction.atomic
def merge(*, meeting_id: int, user: User) -> int:
    """Put what the units sent, and is not in the text yet, below it, unit by unit; return of how many units.

    A second call adds nothing: what was put in is noted with its version. Raises ``ValidationError`` where
    the text would grow too long, and after the meeting was closed.
    """
    meeting = Meeting.objects.select_for_update(no_key=True).get(pk=meeting_id)
    _open(meeting)
    draft = draft_of(meeting)
    fresh = [one for one in tellings_of(meeting) if not one.is_merged]  # type: ignore[attr-defined]
    for name, label in TEXTS.items():
        told = [(one.invitation.unit.called, getattr(one, name)) for one in fresh]
        lines = [f"{unit}: {text}" for unit, text in told if text]
        text = "\n".join(filter(None, [getattr(draft, name), *lines]))
        if len(text) > MOST_LETTERS:
            raise ValidationError(f"{label}: gộp vào sẽ dài quá mức. Rút gọn phần đã có rồi gộp.")
        setattr(draft, name, text)
    if fresh:
        draft.merged = {**draft.merged, **{str(one.invitation_id): one.version for one in fresh}}
        draft.version, draft.changed_by, draft.changed_at = draft.version + 1, user, database_now()
        draft.save()
    return len(fresh)


def may_be_signed_from(meeting: Meeting) -> datetime | None:
    """The beginning of the last session; None where the meeting has none."""
    starts = [session_starts(one.date, one.part, one.starts_at) for one in meeting.sessions.all()]
    return max(starts, default=None)


def sign(*, meeting_id: int, user: User, seen: str, signed: Mapping[str, Any]) -> ResultVersion:
    """Freeze the report with number, date and signatory; the next one is a correction and says why.

    The numbers are read anew, in one picture, and must be those that the page showed (``seen``). Raises
    ``ChangedError`` where they are not, ``ValidationError`` before the last session and after the meeting
    was closed.
    """
    meeting = Meeting.objects.get(pk=meeting_id)
    content = read_content(meeting)
    if seen_of(content) != seen:
        raise ChangedError
    with transaction.atomic():
        meeting = Meeting.objects.select_for_update(no_key=True).get(pk=meeting_id)
        _open(meeting)
        _held(meeting)
        if {name: getattr(draft_of(meeting), name) for name in TEXTS} != content["texts"]:
            raise ChangedError
        before = meeting.results.first()
        if before and not signed["reason"]:
            raise ValidationError({"reason": "Ghi vì sao sửa: báo cáo số trước đã gửi đi."})
        content["signed"] = {
            **{name: signed[name] for name in ("number", "on_behalf", "sign_title", "sign_name")},
            "dated_on": signed["dated_on"].isoformat(),
            "version": before.version + 1 if before else 1,
            "replaces": _called(before),
            "reason": signed["reason"] if before else "",
        }
        return ResultVersion.objects.create(
            meeting=meeting,
            version=content["signed"]["version"],
            number=signed["number"],
            dated_on=signed["dated_on"],
            sign_name=signed["sign_name"],
            reason=content["signed"]["reason"],
            content=content,
            sha256=digest(content),
            template=result_templates.in_use(),
            signed_at=database_now(),
            signed_by=user,
        )


def _called(before: ResultVersion | None) -> str:
    return f"{before.number} ngày {before.dated_on:%d/%m/%Y}" if before else ""


def _open(meeting: Meeting) -> None:
    if meeting.state not in OPEN:
        raise ValidationError(
            f"Hội nghị {meeting.get_state_display().lower()}, không ghi báo cáo được nữa. "
            "Cần sửa thì nhờ Văn phòng mở lại hội nghị."
        )


def _held(meeting: Meeting) -> None:
    begins = may_be_signed_from(meeting)
    if begins is None:
        raise ValidationError("Hội nghị chưa có buổi nào. Ghi các buổi trong giấy mời rồi chốt báo cáo.")
    if database_now() < begins:
        raise ValidationError(f"Buổi cuối bắt đầu {moment(begins)}. Chốt báo cáo từ lúc đó.")


def make_file(
    *, meeting: Meeting, user: User, form: str, version: ResultVersion | None = None
) -> tuple[bytes, str]:
    """Return the report, signed or as it is now, as a file, and its title; who took it is on record.

    ``form`` is one of ``writing.FORMS``. Raises ``BrokenTemplate`` for a Word template that cannot be
    filled in.
    """
    if version is None:
        content, sha256 = read_content(meeting), ""
        title = f"Báo cáo kết quả (nháp), {meeting.short_title}, {_hour(content)}"
    else:
        content, sha256 = version.content, version.sha256
        title = f"Báo cáo kết quả {version}, {meeting.short_title}"
    if form == "docx":
        template = version.template if version else result_templates.in_use()
        made = docx_of(content, sha256=sha256, template=result_templates.content_of(template))
    elif form == "pdf":
        made = pdf_of(content, sha256=sha256)
    else:
        made = xlsx_of(content, sha256=sha256, drawn_by=templates.in_use())
    ResultDownload.objects.create(
        meeting=meeting, version=version.version if version else None, form=form, user=user
    )
    return made, title


def _hour(content: Content) -> str:
    taken = timezone.localtime(datetime.fromisoformat(content["numbers"]["taken_at"]))
    return f"{taken:%Hh%M %d-%m-%Y}"


def is_whole(version: ResultVersion) -> bool:
    """Say whether what is kept of a signed report is still what its hash says."""
    return digest(version.content) == version.sha256


def today() -> date:
    """The day that a report signed now usually carries: proposed only, so no question to the database."""
    return timezone.localdate()
