"""``python -m benchmarks.importing [--quick]``: 100,000 delegates from a workbook into PostgreSQL.

The same rows go into the same table, with its triggers and constraints, by the portal's way (``COPY``) and by
Django's ``bulk_create``, in turn; each is taken back. Reading the workbook is measured apart: calamine, which
gives neither fonts nor formulas, and the portal's reader, which understands what it reads.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from benchmarks.roster import write_roster
from benchmarks.servers import servers
from benchmarks.tables import median_of, show, verdict

if TYPE_CHECKING:
    from registrations.models import Delegate

ROWS, QUICK_ROWS, ROUNDS = 100_000, 2_000, 3
MOST_OF_A_LIST = 20_000
"""Of people in one list that a unit brings: its reader has nine seconds (``roster/limits.py``)."""

GOAL, GOAL_OF_PEERS = 30_000, 19_000

Rows = list[dict[str, Any]]


def _prepared(path: Path, there: Delegate) -> Rows:
    """The workbook's rows as the portal stores them, read by the quick reader."""
    from python_calamine import CalamineWorkbook

    from registrations.models.delegate import keys_of_delegate

    sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python(skip_empty_area=False)
    rows = []
    for rank, (_, name, post, phone, _, note) in enumerate(sheet[3:], 1):
        sort_key, search = keys_of_delegate(str(name), str(post), "")
        rows.append(
            {
                "key": uuid4(), "origin": "roster", "full_name": name, "position": post, "organisation": "",
                "phone": f"0{phone:.0f}", "note": note, "role_id": there.role_id, "rank": rank,
                "bridge_point_id": there.bridge_point_id, "sort_key": sort_key, "search": search,
            }
        )  # fmt: skip
    return rows


def _copied(rows: Rows, same: dict[str, Any]) -> None:
    from registrations.models import Delegate
    from registrations.services.inserting import insert
    from registrations.services.rows import AT_A_TIME

    for place in range(0, len(rows), AT_A_TIME):
        insert(Delegate, rows[place : place + AT_A_TIME], same=same)


def _created(rows: Rows, same: dict[str, Any]) -> None:
    from registrations.models import Delegate

    Delegate.objects.bulk_create([Delegate(**row, **same) for row in rows], batch_size=2_000)


@contextmanager
def _clock(took: list[tuple[float, float]]) -> Iterator[None]:
    began, used = time.monotonic(), time.process_time()
    yield
    took.append((time.monotonic() - began, time.process_time() - used))


def _written(path: Path, rounds: int) -> dict[str, tuple[float, float, int]]:
    """Seconds, seconds of this process and rows of each way, medians."""
    from django.db import connection, transaction

    from registrations.models import Delegate

    there = Delegate.objects.first()
    assert there is not None
    ways: dict[str, Callable[[Rows, dict[str, Any]], None]] = {
        "the portal: COPY": _copied,
        "bulk_create": _created,
    }
    took: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    rows, same = _prepared(path, there), {"registration_id": there.registration_id, "version": 1}
    for _ in range(rounds):
        for way, write in ways.items():
            with transaction.atomic(), _clock(took[way]):
                write(rows, same)
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM registrations_delegate WHERE origin = 'roster' AND phone <> ''")
    return {
        way: (median(one for one, _ in all_), median(cpu for _, cpu in all_), len(rows))
        for way, all_ in took.items()
    }


def _read(path: Path, own: Path) -> list[list[str]]:
    """Read all rows as cells by the quick reader, and ``own``, a shorter list, as the portal does."""
    from python_calamine import CalamineWorkbook

    from registrations.roster.reader import read_roster

    calamine, portal = list[tuple[float, float]](), list[tuple[float, float]]()
    with _clock(calamine):
        number = len(CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()) - 3
    with _clock(portal):
        understood = len(read_roster(own.read_bytes(), own.name).accepted)
    return [
        [name, f"{rows:,}", f"{seconds:.2f}", f"{cpu:.2f}", f"{rows / seconds:,.0f}"]
        for name, ((seconds, cpu),), rows in (
            ("calamine: cells", calamine, number),
            ("the portal: fonts, headings, people, remarks", portal, understood),
        )
    ]


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.importing", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tiny size, to see that it runs")
    asked = parser.parse_args()
    number, rounds = (QUICK_ROWS, 1) if asked.quick else (ROWS, ROUNDS)
    print(f"Load average {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores.")
    with tempfile.TemporaryDirectory(prefix="portal-import-") as name, servers():
        from django.core.management import call_command

        call_command("generate_load", points=20, delegates=200, stdout=io.StringIO())
        path, own = Path(name) / "danh-sach.xlsx", Path(name) / "mot-don-vi.xlsx"
        write_roster(path, number)
        write_roster(own, min(number, MOST_OF_A_LIST))
        show("Reading .xlsx, once", ["reader", "rows", "seconds", "CPU s", "rows/s"], _read(path, own))
        took = _written(path, rounds)
    show(
        f"{number:,} rows into PostgreSQL with triggers and constraints, {median_of(rounds)}",
        ["way", "seconds", "CPU s of ours", "rows/s", "times bulk_create"],
        [
            [
                way, f"{seconds:.2f}", f"{cpu:.2f}", f"{rows / seconds:,.0f}",
                f"{took['bulk_create'][0] / seconds:.1f}",
            ]
            for way, (seconds, cpu, rows) in took.items()
        ],
    )  # fmt: skip
    seconds, _, rows = took["the portal: COPY"]
    print(f"\n  {GOAL:,} rows/s: {verdict(seconds, rows / GOAL)}")
    print(f"  {GOAL / GOAL_OF_PEERS:.1f} times bulk_create: {took['bulk_create'][0] / seconds:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
