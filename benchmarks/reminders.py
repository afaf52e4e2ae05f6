"""Due messages planned, and sent to a local SMTP server: by the outbox, and by a plain Celery task for each.

The worker and the mail server are processes of their own. The clock of a series runs from the first call
until the last message is marked as sent; processor time is the worker's and its children's, memory that of
the largest child.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import time as clock
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple

from django.db import connection, transaction

from accounts.clock import database_now
from accounts.models import Tier, Unit
from benchmarks.size import QUICK, Size
from benchmarks.tables import median_of, show, verdict
from conference_portal.celery import app, get_ready
from conference_portal.local_services import children
from conference_portal.local_services.valkey import free_port
from conference_portal.run import SENDERS, Child, worker
from invitations.models import Audience, Invitation, Meeting
from reminders import services, tasks
from reminders.models import Policy, Reminder
from reminders.services import policies

UNITS, QUICK_UNITS = 16_242, 40
ROUNDS = 5
PLANNED_IN, A_SECOND = 2.0, 200
"""Goals: seconds for all of them, messages a second by one worker."""

LOOK_EVERY, PATIENCE = 0.1, 900
AGAIN = 10
"""Seconds after which beat calls the sender again; one that met a fault ends its pass and waits for that."""


class Series(NamedTuple):
    """What came of sending so many messages in one way."""

    way: str
    messages: int
    seconds: float
    processor: float
    megabytes: float

    @property
    def a_second(self) -> float:
        """Messages a second."""
        return self.messages / self.seconds


def measure(var: Path, size: Size) -> None:
    """Measure and print."""
    units = QUICK_UNITS if size == QUICK else UNITS
    meeting = _conference(units)
    seconds = _planned(meeting, units)
    show(
        f"Everybody's reminder is due: planned, {median_of(ROUNDS)}",
        ["messages", "seconds", "again, nothing to do"],
        [[f"{units:,}", f"{seconds[0]:.2f}", f"{seconds[1]:.2f}"]],
    )
    print(f"\n  within {PLANNED_IN:.0f} s: {verdict(seconds[0], PLANNED_IN)}")
    with _post_office(var) as (address, counted):
        tenth, environment = units // 10, {"EMAIL_URL": address}
        sizes = [units] if size == QUICK else [tenth, units]
        ours = [_by_the_outbox(meeting, messages, var, environment) for messages in sizes]
        plain = _by_plain_tasks(meeting, tenth, var, environment)
        came, different = counted()
    expected = (sum(sizes) + tenth, units)
    assert (came, different) == expected, f"{came} mails came, {different} different ones"
    show(
        "Due messages sent to a local SMTP server by one worker; every mail came once",
        ["", "messages", "seconds", "a second", "processor ms each", "MB, the largest child"],
        [
            [
                one.way,
                f"{one.messages:,}",
                f"{one.seconds:.1f}",
                f"{one.a_second:.0f}",
                f"{1000 * one.processor / one.messages:.1f}",
                f"{one.megabytes:.0f}",
            ]
            for one in [*ours, plain]
        ],
    )
    print(f"\n  at least {A_SECOND} a second: {'met' if ours[-1].a_second >= A_SECOND else 'MISSED'}")


@transaction.atomic
def _conference(units: int) -> Meeting:
    """Make a meeting whose deadline is in 50 minutes, with so many silent units, each with an address."""
    now = database_now()
    meeting = Meeting.objects.create(
        slug="nhac",
        code="NHAC",
        title="Hội nghị để đo việc nhắc",
        short_title="Để đo việc nhắc",
        issuer="Văn phòng",
        state=Meeting.State.PUBLISHED,
        published_at=now - timedelta(days=2),
        registration_deadline=now + timedelta(minutes=50),
    )
    policies.policy_of(meeting)
    Policy.objects.filter(meeting=meeting).update(quiet_from=clock(0), quiet_until=clock(0), digest_at=[])
    audience = Audience.objects.create(meeting=meeting, heading="Các đơn vị", tier=Tier.AFFILIATED)
    rows = [
        Unit(
            name=f"Đơn vị nhắc {place}",
            slug=f"nhac-{place}",
            tier=Tier.AFFILIATED,
            email=f"nhac-{place}@example.vn",
        )
        for place in range(units)
    ]
    Unit.objects.plant(rows)
    Invitation.objects.bulk_create(
        (
            Invitation(meeting=meeting, unit=unit, audience=audience, sent_at=now - timedelta(minutes=90))
            for unit in rows
        ),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_unit, invitations_invitation")
    return meeting


def _planned(meeting: Meeting, units: int) -> tuple[float, float]:
    """Seconds to plan everything, and to find nothing left to plan, in a process ready as a worker is."""
    get_ready()
    taken: tuple[list[float], list[float]] = [], []
    for _ in range(ROUNDS):
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE reminders_reminder CASCADE")
        for seconds in taken:
            began = time.monotonic()
            services.plan()
            seconds.append(time.monotonic() - began)
        found = Reminder.objects.filter(meeting=meeting, state=Reminder.State.PENDING).count()
        assert found == units, f"{found} planned"
    return median(taken[0]), median(taken[1])


def _by_the_outbox(meeting: Meeting, messages: int, var: Path, environment: dict[str, str]) -> Series:
    name = "the outbox"
    command = worker("reminders", children=SENDERS)
    return _series(name, meeting, messages, command, var, environment, _call_the_sender, again=True)


def _call_the_sender() -> None:
    tasks.send.delay(Reminder.Channel.MAIL)


def _by_plain_tasks(meeting: Meeting, messages: int, var: Path, environment: dict[str, str]) -> Series:
    from benchmarks import plain_task

    command = [sys.executable, "-m", "celery", "-A", "benchmarks.plain_task", "worker", "--concurrency", "2"]
    _make_due(meeting, messages)
    keys = list(Reminder.objects.due(database_now()).values_list("pk", flat=True))

    def call() -> None:
        for key in keys:
            plain_task.send.delay(key)

    return _series("a plain Celery task each", meeting, messages, command, var, environment, call)


def _series(
    way: str,
    meeting: Meeting,
    messages: int,
    command: list[str],
    var: Path,
    environment: dict[str, str],
    call: Callable[[], None],
    *,
    again: bool = False,
) -> Series:
    """Have a fresh worker send so many messages; it is warm when the clock begins to run."""
    _make_due(meeting, messages)
    log = var / "log" / f"{command[-1]}.log"
    log.unlink(missing_ok=True)
    child = Child("sender", command, log, environment)
    try:
        _wait_until_ready(log)
        began, worked, largest = time.monotonic(), _processor(child.pid), 0.0
        call()
        called = began
        while _is_left(meeting):
            if again and time.monotonic() - called > AGAIN:
                called = time.monotonic()
                call()
            largest = max([largest, *map(_megabytes, _children_of(child.pid))])
            assert time.monotonic() - began < PATIENCE, "messages are left"
            time.sleep(LOOK_EVERY)
        took = time.monotonic() - began
        return Series(way, messages, took, _processor(child.pid) - worked, largest)
    finally:
        child.stop()


def _make_due(meeting: Meeting, messages: int) -> None:
    """Let so many messages be due and not sent, and the others be due another day."""
    rows = Reminder.objects.filter(meeting=meeting).order_by()
    due = rows.order_by("pk").values("pk")[:messages]
    rows.update(due_at=database_now() + timedelta(days=1), state=Reminder.State.PENDING, sent_at=None)
    rows.filter(pk__in=due).update(due_at=database_now())


def _is_left(meeting: Meeting) -> bool:
    waiting = (Reminder.State.PENDING, Reminder.State.SENDING, Reminder.State.UNKNOWN)
    return Reminder.objects.filter(meeting=meeting, state__in=waiting, due_at__lte=database_now()).exists()


def _wait_until_ready(log: Path) -> None:
    give_up_at = time.monotonic() + 60
    while not app.control.ping(timeout=0.5):
        assert time.monotonic() < give_up_at, children.last_lines(log, 40)


def _children_of(pid: int) -> list[int]:
    return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _processor(worker_pid: int) -> float:
    """Seconds of processor time of a worker and its children so far."""
    ticks = 0
    for pid in [worker_pid, *_children_of(worker_pid)]:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    """Memory of a process, what it shares with others included; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


@contextmanager
def _post_office(var: Path) -> Iterator[tuple[str, Callable[[], tuple[int, int]]]]:
    """Run the mail server; gives its address, and what it counted (which stops it)."""
    port, file = free_port(), var / "post-office"
    command = [sys.executable, "-m", "benchmarks.post_office", str(port), str(file)]
    server = children.start(command, log=var / "log" / "post-office.log")

    def counted() -> tuple[int, int]:
        children.stop(server, signal.SIGTERM)
        came, different = file.read_text().split()
        return int(came), int(different)

    try:
        _wait_for_port(port)
        yield f"smtp://127.0.0.1:{port}", counted
    finally:
        children.stop(server, signal.SIGTERM)


def _wait_for_port(port: int) -> None:
    give_up_at = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < give_up_at, "the mail server does not answer"
            time.sleep(0.05)
        else:
            return
