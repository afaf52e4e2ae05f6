"""Lists as one PDF in the same form, set by Typst: the content goes in as JSON and is never markup."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from accounts.vietnamese import counted
from invitations.letters.pdf import pdf_by
from reports.workbooks.cells import Content, writable
from reports.workbooks.tables import Column, Marked, Table
from reports.workbooks.writing import Progress

TEMPLATE = Path(__file__).parent / "lists.typ"

MOST_ROWS = 20_000
"""Of one PDF: some six hundred pages; who needs more takes the workbook."""


class TooLongError(Exception):
    """More rows than a PDF is made of."""


def write_pdf(path: Path, tables: Iterable[Table], words: dict[str, str], progress: Progress) -> list[int]:
    """Write all tables, each from a new page on; return their numbers of rows. Raises ``TooLongError``."""
    papers, number = list[dict[str, Any]](), 0
    for table in tables:
        rows = []
        for row in table.rows:
            rows.append(_row(row.values, row.look) if isinstance(row, Marked) else _row(row, ""))
            if number + len(rows) > MOST_ROWS:
                raise TooLongError
        number += len(rows)
        progress(len(rows))
        papers.append(
            {
                "title": table.title.upper(),
                "note": table.note,
                "columns": [_column(column) for column in table.layout.columns],
                "rows": rows,
            }
        )
    path.write_bytes(pdf_by(TEMPLATE, {"words": words, "tables": papers}))
    return [len(paper["rows"]) for paper in papers]


def _column(column: Column) -> dict[str, Any]:
    return {"heading": column.heading, "width": column.width, "align": column.align}


def _row(values: Iterable[Content], look: str) -> dict[str, Any]:
    return {"look": str(look), "cells": [_shown(value) for value in values]}


def _shown(value: Content) -> str:
    return counted(value) if isinstance(value, int) else writable(value or "")
