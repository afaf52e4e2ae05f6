"""What every test sees; each fixture lives in the module that knows its subject."""

from typing import Any

import pytest

pytest_plugins = ["tests.cast", "tests.mail", "tests.portal", "tests.browser"]


def pytest_configure(config: pytest.Config) -> None:
    """Serve static files as they lie there and hash passwords quickly: neither is under test."""
    from django.conf import settings

    storages: dict[str, Any] = settings.STORAGES
    storages["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["tests.passwords.QuickHasher"]
