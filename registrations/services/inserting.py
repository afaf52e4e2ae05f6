"""Writes many rows in one statement: a list of 20,000 people is no reason to wait.

Django's ``bulk_create`` prepares each value of each row in Python, which takes several times as long as the
database's own work. Here the rows go as one JSON text, which C writes and PostgreSQL reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection, models


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
    fields = [model._meta.get_field(name) for name in rows[0]]
    columns = {
        str(field.column): field.db_type(connection) for field in fields if isinstance(field, models.Field)
    }
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    typed = ", ".join(f"{quote(column)} {kind}" for column, kind in columns.items())
    values = [dict(zip(columns, row.values(), strict=True)) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(model._meta.db_table)} ({names})"  # noqa: S608 (names of our own models)
            f" SELECT {names} FROM json_to_recordset(%s) AS row ({typed})"
            f"{' ON CONFLICT DO NOTHING' if pass_over_known else ''} RETURNING id",
            [json.dumps(values, ensure_ascii=False, default=str)],
        )
        return [key for (key,) in cursor.fetchall()]
