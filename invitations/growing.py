"""A file that grows by pieces: in its place in a folder, or as pieces of their own in a service.

A service keeps objects that are whole and never change. There the pieces lie beside the file's name, each
called by its offset, until the file is put together.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage
from django.db.models.fields.files import FieldFile

_BLOCK = 1 << 20


def put(file: FieldFile, offset: int, body: bytes) -> None:
    """Write ``body`` at ``offset``, where the file ends; the same place again is written over.

    Raises ``FileNotFoundError`` where the file is gone.
    """
    try:
        place = file.path
    except NotImplementedError:
        piece = f"{_pieces_of(file)}/{offset:012d}"
        file.storage.delete(piece)
        file.storage.save(piece, ContentFile(body))
        return
    with open(place, "r+b") as opened:
        opened.seek(offset)
        opened.write(body)
        opened.truncate()


@contextmanager
def at_hand(file: FieldFile, size: int) -> Iterator[Path]:
    """Give a path at which the file lies on this machine, put together where it has pieces.

    Raises ``FileNotFoundError`` where it is gone, in a folder only when the path is used.
    """
    try:
        place = Path(file.path)
    except NotImplementedError:
        folder = Path(settings.MEDIA_ROOT)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=folder) as together:
            _copy(file, size, together)
            together.flush()
            yield Path(together.name)
    else:
        yield place


def settle(file: FieldFile, path: Path) -> str:
    """Keep what ``at_hand`` gave as one file; return its name.

    In a folder it is that already, and so is what came whole. What it was put together from stays until
    ``drop``.
    """
    try:
        if Path(file.path) == path:
            return file.name or ""
    except NotImplementedError:
        pass
    if file.storage.size(file.name or "") == path.stat().st_size:
        return file.name or ""
    with path.open("rb") as whole:
        return file.storage.save(file.name or "", File(whole))


def drop(file: FieldFile, *, but: str = "") -> None:
    """Remove the file and its pieces, except what is called ``but``."""
    name = file.name or ""
    if name != but:
        file.storage.delete(name)
    if not _is_folder(file.storage):
        for piece in file.storage.listdir(_pieces_of(file))[1]:
            file.storage.delete(f"{_pieces_of(file)}/{piece}")


def _copy(file: FieldFile, size: int, into: IO[bytes]) -> None:
    storage, name = file.storage, file.name or ""
    if storage.size(name) == size:
        _append(storage, name, into)
        return
    while into.tell() < size:
        _append(storage, f"{_pieces_of(file)}/{into.tell():012d}", into)


def _append(storage: Storage, name: str, into: IO[bytes]) -> None:
    with storage.open(name) as piece:
        while block := piece.read(_BLOCK):
            into.write(block)


def _pieces_of(file: FieldFile) -> str:
    return f"{file.name}.pieces"


def _is_folder(storage: Storage) -> bool:
    try:
        storage.path("")
    except NotImplementedError:
        return False
    return True
