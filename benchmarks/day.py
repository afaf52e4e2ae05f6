"""What the board of the day costs while points report: ten screens, 16,242 points, their processor time.

The nation's points report through the service at the pace of ten minutes (27 a second) in this process,
while ten viewers ask as their pages do: a part every ten seconds, with the fingerprint of what they show.
Counted is what gunicorn and PostgreSQL spend; what they spend without viewers is measured before, and taken
off.
"""

from __future__ import annotations

import http.client
import io
import os
import threading
import time
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from uuid import uuid4

from django.core.management import call_command

from benchmarks import load
from benchmarks.size import QUICK, Size
from benchmarks.tables import show, verdict
from bridge_points.models import BridgePoint
from invitations.models import Meeting
from registrations.services.attending import Numbers, Source, record
from reports.day_board import read_day_board

POINTS, QUICK_POINTS = 16_242, 300
DELEGATES, QUICK_DELEGATES = 20_000, 300
"""Names have no part in the board; numbers are declared for every point."""

VIEWERS, PERIOD = 10, 10.0
SECONDS, QUICK_SECONDS = 40, 4
PACE = 27
"""Reports a second: 16,242 within ten minutes."""

READ_GOAL, SHARE_GOAL = 0.25, 0.05
"""Seconds of one reading; the share of one core."""

TICK = os.sysconf("SC_CLK_TCK")


def measure(size: Size, address: str) -> None:
    """Print what one reading takes, and what ten viewers cost, while nobody writes and while all do."""
    quick = size is QUICK
    points, delegates = (QUICK_POINTS, QUICK_DELEGATES) if quick else (POINTS, DELEGATES)
    call_command("generate_load", points=points, delegates=delegates, verbosity=0, stdout=io.StringIO())
    load.settle()
    meeting = Meeting.objects.get(slug=f"tai-thu-{points}-{delegates}")
    seconds = QUICK_SECONDS if quick else SECONDS
    reports = _Reports(meeting)
    spent = [_reading(meeting) for _ in range(20)]
    _costs(min(seconds, PERIOD), None, (address, meeting))  # what a fresh process does once
    idle, _ = _costs(seconds, None)
    alone, _ = _costs(seconds, reports)
    calm, answers = _costs(seconds, None, (address, meeting))
    busy, more = _costs(seconds, reports, (address, meeting))
    p95 = 1000 * quantiles(answers + more, n=20)[-1]
    show(
        f"The board of the day, {points:,} points, {VIEWERS} viewers who ask every {PERIOD:.0f} s",
        ["what", "number", "ms of processor a second", "share of a core"],
        [
            ["nobody at all", "0", f"{1000 * idle:.0f}", f"{idle:.1%}"],
            ["viewers, nobody writes", str(len(answers)), f"{1000 * calm:.0f}", f"{calm:.1%}"],
            ["viewers, 27 reports a second", str(len(more)), f"{1000 * busy:.0f}", f"{busy:.1%}"],
            ["the same reports, no viewers", "0", f"{1000 * alone:.0f}", f"{alone:.1%}"],
        ],
    )
    fresh = quantiles(spent, n=20)[-1]
    print(
        f"\n  one reading of all points within {READ_GOAL} s (95 %): {fresh:.3f}, {verdict(fresh, READ_GOAL)}"
    )
    print(f"  viewers' requests: p95 {p95:.0f} ms")
    for words, cost in (("nobody writes", calm - idle), ("all points report", busy - alone)):
        print(f"  the viewers' share while {words}: {max(cost, 0):.1%}, {verdict(cost, SHARE_GOAL)}")


def _reading(meeting: Meeting) -> float:
    began = time.perf_counter()
    board = read_day_board(meeting)
    assert board is not None
    return time.perf_counter() - began


class _Reports:
    """Points that report one after the other, at a pace, until they are told to stop."""

    def __init__(self, meeting: Meeting) -> None:
        """Take the first session and all points of ``meeting``."""
        self._session = meeting.sessions.earliest("pk")
        points = BridgePoint.objects.filter(meeting=meeting).connected().order_by("pk")
        self._points = cycle(points.values_list("pk", flat=True))

    def go_on(self, until: float) -> None:
        """Report until then, on this thread's own connection."""
        while (now := time.monotonic()) < until:
            numbers = Numbers(uuid4(), 1.0, 40, 3, 2, sure=True)
            point = next(self._points)
            record(session_id=self._session.pk, point_id=point, source=Source(uuid4()), entries=[numbers])
            time.sleep(max(0.0, now + 1 / PACE - time.monotonic()))


def _costs(
    seconds: float, reports: _Reports | None, viewed: tuple[str, Meeting] | None = None
) -> tuple[float, list[float]]:
    """Processor seconds a second of web and database in such a time, and how long each question took."""
    until, answers = time.monotonic() + seconds, list[float]()
    viewers = []
    if viewed is not None:
        address, meeting = viewed
        office = [load.session_of(load.office()) for _ in range(VIEWERS)]
        for place, session in enumerate(office):
            asked = (address, f"/hoi-nghi/{meeting.slug}/ngay-hop/", session, place, until, answers)
            viewers.append(threading.Thread(target=_view, args=asked))
    before = _spent()
    for viewer in viewers:
        viewer.start()
    if reports is not None:
        reports.go_on(until)
    for viewer in viewers:
        viewer.join()
    time.sleep(max(0.0, until - time.monotonic()))
    return (_spent() - before) / seconds, answers


def _view(address: str, path: str, session: str, place: int, until: float, answers: list[float]) -> None:
    """Ask as a page on a screen does: for what is new against what it shows, every so often."""
    seen, at = "", time.monotonic() + place * PERIOD / VIEWERS
    while at < until:
        time.sleep(max(0.0, at - time.monotonic()))
        at += PERIOD
        connection = http.client.HTTPConnection(address, timeout=30)
        headers = {"Cookie": f"sessionid={session}", "HX-Request": "true"}
        began = time.monotonic()
        connection.request("GET", f"{path}?buoi=&seen={seen}", headers=headers)
        response = connection.getresponse()
        text = response.read().decode()
        answers.append(time.monotonic() - began)
        connection.close()
        assert response.status == 200, response.status
        seen = text.partition('"seen": "')[2].partition('"')[0] or seen


def _spent() -> float:
    """Processor seconds so far of gunicorn and of PostgreSQL, with all that descends from them and ended."""
    total = 0
    for pid in _ours():
        try:
            words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += sum(int(word) for word in words[11:15])
    return total / TICK


def _ours() -> list[int]:
    """The processes below this one that run the web or the database."""
    parents: dict[int, int] = {}
    commands: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "stat").read_text().rpartition(")")[2].split()
                commands[int(entry.name)] = (entry / "cmdline").read_text().replace("\0", " ")
            except OSError:
                continue
            parents[int(entry.name)] = int(words[1])

    def below_us(pid: int) -> bool:
        while pid in parents and pid != os.getpid():
            pid = parents[pid]
        return pid == os.getpid()

    return [
        pid
        for pid, command in commands.items()
        if pid != os.getpid() and below_us(pid) and ("postgres" in command or "gunicorn" in command)
    ]
