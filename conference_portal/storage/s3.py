"""A service that speaks S3 as Django's storage: private, read from any place, with a folder's faults."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from boto3.exceptions import Boto3Error
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody
from django.core.files.base import File
from storages.backends.s3 import S3Storage

from accounts.files.storage import StorageDown

SECONDS_TO_CONNECT, SECONDS_TO_ANSWER, TRIES = 3, 20, 2
"""Nobody's page waits longer for a service that hangs; one that refuses is told at once."""

BUFFER = 512 * 1024
"""Bytes that are taken from the line at once."""


class PrivateStorage(S3Storage):  # type: ignore[misc]
    """Files in a bucket that nobody but the portal reads: no public address, a name is never written over.

    Raises ``FileNotFoundError`` as a folder does, and ``StorageDown`` for everything else.
    """

    def __init__(self, *, addressing_style: str = "path", **options: Any) -> None:
        # Check sums only where the protocol asks for them: not every service knows the newer ones.
        config = Config(
            s3={"addressing_style": addressing_style},
            signature_version="s3v4",
            connect_timeout=SECONDS_TO_CONNECT,
            read_timeout=SECONDS_TO_ANSWER,
            retries={"mode": "standard", "total_max_attempts": TRIES},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        super().__init__(client_config=config, file_overwrite=False, default_acl=None, **options)

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        if mode != "rb":
            raise NotImplementedError("files are saved whole, and read")
        with _said_as_a_folder_does():
            found = self.bucket.Object(self._normalize_name(name))
            size: int = found.content_length
        return _Kept(io.BufferedReader(_FromService(found, size), BUFFER), name, size)

    def _save(self, name: str, content: File[bytes]) -> str:
        with _said_as_a_folder_does():
            saved: str = super()._save(name, content)
        return saved

    def delete(self, name: str) -> None:
        """Remove a file; nothing happens where it is not."""
        with _said_as_a_folder_does():
            super().delete(name)

    def exists(self, name: str) -> bool:
        """Say whether a file is there."""
        with _said_as_a_folder_does():
            there: bool = super().exists(name)
        return there

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Return the names of folders and files in ``path``."""
        with _said_as_a_folder_does():
            folders, files = super().listdir(path)
        return folders, files

    def size(self, name: str) -> int:
        """Return how many bytes a file has."""
        with _said_as_a_folder_does():
            size: int = super().size(name)
        return size

    def get_modified_time(self, name: str) -> datetime:
        """Return when a file was saved."""
        with _said_as_a_folder_does():
            at: datetime = super().get_modified_time(name)
        return at

    def url(self, name: str | None, *args: object, **options: object) -> str:
        """Refuse: files are given out by pages, which ask for the right and write it down."""
        raise NotImplementedError("files are given out by the portal only")


class _FromService(io.RawIOBase):
    """A file of the service from any place on: what is passed over is not sent."""

    def __init__(self, found: Any, size: int) -> None:
        self._found, self._size, self._at = found, size, 0
        self._line: StreamingBody | None = None

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        place = max(begin + offset, 0)
        if place != self._at:
            self._hang_up()
        self._at = place
        return place

    def readinto(self, buffer: Any) -> int:
        if self._at >= self._size or not len(buffer):
            return 0
        with _said_as_a_folder_does():
            if self._line is None:
                answer = self._found.get(Range=f"bytes={self._at}-")
                self._line = answer["Body"]
            some = self._line.read(len(buffer))
        if not some:
            raise StorageDown("the file ended early")
        buffer[: len(some)] = some
        self._at += len(some)
        return len(some)

    def close(self) -> None:
        self._hang_up()
        super().close()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class _Kept(File[bytes]):
    """An open file that knows its size without asking again."""

    def __init__(self, file: io.BufferedReader, name: str, size: int) -> None:
        super().__init__(file, name)
        self.size = size


@contextmanager
def _said_as_a_folder_does() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            raise FileNotFoundError(error.response["Error"]["Code"]) from error
        raise StorageDown(error.response["Error"]["Code"]) from error
    except (Boto3Error, BotoCoreError) as error:
        raise StorageDown(type(error).__name__) from error
