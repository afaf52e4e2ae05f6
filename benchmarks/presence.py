"""Every point of the nation reports who came, within ten minutes, through the running portal.

Communes report by their signed links, districts as signed-in clerks, each its own point, as their telephones
do: one small request of JSON. Requests are due at an even pace whether or not earlier ones were answered, and
each is timed from the moment it was due: a portal that falls behind cannot hide it. Eight connections stand
for the proxy in front of it.
"""

from __future__ import annotations

import http.client
import io
import json
import threading
import time
from collections.abc import Iterator, Sequence
from statistics import quantiles
from typing import NamedTuple
from uuid import uuid4

from django.core.management import call_command
from django.db.models import Sum
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import User
from accounts.permissions import Role
from benchmarks import load
from benchmarks.clients import CSRF_TOKEN
from benchmarks.size import QUICK, Size
from benchmarks.tables import show, verdict
from bridge_points.models import BridgePoint
from invitations.models import Meeting, Session
from registrations.models import Attendance, AttendanceEntry, CommuneLink
from registrations.services.commune_links import token_of

POINTS, QUICK_POINTS = 16_242, 60
DELEGATES, QUICK_DELEGATES = 20_000, 60
"""Names have no part in it; numbers are declared for every point."""

WITHIN, P95_GOAL = 600.0, 0.3
"""Seconds: all of them, and one of them."""

PACE = 28
"""Requests a second: 16,242 in 580 s."""

CONNECTIONS, PRESENT = 8, 40


class Report(NamedTuple):
    """One point's request: where it goes, and the session of who is signed in; "" with a link."""

    path: str
    session: str


class Answered(NamedTuple):
    """Seconds from when a request was due, when it was answered, and what was wrong; "" for nothing."""

    seconds: float
    at: float
    wrong: str


def measure(size: Size, address: str) -> None:
    """Print how long the reports took, and how many came through."""
    quick = size is QUICK
    points, delegates = (QUICK_POINTS, QUICK_DELEGATES) if quick else (POINTS, DELEGATES)
    call_command("generate_load", points=points, delegates=delegates, verbosity=0, stdout=io.StringIO())
    meeting = Meeting.objects.get(slug=f"tai-thu-{points}-{delegates}")
    session = meeting.sessions.earliest("pk")
    reports = list(_reports(meeting, session))
    load.settle()
    began = time.monotonic()
    answers = _send(address, reports, began)
    took = max(one.at for one in answers) - began
    wrong = [one.wrong for one in answers if one.wrong]
    kept = Attendance.objects.filter(session=session).aggregate(Sum("present"))["present__sum"]
    entries = AttendanceEntry.objects.filter(session=session).count()
    seconds = [one.seconds for one in answers]
    show(
        f"{len(reports):,} points report at {PACE} a second over {CONNECTIONS} connections",
        ["reports", "seconds", "p50 ms", "p95 ms", "p99 ms", "slowest ms", "errors", "kept"],
        [
            [
                f"{len(answers):,}",
                f"{took:.0f}",
                *(f"{1000 * quantiles(seconds, n=100)[place - 1]:.0f}" for place in (50, 95, 99)),
                f"{1000 * max(seconds):.0f}",
                str(len(wrong)),
                f"{entries:,}",
            ]
        ],
    )
    assert not wrong, wrong[:3]
    assert (entries, kept) == (len(reports), PRESENT * len(reports)), (entries, kept)
    print(f"\n  all within {WITHIN:.0f} s: {verdict(took, WITHIN)}")
    p95 = quantiles(seconds, n=20)[-1]
    print(f"  a report within {1000 * P95_GOAL:.0f} ms (95 %): {verdict(p95, P95_GOAL)}")


def _reports(meeting: Meeting, session: Session) -> Iterator[Report]:
    """One for each point: by its commune's link, else by the clerk of its unit, else by the office."""
    invitations = {one.unit_id: one for one in meeting.invitations.all()}
    points = list(
        BridgePoint.objects.filter(meeting=meeting).connected().select_related("unit").order_by("pk")
    )
    links = CommuneLink.objects.bulk_create(
        CommuneLink(invitation=invitations[point.unit.parent_id], unit=point.unit, made_at=database_now())
        for point in points
        if point.unit.parent_id in invitations and point.unit_id not in invitations
    )
    tokens = {link.unit_id: token_of(link) for link in links}
    clerks = {user.unit_id: user for user in User.objects.filter(role=Role.CLERK)}
    for point in points:
        if point.unit_id in tokens:
            yield Report(
                reverse("commune_link_attendance_sync", args=[tokens[point.unit_id], session.pk]), ""
            )
        else:
            path = reverse("attendance_sync", args=[meeting.slug, session.pk, point.unit.slug])
            yield Report(path, load.session_of(clerks.get(point.unit_id) or load.office()))


def _send(address: str, reports: Sequence[Report], began: float) -> list[Answered]:
    """Send them all at the pace; the next free connection takes the next that is due."""
    answers: list[Answered] = []
    waiting, turn = enumerate(reports), threading.Lock()

    def go_on() -> None:
        connection = http.client.HTTPConnection(address, timeout=60)
        while True:
            with turn:
                place, report = next(waiting, (0, None))
            if report is None:
                return connection.close()
            due = began + place / PACE
            time.sleep(max(0.0, due - time.monotonic()))
            wrong = _sent(connection, report)
            now = time.monotonic()
            answers.append(Answered(now - due, now, wrong))

    crowd = [threading.Thread(target=go_on) for _ in range(CONNECTIONS)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    return answers


def _sent(connection: http.client.HTTPConnection, report: Report) -> str:
    entry = {"key": str(uuid4()), "age": 1.0, "present": PRESENT, "excused": 2, "absent": 1, "sure": True}
    headers = {"Content-Type": "application/json", "X-CSRFToken": CSRF_TOKEN}
    if report.session:
        headers["Cookie"] = f"sessionid={report.session}; csrftoken={CSRF_TOKEN}"
    body = json.dumps({"device": str(uuid4()), "entries": [entry]})
    try:
        connection.request("POST", report.path, body, headers)
        response = connection.getresponse()
        answer = response.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return f"{report.path}: {error!r}"
    if response.status != 200 or json.loads(answer)["results"][0]["state"] != "kept":
        return f"{report.path}: {response.status} {answer[:200]!r}"
    return ""
