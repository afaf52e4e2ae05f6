"""Two hundred milliseconds and one request in twenty lost, on a phone: all is saved, nothing twice.

Requests are lost on their way there, and answers on their way back, when the portal has already acted.
"""

import re
from itertools import count
from random import Random
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from registrations.models import Delegate
from tests.browser import PHONE

WORDS = "Một Hai Ba Bốn Năm Sáu Bảy Tám"
NAMES = [f"Nguyễn Thị Hoa {word}" for word in WORDS.split()]
KEY = re.compile("key=[0-9a-f-]+")
DELAY = 200
LOST = 0.05


@pytest.fixture
def bad_line():
    """Make the line of a page bad; returns how many writes were lost on which way."""

    def spoil(page: Page, lost: float, *, forget_keys: bool = False) -> dict[str, int]:
        chance, turn = Random(1912), count()
        losses = {"there": 0, "back": 0}

        def carry(route: Route) -> None:
            page.wait_for_timeout(DELAY)
            # Two losses for certain, however the dice fall: one on each way.
            fate = {3: "there", 6: "back"}.get(next(turn)) or (
                chance.choice(["there", "back"]) if chance.random() < lost else ""
            )
            if fate:
                losses[fate] += 1
            if fate == "back":
                body = KEY.sub(f"key={uuid4()}", route.request.post_data or "") if forget_keys else None
                route.fetch(post_data=body)
            if fate:
                route.abort("connectionreset")
            else:
                route.continue_()

        page.route(lambda url: "/dai-bieu/" in url, carry)
        return losses

    return spoil


@pytest.fixture
def type_all(open_page, sign_in, meeting, an, can_loc_invitation, district_roles, bad_line):
    """Type every name on a phone over a bad line; returns what was lost on the way."""

    def work(**line) -> dict[str, int]:
        phone = open_page(PHONE, expect_errors=True)
        sign_in(phone, an)
        phone.goto("/dang-ky/")
        losses = bad_line(phone, LOST, **line)
        for name in NAMES:
            phone.locator("tr.is-new").get_by_label("Họ và tên").fill(name)
            phone.keyboard.press("Enter")
            expect(phone.get_by_role("rowheader", name=name, exact=True)).to_be_visible(timeout=20_000)
            expect(phone.locator("tr.is-new").get_by_label("Họ và tên")).to_be_focused()
        expect(phone.locator("[data-saved]")).to_contain_text("đã lưu")
        return losses

    return work


def test_rows_typed_over_a_bad_line_are_all_saved_once(type_all):
    losses = type_all()
    assert losses["there"]
    assert losses["back"]
    assert [delegate.full_name for delegate in Delegate.objects.all()] == NAMES


def test_without_the_keys_of_the_rows_an_answer_that_was_lost_doubles_its_row(type_all):
    """The negative control: what is lost on its way back is the same row again only by its key."""
    type_all(forget_keys=True)
    names = [delegate.full_name for delegate in Delegate.objects.all()]
    assert len(names) > len(NAMES)
    assert set(names) == set(NAMES)
