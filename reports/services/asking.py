"""Asking for a file, stopping it, asking again."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from accounts.clock import database_now
from accounts.models import User
from accounts.templatetags.portal import moment
from invitations.deadlines import GRACE
from invitations.retention import refuse_when_purged
from reports import freezing
from reports.fingerprint import fingerprint_of
from reports.models import Download, ExportJob
from reports.services.keeping import can_be_compared, is_there

if TYPE_CHECKING:
    from invitations.models import Meeting

logger = logging.getLogger(__name__)

NOTHING_EARLIER = (
    "Chưa có bản nào để so: trong 7 ngày qua đồng chí chưa tải danh sách đại biểu của hội nghị này. "
    "Tạo và tải bảng tổng hợp đại biểu trước."
)


@transaction.atomic
def ask_export(
    *,
    meeting: Meeting,
    user: User,
    kind: ExportJob.Kind = ExportJob.Kind.DELEGATES,
    form: ExportJob.Form = ExportJob.Form.XLSX,
    anew: bool = False,
) -> ExportJob:
    """Ask for a file and return its job.

    Asking again while it is under way gives the same job; asking for what somebody's finished file shows
    already, nothing having changed since, gives that one, unless it is wanted ``anew``. No fault of the
    broker fails this: the row waits, and ``take_up_exports`` finds it. Raises ``ValidationError`` where
    changes are asked for and there is nothing to tell them against, for the official list before its
    moment, and for list and archive once their people are deleted.
    """
    if kind in ExportJob.OF_FREEZE and freezing.official_list(meeting) is None:
        raise ValidationError(not_frozen(meeting))
    if kind in (ExportJob.Kind.ARCHIVE, *ExportJob.OF_FREEZE):
        refuse_when_purged(meeting, "không tạo được tệp này nữa")
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=user.pk)
    if kind == ExportJob.Kind.ARCHIVE and meeting.state != meeting.State.CLOSED:
        raise ValidationError("Gói lưu trữ làm được khi hội nghị đã đóng. Nhờ Văn phòng đóng hội nghị trước.")
    form = ExportJob.Form.ZIP if kind in ExportJob.ZIPPED else form
    same = ExportJob.objects.filter(meeting=meeting, kind=kind, form=form)
    open_job = same.under_way().filter(asked_by=user).first()
    if open_job is not None:
        return open_job
    baseline = downloaded_last(meeting, user) if kind == ExportJob.Kind.CHANGES else None
    if kind == ExportJob.Kind.CHANGES and baseline is None:
        raise ValidationError(NOTHING_EARLIER)
    if not anew and kind not in ExportJob.ZIPPED:
        state = state_of(meeting, kind, baseline)
        for ready in same.ready().filter(fingerprint=state, baseline=baseline):
            if is_there(ready):
                return ready
    job = ExportJob.objects.create(
        meeting=meeting, kind=kind, form=form, asked_by=user, asked_at=database_now(), baseline=baseline
    )
    wake_after_commit(job.pk)
    return job


def not_frozen(meeting: Meeting) -> str:
    """Say why there is no official list yet, and when there will be."""
    if meeting.state not in freezing.STATES:
        return "Hội nghị này không chốt danh sách vì chưa công bố hoặc đã hoãn, hủy."
    opens = moment(meeting.registration_deadline + GRACE)
    return f"Danh sách chính thức chưa chốt. Cổng tự chốt lúc {opens}; tạo tệp sau giờ đó."


def state_of(meeting: Meeting, kind: str, baseline: ExportJob | None) -> str:
    """The state of all that a file shows: of the moment, or of the picture that is open."""
    frozen = kind in ExportJob.OF_FREEZE
    return fingerprint_of(meeting, kind, baseline.pk if baseline else None, frozen=frozen)


def downloaded_last(meeting: Meeting, user: User) -> ExportJob | None:
    """The file of delegates that ``user`` took last, if what it held is still known."""
    taken = Download.objects.filter(
        user=user, job__meeting=meeting, job__kind__in=ExportJob.OF_DELEGATES, job__state=ExportJob.State.DONE
    ).select_related("job")
    last = taken.order_by("-at", "-pk").first()
    return last.job if last and can_be_compared(last.job) else None


def wake_after_commit(job_id: uuid.UUID) -> None:
    """Call a worker once the row can be seen."""
    transaction.on_commit(lambda: _wake(job_id))


def _wake(job_id: uuid.UUID) -> None:
    try:
        current_app.send_task("reports.tasks.make_export", args=[str(job_id)], retry=False)
    except Exception as error:
        logger.warning("export %s waits for beat, no broker: %s", job_id, type(error).__name__)


def cancel_export(*, job_id: uuid.UUID) -> bool:
    """Stop a job that is under way; its worker notices within a second. Says whether there was one."""
    open_jobs = ExportJob.objects.under_way().filter(pk=job_id)
    return bool(
        open_jobs.update(
            state=ExportJob.State.CANCELLED, finished_at=Now(), lease=None, lease_until=None, error=""
        )
    )


def retry_export(*, job: ExportJob, user: User) -> ExportJob:
    """Ask once more for what came to nothing, or whose file is gone: a new job, of the state of now."""
    kind, form = ExportJob.Kind(job.kind), ExportJob.Form(job.form)
    return ask_export(meeting=job.meeting, user=user, kind=kind, form=form)
