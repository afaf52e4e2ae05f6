"""What the result report takes: read in one picture, then as Word, PDF and workbook; at two sizes."""

from __future__ import annotations

import io
import time
from itertools import pairwise
from typing import Any

from django.core.management import call_command
from django.db import connection

from benchmarks import load
from benchmarks.size import QUICK, Size
from benchmarks.tables import show, verdict
from invitations.models import Meeting
from reports.results.writing import docx_of, pdf_of, xlsx_of
from reports.services.results import read_content

SIZES = ((234, 3_000, 5.0), (16_242, 20_000, 60.0))
"""Points, delegates, and the seconds within which all of the report is there."""
QUICK_SIZES = ((30, 60, 5.0),)

_ALL_REPORT = """
    INSERT INTO registrations_attendance
        (session_id, point_id, present, excused, absent, counted, version, made_at, arrived_at, device,
         reason)
    SELECT session.id, point.id, 40 + point.id %% 9, point.id %% 3, point.id %% 2, FALSE, 1, now(), now(),
        gen_random_uuid(), ''
    FROM bridge_points_bridgepoint point JOIN invitations_session session USING (meeting_id)
    WHERE point.meeting_id = %s AND point.connects
"""

_SOME_BREAK = """
    INSERT INTO bridge_points_incident
        (point_id, key, kind, note, source, opened_at, closed_at, done, minutes_lost)
    SELECT id, gen_random_uuid(), 'duong-truyen', '', 'diem-cau', now(), now(), 'Đổi đường', 5
    FROM bridge_points_bridgepoint WHERE meeting_id = %s AND id %% 50 = 0
"""
"""An incident at every fiftieth point."""


def measure(size: Size) -> None:
    """Print the seconds of each step, and of all together."""
    rows = []
    for points, delegates, goal in QUICK_SIZES if size is QUICK else SIZES:
        call_command("generate_load", points=points, delegates=delegates, verbosity=0, stdout=io.StringIO())
        load.settle()
        meeting = Meeting.objects.get(slug=f"tai-thu-{points}-{delegates}")
        with connection.cursor() as cursor:
            cursor.execute(_ALL_REPORT, [meeting.pk])
            cursor.execute(_SOME_BREAK, [meeting.pk])
        rows.append([f"{points:,}", *_steps(meeting, goal)])
    show("The result report", ["points", "read s", "Word s", "PDF s", "workbook s", "all s", "goal"], rows)


def _steps(meeting: Meeting, goal: float) -> list[str]:
    began = time.perf_counter()
    content = read_content(meeting)
    marks = [began, time.perf_counter()]
    makers: tuple[Any, ...] = (docx_of, pdf_of, xlsx_of)
    for make in makers:
        make(content)
        marks.append(time.perf_counter())
    each = [later - earlier for earlier, later in pairwise(marks)]
    whole = marks[-1] - began
    return [*(f"{seconds:.2f}" for seconds in each), f"{whole:.2f}", verdict(whole, goal)]
