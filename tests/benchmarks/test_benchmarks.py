"""The benchmarks run from end to end, at a size whose figures say nothing."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from conference_portal.local_services.postgresql import BINARIES
from tests.portal import CHECKOUT


@pytest.fixture
def schema(migrated_database: str, tmp_path: Path) -> Path:
    """A dump of what the migrations make: they are not under test, and take longer than what is."""
    dump = tmp_path / "schema.sql"
    at = connection.settings_dict
    where = [f"--host={at['HOST']}", f"--username={at['USER']}", f"--dbname={migrated_database}"]
    subprocess.run([BINARIES / "pg_dump", "--no-owner", f"--file={dump}", *where], check=True)
    return dump


def run(schema: Path) -> str:
    """What a run on a machine of its own prints."""
    given = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick"],
        cwd=CHECKOUT,
        # Whatever servers are named here must not be touched: nothing listens there.
        env={
            **given,
            "BENCHMARK_SCHEMA": str(schema),
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1",
        },
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_every_measurement_prints_its_table(schema: Path) -> None:
    said = run(schema)
    assert "with fsync on" in said
    assert "the portal, read from PostgreSQL" in said
    for page in (
        "todo",
        "registration, 30 delegates",
        "letter",
        "board",
        "points",
        "totals",
        "outbox",
        "units",
    ):
        assert f"\n  {page}" in said
    assert "all 9 submissions accepted and found in the database" in said
    assert "One clerk at a registration of 500 delegates" in said
    assert "Letters of 6 units" in said
    assert "Due messages sent to a local SMTP server by one worker; every mail came once" in said
    assert said.count("floor: a minimal Django page") == 2
