"""The suite's databases: migrated once and copied; after a test only what it filled is emptied.

Migrating takes as long as 100 tests, and emptying all tables as long as two.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.test import TransactionTestCase

from tests.addresses import with_database

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def migrated_database(request: pytest.FixtureRequest, django_db_blocker) -> str:
    """The name of a database that every other one of this run is a copy of."""
    with django_db_blocker.unblock():
        return migrated(getattr(request.config, "workerinput", {}).get("testrunuid", ALONE))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(migrated_database, django_db_modify_db_settings_parallel_suffix):
    """Each process of the run has a database of its own."""
    connection.settings_dict["TEST"]["TEMPLATE"] = migrated_database


def copy_of(migrated_database: str, name: str) -> None:
    """Make the database ``name`` anew, with nothing in it but what the migrations made."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{migrated_database}"')


MAKING = """
from django import setup
from django.core.management import call_command
setup()
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
"""

ALONE = "alone"
"""The run of a process that shares nothing with others."""


def migrated(run: str) -> str:
    """Return the name of this run's migrated database; who asks first makes it, under a lock of files.

    The processes of one run have their ``PORTAL_VAR`` side by side; one that is alone has but its own.
    """
    var, name = Path(os.environ["PORTAL_VAR"]), f"migrated_{run}"
    with ((var if run == ALONE else var.parent) / "migrated").open("a+") as made:
        fcntl.flock(made, fcntl.LOCK_EX)
        made.seek(0)
        if made.read() != name:
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{name}"')
            program = [sys.executable, "-c", MAKING]
            environment = {**os.environ, "DATABASE_URL": with_database(os.environ["DATABASE_URL"], name)}
            subprocess.run(program, cwd=CHECKOUT, env=environment, check=True)
            made.write(name)
        return name


MADE_BY_MIGRATIONS = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(scope="session", autouse=True)
def _only_what_was_filled_is_emptied() -> Iterator[None]:
    """Django would empty every table and then write down all models and rights anew."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: empty())
        yield


def empty() -> None:
    """Empty every table that holds a row, but for what the migrations made.

    A page or a task of a running portal may still be at them. Of two that wait for each other PostgreSQL
    ends the one that looks first: that shall not be the emptying.
    """
    tables = set(connection.introspection.django_table_names(only_existing=True)) - MADE_BY_MIGRATIONS
    asked = " UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in sorted(tables))  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(asked)
        if filled := [f'"{table}"' for (table,) in cursor.fetchall()]:
            cursor.execute("SET deadlock_timeout = '1min'")
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")
