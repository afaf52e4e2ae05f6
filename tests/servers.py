"""Pytest plugin: real servers for the suite, there before Django reads its settings.

The controlling process starts a throw-away PostgreSQL and Valkey in a temporary ``PORTAL_VAR`` unless
``DATABASE_URL`` / ``REDIS_URL`` name others. Under xdist each worker gets a database (pytest-django), a
Valkey and a ``PORTAL_VAR`` of its own, so that it may freeze the one and run the whole portal on both.
Loaded by ``-p`` in pyproject.toml, because a conftest comes too late; hence ``python -m pytest``, which
finds this package.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from conference_portal.local_services import LocalServiceError, running

_until_the_end = ExitStack()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        var = Path(os.environ["PORTAL_VAR"]) / worker
        os.environ.pop("REDIS_URL")
    else:
        var = Path(tempfile.mkdtemp(prefix="portal-test-"))
        _until_the_end.callback(shutil.rmtree, var, ignore_errors=True)
    os.environ["PORTAL_VAR"] = str(var)
    try:
        _until_the_end.enter_context(running(var=var, fast=True, own=True)).announce()
    except LocalServiceError as error:
        _until_the_end.close()
        raise pytest.UsageError(str(error)) from error
    (Path(os.environ["PORTAL_VAR"]) / "static").mkdir(parents=True)  # whitenoise looks for it
    os.environ["PORTAL_SAMPLE_PASSWORD"] = "mat-khau-de-thu-nghiem"
    os.environ.pop("EMAIL_URL", None)
    return (yield)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _until_the_end.close()
