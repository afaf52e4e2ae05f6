"""What every test sees; each fixture lives in the module that knows its subject."""

import gc
from typing import Any

import hypothesis
import pytest

# No test fails because the machine is busy: nothing here is asserted about time.
hypothesis.settings.register_profile(
    "portal", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("portal")

pytest_plugins = ["tests.database", "tests.cast", "tests.mail", "tests.portal", "tests.browser"]


def pytest_configure(config: pytest.Config) -> None:
    """Serve static files as they lie there and hash passwords quickly: neither is under test."""
    from django.conf import settings

    storages: dict[str, Any] = settings.STORAGES
    storages["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["tests.passwords.QuickHasher"]


def pytest_collection_finish() -> None:
    """Collect garbage seldom, and never look through what was imported: a tenth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is slow begins, then what drives a browser: nobody shall wait at the end for what takes long."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: [item.get_closest_marker(mark) is None for mark in ("slow", "browser")])
