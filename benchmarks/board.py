"""The board at both sizes: one province's meeting, and the nation's with one of its provinces opened.

Each page by itself with all clients on it, while nobody writes; and by one reader who comes right after
somebody has saved a number, so that everything is counted anew.
"""

from __future__ import annotations

import io
import time
from functools import partial

from django.core.management import call_command
from django.db.models import F

from benchmarks import load
from benchmarks.clients import Call, Clients
from benchmarks.measuring import calmly, queries, series, timing
from benchmarks.pages import Target
from benchmarks.size import Size
from benchmarks.tables import TIMING, Timing, show, verdict
from invitations.models import Meeting
from registrations.models import Headcount
from reports.tallies import disagreements

POINTS, DELEGATES = 16_242, 1_441_200
"""The country on the day of the letter."""

QUICK_POINTS, QUICK_DELEGATES = 2_400, 4_000
GOALS = {"one province's meeting": 0.12, "the nation": 0.25, "one province of the nation": 0.1}
"""Seconds, of the 95th percentile."""

FRESH = 20
"""Readings that each come after a write."""


def nation(*, quick: bool) -> Meeting:
    """Fill the nation's meeting: it takes a quarter of an hour."""
    points, delegates = (QUICK_POINTS, QUICK_DELEGATES) if quick else (POINTS, DELEGATES)
    call_command("generate_load", points=points, delegates=delegates, verbosity=0, stdout=io.StringIO())
    load.settle()
    return Meeting.objects.get(slug=f"tai-thu-{points}-{delegates}")


def measure(small: Meeting, whole: Meeting, target: Target, crowd: Clients, size: Size) -> None:
    """Measure and print; at the end the summary rows must say what a fresh count says."""
    province = f"/hoi-nghi/{whole.slug}/theo-doi/?khu-vuc={whole.slug}-tinh-5"
    boards = (f"/hoi-nghi/{small.slug}/theo-doi/", f"/hoi-nghi/{whole.slug}/theo-doi/", province)
    paths = dict(zip(GOALS, boards, strict=True))
    office = [load.session_of(load.office()) for _ in range(crowd.number)]
    rows = []
    for page, path in paths.items():
        calls = [Call(page, path, session) for session in office]
        counted = queries(calls[0])
        series(crowd, target.portal, calls, 3)
        kept = [calmly(partial(series, crowd, target.portal, calls, size.each)) for _ in range(size.rounds)]
        middle = Timing.middle([timing(answers) for answers in kept])
        alone = Timing.of(_alone(crowd, target, calls[0]), 1)
        fresh = Timing.of(_fresh(crowd, target, calls[0], small if "meeting" in page else whole), 1)
        rows.append(
            [
                page, str(counted), *middle.cells, f"{1000 * alone.p95:.0f}", f"{1000 * fresh.p50:.0f}",
                f"{1000 * fresh.p95:.0f}", f"{1000 * GOALS[page]:.0f}", verdict(middle.p95, GOALS[page]),
            ]
        )  # fmt: skip
    show(
        f"The board, {crowd.number} clients; then one reader alone; then alone right after each write",
        ["page", "queries", *TIMING, "alone p95", "fresh median", "fresh p95", "goal ms", "goal"],
        rows,
    )
    assert disagreements() == 0, "the summary rows do not say what a fresh count says"


def _alone(crowd: Clients, target: Target, call: Call) -> list[float]:
    return [answer.seconds for _ in range(FRESH) for answer in crowd.drive(target.portal, [call])]


def _fresh(crowd: Clients, target: Target, call: Call, meeting: Meeting) -> list[float]:
    """Save a number of some unit, then read."""
    row = Headcount.objects.filter(registration__invitation__meeting=meeting, number__lt=4000).earliest("pk")
    seconds = []
    for _ in range(FRESH):
        Headcount.objects.filter(pk=row.pk).update(number=F("number") + 1)
        time.sleep(0.05)
        seconds += [answer.seconds for answer in crowd.drive(target.portal, [call])]
    return seconds
