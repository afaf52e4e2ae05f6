"""A meeting that is over is closed: nothing is written any more; with a reason it is opened again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.clock import database_now
from accounts.templatetags.portal import moment
from invitations.deadlines import session_starts
from invitations.issuing import lock, lock_called
from invitations.models import Closing, Meeting
from invitations.retention import refuse_when_purged

if TYPE_CHECKING:
    from accounts.models import User


@transaction.atomic
def close(*, meeting_id: int, user: User) -> Closing:
    """Close a meeting whose last session has begun. Raises ``ValidationError`` for any other.

    All letters are locked first: who submits at this moment is either written before, or told that the
    meeting is closed.
    """
    meeting = lock(meeting_id)
    lock_called(meeting)
    if meeting.state != Meeting.State.PUBLISHED:
        raise ValidationError(f"Hội nghị {meeting.get_state_display().lower()}, không đóng được.")
    starts = [session_starts(one.date, one.part, one.starts_at) for one in meeting.sessions.all()]
    now = database_now()
    if not starts:
        raise ValidationError("Hội nghị chưa có buổi nào nên chưa đóng được. Không họp nữa thì hủy hội nghị.")
    if now < max(starts):
        raise ValidationError(f"Buổi cuối bắt đầu {moment(max(starts))}. Đóng hội nghị từ lúc đó.")
    meeting.state = Meeting.State.CLOSED
    meeting.save(update_fields=["state"])
    return Closing.objects.create(meeting=meeting, what=Closing.What.CLOSED, at=now, by=user)


@transaction.atomic
def reopen(*, meeting_id: int, user: User, reason: str) -> Closing:
    """Open a closed meeting again, for a correction.

    Raises ``ValidationError`` without a reason, and once its personal data are being deleted.
    """
    meeting = lock(meeting_id)
    if meeting.state != Meeting.State.CLOSED:
        raise ValidationError("Chỉ mở lại được hội nghị đã kết thúc.")
    refuse_when_purged(meeting, "không mở lại được")
    if not reason.strip():
        raise ValidationError({"reason": "Ghi lý do mở lại."})
    meeting.state = Meeting.State.PUBLISHED
    meeting.save(update_fields=["state"])
    return Closing.objects.create(
        meeting=meeting, what=Closing.What.REOPENED, at=database_now(), by=user, reason=reason.strip()
    )
