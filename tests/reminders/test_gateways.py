"""SMS and Zalo against local servers over real HTTP: every answer, every silence, one message once."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from reminders import channels, services
from reminders.channel_health import try_now
from reminders.channels import Message, gateway, zalo_keys
from reminders.channels.interface import Outcome
from reminders.models import ChannelState, Reminder, ZaloToken
from tests.gateways import EsmsServer, ZaloServer
from tests.mail import SmtpServer

KEY = "0d6a2a80-6b43-4c0e-9f0a-3a5a1a0e2f11"
PHONE, OTHER = "0912345678", "0987654321"
TEXT = "Tinh uy Ha Tinh: han dang ky 17 gio 23/11. Goi 0900.000.101"


def message(*to: str, key: str = KEY, body: str = TEXT) -> Message:
    return Message(f"<{key}@cong.example.vn>", list(to or (PHONE,)), "Hạn 17:00", body, data={"don_vi": "A"})


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits ten seconds in a test."""
    monkeypatch.setattr(gateway, "ANSWER_SECONDS", 0.3)


def sms(sent: Message | None = None) -> channels.Answer:
    with channels.open_channel(Reminder.Channel.SMS) as way:
        return way.send(sent or message())


def zns(sent: Message | None = None) -> channels.Answer:
    with channels.open_channel(Reminder.Channel.ZALO) as way:
        return way.send(sent or message())


# ── SMS ──────────────────────────────────────────────────────────────────────────────────────


def test_an_sms_goes_out_in_the_documented_form(esms: EsmsServer) -> None:
    answer = sms()
    (taken,) = esms.accepted
    assert answer == channels.Answer(Outcome.SENT, gateway_id=taken.number)
    assert taken.content | {"ApiKey": "", "SecretKey": ""} == {
        "ApiKey": "", "SecretKey": "", "Phone": PHONE, "Content": TEXT, "Brandname": "TINHUYHT",
        "SmsType": "2", "IsUnicode": "0", "Sandbox": "0", "RequestId": KEY,
        "CallbackUrl": taken.content["CallbackUrl"],
    }  # fmt: skip
    assert f"/bao-phat/esms/{KEY}/" in taken.content["CallbackUrl"]
    sms(message(key="hai", body="Đã quá hạn"))
    assert esms.accepted[1].content["IsUnicode"] == "1"


@pytest.mark.parametrize(
    ("code", "outcome", "words"),
    [
        ("101", Outcome.BLOCKED, "ESMS_API_KEY"),
        ("103", Outcome.BLOCKED, "hết tiền"),
        ("104", Outcome.BLOCKED, "ESMS_BRANDNAME"),
        ("99", Outcome.REFUSED, "bị chặn"),
        ("177", Outcome.REFUSED, "nhà mạng"),
        ("4711", Outcome.REFUSED, "eSMS 4711: Refused …"),
    ],
)
def test_every_code_of_esms_has_its_outcome(
    esms: EsmsServer, code: str, outcome: Outcome, words: str
) -> None:
    esms.code = code
    answer = sms()
    assert answer.outcome == outcome
    assert words in answer.detail
    assert PHONE not in answer.detail
    assert not esms.accepted


def test_an_answer_that_is_lost_is_settled_by_sending_the_same_key_again(esms: EsmsServer) -> None:
    esms.loses_answers = 1
    assert sms().outcome == Outcome.UNKNOWN
    again = sms()
    assert again.outcome == Outcome.SENT
    assert "124" in again.detail
    assert esms.asked == {KEY: 2}
    assert not esms.doubles()
    esms.forgets_keys = True  # the control: a gateway without keys would have sent it twice
    sms()
    assert esms.doubles() == {KEY: 2}


def test_a_gateway_that_is_not_there_is_told_from_one_that_is_silent(
    esms: EsmsServer, impatient: None
) -> None:
    esms.hangs = True
    assert sms() == channels.Answer(Outcome.UNKNOWN, "eSMS: TimeoutError")
    esms.reset()
    esms.dies_after = 1
    assert sms().outcome == Outcome.UNKNOWN
    esms.stop()
    assert sms().outcome == Outcome.UNREACHABLE
    esms.revive()
    assert "124" in sms().detail


