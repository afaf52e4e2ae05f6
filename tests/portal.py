"""The portal as its users meet it: gunicorn, a Celery worker and beat on the suite's servers."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conference_portal.local_services import children, var_directory
from conference_portal.local_services.valkey import free_port
from conference_portal.run import HOST, UNUSED_STATIC_FILES, Child, processes
from tests.addresses import with_database
from tests.database import copy_of, empty
from tests.mail import SmtpServer

CHECKOUT = Path(__file__).parent.parent
BROKER_DATABASE = "14"
"""Of the running portal; what tests of this process enqueue goes elsewhere and reaches no worker."""


@dataclass(frozen=True)
class RunningPortal:
    """Where it is, and its processes by name: web, beat, worker."""

    address: str
    children: dict[str, Child]
    log: Path


@pytest.fixture(scope="session")
def _portal_database(migrated_database: str, django_db_setup: None, django_db_blocker) -> str:
    """A database for the running portal: its beat and its worker never meet what another test wrote."""
    from django.db import connection

    name = f"{connection.settings_dict['NAME']}_portal"
    with django_db_blocker.unblock():
        copy_of(migrated_database, name)
    return name


@pytest.fixture(autouse=True)
def _where_the_portal_looks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let a test with the running portal write where the portal reads, from its first row on."""
    if "portal_processes" not in request.fixturenames:
        yield
        return
    from django.db import connection

    blocker = request.getfixturevalue("django_db_blocker")
    theirs = request.getfixturevalue("_portal_database")
    connection.close()
    own, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], theirs
    yield
    with blocker.unblock():
        empty()
    connection.close()
    connection.settings_dict["NAME"] = own


@pytest.fixture(scope="session")
def _portal_processes(_portal_database: str, _smtp_server: SmtpServer) -> Iterator[RunningPortal]:
    environment = {
        "DATABASE_URL": with_database(os.environ["DATABASE_URL"], _portal_database),
        "REDIS_URL": with_database(os.environ["REDIS_URL"], BROKER_DATABASE),
        "EMAIL_URL": _smtp_server.url,
        "SECRET_KEY": "only-for-tests-" + "x" * 50,
    }
    var = var_directory()
    ignored = [word for pattern in UNUSED_STATIC_FILES for word in ("--ignore", pattern)]
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0", *ignored],
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        check=True,
    )
    port = free_port()
    address = f"http://{HOST}:{port}"
    environment["PORTAL_BASE_URL"] = address
    (var / "run").mkdir(parents=True, exist_ok=True)
    with processes(port=port, log=var / "log", run=var / "run", **environment) as started:
        _wait_for(f"{address}/healthz", log=var / "log" / "web.log")
        yield RunningPortal(address, {child.name: child for child in started}, var / "log")


@pytest.fixture
def portal_processes(transactional_db: None, _portal_processes: RunningPortal) -> RunningPortal:
    """The running portal; what the test writes is committed, so the portal sees it."""
    return _portal_processes


def _wait_for(url: str, *, log: Path, seconds: float = 60) -> None:
    """Return once ``url`` answers; raise with the end of ``log`` on an error page or after ``seconds``."""
    give_up_at = time.monotonic() + seconds
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError as error:
            if isinstance(error, urllib.error.HTTPError) or time.monotonic() > give_up_at:
                raise RuntimeError(f"{url}: {error}\n{children.last_lines(log, 40)}") from error
            time.sleep(0.1)
        else:
            return
