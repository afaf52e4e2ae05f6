"""``python -m benchmarks.books [--quick] [--nation]``: workbooks row by row, and a whole export job.

The same 100,000 rows of nine columns are written by the portal, by openpyxl's write_only mode with lxml and
the same styles, and by the barest loop that makes a sheet of them (no styles, no escaping, no head). Each
writing is a process of its own, so that memory is its own: ``python -m benchmarks.books --write …``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from statistics import median
from typing import NamedTuple

from benchmarks.servers import CHECKOUT, servers
from benchmarks.tables import median_of, show
from conference_portal.sample import names

ROWS, QUICK_ROWS = 100_000, 2_000
ROUNDS = 3
NATION = (16_242, 1_441_200)
GROWTH = (10_000, 100_000, 1_000_000)

Row = tuple[int, str, str, str, str, str, str, str, str]


class Cost(NamedTuple):
    """What one writing took: on the clock, of the processor, and of memory."""

    seconds: float
    cpu: float
    rise: float
    """MB that memory rose above what it was when the writing began."""
    peak: float
    """MB of the whole process at its highest, the imports of Django among them."""


def rows(number: int) -> Iterator[Row]:
    """People who do not exist, the same ones each time."""
    random = Random(1)
    for place in range(1, number + 1):
        unit = f"Huyện ủy Thử {place // 111 + 1}"
        yield (
            place,
            names.person(random),
            random.choice(names.POSTS),
            unit,
            "Ủy viên ban chấp hành",
            unit[9:],
            unit,
            names.phone(random.randrange(1000)),
            "",
        )


# ── In the process that writes ───────────────────────────────────────────────────────────────────


def _portal(path: Path, number: int) -> Callable[[], object]:
    _set_up()
    from reports.workbooks import template
    from reports.workbooks.tables import DELEGATES, Table
    from reports.workbooks.writing import writing

    def write() -> None:
        with writing(path, template.own(), {"cơ quan": "VĂN PHÒNG"}) as book:
            table = Table(DELEGATES, "Đại biểu", "Danh sách", "thử", rows(number))
            book.add(table, lambda written: None)

    return write


def _openpyxl(path: Path, number: int) -> Callable[[], object]:
    _set_up()
    import lxml.etree  # noqa: F401 (openpyxl is at its fastest with it)
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Border, Font, Side

    from reports.workbooks.tables import DELEGATES

    def write() -> None:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Đại biểu")
        thin = Side(style="thin", color="808080")
        cells = [WriteOnlyCell(sheet) for _ in DELEGATES.columns]
        for cell, column in zip(cells, DELEGATES.columns, strict=True):
            cell.font = Font("Times New Roman", size=12)
            cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            cell.number_format = column.format
            cell.alignment = Alignment(horizontal=column.align, vertical="top", wrap_text=True)
        for row in rows(number):
            for cell, value in zip(cells, row, strict=True):
                cell.value = value or None  # type: ignore[assignment]
            sheet.append(cells)
        book.save(path)

    return write


def _bare(path: Path, number: int) -> Callable[[], object]:
    def write() -> None:
        with (
            zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=2) as archive,
            archive.open("sheet1.xml", "w") as sheet,
        ):
            sheet.write(b"<sheetData>")
            lines: list[str] = []
            for at, (place, *texts) in enumerate(rows(number), 1):
                cells = "".join(
                    f'<c r="{letter}{at}" t="inlineStr"><is><t>{text}</t></is></c>'
                    for letter, text in zip("BCDEFGHI", texts, strict=True)
                )
                lines.append(f'<row r="{at}"><c r="A{at}"><v>{place}</v></c>{cells}</row>')
                if len(lines) == 500:
                    sheet.write("".join(lines).encode())
                    lines.clear()
            sheet.write("".join([*lines, "</sheetData>"]).encode())

    return write


def _delegates(path: Path, _: int) -> Callable[[], object]:
    """All delegates of the newest meeting, from PostgreSQL."""
    _set_up()
    from django.db import connection

    from invitations.models import Meeting
    from reports.workbooks import write_delegates

    connection.ensure_connection()
    meeting = Meeting.objects.latest("pk")
    return lambda: write_delegates(meeting, path)


def _job(path: Path, _: int) -> Callable[[], object]:
    """A whole job: asked for, claimed, written, forced to the disk, hashed, offered."""
    _set_up()
    from django.conf import settings

    from accounts.models import User
    from invitations.models import Meeting
    from reports import services

    settings.MEDIA_ROOT = path.parent / "files"
    meeting = Meeting.objects.latest("pk")
    user, _ = User.objects.get_or_create(username="nguoi-do", defaults={"role": "office"})

    def make() -> None:
        job = services.ask_export(meeting=meeting, user=user, anew=True)
        assert services.make_export(job_id=job.pk)

    return make


WRITERS = {"portal": _portal, "openpyxl": _openpyxl, "bare": _bare, "delegates": _delegates, "job": _job}


def _set_up() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conference_portal.settings")
    django.setup()


def _memory(line: str) -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition(f"{line}:")[2].split()[0]) / 1024


def _write_once(what: str, path: str, number: str) -> None:
    write = WRITERS[what](Path(path), int(number))
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, began, used = _memory("VmRSS"), time.monotonic(), time.process_time()
    write()
    took, cpu, peak = time.monotonic() - began, time.process_time() - used, _memory("VmHWM")
    print(json.dumps([took, cpu, peak - before, peak]))


# ── In the process that asks ─────────────────────────────────────────────────────────────────────


def _cost(what: str, path: Path, number: int = 0) -> Cost:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.books", "--write", what, str(path), str(number)],
        cwd=CHECKOUT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Cost(*json.loads(done.stdout.splitlines()[-1]))


def _middle(costs: list[Cost]) -> Cost:
    return Cost(*(median(column) for column in zip(*costs, strict=True)))


def _cells(cost: Cost) -> list[str]:
    return [f"{cost.seconds:.2f}", f"{cost.cpu:.2f}", f"{cost.rise:.0f}", f"{cost.peak:.0f}"]


COSTS = ["seconds", "CPU s", "MB risen", "MB peak"]


def _sheets(directory: Path, number: int, rounds: int) -> None:
    found: dict[str, list[Cost]] = {"portal": [], "openpyxl": [], "bare": []}
    for _ in range(rounds):  # in turn: what slows the machine slows all
        for what, costs in found.items():
            costs.append(_cost(what, directory / f"{what}.xlsx", number))
    middle = {what: _middle(costs) for what, costs in found.items()}
    size = {what: (directory / f"{what}.xlsx").stat().st_size / 1e6 for what in found}
    called = {
        "portal": "the portal",
        "openpyxl": "openpyxl write_only, lxml, the same styles",
        "bare": "a bare loop: no styles, no escaping",
    }
    show(
        f"{number} rows of 9 columns into one .xlsx, {median_of(rounds)}",
        ["written by", *COSTS, "MB file", "CPU, times the portal's"],
        [
            [called[what], *_cells(cost), f"{size[what]:.1f}", f"{cost.cpu / middle['portal'].cpu:.2f}"]
            for what, cost in middle.items()
        ],
    )


def _growth(directory: Path, sizes: tuple[int, ...]) -> None:
    costs = [(size, _cost("portal", directory / "growth.xlsx", size)) for size in sizes]
    show(
        "The portal's writer as rows grow, one round",
        ["rows", *COSTS, "CPU µs a row"],
        [[str(size), *_cells(cost), f"{1e6 * cost.cpu / size:.1f}"] for size, cost in costs],
    )


def _conference(directory: Path, what: str, points: int, delegates: int, rounds: int) -> None:
    import io

    from django.core.management import call_command
    from django.db import connections

    call_command("generate_load", points=points, delegates=delegates, stdout=io.StringIO())
    with connections["default"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    cost = _middle([_cost(what, directory / "conference.xlsx") for _ in range(rounds)])
    title = "A whole export job" if what == "job" else "One styled workbook from PostgreSQL"
    show(f"{title}: {delegates} delegates, {median_of(rounds)}", COSTS, [_cells(cost)])


def main() -> int:
    """Measure and print."""
    if sys.argv[1:2] == ["--write"]:
        _write_once(*sys.argv[2:])
        return 0
    parser = argparse.ArgumentParser(prog="python -m benchmarks.books", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tiny size, to see that it runs")
    parser.add_argument("--nation", action="store_true", help="also 1,441,200 delegates (loads for minutes)")
    asked = parser.parse_args()
    number, rounds = (QUICK_ROWS, 1) if asked.quick else (ROWS, ROUNDS)
    print(f"Load average {os.getloadavg()[0]:.1f} on {len(os.sched_getaffinity(0))} cores.")
    with tempfile.TemporaryDirectory(prefix="portal-books-") as name:
        _sheets(Path(name), number, rounds)
        _growth(Path(name), GROWTH[:2] if asked.quick else GROWTH)
        with servers():
            _conference(Path(name), "job", *((20, 200) if asked.quick else (234, 10_000)), rounds)
            if asked.nation:
                _conference(Path(name), "delegates", *NATION, 1)
    return 0


if __name__ == "__main__":
    sys.exit(main())
