"""Delivery reports from outside: each with its proof, written once, and acted upon once."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import Unit
from invitations.models import Meeting
from reminders import channels
from reminders.channels import Message
from reminders.channels.signing import esms_report_address, zalo_signature
from reminders.models import DeliveryReport, Reminder
from reminders.services import planning
from tests.gateways import EsmsServer, ZaloServer
from tests.reminders.test_sent import told

Channel, State = Reminder.Channel, Reminder.State
GOOD = {"SendStatus": "5", "SendSuccess": "1", "SendFailed": "0", "phonenumber": "0912345678", "TypeId": "2"}
BAD = GOOD | {"SendSuccess": "0", "SendFailed": "1"}


@pytest.fixture
def sms(meeting: Meeting, can_loc: Unit, esms: EsmsServer) -> Reminder:
    return told(meeting, can_loc)


@pytest.fixture
def zns(meeting: Meeting, can_loc: Unit, zalo: ZaloServer) -> Reminder:
    return told(meeting, can_loc, Channel.ZALO)


def key_of(reminder: Reminder) -> str:
    return Message(reminder.message_id, [], "", "").gateway_key


def where(reminder: Reminder) -> str:
    return esms_report_address(key_of(reminder)).partition("8000")[2]


def event(reminder: Reminder | None, *, signed: bool = True, **message: str) -> HttpResponse:
    """What Zalo sends when a notification reached a telephone."""
    said = {
        "tracking_id": key_of(reminder) if reminder else "x",
        "msg_id": "m1",
        "delivery_time": "1700000000000",
    }
    body = json.dumps(
        {
            "event_name": "user_received_message",
            "app_id": "4242",
            "timestamp": "1700000000123",
            "message": said | message,
        }
    ).encode()
    signature = f"mac={zalo_signature(body, '1700000000123')}" if signed else "mac=0"
    client = Client(enforce_csrf_checks=True)
    headers = {"X-ZEvent-Signature": signature}
    return client.post("/bao-phat/zalo/", body, content_type="application/json", headers=headers)  # type: ignore[return-value]


def test_the_address_that_esms_gets_takes_its_report(sms: Reminder, esms: EsmsServer, client: Client) -> None:
    message = Message(sms.message_id, ["0912345678"], "", "Han 17:00")
    with channels.open_channel(Channel.SMS) as way:
        number = way.send(message).gateway_id
    address = esms.accepted[0].content["CallbackUrl"].partition("8000")[2]
    assert client.get(address, GOOD | {"SMSID": number, "RequestId": ""}).status_code == 200
    sms.refresh_from_db()
    assert sms.gateway_id == number
    assert sms.delivered_at is not None
    assert not client.cookies


def test_the_same_report_a_second_time_changes_nothing(sms: Reminder, client: Client) -> None:
    client.get(where(sms), GOOD)
    sms.refresh_from_db()
    first = sms.delivered_at
    assert Client(enforce_csrf_checks=True).post(where(sms), GOOD).status_code == 200
    sms.refresh_from_db()
    assert sms.delivered_at == first
    assert [report.delivered for report in DeliveryReport.objects.all()] == [True]


def test_a_report_is_never_changed_or_removed(sms: Reminder, client: Client) -> None:
    client.get(where(sms), GOOD)
    for deed in (lambda rows: rows.update(delivered=False), lambda rows: rows.delete()):
        with pytest.raises(IntegrityError), transaction.atomic():
            deed(DeliveryReport.objects.all())
    assert DeliveryReport.objects.get().delivered


def test_a_report_without_its_proof_is_refused_and_logged_without_its_content(
    sms: Reminder, zns: Reminder, client: Client, settings: Any, caplog: Any
) -> None:
    caplog.set_level(logging.INFO)
    address = where(sms)
    wrong = f"{address[:-2]}{'0' if address[-2] != '0' else '1'}/"
    assert client.get(wrong, GOOD).status_code == 403
    assert event(zns, signed=False).status_code == 403
    assert client.post("/bao-phat/zalo/", b"\xff{", content_type="application/json").status_code == 403
    settings.ESMS_CALLBACK_SECRET = settings.ZALO_OA_SECRET_KEY = ""
    assert client.get(address, GOOD).status_code == 403
    assert event(zns).status_code == 403
    assert caplog.text.count("was refused") == 5
    assert "0912345678" not in caplog.text
    assert not DeliveryReport.objects.exists()


def test_a_report_of_a_message_that_is_not_there(sms: Reminder, zns: Reminder, client: Client) -> None:
    gone = esms_report_address("khong-co").partition("8000")[2]
    assert client.get(gone, GOOD).status_code == 404  # eSMS asks again after time-outs only
    assert client.get(where(zns), GOOD).status_code == 404  # a Zalo message is no SMS
    assert event(None).status_code == 200  # Zalo would switch the address off
    assert not DeliveryReport.objects.exists()


def test_zalo_reports_by_our_key_or_by_its_number(zns: Reminder) -> None:
    Reminder.objects.filter(pk=zns.pk).update(gateway_id="m1")
    assert event(zns, tracking_id="").status_code == event(zns).status_code == 200
    zns.refresh_from_db()
    assert zns.delivered_at is not None
    assert DeliveryReport.objects.count() == 1
    assert event(zns, event_name="user_send_text").status_code == 200


@pytest.mark.parametrize("state", [State.UNKNOWN, State.FAILED])
def test_a_report_settles_what_nobody_knew(sms: Reminder, client: Client, state: str) -> None:
    Reminder.objects.filter(pk=sms.pk).update(
        state=state, sent_at=None, failure="Không rõ" if state == State.FAILED else ""
    )
    client.get(where(sms), GOOD)
    sms.refresh_from_db()
    assert (sms.state, sms.failure) == (State.SENT, "")
    assert sms.sent_at is not None


def test_what_did_not_reach_the_telephone_goes_the_next_way_once(
    sms: Reminder, client: Client, monkeypatch: pytest.MonkeyPatch, meeting: Meeting, can_loc: Unit
) -> None:
    def next_way(reminder: Reminder, *, now: object) -> Reminder:
        at = timezone.now()
        return Reminder(
            meeting=meeting, unit=can_loc, kind=reminder.kind, slot=at, due_at=at, recipient="an@example.vn",
            recipient_name="An", subject="Nhắc", body="Nhắc", message_id="<hai@localhost>",
            instead_of=reminder,
        )  # fmt: skip

    monkeypatch.setattr(planning, "next_way", next_way)
    client.get(where(sms), GOOD | {"SendStatus": "7"})  # on its way: says nothing yet
    assert not Reminder.objects.filter(instead_of=sms).exists()
    for said in (BAD, BAD, BAD | {"SendStatus": "4"}):
        client.get(where(sms), said)
    assert Reminder.objects.get(instead_of=sms).channel == Channel.MAIL
    sms.refresh_from_db()
    assert (sms.state, sms.delivered_at) == (State.SENT, None)
