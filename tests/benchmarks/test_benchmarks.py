"""The benchmarks run from end to end, at a size whose figures say nothing."""

import os
import subprocess
import sys

from tests.portal import CHECKOUT


def run(*arguments: str) -> str:
    """What a run on a machine of its own prints."""
    given = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", *arguments],
        cwd=CHECKOUT,
        # Whatever servers are named here must not be touched: nothing listens there.
        env={
            **given,
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
            "REDIS_URL": "redis://127.0.0.1:1",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_every_measurement_prints_its_table() -> None:
    said = run()
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
