"""The suite stands on real things: servers, mail over SMTP, a browser in front of the whole portal."""

import json
import smtplib
import urllib.request

import pytest
from django.conf import settings as django_settings
from django.core.mail import EmailMessage
from django.db import connection
from playwright.sync_api import Page
from redis import Redis

from tests.mail import SmtpServer
from tests.portal import RunningPortal


@pytest.mark.django_db
def test_the_database_is_postgresql_18_and_knows_vietnamese_letters() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000, lower('ĐẶNG VĂN ƯỚC')")
        assert cursor.fetchone() == (18, "đặng văn ước")


def test_the_broker_answers_like_redis() -> None:
    client = Redis.from_url(django_settings.REDIS_URL, socket_timeout=2)
    assert client.ping()
    client.close()


def test_a_mail_arrives_over_smtp(smtp_server: SmtpServer) -> None:
    EmailMessage("Nhắc đăng ký", "Còn 1 ngày", "a@example.vn", ["b@example.vn"]).send()
    [received] = smtp_server.messages
    assert received.recipients == ["b@example.vn"]
    assert received.message["Subject"] == "Nhắc đăng ký"


def test_the_mail_server_refuses_whom_it_is_told_to(smtp_server: SmtpServer) -> None:
    smtp_server.refusals["b@example.vn"] = "550 no such user"
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        EmailMessage("Nhắc", "", "a@example.vn", ["b@example.vn"]).send()
    assert not smtp_server.messages


def test_the_mail_server_can_keep_a_message_and_lose_its_answer(smtp_server: SmtpServer) -> None:
    smtp_server.loses_answers = True
    with pytest.raises(smtplib.SMTPServerDisconnected):
        EmailMessage("Nhắc", "", "a@example.vn", ["b@example.vn"]).send()
    assert len(smtp_server.messages) == 1


def test_the_running_portal_says_that_it_lives(portal_processes: RunningPortal) -> None:
    with urllib.request.urlopen(f"{portal_processes.address}/healthz", timeout=60) as answer:
        assert answer.status == 200


def test_the_running_portal_becomes_ready(portal_processes: RunningPortal) -> None:
    request = urllib.request.Request(f"{portal_processes.address}/readyz")
    try:
        answer = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:
        answer = error
    parts = json.load(answer)
    assert parts["database"]
    assert parts["broker"]


def test_a_stranger_sees_the_sign_in_page_with_styles(page: Page) -> None:
    page.goto("/")
    assert "tai-khoan" in page.url
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--bs-body-font-size')")
