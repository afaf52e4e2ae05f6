"""Making the file of a job: one worker at a time, seen by all how far, whole or not at all."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
import traceback
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.clock import database_now
from accounts.files.storage import StorageDown
from accounts.picture import one_picture
from invitations.models import Meeting
from reports import freezing, templates
from reports.archive import write_archive
from reports.letters import write_letters
from reports.models import ExportJob, ExportJobQuerySet
from reports.services.asking import not_frozen, state_of
from reports.services.keeping import bring, drop, ending_of, export_directory, kept_of, open_kept
from reports.workbooks import Asked, Contents, write_book
from reports.workbooks.earlier import TooManyError, keeping, read_kept
from reports.workbooks.frozen import AlteredError, NotFrozenError, PurgedError
from reports.workbooks.printed import MOST_ROWS, TooLongError

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
"""How long a silent worker keeps its job. A living one renews every ``RENEW`` seconds."""

RENEW = 0.5
MOST_ATTEMPTS = 3


class JobLost(Exception):
    """The job is no longer this worker's: somebody stopped it, or its lease ran out."""


def make_export(*, job_id: uuid.UUID) -> bool:
    """Make the file of a job that nobody works at; says whether this call finished it.

    The file has a temporary name until it is whole and on the disk. A failure is written on the job in
    words for the person who waits; the log gets the place of the fault and never its text, which may
    hold a name.
    """
    job = _claim(job_id)
    if job is None:
        return False
    done = False
    try:
        part = export_directory() / f"{job.pk}-{job.lease}.part"
        with _progress(job) as progress:
            state = _write(job, part, progress)
            whole = {"file": _name(job), "size": part.stat().st_size, "sha256": _settle(part)}
            _bring(job, part)
        done = _close(job, state=ExportJob.State.DONE, done=F("total"), fingerprint=state, **whole)
    except JobLost:
        logger.info("export %s is not ours any more", job.pk)
    except StorageDown as error:
        logger.warning("export %s: storage is down: %s", job.pk, error)
        if job.attempts >= MOST_ATTEMPTS or not _ours(job).update(
            state=ExportJob.State.QUEUED, lease=None, lease_until=None
        ):
            _close(job, state=ExportJob.State.FAILED, error=_words(error, job.meeting))
    except Exception as error:
        place = "".join(traceback.format_tb(error.__traceback__))
        logger.error("export %s failed: %s\n%s", job.pk, type(error).__name__, place)
        _close(job, state=ExportJob.State.FAILED, error=_words(error, job.meeting))
    finally:
        if not done:
            _clear(job, f"{job.pk}-{job.lease}")
    return done


def _bring(job: ExportJob, part: Path) -> None:
    """Bring the whole file into the storage, what it held first: it is offered once the row says so."""
    kept = kept_of(part)
    if kept.exists():
        bring(kept, kept.name)
    bring(part, _name(job))


def _name(job: ExportJob) -> str:
    return f"{job.pk}-{job.lease}.{ending_of(job)}"


def _clear(job: ExportJob, begins: str) -> None:
    """Remove what was left half-written here, and what the lease left whole and offered by nobody."""
    try:
        for left in export_directory().glob(f"{begins}*"):
            left.unlink(missing_ok=True)
        if job.lease is not None:
            drop(_name(job))
    except OSError as error:  # the storage is away: the attempt itself says so to who waits
        logger.warning("export %s: leavings not removed: %s", job.pk, type(error).__name__)


def _write(job: ExportJob, part: Path, progress: _Progress) -> str:
    """Write the file and return the state of what it shows, both of one picture."""
    if job.kind in ExportJob.LETTERS_ALL:
        form = Meeting.Form.STATE if job.kind == ExportJob.Kind.LETTERS_STATE else None
        write_letters(job.meeting, part, progress=progress, form=form)
        return ""
    if job.kind == ExportJob.Kind.ARCHIVE:
        write_archive(job.meeting, part, progress=progress)
        return ""
    if job.kind in ExportJob.OF_FREEZE:
        freezing.official_list(job.meeting)  # what is due is frozen before the picture, which only reads
    with ExitStack() as stack:
        asked = Asked()
        if job.kind in ExportJob.OF_DELEGATES:
            asked = asked._replace(keep=stack.enter_context(keeping(kept_of(part))))
        if job.kind == ExportJob.Kind.CHANGES:
            asked = asked._replace(**_earlier(job.baseline))
        drawn_by = templates.in_use() if job.form == ExportJob.Form.XLSX else None
        stack.enter_context(one_picture())
        state = state_of(job.meeting, job.kind, job.baseline)
        write_book(
            Contents(job.kind),
            job.meeting,
            part,
            form=job.form,
            progress=progress,
            drawn_by=drawn_by,
            asked=asked,
        )
        return state


class NothingEarlierError(Exception):
    """What changes were to be told against is gone."""


def _earlier(baseline: ExportJob | None) -> dict[str, Any]:
    if baseline is None or not baseline.is_ready:
        raise NothingEarlierError
    try:
        with open_kept(baseline) as kept:
            return {"earlier": read_kept(kept), "since": baseline.started_at}
    except FileNotFoundError as gone:
        raise NothingEarlierError from gone


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
        .select_related("meeting", "baseline")
        .filter(pk=job_id)
        .first()
    )
    if job is None:
        return None
    _clear(job, f"{job.pk}-")
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


def _words(error: Exception, meeting: Meeting) -> str:
    """Say what went wrong and what to do, without the fault's own text."""
    if isinstance(error, TooLongError):
        return f"Danh sách dài hơn {MOST_ROWS // 1000}.000 dòng, quá dài cho PDF. Tạo tệp Excel."
    if isinstance(error, TooManyError):
        return "Danh sách quá dài để so từng dòng. Tạo bảng tổng hợp đại biểu đầy đủ."
    if isinstance(error, NothingEarlierError):
        return "Bản tải trước không còn để so. Tạo và tải bảng tổng hợp đại biểu, lần sau sẽ so với bản đó."
    if isinstance(error, NotFrozenError):
        return not_frozen(meeting)
    if isinstance(error, PurgedError):
        return "Dữ liệu cá nhân của hội nghị đã xóa theo thời hạn giữ, nên không tạo được tệp này nữa."
    if isinstance(error, AlteredError):
        return (
            "Có bản gửi đã chốt không còn khớp mã của nó (bị sửa hoặc đã xóa). Không tạo; báo quản trị ngay."
        )
    if isinstance(error, StorageDown):
        return "Kho tệp không trả lời dù đã thử lại. Chờ vài phút rồi bấm tạo lại; nếu vẫn vậy, báo quản trị."
    if isinstance(error, OSError):
        return "Không ghi được tệp lên đĩa của máy chủ (có thể đã đầy). Báo quản trị, rồi bấm tạo lại."
    if isinstance(error, DatabaseError):
        return "Mất kết nối với cơ sở dữ liệu khi đang đọc. Chờ một phút rồi bấm tạo lại."
    return "Không tạo được tệp. Bấm tạo lại; nếu vẫn vậy, báo quản trị kèm giờ ở dòng này."
