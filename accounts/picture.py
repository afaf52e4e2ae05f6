"""One picture of the database: whatever is read inside agrees, however busy the clerks are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.db import connection, transaction

from accounts.clock import database_now

T = TypeVar("T")

_OPEN = """
    SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
    SELECT clock_timestamp(), concat(pg_current_snapshot(), ' since ', pg_postmaster_start_time())
"""

SECONDS_KEPT = 60
MOST_KEPT = 32

_kept: dict[object, tuple[str, float, Any]] = {}


class Picture(NamedTuple):
    """A moment on PostgreSQL's clock, and the name of all that could be seen at it."""

    now: datetime
    name: str = ""

    def once(self, key: object, read: Callable[[], T]) -> T:
        """Return what ``read`` gives, or what it gave to an earlier picture of the same name.

        Two snapshots of the same name see the same rows: that is what a snapshot is. While nobody
        writes, ten people who look at the board cost one reading. Nobody may change what is returned.
        """
        if not self.name:
            return read()
        kept = _kept.pop(key, None)
        if kept is None or kept[0] != self.name or time.monotonic() - kept[1] > SECONDS_KEPT:
            kept = (self.name, time.monotonic(), read())
        _kept[key] = kept
        while len(_kept) > MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        value: T = kept[2]
        return value


@contextmanager
def one_picture() -> Iterator[Picture]:
    """Open a read-only snapshot and give its picture.

    Inside a transaction that is already open (a test's) the reading joins it, as it stands, and the
    picture has no name: what the transaction itself has written is in no snapshot.
    """
    if connection.in_atomic_block:
        yield Picture(database_now())
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OPEN)
        yield Picture(*cursor.fetchone())
