"""One process of the suite migrates a database, the others copy it: migrating takes as long as 100 tests."""

import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.addresses import with_database

CHECKOUT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request, django_db_blocker, django_db_modify_db_settings_parallel_suffix):
    """Name the database that is copied for this process; where there is but one, it migrates its own."""
    if hasattr(request.config, "workerinput"):
        with django_db_blocker.unblock():
            connection.settings_dict["TEST"]["TEMPLATE"] = migrated(request.config.workerinput["testrunuid"])


def migrated(run: str) -> str:
    """Return the name of this run's migrated database; who asks first makes it, under a lock of files."""
    with (Path(os.environ["PORTAL_VAR"]).parent / "migrating").open("a+") as made:
        fcntl.flock(made, fcntl.LOCK_EX)
        made.seek(0)
        name = f"migrated_{run}"
        if made.read() != name:
            with connection._nodb_cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{name}"')
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
            environment = {**os.environ, "DATABASE_URL": with_database(os.environ["DATABASE_URL"], name)}
            subprocess.run(migrate, cwd=CHECKOUT, env=environment, check=True)
            made.write(name)
        return name
