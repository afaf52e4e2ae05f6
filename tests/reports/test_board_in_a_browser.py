"""The board in Chromium: it narrows, and refreshes by itself while somebody looks."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from accounts.clock import database_now
from registrations.models import Headcount, Registration
from tests.browser import DESKTOP, PHONE
from tests.reports.conftest import enlarge

ROWS = "#units tbody tr:not(.tier)"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def on_the_board(sign_in, filled, trang):
    """Open the board as the office."""

    def enter(page):
        sign_in(page, trang)
        page.goto(f"/hoi-nghi/{filled.slug}/theo-doi/")

    return enter


def every_second(page):
    page.evaluate("document.getElementById('board-units').dataset.refresh = '1'")


def test_the_board_narrows_while_one_types(page, on_the_board):
    on_the_board(page)
    expect(page.locator(ROWS)).to_have_count(3)
    page.get_by_label("Tìm đơn vị").fill("nghi xuan")
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.get_by_label("Tìm đơn vị")).to_be_focused()
    expect(page).to_have_url(re.compile("q=nghi"))
    page.reload()
    expect(page.locator(ROWS)).to_have_count(1)
    expect(page.get_by_role("heading", level=1)).to_contain_text("1 trên 3 đơn vị")


def test_news_appear_by_themselves_and_the_keyboard_keeps_its_place(page, on_the_board, can_loc):
    on_the_board(page)
    every_second(page)
    page.locator(f"#u-{can_loc.pk}").focus()
    Headcount.objects.filter(number=10).update(number=500)
    expect(page.locator("#stat-declared")).to_contain_text("564")
    expect(page.locator("#units tfoot")).to_contain_text("564")
    expect(page.locator(f"#u-{can_loc.pk}")).to_be_focused()
    Registration.objects.filter(state="submitted").update(state="returned")
    every_second(page)
    expect(page.get_by_role("heading", level=1)).to_contain_text("0 trên 3 đơn vị đã gửi, còn thiếu 3")


def test_what_was_opened_stays_open_when_news_arrive(page, on_the_board, filled, can_loc):
    enlarge(filled, units=28, communes=0, delegates=0)
    on_the_board(page)
    page.get_by_text("Xem cả 16 đơn vị").click()
    every_second(page)
    Registration.objects.filter(invitation__unit=can_loc).update(state="returned")
    expect(page.get_by_text("Xem cả 17 đơn vị")).to_be_visible()
    expect(page.locator("#needs-more")).to_have_attribute("open", "")


def test_where_nothing_moved_only_the_hour_does(page, on_the_board):
    on_the_board(page)
    page.evaluate("document.getElementById('units').dataset.mark = 'the same table'")
    hour = page.locator("#board-hour").inner_text()
    every_second(page)
    expect(page.locator("#board-hour")).not_to_have_text(hour)
    assert page.locator("#units").get_attribute("data-mark") == "the same table"


def test_a_board_that_nobody_sees_asks_for_nothing(page, on_the_board):
    on_the_board(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})")
    every_second(page)
    page.wait_for_timeout(2500)
    assert not [url for url in asked if "seen=" in url]
    with page.expect_request(re.compile("seen=")):
        page.evaluate("delete document.hidden")


@pytest.mark.parametrize("device", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_pages_read_well_on_a_desktop_and_a_phone(
    device, open_page, on_the_board, reads_well, filled, can_loc
):
    screen = open_page(device)
    on_the_board(screen)
    expect(screen.get_by_role("link", name="Huyện ủy Can Lộc")).to_be_visible()
    reads_well(screen)
    for address in ("tong-hop/", "tong-hop/so-lieu/", f"tong-hop/so-lieu/?don-vi={can_loc.slug}", "so-sanh/"):
        screen.goto(f"/hoi-nghi/{filled.slug}/{address}")
        reads_well(screen)
    freeze(filled)
    screen.goto(f"/hoi-nghi/{filled.slug}/chot/")
    expect(screen.get_by_role("heading", level=1)).to_contain_text("Đã chốt lúc")
    reads_well(screen)


def freeze(meeting):
    """Let the moment pass."""
    meeting.registration_deadline = database_now() - timedelta(minutes=5)
    meeting.save(update_fields=["registration_deadline"])


def test_the_wall_shows_eighteen_districts_at_once_and_nothing_else(
    open_page, on_the_board, reads_well, filled
):
    enlarge(filled, units=16, communes=12, delegates=0)
    screen = open_page({"width": 1920, "height": 1080})
    on_the_board(screen)
    screen.get_by_role("link", name="Màn hình lớn").click()
    expect(screen.get_by_role("navigation", name="Mục chính")).to_be_hidden()
    districts = screen.locator("#units tbody").first.locator("tr:not(.tier)")
    expect(districts).to_have_count(18)
    last = districts.last.bounding_box()
    assert last["y"] + last["height"] <= 1080
    reads_well(screen)
    every_second(screen)
    freeze(filled)
    expect(screen.locator("#board-head")).to_contain_text("Đã chốt lúc")
    expect(screen.get_by_role("link", name="Thoát màn hình lớn")).to_be_visible()
