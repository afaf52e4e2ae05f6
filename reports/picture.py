"""One picture of the database: whatever is read inside agrees, however busy the clerks are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from accounts.clock import database_now

_OPEN = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT clock_timestamp()"


@contextmanager
def one_picture() -> Iterator[datetime]:
    """Open a read-only snapshot and give the moment it shows, on PostgreSQL's clock.

    Inside a transaction that is already open (a test's) the reading joins it, as it stands.
    """
    if connection.in_atomic_block:
        yield database_now()
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_OPEN)
        now: datetime = cursor.fetchone()[0]
        yield now
