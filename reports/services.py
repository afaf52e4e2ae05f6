"""The verbs of an export: ask for it, make it, take up what was left lying, stop it, record a download.

PostgreSQL holds the job. The broker only carries a wake-up call: where that is lost, beat finds the row.
"""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.clock import database_now
from accounts.models import User
from reports.letters import write_letters
from reports.models import Download, ExportJob, ExportJobQuerySet
from reports.workbooks import write_delegates

if TYPE_CHECKING:
    from invitations.models import Meeting

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""How long a silent worker keeps its job. A living one renews every ``RENEW`` seconds."""

RENEW = 0.5
MOST_ATTEMPTS = 3


class JobLost(Exception):
    """The job is no longer this worker's: somebody stopped it, or its lease ran out."""


def export_directory() -> Path:
    """Where the files lie, made where it is not there; nobody else on the machine may look inside."""
    directory = Path(settings.MEDIA_ROOT) / "exports"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory


@transaction.atomic
def ask_export(*, meeting: Meeting, user: User, kind: ExportJob.Kind = ExportJob.Kind.DELEGATES) -> ExportJob:
    """Ask for a file and return its job; asking again while it is under way gives the same job.

    No fault of the broker fails this: the row waits, and ``take_up_exports`` finds it.
    """
    User.objects.select_for_update(no_key=True, of=("self",)).get(pk=user.pk)
    open_job = ExportJob.objects.under_way().filter(meeting=meeting, kind=kind, asked_by=user).first()
    if open_job is not None:
        return open_job
    job = ExportJob.objects.create(meeting=meeting, kind=kind, asked_by=user, asked_at=database_now())
    transaction.on_commit(lambda: _wake(job.pk))
    return job


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


def record_download(*, job: ExportJob, user: User) -> Download:
    """Write down that ``user`` takes the file of ``job``, before its first byte goes out."""
    return Download.objects.create(job=job, user=user, at=database_now())


def path_of(job: ExportJob) -> Path:
    """Where the file of a finished job lies."""
    return export_directory() / job.file


def ending_of(job: ExportJob) -> str:
    """With what the name of a job's file ends."""
    return "xlsx" if job.kind == ExportJob.Kind.DELEGATES else "zip"


# ── Making ───────────────────────────────────────────────────────────────────────────────────────


def make_export(*, job_id: uuid.UUID) -> bool:
    """Make the file of a job that nobody works at; says whether this call finished it.

    The file has a temporary name until it is whole and on the disk. A failure is written on the job in
    words for the person who waits; the log gets the place of the fault and never its text, which may
    hold a name.
    """
    job = _claim(job_id)
    if job is None:
        return False
    part = export_directory() / f"{job.pk}-{job.lease}.part"
    try:
        with _progress(job) as progress:
            _write(job, part, progress)
            digest = _settle(part)
        whole = part.with_suffix(f".{ending_of(job)}")
        part.replace(whole)
        done = _close(
            job,
            state=ExportJob.State.DONE,
            done=F("total"),
            file=whole.name,
            size=whole.stat().st_size,
            sha256=digest,
        )
        if not done:
            whole.unlink()
        return done
    except JobLost:
        logger.info("export %s is not ours any more", job.pk)
    except Exception as error:
        place = "".join(traceback.format_tb(error.__traceback__))
        logger.error("export %s failed: %s\n%s", job.pk, type(error).__name__, place)
        _close(job, state=ExportJob.State.FAILED, error=_words(error))
    finally:
        part.unlink(missing_ok=True)
    return False


def _write(job: ExportJob, part: Path, progress: _Progress) -> None:
    if job.kind == ExportJob.Kind.DELEGATES:
        write_delegates(job.meeting, part, progress=progress)
    else:
        state = job.kind == ExportJob.Kind.LETTERS_STATE
        form = Meeting.Form.STATE if state else None
        write_letters(job.meeting, part, progress=progress, form=form)


