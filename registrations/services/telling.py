"""Units are asked for their part of the result report, and tell it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.clock import database_now
from invitations.models import Meeting
from registrations.models import ResultRequest, ResultTelling
from registrations.services import locking

if TYPE_CHECKING:
    from accounts.models import User

SOMETHING = "Ghi ít nhất một phần: không khí, ý kiến hoặc đề xuất. Không có gì thì ghi “Không có ý kiến”."


class Overtaken(Exception):
    """Somebody of the unit sent meanwhile: carries what is kept now."""

    def __init__(self, kept: ResultTelling) -> None:
        super().__init__()
        self.kept = kept


@transaction.atomic
def ask(*, meeting_id: int, user: User, due_at: datetime) -> ResultRequest:
    """Ask all called units for their part by ``due_at``, or move that hour.

    Raises ``ValidationError`` for an hour that has passed and for a meeting that is not open.
    """
    meeting = Meeting.objects.select_for_update(no_key=True).get(pk=meeting_id)
    if meeting.state != Meeting.State.PUBLISHED:
        raise ValidationError(f"Hội nghị {meeting.get_state_display().lower()}, không hỏi các đơn vị được.")
    now = database_now()
    if due_at <= now:
        raise ValidationError({"due_at": "Hạn gửi: chọn giờ ở sau giờ này."})
    request, _ = ResultRequest.objects.update_or_create(
        meeting=meeting,
        defaults={"due_at": due_at, "asked_by": user},
        create_defaults={"due_at": due_at, "asked_by": user, "asked_at": now},
    )
    return request


@transaction.atomic
def tell(*, invitation_id: int, user: User, version: int, parts: Mapping[str, str]) -> ResultTelling:
    """Send a unit's part; after its hour too, for a late word is better than none.

    Raises ``Overtaken`` where ``version`` is not what is kept, ``ValidationError`` where nothing is said,
    nothing was asked, or the meeting is closed.
    """
    invitation = locking.lock(invitation_id)
    meeting = Meeting.objects.get(pk=invitation.meeting_id)
    if meeting.state != Meeting.State.PUBLISHED:
        raise ValidationError(f"Hội nghị {meeting.get_state_display().lower()}, không nhận thêm báo cáo.")
    if not ResultRequest.objects.filter(meeting=meeting).exists():
        raise ValidationError("Chưa có đề nghị báo cáo cho hội nghị này.")
    if not any(parts[name] for name in ResultTelling.PARTS):
        raise ValidationError(SOMETHING)
    kept = ResultTelling.objects.filter(invitation=invitation).first()
    if (kept.version if kept else 0) != version:
        if kept is not None and all(getattr(kept, name) == parts[name] for name in ResultTelling.PARTS):
            return kept  # sent twice: the same answer again
        raise Overtaken(kept or ResultTelling(invitation=invitation, version=0))
    now = database_now()
    telling = kept or ResultTelling(invitation=invitation, version=0, first_at=now)
    for name in ResultTelling.PARTS:
        setattr(telling, name, parts[name])
    telling.version, telling.sent_at, telling.sent_by = version + 1, now, user
    telling.save()
    return telling
