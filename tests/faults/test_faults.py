"""The outbox under fire: a short run in every `make test`, a long one and controls in `make faults`."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.db import connection

from tests.addresses import with_database
from tests.database import copy_of
from tests.portal import CHECKOUT

NAME = "faults"


@pytest.fixture
def database(migrated_database: str, django_db_setup: None, django_db_blocker) -> Iterator[str]:
    """A database of the run's own: no portal of the suite sends what is due in it."""
    with django_db_blocker.unblock():
        copy_of(migrated_database, NAME)
    yield with_database(os.environ["DATABASE_URL"], NAME)
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE "{NAME}" WITH (FORCE)')


def run(database: str, *arguments: str, seconds: float = 900) -> tuple[int, str]:
    """Let one program run; its exit status and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", *arguments],
        cwd=CHECKOUT,
        env={**os.environ, "DATABASE_URL": database, "LOG_LEVEL": "WARNING"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.slow
def test_two_hundred_messages_and_ten_kills(database: str) -> None:
    status, said = run(database)
    assert status == 0, said


# ── make faults ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.faults
@pytest.mark.parametrize("seed", [5])
def test_five_thousand_messages_and_two_hundred_kills(
    database: str, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("--plan", "long", "--messages", "5000", "--seconds", "900", "--seed", str(seed), "--timed")
    status, said = run(database, *asked, seconds=1800)
    with capsys.disabled():
        print(f"\n{said}")
    assert status == 0


@pytest.mark.faults
@pytest.mark.parametrize("protection", ["claiming", "key"])
def test_negative_control_without_a_protection_a_promise_is_broken(database: str, protection: str) -> None:
    status, said = run(database, "--plan", "none", "--messages", "120", "--without", protection)
    assert status == 1, said
    assert "doubled: " in said