def take_up_exports() -> int:
    """Make whatever lies about: jobs whose wake-up call was lost, and jobs whose worker died."""
    waiting = ExportJob.objects.abandoned().order_by("asked_at").values_list("pk", flat=True)
    return sum(make_export(job_id=pk) for pk in list(waiting))


@transaction.atomic
def _claim(job_id: uuid.UUID) -> ExportJob | None:
    """Take the job, unless somebody has it or it has failed too often."""
    job = (
        ExportJob.objects.abandoned()
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("meeting")
        .filter(pk=job_id)
        .first()
    )
    if job is None:
        return None
    for left in export_directory().glob(f"{job.pk}-*.part"):
        left.unlink(missing_ok=True)
    now = database_now()
    if job.attempts >= MOST_ATTEMPTS:
        job.state, job.finished_at = ExportJob.State.FAILED, now
        job.error = "Máy chủ bị ngắt nhiều lần khi đang tạo tệp. Bấm tạo lại; nếu vẫn vậy, báo quản trị."
        job.save(update_fields=["state", "finished_at", "error"])
        return None
    job.state, job.attempts = ExportJob.State.RUNNING, job.attempts + 1
    job.started_at, job.lease, job.lease_until = now, uuid.uuid4(), now + LEASE
    job.done = 0
    job.save(update_fields=["state", "attempts", "started_at", "lease", "lease_until", "done"])
    return job


def _ours(job: ExportJob) -> ExportJobQuerySet:
    return ExportJob.objects.filter(pk=job.pk, lease=job.lease, state=ExportJob.State.RUNNING)


def _close(job: ExportJob, **values: object) -> bool:
    """End the job, if it is still ours."""
    return bool(_ours(job).update(finished_at=Now(), lease=None, lease_until=None, **values))


class _Progress(threading.Thread):
    """Writes how far the work is, and that the worker lives, beside the snapshot it reads from.

    What a transaction writes is seen when it ends: so this thread has a connection of its own.
    """

    def __init__(self, job: ExportJob) -> None:
        super().__init__(name=f"export-{job.pk}", daemon=True)
        self.job, self.done, self.total = job, 0, 0
        self.stop, self.lost = threading.Event(), threading.Event()

    def __call__(self, done: int, total: int) -> None:
        """Note how far the work is; raises ``JobLost`` where it is somebody else's by now."""
        self.done, self.total = done, total
        if self.lost.is_set():
            raise JobLost

    def run(self) -> None:
        """Write until told to stop."""
        try:
            while not self.stop.wait(RENEW):
                self.write()
        finally:
            connection.close()

    def write(self) -> None:
        """Write once; a fault of the moment is left to the next time."""
        try:
            if not _ours(self.job).update(done=self.done, total=self.total, lease_until=Now() + LEASE):
                self.lost.set()
        except DatabaseError as error:
            logger.warning("export %s: progress not written: %s", self.job.pk, type(error).__name__)


@contextmanager
def _progress(job: ExportJob) -> Iterator[_Progress]:
    progress = _Progress(job)
    progress.start()
    try:
        yield progress
    finally:
        progress.stop.set()
        progress.join()
    _ours(job).update(done=progress.done, total=progress.total)


def _settle(path: Path) -> str:
    """Force the file to the disk and return its SHA-256."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
        os.fsync(file.fileno())
    return digest.hexdigest()


def _words(error: Exception) -> str:
    """Say what went wrong and what to do, without the fault's own text."""
    if isinstance(error, OSError):
        return "Không ghi được tệp lên đĩa của máy chủ (có thể đã đầy). Báo quản trị, rồi bấm tạo lại."
    if isinstance(error, DatabaseError):
        return "Mất kết nối với cơ sở dữ liệu khi đang đọc. Chờ một phút rồi bấm tạo lại."
    return "Không tạo được tệp. Bấm tạo lại; nếu vẫn vậy, báo quản trị kèm giờ ở dòng này."
