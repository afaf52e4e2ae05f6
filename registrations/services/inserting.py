"""Writes many rows at once: a list of 20,000 people is no reason to wait.

Django's ``bulk_create`` prepares each value of each row in Python, which takes several times as long as the
database's own work. Here the rows go by ``COPY`` into a table of this transaction, while they are still being
made: the database reads the first as we write the next. From there one statement puts them into their own
table; ``append`` writes into that at once. Keys, defaults, constraints and triggers are as ever.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from django.db import connection, models, transaction

Field = models.Field[Any, Any]

COMING = "rows_coming_in"

AT_A_TIME = 100
"""Rows that go to the database in one piece: few enough that it begins at once."""


def insert(
    model: type[models.Model],
    rows: Iterable[Mapping[str, Any]],
    *,
    same: Mapping[str, Any] | None = None,
    pass_over_known: bool = False,
) -> list[int]:
    """Insert rows and return their keys, both in the order given; without what breaks a unique constraint
    where ``pass_over_known``.

    Each row holds the same fields by attribute name (``role_id``), in the same order, with values ready to
    be stored: texts are tidy, and what the model would give by default is there. ``same`` holds what all
    rows have in common. ``rows`` may make them as they are asked for, without asking the database.
    """
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return []
    fields = [*_fields(model, first), *_fields(model, same := same or {})]
    table, names = _table(model), _columns(fields)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {COMING} ON COMMIT DROP AS"  # noqa: S608 (names of our own models)
            f" SELECT {names} FROM {table} WITH NO DATA"
        )
        _copy(cursor, COMING, fields, chain([first], rows), same)
        # A table of this transaction is read in the order in which it was written: there is nothing to sort.
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {COMING}"  # noqa: S608
            f"{' ON CONFLICT DO NOTHING' if pass_over_known else ''} RETURNING id"
        )
        keys = [key for (key,) in cursor.fetchall()]
        cursor.execute(f"DROP TABLE {COMING}")
    return keys


def append(
    model: type[models.Model], rows: Iterable[Mapping[str, Any]], *, same: Mapping[str, Any] | None = None
) -> int:
    """Insert rows of the same form in half the time, and return how many: all of them or, with
    ``IntegrityError``, none. Nothing tells their keys."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return 0
    fields = [*_fields(model, first), *_fields(model, same := same or {})]
    with transaction.atomic(), connection.cursor() as cursor:
        _copy(cursor, _table(model), fields, chain([first], rows), same)
        return int(cursor.rowcount)


def _copy(
    cursor: Any,
    table: str,
    fields: Sequence[Field],
    rows: Iterable[Mapping[str, Any]],
    same: Mapping[str, Any],
) -> None:
    with connection.wrap_database_errors:
        cursor.copy_expert(
            f"COPY {table} ({_columns(fields)}) FROM STDIN", _File(_written(fields, rows, same))
        )


def _fields(model: type[models.Model], names: Iterable[str]) -> list[Field]:
    return [field for name in names if isinstance(field := model._meta.get_field(name), models.Field)]


def _table(model: type[models.Model]) -> str:
    return connection.ops.quote_name(model._meta.db_table)


def _columns(fields: Iterable[Field]) -> str:
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)


# ── The text form of COPY ────────────────────────────────────────────────────────────────────
# PostgreSQL, COPY, "Text Format": a line for a row, a tab between two columns, \\N for NULL.


class _File:
    """Lines as a file, of which a piece is made when it is read."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def read(self, _size: int = -1) -> bytes:
        """Return the next lines; nothing after the last."""
        return "".join(islice(self._lines, AT_A_TIME)).encode()


def _written(
    fields: Sequence[Field], rows: Iterable[Mapping[str, Any]], same: Mapping[str, Any]
) -> Iterator[str]:
    writers = [_writer(field) for field in fields]
    own = writers[: len(writers) - len(same)]
    shared = [write(value) for write, value in zip(writers[len(own) :], same.values(), strict=True)]
    end = "".join(f"\t{value}" for value in shared) + "\n"
    for row in rows:
        yield "\t".join([write(value) for write, value in zip(own, row.values(), strict=True)]) + end


def _writer(field: Field) -> Callable[[Any], str]:
    """What writes a value of this column; moments take long to write, and many rows have the same."""
    if isinstance(field, models.JSONField):
        return _packed
    if isinstance(field, models.DateTimeField):
        return lru_cache(maxsize=64)(_plain)
    return _escaped if isinstance(field, models.CharField | models.TextField) else _plain


def _plain(value: Any) -> str:
    return "\\N" if value is None else str(value)


def _escaped(value: str | None) -> str:
    if value is None:
        return "\\N"
    if value.isprintable() and "\\" not in value:
        return value
    text = value.replace("\\", "\\\\")
    return text.replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def _packed(value: Any) -> str:
    return "\\N" if value is None else _escaped(json.dumps(value, ensure_ascii=False, default=str))