def test_an_answer_that_comes_twice_or_is_no_json_confuses_nobody(esms: EsmsServer) -> None:
    esms.answers_twice = True
    assert {sms(message(PHONE, key=f"tin-{n}")).gateway_id for n in range(3)} == {
        one.number for one in esms.accepted
    }
    esms.status = 502
    assert sms().outcome == Outcome.UNKNOWN
    esms.status = 403
    assert sms().outcome == Outcome.BLOCKED


@pytest.mark.parametrize("to", [("02393855123",), ("khong phai so",), ("",)])
def test_a_number_that_is_no_mobile_is_refused_before_anything_is_sent(
    esms: EsmsServer, zalo: ZaloServer, to: tuple[str, ...]
) -> None:
    for answer in (sms(message(*to)), zns(message(*to))):
        assert answer.outcome == Outcome.REFUSED
        assert "không phải di động" in answer.detail
    assert not esms.asked
    assert not zalo.asked


def test_of_several_numbers_the_first_mobile_gets_the_message(esms: EsmsServer) -> None:
    sms(message("0239 3855 123", "+84 987 654 321", PHONE))
    assert [one.phone for one in esms.accepted] == [OTHER]


def test_a_gateway_without_its_keys_is_not_set_up(settings: Any, esms: EsmsServer, zalo: ZaloServer) -> None:
    ways = [Reminder.Channel.SMS, Reminder.Channel.ZALO]
    assert all(channels.is_set_up(way) for way in Reminder.Channel)
    settings.ESMS_BRANDNAME = settings.ZALO_TEMPLATE_ID = ""
    assert not any(channels.is_set_up(way) for way in ways)


def test_no_key_and_no_number_is_logged(esms: EsmsServer, zalo: ZaloServer, caplog: Any) -> None:
    caplog.set_level(logging.DEBUG)
    esms.code, zalo.code = "101", "-108"
    sms()
    zns()
    assert not any(secret in caplog.text for secret in (PHONE, PHONE[1:], "bi-mat", "khoa-thu"))


# ── Zalo ─────────────────────────────────────────────────────────────────────────────────────


def test_a_zalo_message_goes_out_in_the_documented_form(zalo: ZaloServer) -> None:
    answer = zns()
    (taken,) = zalo.accepted
    assert answer == channels.Answer(Outcome.SENT, gateway_id=taken.number)
    assert taken.content == {
        "phone": "84912345678", "template_id": "230417", "template_data": {"don_vi": "A"}, "tracking_id": KEY,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "outcome", "words"),
    [
        ("-108", Outcome.REFUSED, "không hợp lệ"),
        ("-118", Outcome.REFUSED, "không có tài khoản Zalo"),
        ("-109", Outcome.BLOCKED, "ZALO_TEMPLATE_ID"),
        ("-115", Outcome.BLOCKED, "hết tiền"),
        ("-133", Outcome.LATER, "ban đêm"),
        ("-999", Outcome.REFUSED, "Zalo -999: Refused …"),
    ],
)
def test_every_code_of_zalo_has_its_outcome(
    zalo: ZaloServer, code: str, outcome: Outcome, words: str
) -> None:
    zalo.code = code
    answer = zns()
    assert answer.outcome == outcome
    assert words in answer.detail
    assert "912345678" not in answer.detail


def test_a_key_that_is_over_is_renewed_and_the_message_goes_out_once(zalo: ZaloServer) -> None:
    zns()
    zalo.expire()
    assert zns(message(key="hai")).outcome == Outcome.SENT
    assert [one.key for one in zalo.accepted] == [KEY, "hai"]
    row = ZaloToken.objects.get()
    assert row.refresh_token == zalo.refreshed[-1]
    assert len(zalo.spent) == len(set(zalo.spent)) == 2


