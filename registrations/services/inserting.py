"""Writes many rows at once: a list of 20,000 people is no reason to wait.

Django's ``bulk_create`` prepares each value of each row in Python, which takes several times as long as the
database's own work. Here the rows go as CSV, which C writes, by ``COPY`` into a table of this transaction,
and from there into their own by one statement: keys, defaults, constraints and triggers are as ever.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db import connection, models, transaction

COMING, PLACE = "rows_coming_in", "place_in_the_list"


def insert(
    model: type[models.Model], rows: Sequence[Mapping[str, Any]], *, pass_over_known: bool = False
) -> list[int]:
    """Insert rows and return their keys, both in the order given; without what breaks a unique constraint
    where ``pass_over_known``.

    Each row holds the same fields by attribute name (``role_id``), in the same order, with values ready to
    be stored: texts are tidy, and what the model would give by default is there.
    """
    if not rows:
        return []
    fields = [field for name in rows[0] if isinstance(field := model._meta.get_field(name), models.Field)]
    quote = connection.ops.quote_name
    table, columns = quote(model._meta.db_table), [quote(str(field.column)) for field in fields]
    names = ", ".join(columns)
    never_null = ", ".join(
        column for column, field in zip(columns, fields, strict=True) if not _may_be_null(field)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMPORARY TABLE {COMING} ON COMMIT DROP AS"  # noqa: S608 (names of our own models)
            f" SELECT 0 AS {PLACE}, {names} FROM {table} WITH NO DATA"
        )
        cursor.copy_expert(
            f"COPY {COMING} ({PLACE}, {names}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL ({never_null}))",
            _written(fields, rows),
        )
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {names} FROM {COMING} ORDER BY {PLACE}"  # noqa: S608
            f"{' ON CONFLICT DO NOTHING' if pass_over_known else ''} RETURNING id"
        )
        keys = [key for (key,) in cursor.fetchall()]
        cursor.execute(f"DROP TABLE {COMING}")
    return keys


def _may_be_null(field: models.Field[Any, Any]) -> bool:
    """Whether nothing at all, as CSV has it, is NULL in this column; in a text it is an empty one."""
    if field.null and isinstance(field, models.CharField | models.TextField):
        raise ValueError(f"{field.name}: an empty text and none at all would be the same")
    return field.null


def _written(fields: Sequence[models.Field[Any, Any]], rows: Sequence[Mapping[str, Any]]) -> io.StringIO:
    """The rows as CSV, each behind its place; what is JSON in the table is written as such."""
    packed = [place for place, field in enumerate(fields, 1) if isinstance(field, models.JSONField)]

    def values() -> Iterator[list[Any]]:
        for place, row in enumerate(rows):
            one = [place, *row.values()]
            for at in packed:
                one[at] = None if one[at] is None else json.dumps(one[at], ensure_ascii=False, default=str)
            yield one

    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(values())
    text.seek(0)
    return text
