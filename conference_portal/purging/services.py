"""Deleting the people of a closed meeting, batch by batch, and going on where somebody was killed."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from celery import current_app
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import CharField, Count, QuerySet, Value
from django.db.models.functions import Now

from accounts.clock import database_now
from conference_portal.purging.kinds import KINDS
from invitations import issuing
from invitations.models import Meeting, Purge
from invitations.retention import due_at
from reports.models import ExportJob
from reports.services.keeping import drop

if TYPE_CHECKING:
    from accounts.models import User

logger = logging.getLogger(__name__)

BATCH = 500
"""Rows of one transaction: a fraction of a second, in which nobody who reads waits."""

EXPORTS, EXPORTS_LABEL = "reports.ExportJob", "Tệp tổng hợp, gói lưu trữ trên cổng"


def preview(meeting: Meeting) -> list[tuple[str, int]]:
    """How many rows of each label would lose their people now, in one query and one of the files."""
    counted = {"rows_of": Count("pk")}
    parts = [
        kind.rows(meeting).order_by().values(kind_of=Value(kind.key, CharField())).annotate(**counted)
        for kind in KINDS
    ]
    found = {part["kind_of"]: part["rows_of"] for part in parts[0].union(*parts[1:], all=True)}
    return in_words(found | {EXPORTS: _files_of(meeting).count()})


def in_words(counts: dict[str, int]) -> list[tuple[str, int]]:
    """Add up counts by what the page calls their kinds, in the order of the work; nothing where none is."""
    sums = {EXPORTS_LABEL: counts.get(EXPORTS, 0)}
    for kind in KINDS:
        sums[kind.label] = sums.get(kind.label, 0) + counts.get(kind.key, 0)
    return [(label, number) for label, number in sums.items() if number]


@transaction.atomic
def begin(*, meeting_id: int, user: User | None, not_before_due: bool = False) -> Purge | None:
    """Write down that the people of a meeting go from now on; from here on nobody takes it back.

    In: who asked, None for the retention time; ``not_before_due`` asks again, under the lock, whether that
    time is over, and gives None where somebody has made it longer. Asked twice it is the same row.
    Raises ``ValidationError`` for a meeting that is not closed.
    """
    meeting = issuing.lock(meeting_id)
    there = Purge.objects.filter(meeting=meeting).first()
    if there is not None:
        return there
    if meeting.state != Meeting.State.CLOSED:
        raise ValidationError("Chỉ xóa dữ liệu cá nhân của hội nghị đã đóng.")
    now, due = database_now(), due_at(meeting)
    if not_before_due and (due is None or now < due):
        return None
    return Purge.objects.create(meeting=meeting, begun_at=now, by=user)


def purge(*, meeting_id: int) -> Purge:
    """Delete the people of a meeting for which it has begun, to the end; again it does nothing.

    Two who do so at once take turns at the batches. Raises ``Purge.DoesNotExist``, ``StorageDown``.
    """
    while step(meeting_id=meeting_id):
        pass
    return Purge.objects.get(meeting=meeting_id)


@transaction.atomic
def step(*, meeting_id: int) -> bool:
    """Empty one batch, and write down how far it is with it; False once all is done."""
    record = Purge.objects.select_for_update(of=("self",)).select_related("meeting").get(meeting=meeting_id)
    if record.ended_at is not None:
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.purging', 'on', true)")
    if not record.kind:
        _count(record, EXPORTS, _drop_files(record.meeting))
    done = False
    for kind in KINDS[_place(record.kind) :]:
        if record.kind != kind.key:
            record.kind, record.last = kind.key, 0
        waiting = kind.rows(record.meeting).filter(pk__gt=record.last).order_by("pk")
        keys = list(waiting.values_list("pk", flat=True)[:BATCH])
        if keys:
            kind.empty(kind.model._default_manager.filter(pk__in=keys).order_by())
            _count(record, kind.key, len(keys))
            record.last = keys[-1]
            break
    else:
        _count(record, EXPORTS, _drop_files(record.meeting))
        record.ended_at, done = database_now(), True
    record.save(update_fields=["counts", "kind", "last", "ended_at"])
    _allow_no_more()
    return not done


def _allow_no_more() -> None:
    """Of this transaction too: nothing but the batch above may alter what is only added."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.purging', 'off', true)")


def _place(key: str) -> int:
    return next((place for place, kind in enumerate(KINDS) if kind.key == key), 0)


def _count(record: Purge, key: str, number: int) -> None:
    record.counts[key] = record.counts.get(key, 0) + number


def _files_of(meeting: Meeting) -> QuerySet[ExportJob]:
    return ExportJob.objects.filter(meeting=meeting, state=ExportJob.State.DONE)


def _drop_files(meeting: Meeting) -> int:
    """Stop files that are being made and remove those that are there; at the end once more, for what was
    asked for meanwhile."""
    ExportJob.objects.filter(meeting=meeting).under_way().update(
        state=ExportJob.State.CANCELLED, finished_at=Now(), lease=None, lease_until=None, error=""
    )
    number = 0
    for job in _files_of(meeting).only("file", "form"):
        drop(job.file)
        number += ExportJob.objects.ready().filter(pk=job.pk).update(state=ExportJob.State.EXPIRED, file="")
    return number


def purge_all() -> int:
    """Begin where the retention time is over, and go on where somebody stopped; beat calls."""
    now = database_now()
    waiting = Meeting.objects.filter(state=Meeting.State.CLOSED, purge__isnull=True)
    for meeting in waiting:
        due = due_at(meeting)
        if due is not None and due <= now:
            begin(meeting_id=meeting.pk, user=None, not_before_due=True)
    unfinished = list(Purge.objects.filter(ended_at__isnull=True).values_list("meeting_id", flat=True))
    for meeting_id in unfinished:
        try:
            purge(meeting_id=meeting_id)
        except OSError as error:  # the storage is down: the next call goes on
            logger.warning("purge of meeting %s waits: %s", meeting_id, type(error).__name__)
    return len(unfinished)


def wake_after_commit() -> None:
    """Call a worker once the row can be seen; without a broker beat finds it within an hour."""
    transaction.on_commit(_wake)


def _wake() -> None:
    try:
        current_app.send_task("conference_portal.tasks.purge_people", retry=False)
    except Exception as error:
        logger.warning("purge waits for beat, no broker: %s", type(error).__name__)
