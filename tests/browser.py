"""Chromium of the machine, driven by Playwright, as a desktop and as a phone."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.camera import film
from tests.portal import RunningPortal

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
UNSEEN = (
    # What nobody sees of a window without a screen: two pages below its address bar, and a process that
    # waits for the next site. They took five sixths of what a new page costs (2.0 and 0.3 s, measured).
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "SpareRendererForSitePerProcess",
    # Those of Playwright's own list that matter here: a second list replaces the first.
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
)
"""Features of Chromium that are switched off."""

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(UNSEEN)}",
    # A camera that shows the film of ``camera_film``, and that nobody needs to allow.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 780}

PATIENCE = 20_000
"""Milliseconds; other tests work beside this one. What must be quick says so itself."""

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def camera_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the camera shows when it is opened: a card that belongs to nobody, or what a test films."""
    path = tmp_path_factory.mktemp("camera") / "film.y4m"
    film(path, "1-00000")
    return path


@pytest.fixture(scope="session")
def chromium(camera_film: Path) -> Iterator[Browser]:
    """One browser for the session. A machine without one fails here and is told how to get it."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    assert found, "Chưa có Chromium: hãy chạy tests/ensure_chromium.sh"
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread, and Django takes any loop for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        expect.set_options(timeout=PATIENCE)
        browser = playwright.chromium.launch(
            executable_path=found, args=[*ARGUMENTS, f"--use-file-for-fake-video-capture={camera_film}"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, portal_processes: RunningPortal) -> Iterator[OpenPage]:
    """Open a page in a context of its own: ``open_page(PHONE)`` is another person at another device.

    At the end of the test no page may have logged an error in its console, a refused script or style
    included; a test that provokes errors says ``open_page(expect_errors=True)``.
    """
    errors: list[str] = []

    with ExitStack() as contexts:

        def open_one(viewport: dict[str, int] = DESKTOP, *, expect_errors: bool = False) -> Page:
            context: BrowserContext = chromium.new_context(
                base_url=portal_processes.address,
                viewport={"width": viewport["width"], "height": viewport["height"]},
                is_mobile=viewport is PHONE,
                has_touch=viewport is PHONE,
                locale="vi-VN",
                timezone_id="Asia/Ho_Chi_Minh",
                accept_downloads=True,
            )
            contexts.callback(context.close)
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            if not expect_errors:
                page.on("console", note)
                page.on("pageerror", lambda error: errors.append(str(error)))
            return page

        def note(message: ConsoleMessage) -> None:
            if message.type == "error":
                errors.append(message.text)

        yield open_one
    assert not errors, errors


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page on an office PC."""
    return open_page(DESKTOP)


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """A page on a small phone."""
    return open_page(PHONE)
