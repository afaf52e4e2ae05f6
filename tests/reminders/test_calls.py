"""The call list and one call: who is on it, what stands there, a call written down once, on any line."""

from __future__ import annotations

import uuid
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Unit, User
from invitations.models import Invitation, Meeting
from reminders import services
from reminders.models import Call, Reminder, ReminderAttempt
from tests.cast import client_of
from tests.factories import InvitationFactory, UnitFactory, UserFactory
from tests.reminders.conftest import answer
from tests.reminders.test_outbox import shown

Result = Call.Result


@pytest.fixture
def address(deadline: datetime, meeting: Meeting) -> str:
    return reverse("calls", args=[meeting.slug])


@pytest.fixture
def one(meeting: Meeting, can_loc: Unit) -> str:
    return reverse("call", args=[meeting.slug, can_loc.slug])


def form(result: str = Result.PROMISED, **values: str) -> dict[str, str]:
    return {"key": str(uuid.uuid4()), "result": result, "to_name": "", "phone": "", "note": "", **values}


def test_the_silent_are_listed_with_everybody_who_can_be_rung_up(
    address: str, trang: User, can_loc: Unit, can_loc_invitation: Invitation, health_invitation: Invitation
) -> None:
    Unit.objects.filter(pk=can_loc.pk).update(leader_name="Hà Văn Thắng", leader_phone="0912000111")
    Invitation.objects.filter(pk=can_loc_invitation.pk).update(
        contact_name="Lê Thị Mai", contact_phone="0912000222"
    )
    User.objects.filter(username="an").update(phone="0912000333")
    answer(health_invitation)
    page = shown(trang, address)
    assert "2 trên 3 đơn vị chưa trả" in page
    assert "Sở Y tế" not in page
    for words in ("tel:0912000111", "Hà Văn Thắng", "tel:0912000222", "Lê Thị Mai", "tel:0912000333"):
        assert words in page
    assert "Kính gửi Huyện ủy Can Lộc" in page  # what the button copies for Zalo
    assert "1. Huyện ủy Can Lộc" in page  # ... and for the group


def test_it_says_how_often_and_how_each_was_reminded(
    address: str, meeting: Meeting, trang: User, can_loc: Unit, hour_before: datetime
) -> None:
    services.remind_now(meeting=meeting, units=[can_loc], user=trang, now=hour_before)
    services.send_due(now=hour_before)
    page = shown(trang, address)
    assert "<b>1&nbsp;lần</b>" in page
    assert "Thư điện tử&nbsp;1" in page
    assert "Chưa lần nào" in page
    assert "Huyện ủy Can Lộc" not in shown(trang, f"{address}?loc=chua-nhac")
    assert "Huyện ủy Can Lộc" in shown(trang, f"{address}?loc=tat-ca&q=can loc")


def test_a_call_is_written_down_once_however_often_it_is_sent(
    address: str, one: str, trang: User, can_loc: Unit
) -> None:
    sent = form(Result.TOLD, to_name="Trần Văn An", phone="0912.345.678", note="Sẽ hỏi lãnh đạo")
    for _ in range(2):
        assert client_of(trang).post(one, sent).url == address  # type: ignore[attr-defined]
    call = Call.objects.get()
    assert (call.called_by, call.phone, call.result) == (trang, "0912345678", Result.TOLD)
    page = shown(trang, address)
    assert "Đã nhắc, chưa hẹn" in page
    assert "Sẽ hỏi lãnh đạo" in page
    assert "Huyện ủy Can Lộc" not in shown(trang, f"{address}?loc=chua-goi")


def test_who_has_promised_leaves_the_list_until_the_plan_asks_again(
    address: str, one: str, meeting: Meeting, trang: User, can_loc: Unit
) -> None:
    client_of(trang).post(one, form())
    assert "Huyện ủy Can Lộc" not in shown(trang, address)
    assert "Huyện ủy Can Lộc" in shown(trang, f"{address}?loc=da-hen")
    waiting_call(meeting, can_loc)
    assert "Kế hoạch đến lượt gọi" in shown(trang, address)


def waiting_call(meeting: Meeting, unit: Unit) -> Reminder:
    now = timezone.now()
    return Reminder.objects.create(
        meeting=meeting, unit=unit, channel=Reminder.Channel.CALL, kind=Reminder.Kind.BEFORE, slot=now,
        due_at=now, recipient="0912345678", recipient_name=unit.name, subject="Gọi", body="Gọi",
        message_id=f"<{uuid.uuid4()}@localhost>",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("result", "state", "outcome"),
    [(Result.PROMISED, "sent", "sent"), (Result.NO_ANSWER, "pending", "later")],
)
def test_a_call_settles_the_message_that_waited_for_it(
    deadline: datetime,
    one: str,
    meeting: Meeting,
    trang: User,
    can_loc: Unit,
    result: str,
    state: str,
    outcome: str,
) -> None:
    reminder = waiting_call(meeting, can_loc)
    client_of(trang).post(one, form(result))
    reminder.refresh_from_db()
    assert (reminder.state, reminder.attempts, reminder.sent_at is not None) == (state, 1, state == "sent")
    assert ReminderAttempt.objects.get().outcome == outcome
    page = client_of(trang).post(f"/hop-gui/{reminder.pk}/gui-lai/", {"why": "x"}).content.decode()
    assert "Danh sách gọi" in page


def test_what_is_missing_or_wrong_is_said_and_what_was_typed_stays(one: str, trang: User) -> None:
    answered = client_of(trang).post(one, form("", note="Đang họp", phone="12"))
    page = answered.content.decode()
    assert answered.status_code == 422
    assert "bấm vào một trong bốn nút" in page
    assert "cần 10" in page
    assert "Đang họp" in page
    assert not Call.objects.exists()


@pytest.mark.parametrize(("name", "status"), [("an", 403), ("nguyet", 403), ("cuong", 404), ("hung", 404)])
def test_only_the_office_calls(
    deadline: datetime, one: str, request: pytest.FixtureRequest, name: str, status: int
) -> None:
    browser = client_of(request.getfixturevalue(name))
    assert browser.get(one).status_code == browser.post(one, form()).status_code == status


def test_the_list_asks_as_often_for_forty_units_as_for_three(
    address: str, meeting: Meeting, trang: User, can_loc: Unit, can_loc_invitation: Invitation
) -> None:
    browser = client_of(trang)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    browser.get(address)
    few = queries()
    for _ in range(37):
        unit = UnitFactory.create(phone="02393855123")
        InvitationFactory.create(meeting=meeting, unit=unit, audience=can_loc_invitation.audience)
        UserFactory.create(unit=unit, phone="0912345678")
        Call.objects.create(
            meeting=meeting, unit=unit, called_at=timezone.now(), called_by=trang, result=Result.TOLD,
            key=uuid.uuid4(),
        )  # fmt: skip
    assert queries() == few <= 15
    assert "40 trên 40 đơn vị" in shown(trang, address)
