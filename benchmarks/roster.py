"""``python -m benchmarks roster``: a large roster brought and taken by its pages, beside plain openpyxl.

Each way runs in a process of its own, the portal's with the child that it starts. Goals: 20,000 rows shown
within 4 s and taken within 6 s, under 200 MB. ``python -m benchmarks.roster [--rows N] [--quick]`` measures
reading alone and needs no servers.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from random import Random
from statistics import median

import openpyxl

from benchmarks.tables import show, verdict
from conference_portal.sample import names

PROJECT = Path(__file__).resolve().parent.parent
ROWS, QUICK_ROWS, ROUNDS = 20_000, 500, 3
GOAL_SECONDS, GOAL_TAKING, GOAL_MB = 4.0, 6.0, 200.0

_MEASURE = """
import json, resource, sys, time
from pathlib import Path
path = Path(sys.argv[1])
{prepare}
began = time.perf_counter()
{read}
seconds = time.perf_counter() - began
own, child = (resource.getrusage(who).ru_maxrss / 1024
              for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps([seconds, own, child, rows]))
"""
_PORTAL = (
    "from registrations.roster.guarded import read_roster",
    "rows = len(read_roster(path.read_bytes(), path.name).accepted)",
)
_READER = (
    "from registrations.roster.reader import read_roster",
    "rows = len(read_roster(path.read_bytes(), path.name).accepted)",
)
_PLAIN = (
    "import openpyxl",
    "rows = sum(1 for _ in openpyxl.load_workbook(path, data_only=True).active.values) - 3",
)
_STREAMED = (
    "import openpyxl",
    "rows = sum(1 for _ in openpyxl.load_workbook(path, data_only=True, read_only=True).active.values) - 3",
)
WAYS = {
    "openpyxl, plain": _PLAIN,
    "openpyxl, read only": _STREAMED,
    "portal, in this process": _READER,
    "portal, preview in its child": _PORTAL,
}


def write_roster(path: Path, rows: int) -> None:
    """Write a list as units send it: telephones as numbers, some names in capitals, a letterhead."""
    random = Random(rows)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Danh sách")
    sheet.append(["HUYỆN ỦY CAN LỘC"])
    sheet.append(["DANH SÁCH ĐẠI BIỂU"])
    sheet.append(["STT", "Họ và tên", "Chức vụ, đơn vị công tác", "Điện thoại", "Thành phần", "Ghi chú"])
    for number in range(1, rows + 1):
        name, post = names.person(random), random.choice(names.POSTS)
        sheet.append(
            [
                number,
                name.upper() if number % 10 == 0 else name,
                f"{post}, UBND xã số {number % 200}",
                912_000_000 + number,
                "BCV" if number % 3 else None,
                "đi xe riêng" if number % 7 == 0 else None,
            ]
        )
    book.save(path)


def main(argv: list[str] | None = None) -> None:
    """Measure every way in turn, several rounds, and print the medians as ratios to plain openpyxl."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.roster", description=__doc__)
    parser.add_argument("--rows", type=int, default=0)
    parser.add_argument("--quick", action="store_true", help="a tiny size, to see that it runs")
    asked = parser.parse_args(argv)
    rows = asked.rows or (QUICK_ROWS if asked.quick else ROWS)
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as directory:
        path = Path(directory) / "danh-sach.xlsx"
        write_roster(path, rows)
        rounds = [
            {name: _measure(way, path) for name, way in WAYS.items()}
            for _ in range(1 if asked.quick else ROUNDS)
        ]
    figures = {name: [median(one[name][place] for one in rounds) for place in range(4)] for name in WAYS}
    plain = figures["openpyxl, plain"][0]
    show(
        f"A roster of {rows:,} rows, {path.suffix}, medians of {len(rounds)}",
        ["way", "s", "ratio", "MB", "MB of child", "rows"],
        [
            [name, f"{seconds:.2f}", f"{seconds / plain:.2f}", f"{own:.0f}", f"{child:.0f}", f"{found:.0f}"]
            for name, (seconds, own, child, found) in figures.items()
        ],
    )
    seconds, own, child, found = figures["portal, preview in its child"]
    assert found == rows, f"{rows - found:.0f} rows were lost"
    print(f"\n  preview under {GOAL_SECONDS:.0f} s: {verdict(seconds, GOAL_SECONDS)}")
    print(f"  under {GOAL_MB:.0f} MB, either process: {verdict(max(own, child), GOAL_MB)}")


