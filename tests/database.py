"""The suite's databases: one process migrates, the others copy; after a test only what it filled is emptied.

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

ALONE = "alone"
"""The run of a process that shares nothing with others."""

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_blocker, django_db_modify_db_settings_parallel_suffix):
    """Name the database that is copied for this process; where there is but one, it migrates its own."""
    if hasattr(request.config, "workerinput"):
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = migrated(request.config.workerinput["testrunuid"])


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
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
            environment = {**os.environ, "DATABASE_URL": with_database(os.environ["DATABASE_URL"], name)}
            subprocess.run(migrate, cwd=CHECKOUT, env=environment, check=True)
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
    """Empty every table that holds a row, but for what the migrations made."""
    tables = set(connection.introspection.django_table_names(only_existing=True)) - MADE_BY_MIGRATIONS
    asked = " UNION ALL ".join(f"(SELECT '{table}' FROM \"{table}\" LIMIT 1)" for table in sorted(tables))  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(asked)
        if filled := [f'"{table}"' for (table,) in cursor.fetchall()]:
            cursor.execute(f"TRUNCATE {', '.join(filled)} CASCADE")
