"""The consolidated workbook, against the same cells written with plain openpyxl and its named styles.

Each writing is a process of its own, so that memory is its own: ``python -m benchmarks.workbook`` is that
process. The plain one gets the cells of the finished file from a pickle: reading the database is not
counted against it.
"""

from __future__ import annotations

import copy
import json
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks.servers import CHECKOUT
from benchmarks.size import Size
from benchmarks.tables import median_of, show

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell

    from invitations.models import Meeting

STYLE = ("font", "border", "fill", "alignment", "number_format")


class Cost(NamedTuple):
    """What one writing took."""

    seconds: float
    megabytes: float
    """The highest that memory rose above what it was when the writing began."""


def measure(meeting: Meeting, var: Path, size: Size) -> None:
    """Measure and print."""
    ours, plain, cells = var / "ours.xlsx", var / "plain.xlsx", var / "cells.pickle"
    _run("portal", meeting.slug, str(ours))
    cells.write_bytes(pickle.dumps(_cells(ours)))
    _run("plain", str(cells), str(plain))
    rows = _same_values(ours, plain)
    portal_costs, plain_costs = [], []
    for _ in range(size.rounds):
        portal_costs.append(_run("portal", meeting.slug, str(ours)))
        plain_costs.append(_run("plain", str(cells), str(plain)))
    portal, peer = _middle(portal_costs), _middle(plain_costs)
    show(
        f"The consolidated workbook of {size.delegates} delegates, {rows} rows in all, "
        f"{median_of(size.rounds)}",
        ["written by", "seconds", "MB", "kB file", "times as fast", "times as small"],
        [
            [
                "the portal, read from PostgreSQL",
                f"{portal.seconds:.2f}",
                f"{portal.megabytes:.0f}",
                f"{ours.stat().st_size / 1000:.0f}",
                f"{peer.seconds / portal.seconds:.1f}",
                f"{peer.megabytes / max(portal.megabytes, 0.1):.1f}",
            ],
            [
                "plain openpyxl, from memory",
                f"{peer.seconds:.2f}",
                f"{peer.megabytes:.0f}",
                f"{plain.stat().st_size / 1000:.0f}",
                "1",
                "1",
            ],
        ],
    )


def _middle(costs: list[Cost]) -> Cost:
    return Cost(*(median(column) for column in zip(*costs, strict=True)))


def _run(*arguments: str) -> Cost:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.workbook", *arguments],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Cost(*json.loads(done.stdout))


def _cells(path: Path) -> list[Any]:
    """Every sheet of a workbook: its name, widths, and rows of (value, number of the style)."""
    from openpyxl import load_workbook

    styles: dict[Any, int] = {}
    looks: list[list[Any]] = []
    sheets = []

    def numbered(cell: Cell | MergedCell) -> int:
        if cell.style_id not in styles:
            styles[cell.style_id] = len(looks)
            looks.append([copy.copy(getattr(cell, name)) for name in STYLE])
        return styles[cell.style_id]

    for sheet in load_workbook(path).worksheets:
        rows = [[(cell.value, numbered(cell)) for cell in row] for row in sheet.iter_rows()]
        widths = {letter: column.width for letter, column in sheet.column_dimensions.items()}
        sheets.append((sheet.title, widths, rows))
    return [looks, sheets]


def _same_values(ours: Path, plain: Path) -> int:
    """How many rows both have; they must hold the same."""
    from openpyxl import load_workbook

    filled = [
        [
            cells
            for sheet in load_workbook(path, read_only=True)
            for row in sheet.iter_rows(values_only=True)
            if (cells := [(place, value) for place, value in enumerate(row) if value is not None])
        ]
        for path in (ours, plain)
    ]
    assert filled[0] == filled[1], "the two workbooks differ"
    return len(filled[0])


# ── In the process that writes ───────────────────────────────────────────────────────────────────


def _portal(slug: str, path: str) -> Callable[[], object]:
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conference_portal.settings")
    django.setup()
    from django.db import connection

    from invitations.models import Meeting
    from reports.workbooks import write_delegates

    connection.ensure_connection()
    meeting = Meeting.objects.get(slug=slug)
    return lambda: write_delegates(meeting, Path(path))


def _plain(cells: str, path: str) -> Callable[[], object]:
    from openpyxl import Workbook
    from openpyxl.styles import NamedStyle

    looks, sheets = pickle.loads(Path(cells).read_bytes())  # noqa: S301 (written by our own parent)

    def write() -> None:
        book = Workbook()
        book.remove(book.worksheets[0])
        for number, look in enumerate(looks):
            book.add_named_style(NamedStyle(f"look {number}", **dict(zip(STYLE, look, strict=True))))
        for title, widths, rows in sheets:
            sheet = book.create_sheet(title)
            for letter, width in widths.items():
                sheet.column_dimensions[letter].width = width
            for at, row in enumerate(rows, 1):
                for column, (value, look) in enumerate(row, 1):
                    sheet.cell(at, column, value).style = f"look {look}"
        book.save(path)

    return write


def _memory(line: str) -> int:
    """A line of /proc/self/status in kB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{line}:")[2].split()[0])


def main() -> None:
    """Write once, and print what it took."""
    write = {"portal": _portal, "plain": _plain}[sys.argv[1]](*sys.argv[2:])
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before = _memory("VmRSS")
    began = time.monotonic()
    write()
    print(json.dumps([time.monotonic() - began, (_memory("VmHWM") - before) / 1024]))


if __name__ == "__main__":
    main()
