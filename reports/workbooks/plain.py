"""A list as CSV: UTF-8 with a byte order mark, so that Excel reads the Vietnamese letters (RFC 4180)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from reports.workbooks.cells import Content, writable
from reports.workbooks.tables import Marked, Table
from reports.workbooks.writing import ROWS_AT_A_TIME, Progress

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet program computes what begins so; an apostrophe before it makes it a text again."""


def write_csv(path: Path, tables: Iterable[Table], progress: Progress) -> list[int]:
    """Write the rows of all tables of the first one's kind, one below the other; return their numbers.

    A CSV is one list: tables of another kind, which a workbook has on further sheets, are asked for alone.
    """
    sizes: list[int] = []
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file, lineterminator="\r\n")
        first = None
        for table in tables:
            if first is None:
                first = table.layout
                out.writerow([column.heading for column in first.columns])
            elif table.layout is not first:
                continue
            sizes.append(0)
            rows = iter(_rows(table))
            while some := list(islice(rows, ROWS_AT_A_TIME)):
                out.writerows(some)
                sizes[-1] += len(some)
                progress(len(some))
    return sizes


def _rows(table: Table) -> Iterator[Sequence[Content]]:
    for row in table.rows:
        values = row.values if isinstance(row, Marked) else row
        yield [_text(value) if isinstance(value, str) else value for value in values]


def _text(value: str) -> str:
    kept = writable(value)
    return f"'{kept}" if kept.startswith(_BEGINS_A_FORMULA) else kept
