"""What every test sees; each fixture lives in the module that knows its subject."""

from typing import Any

import hypothesis
import pytest

# No test fails because the machine is busy: nothing here is asserted about time.
hypothesis.settings.register_profile(
    "portal", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("portal")

pytest_plugins = ["tests.cast", "tests.mail", "tests.portal", "tests.browser"]


def pytest_configure(config: pytest.Config) -> None:
    """Serve static files as they lie there and hash passwords quickly: neither is under test."""
    from django.conf import settings

    storages: dict[str, Any] = settings.STORAGES
    storages["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["tests.passwords.QuickHasher"]


NOT_BESIDE_OTHERS = {"chromium", "frozen_redis", "portal_processes"}
"""Fixtures that need the suite's servers for themselves: the portal has one broker, Redis is frozen."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what cannot run beside other tests; ``make test`` runs the rest on all processors first."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "chromium" in fixtures:
            item.add_marker(pytest.mark.browser)
        if fixtures & NOT_BESIDE_OTHERS:
            item.add_marker(pytest.mark.alone)
