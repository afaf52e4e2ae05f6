"""Who does a thing alone: a lock of PostgreSQL that is tried and never waited for.

It belongs to the session: the kernel closes the connection of a killed process and PostgreSQL frees the
lock at once. A pooler between us and PostgreSQL must therefore keep sessions (docs/operations.md): where
it is known not to, nobody begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

OUTBOX = 0x6E686163
"""The first half of the lock's number; in ASCII it reads "nhac"."""

PLANNING = "plan"


@contextmanager
def alone(with_what: str) -> Iterator[bool]:
    """Try to be the only one at ``with_what``, a channel or ``PLANNING``; says whether that succeeded.

    Raises ``ImproperlyConfigured`` behind a pooler that keeps no sessions: its locks would be anybody's.
    """
    if settings.DATABASE_POOLED:
        raise ImproperlyConfigured("sending needs sessions: DATABASE_URL without a pooler of transactions")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [OUTBOX, with_what])
        (got,) = cursor.fetchone()
    try:
        yield got
    finally:
        if got:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [OUTBOX, with_what])
