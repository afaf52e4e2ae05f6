"""Lists in parts that neither skip nor repeat, and a moment from which nothing is missed.

A part ends at the key of its last row: who adds or removes rows meanwhile moves nobody out of a later part.
``as_of`` is older than every transaction that was under way when the reading began, and older by as long as a
request may be decided after it arrived: what a late commit stamps is asked for again the next time.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from django.core import signing
from django.db import connection
from django.db.models import Model, QuerySet

from invitations.deadlines import GRACE
from reports.api.shapes import Paging

M = TypeVar("M", bound=Model)

_SETTLED = """
    SELECT least(clock_timestamp(), min(xact_start)) FROM pg_stat_activity
    WHERE datname = current_database() AND xact_start IS NOT NULL
"""


class NoSuchPart(Exception):
    """A cursor that this list has not given: there is no such part."""


class Part(NamedTuple):
    """Rows of one part, the cursor of the next, and the moment of the whole reading."""

    rows: list[Any]
    next: str
    as_of: datetime

    def shown(self, show: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        """The part as an answer."""
        return {"items": [show(row) for row in self.rows], "next": self.next, "as_of": self.as_of}


def settled_until() -> datetime:
    """The moment up to which everything that was stamped can be seen by whoever reads now."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLED)
        moment: datetime = cursor.fetchone()[0]
    return moment - GRACE


def part_of(rows: QuerySet[M], asked: Paging, about: str) -> Part:
    """Return the part of ``rows`` that is asked for, by key; ``about`` says whose cursors are taken.

    Raises ``NoSuchPart``.
    """
    after, as_of = _opened(asked.cursor, about) if asked.cursor else (0, settled_until())
    found = list(rows.filter(pk__gt=after).order_by("pk")[: asked.limit + 1])
    more = len(found) > asked.limit
    found = found[: asked.limit]
    cursor = signing.dumps([found[-1].pk, as_of.isoformat()], salt=_salt(about)) if more else ""
    return Part(found, cursor, as_of)


def _opened(cursor: str, about: str) -> tuple[int, datetime]:
    try:
        after, as_of = signing.loads(cursor, salt=_salt(about))
    except signing.BadSignature as bad:
        raise NoSuchPart from bad
    return after, datetime.fromisoformat(as_of)


def _salt(about: str) -> str:
    return f"reports.api.{about}"
