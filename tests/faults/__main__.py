"""``python -m tests.faults [--messages 200] [--kills 10] [--seconds 20] [--seed 1] [--timed] [--without …]``.

Needs ``DATABASE_URL`` of an empty, migrated database, or makes a server of its own. Prints its figures;
ends with 1 where a promise was broken, and says which.
"""

import argparse
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

CALM_BEFORE = 1.0
"""Seconds until the first message is due."""

MOST_OF_A_KIND = 10
PATIENCE, CONTROL_PATIENCE = 240.0, 60.0
"""Seconds for what is left after the last message was due; without a protection much is left for ever."""


def main() -> int:
    """Run once; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--messages", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20.0, help="within which the messages are due")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plan", choices=["short", "long", "none"], default="short")
    parser.add_argument("--timed", action="store_true", help="lateness is judged, not only printed")
    parser.add_argument("--without", choices=["claiming", "key"], default="", help="a protection taken out")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conference_portal.settings")
    os.environ["SECRET_KEY"] = "only-for-tests-" + "x" * 50
    with ExitStack() as stack:
        var = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-faults-")))
        _database(stack, var)
        import django

        django.setup()
        return _run(var, asked)


def _database(stack: ExitStack, var: Path) -> None:
    from conference_portal.local_services import PostgreSQL

    if os.environ.get("DATABASE_URL"):
        return
    server = stack.enter_context(PostgreSQL(var, fast=True))
    os.environ["DATABASE_URL"], os.environ["REDIS_URL"] = server.url, "redis://127.0.0.1:1/0"
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _run(var: Path, asked: argparse.Namespace) -> int:
    from django.core.management import call_command
    from django.db import connection

    from reminders.models import Reminder
    from tests.faults import schedule, world
    from tests.faults.check import check
    from tests.faults.stage import stage

    call_command("createcachetable", verbosity=0)
    plans = {"short": schedule.SHORT, "long": schedule.LONG}
    started = time.monotonic()
    with stage(var, os.environ["DATABASE_URL"], asked.without) as on:
        senders = ["sender"] if asked.plan == "short" else ["sender", "sender-2"]
        for name in (*senders, "beat", "beat-2"):
            on.start(name)
        on.wait_until_ready(*senders)
        made = world.make(asked.messages, asked.seconds, asked.seed, CALM_BEFORE)
        due = {one.message_id: one.due_at.timestamp() for one in Reminder.objects.all()}
        began = time.monotonic() + CALM_BEFORE
        if asked.without == "key":
            on.mail.loses = 2  # a third fault in a row would turn the channel red
        submitting, director = world.Submitting(made, began), schedule.Director(on)
        submitting.start()
        if asked.plan in plans:
            director.run(schedule.draw(plans[asked.plan], asked.seconds, asked.seed), began)
        submitting.join()
        _wait_until_settled(began + asked.seconds, CONTROL_PATIENCE if asked.without else PATIENCE)
        verdict = check(on, director.outages, due, director.kills, timed=asked.timed)
        connection.close()
    broken = verdict.broken + [f"a submission failed: {one}" for one in submitting.refused]
    print("\n".join(verdict.figures))
    print(f"submissions: {len(made.submissions)}, the slowest took {submitting.slowest:.2f} s")
    print(f"took {time.monotonic() - started:.0f} s, load {os.getloadavg()[0]:.1f}")
    print(_said(broken) if broken else "every promise was kept")
    return 1 if broken else 0


def _said(broken: list[str]) -> str:
    """How many promises of each kind were broken, and some of each."""
    kinds: dict[str, list[str]] = {}
    for one in broken:
        kinds.setdefault(one.split()[0], []).append(one)
    some = [one for those in kinds.values() for one in those[:MOST_OF_A_KIND]]
    return "\n".join(["BROKEN: " + ", ".join(f"{kind} {len(those)}" for kind, those in kinds.items()), *some])


def _wait_until_settled(window_ends: float, patience: float) -> None:
    """Return when nothing is left to do, or after ``patience``: then the check finds what is left."""
    from reminders.models import Reminder

    waiting = (Reminder.State.PENDING, Reminder.State.SENDING, Reminder.State.UNKNOWN)
    give_up_at = max(window_ends, time.monotonic()) + patience
    while time.monotonic() < give_up_at:
        left = Reminder.objects.filter(state__in=waiting).exists()
        if not left and time.monotonic() > window_ends:
            return
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main())
