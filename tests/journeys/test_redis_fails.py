"""No fault of the broker fails a submission (design, rule 8): Redis frozen, Redis gone."""

import os
import signal
import uuid
from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import expect
from redis import Redis

from conference_portal.celery import app
from registrations.models import Registration
from tests.cast import client_of

THREE_SECONDS = 3_000


@pytest.fixture
def frozen_redis() -> Iterator[None]:
    """The suite's own Redis-protocol server stands still: connections open, nothing answers."""
    server = Redis.from_url(os.environ["REDIS_URL"]).info("server")["process_id"]
    os.kill(server, signal.SIGSTOP)
    yield
    os.kill(server, signal.SIGCONT)


def test_a_unit_submits_while_redis_is_frozen(page, sign_in, meeting, an, draft_of_can_loc, request):
    sign_in(page, an)
    page.goto("/dang-ky/")
    request.getfixturevalue("frozen_redis")
    page.get_by_role("button", name="Gửi đăng ký").click()
    page.get_by_role("dialog").get_by_role("button", name="Gửi ngay").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Đã nhận", timeout=THREE_SECONDS)


@pytest.mark.django_db
def test_a_unit_submits_while_redis_is_gone(meeting, an, can_loc, draft_of_can_loc, monkeypatch):
    monkeypatch.setattr(app.conf, "broker_url", "redis://127.0.0.1:1/0")
    address = reverse("registration_submit", args=[meeting.slug, can_loc.slug])
    version = Registration.objects.get().version
    answer = client_of(an).post(address, {"form_uuid": str(uuid.uuid4()), "version": version})
    assert answer.status_code == 302
    assert Registration.objects.get().is_answered


def test_the_frozen_server_does_not_answer_meanwhile(frozen_redis):
    """The control: what the tests above freeze is what the portal's broker is."""
    with pytest.raises(Exception, match=r"[Tt]ime"):
        Redis.from_url(os.environ["REDIS_URL"], socket_timeout=0.5).ping()
