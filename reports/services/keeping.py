"""Where the files lie, and for how long."""

from __future__ import annotations

import time
from pathlib import Path

from django.conf import settings

from reports.models import ExportJob

FORGOTTEN = 24 * 3600
"""Seconds after which a file that no job names is nobody's: its worker died, or its row is gone."""


def export_directory() -> Path:
    """Where the files lie, made where it is not there; nobody else on the machine may look inside."""
    directory = Path(settings.MEDIA_ROOT) / "exports"
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory


def path_of(job: ExportJob) -> Path:
    """Where the file of a finished job lies."""
    return export_directory() / job.file


def kept_of(file: Path) -> Path:
    """Where the rows of a file of delegates lie, that later changes are told against."""
    return file.with_suffix(".rows")


def ending_of(job: ExportJob) -> str:
    """With what the name of a job's file ends."""
    return str(job.form)


def is_there(job: ExportJob) -> bool:
    """Say whether the file of a job can be given out."""
    return job.is_ready and path_of(job).is_file()


def purge_exports() -> int:
    """Remove the files that were kept long enough, and what no job names; the rows stay as a record."""
    purged = 0
    for job in ExportJob.objects.outdated().only("file", "form"):
        file = path_of(job)
        file.unlink(missing_ok=True)
        kept_of(file).unlink(missing_ok=True)
        purged += ExportJob.objects.ready().filter(pk=job.pk).update(state=ExportJob.State.EXPIRED, file="")
    _sweep()
    return purged


def _sweep() -> None:
    named = {Path(name).stem for name in ExportJob.objects.ready().values_list("file", flat=True)}
    for file in export_directory().iterdir():
        if file.stem not in named and file.stat().st_mtime < time.time() - FORGOTTEN:
            file.unlink(missing_ok=True)