def test_a_grant_that_is_lost_turns_the_channel_red_until_a_new_one_is_set(
    zalo: ZaloServer, settings: Any
) -> None:
    zns()
    zalo.expire()
    ZaloToken.objects.update(refresh_token="da-dung")  # died between Zalo's answer and the commit
    answer = zns(message(key="hai"))
    assert answer.outcome == Outcome.BLOCKED
    assert "ZALO_REFRESH_TOKEN" in answer.detail
    settings.ZALO_REFRESH_TOKEN = zalo.refreshed[-1]
    assert zns(message(key="hai")).outcome == Outcome.SENT
    assert [one.key for one in zalo.accepted] == [KEY, "hai"]


def test_zalo_cannot_tell_doubles_and_says_so(zalo: ZaloServer, impatient: None) -> None:
    zns()
    zalo.loses_answers = 1
    assert zns(message(key="hai")).outcome == Outcome.UNKNOWN
    assert not channels.WAYS[Reminder.Channel.ZALO].knows_doubles
    assert channels.WAYS[Reminder.Channel.SMS].knows_doubles
    zns(message(key="hai"))
    assert zalo.doubles() == {"hai": 2}


@pytest.fixture
def _no_row_left(transactional_db: None) -> Iterator[None]:
    yield
    ZaloToken.objects.all().delete()


@pytest.mark.usefixtures("_no_row_left")
@pytest.mark.parametrize("locked", [True, False], ids=["locked", "control"])
def test_two_senders_never_use_one_refresh_token(
    zalo: ZaloServer, locked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def take() -> str:
        try:
            return zalo_keys.access_token()
        except zalo_keys.NotRenewed:
            return ""
        finally:
            connection.close()

    zalo.delay = 0.2
    if not locked:
        zns()
        ZaloToken.objects.update(access_token="")
        zalo.spent.clear()
        monkeypatch.setattr(QuerySet, "select_for_update", QuerySet.all)
    with ThreadPoolExecutor(4) as pool:
        keys = {one.result() for one in [pool.submit(take) for _ in range(4)]}
    assert (len(zalo.spent) == len(keys) == 1) is locked


# ── With the outbox ──────────────────────────────────────────────────────────────────────────


def test_a_wrong_key_turns_the_channel_red_and_the_message_waits_until_it_is_right(
    esms: EsmsServer, planned: list[Reminder], hour_before: datetime, settings: Any
) -> None:
    waiting = planned[0]
    Reminder.objects.exclude(pk=waiting.pk).delete()
    Reminder.objects.filter(pk=waiting.pk).update(channel=Reminder.Channel.SMS, recipient=PHONE)
    settings.ESMS_API_KEY = "sai"
    services.send_by(Reminder.Channel.SMS, now=hour_before)
    state = ChannelState.objects.get(channel=Reminder.Channel.SMS)
    assert "ESMS_API_KEY" in state.why
    assert state.red_since == hour_before
    settings.ESMS_API_KEY = EsmsServer.keys[0]
    soon = hour_before + timedelta(seconds=5)
    services.send_by(Reminder.Channel.SMS, now=soon)
    assert not esms.accepted  # not yet: it is tried again later, or when somebody says so
    assert try_now(Reminder.Channel.SMS, now=soon)
    services.send_by(Reminder.Channel.SMS, now=soon + timedelta(seconds=1))
    waiting.refresh_from_db()
    (taken,) = esms.accepted
    assert (waiting.state, waiting.gateway_id) == (Reminder.State.SENT, taken.number)
    state.refresh_from_db()
    assert state.red_since is None


@pytest.mark.parametrize("to", ["khong-phai-dia-chi@", "a b@", "@example.vn", "an@exam ple"])
def test_a_malformed_address_is_refused_and_the_line_goes_on(smtp_server: SmtpServer, to: str) -> None:
    smtp_server.refusals["bo@example.vn"] = "550 no such user"
    with channels.open_channel(Reminder.Channel.MAIL) as way:
        malformed, bounced, good = (
            way.send(Message(f"<{n}@x.vn>", [one], "Nhắc", "Nhắc"))
            for n, one in enumerate([to, "bo@example.vn", "an@example.vn"])
        )
    assert (malformed.outcome, bounced.outcome, good.outcome) == (
        Outcome.REFUSED,
        Outcome.REFUSED,
        Outcome.SENT,
    )
    assert "bo@example.vn" not in bounced.detail
    assert [one.recipients for one in smtp_server.messages] == [["an@example.vn"]]
