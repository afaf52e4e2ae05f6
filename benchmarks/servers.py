"""Throw-away servers for one run, and the portal on them as ``make run`` starts it."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conference_portal.local_services import children, running
from conference_portal.local_services.postgresql import BINARIES
from conference_portal.local_services.valkey import free_port
from conference_portal.run import HOST, UNUSED_STATIC_FILES, Child, gunicorn, processes

CHECKOUT = Path(__file__).parent.parent
SECONDS_TO_ANSWER = 60
NOT_OURS = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DEBUG", "BEHIND_TLS", "PORT", "PORTAL_BASE_URL")
"""What the environment may name is not for us: ten thousand invented people go in there."""


@contextmanager
def servers() -> Iterator[Path]:
    """PostgreSQL, with fsync, and Valkey in a temporary ``PORTAL_VAR``; Django set up on them, migrated.

    ``BENCHMARK_SCHEMA`` may name a dump of a migrated database: only what is newer is migrated then.
    """
    for name in NOT_OURS:
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="portal-bench-") as directory:
        var = Path(directory)
        os.environ |= {
            "PORTAL_VAR": directory,
            "SECRET_KEY": secrets.token_urlsafe(64),
            "PORTAL_SAMPLE_PASSWORD": secrets.token_urlsafe(16),
            "DJANGO_SETTINGS_MODULE": "conference_portal.settings",
            "LOG_LEVEL": "WARNING",
        }
        with running(var=var, own=True) as services:
            services.announce()
            _migrate()
            yield var


def _migrate() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    if schema := os.environ.get("BENCHMARK_SCHEMA"):
        _load(schema)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED_STATIC_FILES)


def _load(schema: str) -> None:
    from django.db import connection

    to = connection.settings_dict
    where = [f"--host={to['HOST']}", f"--username={to['USER']}", f"--dbname={to['NAME']}"]
    psql = [str(BINARIES / "psql"), "--quiet", "--set=ON_ERROR_STOP=1", f"--file={schema}"]
    subprocess.run([*psql, *where], stdout=subprocess.DEVNULL, check=True)


@contextmanager
def portal(var: Path) -> Iterator[str]:
    """Run web, worker and beat; gives host and port once the portal answers."""
    from django.db import connections

    connections.close_all()
    port = free_port()
    with processes(port=port, log=var / "log", run=var / "run", PORTAL_BASE_URL=f"http://{HOST}:{port}"):
        _wait_for(f"http://{HOST}:{port}/healthz", var / "log" / "web.log")
        yield f"{HOST}:{port}"


@contextmanager
def floor(var: Path) -> Iterator[tuple[str, str]]:
    """Run the minimal Django site under the same gunicorn; gives host and port, and a session of it."""
    address = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/floor"
    environment = {"FLOOR_DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "benchmarks.floor.settings"}
    _make_database("floor")
    made = subprocess.run(
        [sys.executable, "-m", "benchmarks.floor"],
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    port, log = free_port(), var / "log" / "floor.log"
    child = Child("floor", gunicorn("benchmarks.floor.wsgi", port=port), log, environment)
    try:
        _wait_for(f"http://{HOST}:{port}/healthz", log)
        yield f"{HOST}:{port}", made.stdout.strip()
    finally:
        child.stop()


def _make_database(name: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")


def _wait_for(url: str, log: Path) -> None:
    give_up_at = time.monotonic() + SECONDS_TO_ANSWER
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()  # noqa: S310 (our own address)
        except OSError as error:
            if time.monotonic() > give_up_at:
                raise RuntimeError(f"{url}: {error}\n{children.last_lines(log, 40)}") from error
            time.sleep(0.1)
        else:
            return
