"""What a unit sees of the messages sent to it: the same as the office, and no stranger's address."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Unit, User
from invitations.models import Invitation, Meeting
from reminders.models import Reminder
from tests.cast import client_of
from tests.reminders.conftest import answer
from tests.reminders.test_outbox import shown

Channel = Reminder.Channel


def told(meeting: Meeting, unit: Unit, channel: str = Channel.SMS, **values: object) -> Reminder:
    """A message that went out."""
    at = timezone.now() - timedelta(minutes=Reminder.objects.count())
    known = {
        "kind": Reminder.Kind.BEFORE, "slot": at, "due_at": at, "recipient": "0912345678",
        "recipient_name": unit.name, "subject": f"Hạn 17:00 của {unit.called}", "body": "Đề nghị gửi",
        "state": Reminder.State.SENT, "sent_at": at, "attempts": 1, "level": "contact",
        "message_id": f"<{uuid.uuid4()}@localhost>",
    }  # fmt: skip
    return Reminder.objects.create(meeting=meeting, unit=unit, channel=channel, **(known | values))


@pytest.fixture
def address(deadline: datetime, meeting: Meeting) -> str:
    return reverse("sent", args=[meeting.slug])


def test_a_unit_sees_what_was_sent_to_it_and_where(
    address: str, meeting: Meeting, an: User, can_loc: Unit, nghi_xuan: Unit
) -> None:
    told(meeting, can_loc, delivered_at=timezone.now())
    told(meeting, nghi_xuan, recipient="0987654321")
    told(meeting, can_loc, subject="Chưa đến giờ", state=Reminder.State.PENDING, sent_at=None)
    page = shown(an, address)
    assert "1 tin đã gửi cho đơn" in page
    for words in ("Hạn 17:00 của Can Lộc", "0912345678", "Đầu mối của đơn vị", "Tin nhắn SMS", "đến máy"):
        assert words in page
    assert "0987654321" not in page
    assert "Chưa đến giờ" not in page


def test_of_units_below_it_sees_the_message_and_not_the_number(
    address: str, meeting: Meeting, an: User, can_loc: Unit, can_loc_communes: list[Unit]
) -> None:
    told(meeting, can_loc_communes[0], recipient="0977000111")
    told(meeting, can_loc, level="above", recipient="0977000222")
    page = shown(an, address)
    assert "và cấp&nbsp;dưới" in page
    assert can_loc_communes[0].name in page
    assert "0977000" not in page
    assert "Thị trấn Nghèn" in shown(an, f"{address}?q=nghen")
    assert "Không có tin nào như vậy" in shown(an, f"{address}?q=vu quang")


def test_the_office_has_all_of_them_in_the_outbox(address: str, meeting: Meeting, trang: User) -> None:
    assert client_of(trang).get(address).url == f"/hop-gui/?hoi_nghi={meeting.slug}"  # type: ignore[attr-defined]


def test_what_waits_on_the_portal_stands_on_the_first_page_until_the_unit_has_answered(
    deadline: datetime,
    meeting: Meeting,
    an: User,
    cuong: User,
    can_loc: Unit,
    can_loc_invitation: Invitation,
) -> None:
    told(meeting, can_loc, Channel.PORTAL, subject="Hạn đăng ký chiều nay", recipient=can_loc.slug)
    told(meeting, can_loc, subject="Chỉ là tin nhắn")
    todo = reverse("todo")
    page = shown(an, todo)
    assert "Hạn đăng ký chiều nay" in page
    assert "Chỉ là tin nhắn" not in page
    assert "Hạn đăng ký chiều nay" not in shown(cuong, todo)
    answer(can_loc_invitation)
    assert "Hạn đăng ký chiều nay" not in shown(an, todo)


def test_the_page_asks_as_often_for_thirty_messages_as_for_one(
    address: str, meeting: Meeting, an: User, can_loc: Unit
) -> None:
    browser = client_of(an)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(address).status_code == 200
        return len(captured)

    told(meeting, can_loc)
    browser.get(address)
    few = queries()
    for _ in range(30):
        told(meeting, can_loc)
    assert queries() == few <= 15
