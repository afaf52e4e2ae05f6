"""Nothing typed is lost: lost connections, expired sessions, refused rows, keys, the deadline.

A real browser shows the real base template and scripts under the real policy; the server behind it is
played by ``Office``, so that it can be offline, restarting or forgetful exactly when a test wants it.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, expect

from accounts.models import User
from conference_portal.middleware import CONTENT_SECURITY_POLICY
from tests.factories import PASSWORD

ADDRESS = "http://portal.test"
LOGIN = reverse("account_login")

PAGE = """{% extends "base.html" %}{% load portal %}
{% block title %}Thử{% endblock %}
{% block content %}
<div class="wrap"><h1>Đại biểu</h1>{% countdown deadline %}
<table><tbody>{{ row }}</tbody></table>
<span class="saved" role="status" data-saved>{% icon "check" %}đã lưu 16:00:00</span></div>
{% endblock %}"""

READ = """<tr id="d-1" hx-target="this" hx-swap="outerHTML"><th scope="row">{{ name }}</th>
<td><div class="rowacts"><button type="button" hx-get="/row?edit">Sửa</button></div></td></tr>"""

EDIT = """<tr id="d-1" class="is-edit" hx-target="this" hx-swap="outerHTML"><td>
<input name="full_name" value="{{ name }}" aria-label="Họ và tên"{% if error %} class="is-invalid"{% endif %}>
{% if error %}<div class="invalid-feedback show">{{ error }}</div>{% endif %}</td><td><div class="rowacts">
<button type="button" hx-post="/row" hx-include="closest tr">Lưu</button>
<button type="button" data-row-cancel hx-get="/row">Thôi</button>
</div></td></tr>"""


def render(source: str, **context: object) -> str:
    return Template(source).render(Context(context))


class Office:
    """The server of these tests: one row, and a mood."""

    def __init__(self) -> None:
        self.name = "Trần Thị An"
        self.mood = "well"
        self.saved: list[str] = []
        self.asked = 0
        self.deadline = timezone.now() + timedelta(hours=1)
        self.now: datetime = timezone.now()

    def answer(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.path.startswith("/static/"):
            found = finders.find(address.path.removeprefix("/static/"))
            assert isinstance(found, str), address.path
            return route.fulfill(path=found)
        if address.path == LOGIN:
            return self.sign_in(route)
        if address.path != "/row":
            row = render(READ, name=self.name)
            context = {"portal": {"now": self.now}, "user": User(username="an"), "deadline": self.deadline}
            return self.page(route, render(PAGE, **context, row=row))
        if route.request.method == "GET":
            return self.page(route, render(EDIT if "edit" in address.query else READ, name=self.name))
        return self.post(route)

    def sign_in(self, route: Route) -> None:
        """As allauth answers a script."""
        if f"\r\n\r\n{PASSWORD}\r\n" in (route.request.post_data or ""):
            self.mood = "well"
            return route.fulfill(json={"location": "/"})
        form = {"errors": ["Mật khẩu chưa đúng."], "fields": {}}
        return route.fulfill(status=400, json={"form": form})

    def post(self, route: Route) -> None:
        self.asked += 1
        if self.mood == "offline":
            return route.abort("internetdisconnected")
        if self.mood == "restarting":
            return route.fulfill(status=503)
        if self.mood == "forgetful":
            return route.fulfill(status=401)
        if self.mood == "broken":
            return route.fulfill(status=500)
        name = parse_qs(route.request.post_data or "").get("full_name", [""])[0]
        if not name:
            return self.page(route, render(EDIT, name="", error="Chưa điền họ tên."), 422)
        self.name = name
        self.saved.append(name)
        return self.page(route, render(READ, name=name), trigger={"saved": {"at": "16:58:41"}})

    def page(self, route: Route, body: str, status: int = 200, trigger: object = None) -> None:
        headers = {
            "Content-Type": "text/html; charset=utf-8",
            "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        }
        if trigger:
            headers["HX-Trigger"] = json.dumps(trigger)
        route.fulfill(status=status, headers=headers, body=body)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def desk(chromium: Browser, office: Office) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(8_000)
    page = context.new_page()
    page.route(f"{ADDRESS}/**", office.answer)
    refused: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if "Content Security" in message.text:
            refused.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: refused.append(str(error)))
    page.goto(ADDRESS + "/")
    yield page
    context.close()
    assert refused == []


def type_name(page: Page, name: str) -> None:
    page.get_by_role("button", name="Sửa").click()
    page.get_by_label("Họ và tên").fill(name)
    page.keyboard.press("Enter")


def is_warned(page: Page) -> bool:
    """Whether leaving the page would ask first."""
    asked: bool = page.evaluate("!window.dispatchEvent(new Event('beforeunload', {cancelable: true}))")
    return asked


def test_enter_saves_the_row_and_the_page_says_when(desk: Page, office: Office) -> None:
    type_name(desk, "Trần Thị Hoài An")
    expect(desk.locator("[data-saved]")).to_have_text("đã lưu 16:58:41")
    assert office.saved == ["Trần Thị Hoài An"]
    expect(desk.get_by_role("button", name="Sửa")).to_be_focused()


def test_escape_leaves_the_row_as_it_was(desk: Page, office: Office) -> None:
    desk.get_by_role("button", name="Sửa").click()
    desk.get_by_label("Họ và tên").fill("gõ nhầm")
    desk.keyboard.press("Escape")
    expect(desk.locator("#d-1")).to_contain_text("Trần Thị An")
    assert office.saved == []


def test_a_refused_row_shows_its_error_and_keeps_the_keyboard(desk: Page) -> None:
    type_name(desk, "")
    expect(desk.locator("tr .invalid-feedback")).to_have_text("Chưa điền họ tên.")
    expect(desk.get_by_label("Họ và tên")).to_be_focused()
    expect(desk.locator("[data-saved]")).to_have_text("Chưa lưu, xem ô báo đỏ")


@pytest.mark.parametrize("mood", ["offline", "restarting"])
def test_what_did_not_arrive_is_sent_again_until_it_does(desk: Page, office: Office, mood: str) -> None:
    office.mood = mood
    type_name(desk, "Lê Văn Bình")
    expect(desk.locator("[data-saved]")).to_have_text("Mất kết nối, đang thử lại")
    assert is_warned(desk)
    office.mood = "well"
    expect(desk.locator("[data-saved]")).to_have_text("đã lưu 16:58:41")
    assert office.saved == ["Lê Văn Bình"]
    assert office.asked == 2
    assert not is_warned(desk)


def test_newer_text_replaces_what_still_waits(desk: Page, office: Office) -> None:
    office.mood = "offline"
    type_name(desk, "Lê Văn")
    expect(desk.locator("[data-saved]")).to_have_text("Mất kết nối, đang thử lại")
    desk.get_by_label("Họ và tên").fill("Lê Văn Bình")
    desk.keyboard.press("Enter")
    office.mood = "well"
    expect(desk.locator("[data-saved]")).to_have_text("đã lưu 16:58:41")
    assert office.saved == ["Lê Văn Bình"]


def test_an_expired_session_is_renewed_in_place_and_the_text_saved(desk: Page, office: Office) -> None:
    office.mood = "forgetful"
    type_name(desk, "Phan Thị Lệ")
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_contain_text("vẫn còn trên trang này")
    expect(desk.get_by_label("Họ và tên")).to_have_value("Phan Thị Lệ")

    expect(dialog.get_by_label("Tên đăng nhập")).to_have_value("an")
    dialog.get_by_label("Mật khẩu").fill("nhầm")
    dialog.get_by_role("button", name="Đăng nhập").click()
    expect(dialog.get_by_role("alert")).to_have_text("Mật khẩu chưa đúng.")

    dialog.get_by_label("Mật khẩu").fill(PASSWORD)
    dialog.get_by_role("button", name="Đăng nhập").click()
    expect(desk.locator("[data-saved]")).to_have_text("đã lưu 16:58:41")
    assert office.saved == ["Phan Thị Lệ"]
    expect(dialog).to_be_hidden()
    assert desk.locator("#again-password").input_value() == ""


def test_a_broken_server_is_told_in_place(desk: Page, office: Office) -> None:
    office.mood = "broken"
    type_name(desk, "Phan Thị Lệ")
    expect(desk.locator("#notices")).to_contain_text("vẫn còn trên trang")
    expect(desk.get_by_label("Họ và tên")).to_have_value("Phan Thị Lệ")


def test_leaving_with_unsaved_text_asks_first(desk: Page) -> None:
    desk.get_by_role("button", name="Sửa").click()
    field = desk.get_by_label("Họ và tên")
    assert not is_warned(desk)
    field.fill("Lê Văn")
    assert is_warned(desk)


def test_the_newest_csrf_token_is_sent(desk: Page, office: Office) -> None:
    desk.context.add_cookies([{"name": "csrftoken", "value": "from-another-tab", "url": ADDRESS}])
    with desk.expect_request(lambda request: request.method == "POST") as sent:
        type_name(desk, "Lê Văn")
    assert sent.value.headers["x-csrftoken"] == "from-another-tab"


def test_the_deadline_passes_by_the_servers_clock(desk: Page, office: Office) -> None:
    office.now = timezone.now() - timedelta(days=700)  # the PC's own date is of no account
    office.deadline = office.now + timedelta(seconds=2)
    desk.goto(ADDRESS + "/")
    expect(desk.locator(".countdown")).to_contain_text(re.compile(r"[12] giây"))
    desk.evaluate("document.body.addEventListener('portal:deadline', () => { document.title = 'rang' })")
    expect(desk.locator(".cd-time")).to_have_text("Đã hết hạn")
    expect(desk.locator("#notices")).to_contain_text("Đã đến hạn")
    expect(desk).to_have_title("rang")
