"""Fifty kills, of the browser and of the server, while a point reports: nothing is lost, nothing doubled.

The browser keeps its data in a directory, as a telephone does, and is killed by SIGKILL with all its
processes; of the server all web workers are killed while a batch is on its way to them.
"""

import os
import re
import shutil
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from playwright.sync_api import Error as BrowserError

from registrations.models import Attendance, AttendanceEntry, AttendanceMark, Delegate
from tests.browser import ARGUMENTS, NAMES, PHONE
from tests.factories import DelegateFactory

KILLS = 50
PEOPLE = 4


@pytest.mark.faults
def test_fifty_kills_lose_and_double_nothing(
    chromium, portal_processes, sign_in, tmp_path, meeting, an, can_loc, can_loc_invitation, draft_of_can_loc
):
    DelegateFactory.create_batch(PEOPLE, registration=can_loc_invitation.registration)
    keys = [str(one.key) for one in Delegate.objects.order_by("pk")]
    path = f"/hoi-nghi/{meeting.slug}/diem-danh/{meeting.sessions.first().pk}/{can_loc.slug}/"
    directory = tmp_path / "telephone"

    def start() -> BrowserContext:
        return chromium.browser_type.launch_persistent_context(
            directory,
            executable_path=next(filter(None, map(shutil.which, NAMES))),
            args=ARGUMENTS,
            base_url=portal_processes.address,
            viewport=PHONE,
        )

    context = start()
    sign_in(context.new_page(), an)
    signed_in = context.cookies()
    page = opened(context, path)
    typed, ticked = [], 0
    for number in range(KILLS):
        page.context.set_offline(True)
        number_of = number % 40 + 1
        enter(page, number_of, keys[number % PEOPLE])
        typed.append(number_of)
        ticked += 1
        if number % 2:
            page.context.set_offline(False)
            kill_workers(portal_processes.children["web"].pid)
        else:
            if number % 4:  # with the line back, and the batch on its way
                page.context.set_offline(False)
            kill_browser(directory)
            context = start()
            context.add_cookies(signed_in)
            page = opened(context, path)
        drain(page)
    context.close()
    entries, marks = AttendanceEntry.objects, AttendanceMark.objects
    lost = len(typed) + ticked - entries.count() - marks.count()
    print(f"\n{KILLS} kills, {len(typed) + ticked} entries: {lost} lost or, below nothing, doubled")
    assert sorted(entries.values_list("present", flat=True)) == sorted(typed)
    assert marks.count() == ticked
    assert Attendance.objects.get().present == typed[-1]


def opened(context: BrowserContext, path: str) -> Page:
    """The point's page, kept by its worker."""
    page = context.new_page()
    for _ in range(20):
        try:
            page.goto(path)
            expect(page.locator("[data-kept]")).to_be_attached()
            return page
        except (BrowserError, AssertionError):
            time.sleep(0.5)  # the workers that were killed are being replaced
    raise AssertionError(page.content())


def enter(page: Page, number: int, person: str) -> None:
    """Type a number and tick one person: both wait in the telephone afterwards."""
    page.get_by_label("Có mặt").first.fill(str(number))
    page.get_by_role("button", name="Gửi số").click()
    page.locator(f'[data-person="{person}"] [data-mark="present"]').click()
    expect(page.locator("[data-waits]")).to_have_text(re.compile("2 mục chờ gửi"))


def drain(page: Page) -> None:
    """Wait until nothing waits, trying again as a telephone does whose line comes and goes."""
    until = time.monotonic() + 60
    while "Không có mục nào" not in page.locator("[data-waits]").inner_text():
        assert time.monotonic() < until, page.locator("[data-waits]").inner_text()
        page.evaluate("dispatchEvent(new Event('online'))")
        time.sleep(0.3)


def kill_workers(master: int) -> None:
    """End every process below gunicorn's master at once; it starts others in their place."""
    time.sleep(0.02)  # the batch is on its way
    for child in Path(f"/proc/{master}/task/{master}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)


def kill_browser(directory: Path) -> None:
    """End every process of the browser that keeps its data in ``directory``."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if str(directory).encode() in command and b"chrom" in command:
                os.kill(int(entry.name), signal.SIGKILL)
    time.sleep(0.3)
