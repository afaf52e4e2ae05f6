"""The letters of 230 units written by one worker: as PDF in portions, one child each, and as Word.

Processor time is that of the worker and of the children that set the PDFs; the clock runs as the machine
lets it. What is made for it is taken back.
"""

from __future__ import annotations

import io
import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.tables import show

if TYPE_CHECKING:
    from invitations.models import Meeting

UNITS, QUICK_UNITS = 230, 6
GOAL = 60
"""Seconds for all of them, by one worker."""


class Cost(NamedTuple):
    """What one way of writing took."""

    seconds: float
    processor: float
    megabytes: float


def measure(var: Path, *, quick: bool) -> None:
    """Measure and print."""
    from django.core.management import call_command
    from django.db import transaction

    call_command("load_sample", stdout=io.StringIO())
    units = QUICK_UNITS if quick else UNITS
    with transaction.atomic():
        meeting = _called(units)
        few = max(units // 10, 1)
        rows = [
            ("PDF, one after the other in portions", units, _cost(lambda: _pdfs(meeting, var))),
            ("PDF, a child for each", few, _cost(lambda: _one_by_one(meeting, few))),
            ("Word", units, _cost(lambda: _words(meeting))),
        ]
        transaction.set_rollback(True)
    show(
        f"Letters of {units} units, each with its own part (goal: PDF in under {GOAL} s by one worker)",
        ["written as", "letters", "seconds", "processor s", "ms a letter", "MB, the largest child"],
        [
            [
                name,
                f"{count}",
                f"{cost.seconds:.1f}",
                f"{cost.processor:.1f}",
                f"{1000 * cost.processor / count:.0f}",
                f"{cost.megabytes:.0f}" if "PDF" in name else "",
            ]
            for name, count, cost in rows
        ],
    )


def _called(units: int) -> Meeting:
    """The sample's conference, with so many units called: communes where the sample calls fewer."""
    from accounts.models import Unit
    from invitations import services
    from invitations.models import Meeting

    meeting = Meeting.objects.order_by("pk")[0]
    audience = meeting.audiences.order_by("-position")[0]
    called = meeting.invitations.count()
    free = Unit.objects.exclude(invitations__meeting=meeting)[: max(units - called, 0)]
    services.call_units(audience=audience, units=list(free))
    meeting.issues.all().delete()
    extra = meeting.invitations.values_list("pk", flat=True)[units:]
    meeting.invitations.filter(pk__in=list(extra)).delete()
    assert meeting.invitations.count() == units, "too few units in the sample"
    return meeting


def _pdfs(meeting: Meeting, var: Path) -> None:
    from reports.letters import write_letters

    write_letters(meeting, var / "letters.zip", progress=lambda done, total: None)


def _one_by_one(meeting: Meeting, count: int) -> None:
    from invitations.letters import content
    from invitations.letters.writing import pdf_of

    whole = content.of(meeting)
    for unit in whole["units"][:count]:
        pdf_of(content.for_unit(whole, unit["slug"]))


def _words(meeting: Meeting) -> None:
    from invitations.letters import content
    from invitations.letters.writing import docx_of

    whole = content.of(meeting)
    for unit in whole["units"]:
        docx_of(content.for_unit(whole, unit["slug"]))


def _cost(write: Callable[[], None]) -> Cost:
    clock, worked = time.monotonic(), _processor()
    write()
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Cost(time.monotonic() - clock, _processor() - worked, largest)


def _processor() -> float:
    """Seconds of processor time of this process and of its children that ended."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system
