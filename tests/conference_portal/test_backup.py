"""A dump by deploy/backup.sh, put back by deploy/restore.sh, is the same portal."""

from __future__ import annotations

import os
import subprocess
from contextlib import closing

import psycopg2
import pytest
from django.db import connection

from conference_portal.local_services.postgresql import BINARIES
from tests.portal import CHECKOUT
from tests.reports.conftest import can_loc_registration as can_loc_registration

COPY = "restored"
HELD = """SELECT count(*), md5(string_agg(t::text, ' ' ORDER BY t::text)) FROM "{}" t"""
RULES = """
    SELECT (SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal),
           (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_indexes)
"""


def address_of(name: str) -> str:
    """The test's server as libpq writes its address."""
    settings = connection.settings_dict
    return f"postgresql://{settings['USER']}@/{name}?host={settings['HOST']}"


def run(script: str, argument: str, database: str) -> str:
    path = f"{BINARIES}:{os.environ['PATH']}"
    done = subprocess.run(
        [CHECKOUT / "deploy" / script, argument],
        env={**os.environ, "PATH": path, "DATABASE_URL": address_of(database)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def portal_in(database: str) -> dict[str, object]:
    """Of every table how many rows it has and what they hold; and how many rules there are."""
    with closing(psycopg2.connect(address_of(database))) as server, server.cursor() as cursor:
        held: dict[str, object] = {}
        for table in connection.introspection.django_table_names(only_existing=True):
            cursor.execute(HELD.format(table))
            held[table] = cursor.fetchone()
        cursor.execute(RULES)
        return held | {"rules": cursor.fetchone()}


@pytest.mark.faults
def test_what_is_put_back_is_the_same_portal(transactional_db, can_loc_registration, tmp_path):
    name = str(connection.settings_dict["NAME"])
    dump = run("backup.sh", str(tmp_path), name)
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{COPY}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{COPY}" TEMPLATE template0')
    try:
        run("restore.sh", dump, COPY)
        assert portal_in(COPY) == portal_in(name)
        assert portal_in(COPY)["registrations_delegate"][0] == 11
        damaged = tmp_path / dump
        damaged.write_bytes(damaged.read_bytes()[:-100])
        with pytest.raises(AssertionError, match="FAILED"):
            run("restore.sh", dump, COPY)
    finally:
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{COPY}" WITH (FORCE)')
