"""What every journey does: sign in, look for what a screen reader could not read, find no side scroll."""

import os
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from accounts.clock import database_now
from accounts.models import User
from invitations.models import Invitation, InvitedRole, Meeting
from registrations import services
from tests.factories import PASSWORD
from tests.journeys.album import MOVED, Album

SignIn = Callable[[Page, User], None]
Check = Callable[[Page], None]


@pytest.fixture
def sign_in() -> SignIn:
    """Sign in as a person does: open the portal, type name and password."""

    def enter(page: Page, user: User) -> None:
        page.goto("/")
        page.get_by_label("tên đăng nhập").fill(user.username)
        page.get_by_label("Mật khẩu").fill(PASSWORD)
        page.get_by_role("button", name="Đăng nhập").click()
        page.get_by_role("navigation", name="Mục chính").wait_for()

    return enter


@pytest.fixture
def reads_well() -> Check:
    """Check the page as it is now: axe finds nothing, and nothing scrolls sideways."""
    axe = Axe()

    def check(page: Page) -> None:
        page.evaluate(MOVED)
        found: Any = axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]
        rules = [(rule["id"], [node["html"][:160] for node in rule["nodes"][:3]]) for rule in found]
        assert not rules, f"{page.url}: {rules}"
        # Measured against the device: on a telephone the window grows with a page that is too wide.
        device = page.viewport_size["width"] if page.viewport_size else 0
        width = page.evaluate("document.documentElement.scrollWidth") - device
        assert width <= 0, f"{page.url} is {width} pixels too wide"

    return check


@pytest.fixture
def draft_of_can_loc(can_loc_invitation: Invitation, an: User, district_roles: list[InvitedRole]) -> None:
    """Can Lộc has declared 45 and submitted nothing."""
    services.set_headcount(
        invitation_id=can_loc_invitation.pk,
        user=an,
        waited=timedelta(0),
        role_id=district_roles[1].pk,
        number=45,
    )


@pytest.fixture
def close(meeting: Meeting) -> Callable[[], None]:
    """Let the deadline pass."""

    def put() -> None:
        meeting.registration_deadline = database_now() - timedelta(seconds=1)
        meeting.save(update_fields=["registration_deadline"])

    return put


@pytest.fixture
def album() -> Album:
    """Pictures for a guide, taken where ``GUIDE_IMAGES`` says."""
    kept = os.environ.get("GUIDE_IMAGES")
    return Album(Path(kept) if kept else None)
