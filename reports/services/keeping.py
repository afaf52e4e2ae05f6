"""Where the files lie, and for how long.

They are made in a folder of the worker's machine and brought into the storage when they are whole. Where
the storage is a folder too, it is the same one, and bringing is renaming.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage

from accounts.files.storage import StorageDown
from reports.models import ExportJob

FOLDER = "exports"
FORGOTTEN = 24 * 3600
"""Seconds after which a file that no job names is nobody's: its worker died, or its row is gone."""


def export_directory() -> Path:
    """Where files are made, made where it is not there; nobody else on the machine may look inside."""
    directory = Path(settings.MEDIA_ROOT) / FOLDER
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    return directory


def bring(made: Path, name: str) -> None:
    """Bring a whole file into the storage under its name, where it replaces nothing."""
    try:
        there = Path(default_storage.path(_at(name)))
    except NotImplementedError:  # no folder of this machine
        with made.open("rb") as file:
            default_storage.save(_at(name), File(file))
        made.unlink()
    else:
        made.replace(there)


def drop(name: str) -> None:
    """Remove a file, and what is kept beside it; nothing happens where they are not."""
    for each in (name, kept_of(Path(name)).name):
        default_storage.delete(_at(each))


def open_file(job: ExportJob) -> IO[bytes]:
    """Open the file of a finished job. Raises ``FileNotFoundError``, ``StorageDown``."""
    return default_storage.open(_at(job.file))


def open_kept(job: ExportJob) -> IO[bytes]:
    """Open what the file of a job held, for comparing. Raises ``FileNotFoundError``, ``StorageDown``."""
    return default_storage.open(_at(kept_of(Path(job.file)).name))


def path_of(job: ExportJob) -> Path:
    """Where the file of a finished job lies, for who looks by hand: only where storage is a folder."""
    return Path(default_storage.path(_at(job.file)))


def kept_of(file: Path) -> Path:
    """Where the rows of a file of delegates lie, that later changes are told against."""
    return file.with_suffix(".rows")


def ending_of(job: ExportJob) -> str:
    """With what the name of a job's file ends."""
    return str(job.form)


def is_there(job: ExportJob) -> bool:
    """Say whether the file of a job can be given out; not while the storage does not answer."""
    return job.is_ready and _exists(job.file)


def can_be_compared(job: ExportJob) -> bool:
    """Say whether what a file held is still known."""
    return _exists(kept_of(Path(job.file)).name)


def purge_exports() -> int:
    """Remove the files that were kept long enough, and what no job names; the rows stay as a record."""
    purged = 0
    for job in ExportJob.objects.outdated().only("file", "form"):
        drop(job.file)
        purged += ExportJob.objects.ready().filter(pk=job.pk).update(state=ExportJob.State.EXPIRED, file="")
    _sweep()
    return purged


def _sweep() -> None:
    named = {Path(name).stem for name in ExportJob.objects.ready().values_list("file", flat=True)}
    export_directory()
    before = time.time() - FORGOTTEN
    for name in default_storage.listdir(FOLDER)[1]:
        if Path(name).stem not in named and _saved_at(name) < before:
            default_storage.delete(_at(name))
    for file in export_directory().iterdir():
        if file.stem not in named and file.stat().st_mtime < before:
            file.unlink(missing_ok=True)


def _saved_at(name: str) -> float:
    try:
        return default_storage.get_modified_time(_at(name)).timestamp()
    except FileNotFoundError:  # removed meanwhile, which is what was wanted
        return time.time()


def _exists(name: str) -> bool:
    try:
        return default_storage.exists(_at(name))
    except StorageDown:
        return False


def _at(name: str) -> str:
    return f"{FOLDER}/{name}"