def _measure(way: tuple[str, str], path: Path) -> list[float]:
    prepare, read = way
    ran = subprocess.run(
        [sys.executable, "-c", _MEASURE.format(prepare=prepare, read=read), str(path)],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    measured: list[float] = json.loads(ran.stdout)
    return measured


# ── By the pages, with the database ──────────────────────────────────────────────────────────────

_PAGES = """
import json, resource, sys, time
from pathlib import Path
import django
django.setup()
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse
from accounts.models import User
from registrations.models import Delegate, RosterUpload
from registrations.roster.written import read_back
path, meeting, username = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
user = User.objects.select_related("unit").get(username=username)
client = Client(headers={"host": "127.0.0.1"})
client.force_login(user)
there = Delegate.objects.filter(registration__invitation__unit=user.unit)
lists = reverse("registration_rosters", args=[meeting, user.unit.slug])
client.get(lists)
data = path.read_bytes()

def memory():
    both = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN
    return [resource.getrusage(who).ru_maxrss / 1024 for who in both]

began = time.perf_counter()
brought = client.post(lists, {"file": SimpleUploadedFile(path.name, data)})
assert brought.status_code == 302, brought.content.decode()
page = client.get(brought["Location"])
assert page.status_code == 200
shown = [time.perf_counter() - began, *memory(), len(page.content)]
shown.append(len(read_back(RosterUpload.objects.latest("pk").read).accepted))
before = there.count()
began = time.perf_counter()
taken = client.post(brought["Location"] + "nhan/", {"vuot": "keep"})
seconds = time.perf_counter() - began
assert taken.status_code == 302
print(json.dumps([shown, [seconds, *memory(), 0, there.count() - before]]))
"""


def measure(var: Path, rows: int, rounds: int) -> None:
    """Bring a list by its page and take it, on the servers that run; nothing is left behind."""
    from conference_portal.sample import letter

    path = var / "danh-sach.xlsx"
    write_roster(path, rows)
    plain, shown, taken = [], [], []
    for _ in range(rounds):
        plain.append(_measure(_PLAIN, path))
        first, second = _by_pages(path, letter.SLUG)
        shown.append(first)
        taken.append(second)
    unit = median(one[0] for one in plain)
    ways = {"openpyxl, plain": plain, "pages: upload and preview": shown, "pages: take-over": taken}
    figures = {
        name: [median(one[place] for one in each) for place in range(3)] for name, each in ways.items()
    }
    show(
        f"A roster of {rows:,} rows by its pages, medians of {rounds}",
        ["way", "s", "ratio", "MB", "MB of child", "rows"],
        [
            [
                name,
                f"{seconds:.2f}",
                f"{seconds / unit:.2f}",
                f"{own:.0f}",
                f"{child:.0f}",
                f"{ways[name][0][-1]:.0f}",
            ]
            for name, (seconds, own, child) in figures.items()
        ],
    )
    assert taken[0][-1] == rows, f"{rows - taken[0][-1]:.0f} rows were lost"
    print(f"\n  the page holds {shown[0][3] / 1024:.0f} kB")
    preview, take_over = (figures[name][0] for name in list(ways)[1:])
    print(f"  preview under {GOAL_SECONDS:.0f} s: {verdict(preview, GOAL_SECONDS)}")
    print(f"  take-over under {GOAL_TAKING:.0f} s: {verdict(take_over, GOAL_TAKING)}")
    for name in list(ways)[1:]:
        print(f"  {name} under {GOAL_MB:.0f} MB, either process: {verdict(max(figures[name][1:]), GOAL_MB)}")


def _by_pages(path: Path, meeting: str) -> list[list[float]]:
    from accounts.models import User
    from invitations.models import Invitation
    from registrations.models import Registration, RosterUpload

    invitation = Invitation.objects.filter(meeting__slug=meeting, audience__tier="district").earliest("pk")
    clerk = User.objects.filter(unit=invitation.unit, is_active=True).earliest("pk")
    uploads = RosterUpload.objects.filter(invitation=invitation)
    kept = set(uploads.values_list("pk", flat=True))
    ran = subprocess.run(
        [sys.executable, "-c", _PAGES, str(path), meeting, clerk.username],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    Registration.objects.filter(invitation=invitation).delete()
    for upload in uploads.exclude(pk__in=kept):
        upload.file.delete(save=False)
        upload.delete()
    measured: list[list[float]] = json.loads(ran.stdout)
    return measured


if __name__ == "__main__":
    main()
