"""``python -m benchmarks [roster] [letters_out] [workbook] [pages] … [--quick]``: print tables.

Needs nothing but the checkout: servers, data and portal are its own and gone at the end. Nothing is
asserted about time; a page that does not answer as it should ends the run.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import signal
import sys
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

from benchmarks.clients import WrongAnswerError, clients
from benchmarks.measuring import STOLEN, stolen_since, ticks
from benchmarks.servers import floor, portal, servers
from benchmarks.size import QUICK, WHOLE, Size

PAGES = ("pages", "submit", "desk")
MEASUREMENTS = ("roster", "letters_out", "workbook", *PAGES, "doubles", "reminders")
ONLY_ASKED_FOR = ("board", "attendance", "presence", "report")
"""Minutes go by before the nation is loaded: of the board a quarter of an hour."""

BUSY = 0.5
"""A load average above which other programs were in the way."""


def main() -> int:
    """Measure what is asked for; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "what",
        nargs="*",
        choices=[*MEASUREMENTS, *ONLY_ASKED_FOR, []],
        help="all but " + " and ".join(ONLY_ASKED_FOR) + ", where none is named",
    )
    parser.add_argument("--quick", action="store_true", help="a tiny size, to see that it runs")
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # servers and data go, as with Ctrl-C
    busy, began, started = os.getloadavg()[0], time.monotonic(), ticks()
    try:
        _measure(asked.what or MEASUREMENTS, QUICK if asked.quick else WHOLE)
    except WrongAnswerError as error:
        print(f"\nNo figures: a page did not answer as it should. {error}", file=sys.stderr)
        return 1
    print(f"\nTook {time.monotonic() - began:.0f} s.")
    if busy > BUSY:
        print(f"Load average was {busy:.1f} before it began: other programs slowed all this down.")
    if (stolen := stolen_since(started)) > STOLEN:
        print(f"The machine's host kept {stolen:.0%} of the processors for others: all this is slowed.")
    return 0


def _measure(what: list[str] | tuple[str, ...], size: Size) -> None:
    with servers() as var:
        from benchmarks import doubles, letters_out, reminders

        print(_machine(var))
        if "roster" in what:
            _roster(var, quick=size is QUICK)
        if "letters_out" in what:
            letters_out.measure(var, quick=size is QUICK)
        if set(what) & {"workbook", *PAGES}:
            _measure_the_conference(what, var, size)
        if "doubles" in what:
            doubles.measure(size)  # its rows are many, and no page is measured among them
        if "reminders" in what:
            reminders.measure(var, size)
        if "board" in what:
            _measure_the_board(var, size)
        if "attendance" in what:
            _measure_the_day(var, size)
        if "presence" in what:
            _measure_who_came(var, size)
        if "report" in what:
            _measure_the_report(size)


def _measure_the_conference(what: list[str] | tuple[str, ...], var: Path, size: Size) -> None:
    from benchmarks import desk, load, pages, submit, workbook

    meeting = load.conference(points=size.points, delegates=size.delegates)
    load.settle()
    print(f"Loaded: {size.points} points, {size.delegates} delegates.")
    if "workbook" in what:
        workbook.measure(meeting, var, size)
    if not set(what) & set(PAGES):
        return
    with portal(var) as address, floor(var) as beside, clients(size.clients) as crowd:
        target = pages.Target(address, *beside)
        if "pages" in what:
            pages.measure(meeting, target, crowd, size)
        if "submit" in what:
            submit.measure(target, crowd, size)
        if "desk" in what:
            desk.measure(target, size)


def _measure_the_report(size: Size) -> None:
    from benchmarks import report

    report.measure(size)


def _measure_the_board(var: Path, size: Size) -> None:
    from benchmarks import board, load
    from benchmarks.pages import Target

    small = load.conference(points=size.points, delegates=size.delegates)
    whole = board.nation(quick=size is QUICK)
    with portal(var) as address, clients(size.clients) as crowd:
        board.measure(small, whole, Target(address, "", ""), crowd, size)


def _measure_the_day(var: Path, size: Size) -> None:
    from django.core.management import call_command

    from benchmarks import attendance, day

    call_command("load_sample", stdout=io.StringIO())
    attendance.measure(size)
    with portal(var) as address:
        day.measure(size, address)


def _measure_who_came(var: Path, size: Size) -> None:
    from django.core.management import call_command

    from benchmarks import presence

    call_command("load_sample", stdout=io.StringIO())
    with portal(var) as address:
        presence.measure(size, address)


def _roster(var: Path, *, quick: bool) -> None:
    """Before the portal is full: a list is brought to a unit of the sample conference."""
    from django.core.management import call_command

    from benchmarks import roster

    call_command("load_sample", stdout=io.StringIO())
    roster.measure(var, roster.QUICK_ROWS if quick else roster.ROWS, 1 if quick else roster.ROUNDS)


def _machine(var: Path) -> str:
    """What it ran on, and how long the disk takes to keep 8 kB."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        postgresql = cursor.fetchone()[0].split()[0]
        cursor.execute("SHOW fsync")
        fsync = cursor.fetchone()[0]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("Django", "gunicorn", "openpyxl"))
    return (
        f"{len(os.sched_getaffinity(0))} cores, {memory:.0f} GiB, Linux {platform.release()}; "
        f"Python {platform.python_version()} of {Path(sys.executable).resolve()}, {packages}, "
        f"PostgreSQL {postgresql} with fsync {fsync} ({1000 * _fsync(var):.1f} ms here).\n"
        "gunicorn as `make run` starts it, worker and beat beside it; sessions made by Django's session "
        "store, not by the sign-in form."
    )


def _fsync(var: Path) -> float:
    """Seconds to write 8 kB to the disk and know that it is there, at best of a few."""
    taken = []
    with tempfile.TemporaryFile(dir=var) as file:
        for _ in range(20):
            began = time.monotonic()
            file.write(bytes(8192))
            file.flush()
            os.fsync(file.fileno())
            taken.append(time.monotonic() - began)
    return min(taken)


if __name__ == "__main__":
    sys.exit(main())
