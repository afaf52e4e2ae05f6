"""The outbox page: who sees it, what it shows, sending again, reminding by hand."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Unit, User
from invitations.models import Invitation, Meeting
from reminders import services
from reminders.models import ChannelState, Reminder
from tests.cast import client_of
from tests.factories import UnitFactory
from tests.reminders.conftest import answer, mail_of

OUTBOX = "/hop-gui/"
State = Reminder.State


def shown(user: User, address: str = OUTBOX) -> str:
    response = client_of(user).get(address)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def test_the_office_sees_every_message(planned: list[Reminder], trang: User) -> None:
    page = shown(trang)
    assert "3 tin chờ" in page
    assert "an@example.vn" in page
    assert all(reverse("reminder", args=[one.pk]) in page for one in planned)


def test_only_who_reads_the_outbox_sees_messages(planned: list[Reminder], trang: User, an: User) -> None:
    assert Reminder.objects.visible_to(trang).count() == 3
    assert not Reminder.objects.visible_to(an).exists()


@pytest.mark.parametrize("name", ["an", "nguyet", "hung", "dien"])
def test_for_the_others_there_is_no_outbox(
    planned: list[Reminder], request: pytest.FixtureRequest, name: str
) -> None:
    browser = client_of(request.getfixturevalue(name))
    assert browser.get(OUTBOX).status_code == 403
    assert browser.get(f"{OUTBOX}{planned[0].pk}/").status_code == 404
    assert browser.post(f"{OUTBOX}{planned[0].pk}/gui-lai/").status_code == 404


def test_an_empty_outbox_says_what_will_come(trang: User) -> None:
    assert "Cổng tự nhắc đơn vị chưa gửi đăng ký" in shown(trang)


def test_the_list_is_filtered_by_unit_without_marks(
    planned: list[Reminder], trang: User, can_loc: Unit
) -> None:
    page = shown(trang, OUTBOX + "?q=can loc")
    assert "Huyện ủy Can Lộc" in page
    assert "Huyện ủy Nghi Xuân" not in page
    assert "Không có tin nào như vậy" in shown(trang, OUTBOX + "?q=vũ quang")


def test_the_list_is_filtered_by_state_and_meeting(
    planned: list[Reminder], trang: User, meeting: Meeting, can_loc: Unit
) -> None:
    Reminder.objects.filter(unit=can_loc).update(state=State.FAILED, failure="550 no such user")
    page = shown(trang, f"{OUTBOX}?tinh_trang=failed&hoi_nghi={meeting.slug}")
    assert "550 no such user" in page
    assert "Huyện ủy Nghi Xuân" not in page
    assert f"?hoi_nghi={meeting.slug}&amp;tinh_trang=pending" in page
    assert "1 tin không gửi" in page


@pytest.mark.parametrize("query", ["?tinh_trang=gone", "?hoi_nghi=khong-co", "?page=nhieu", "?q=%00%20"])
def test_a_filter_that_does_not_exist_asks_for_nothing(
    planned: list[Reminder], trang: User, query: str
) -> None:
    assert "an@example.vn" in shown(trang, OUTBOX + query)


def test_one_message_reads_as_the_mail_and_lists_its_attempts(
    planned: list[Reminder], trang: User, can_loc: Unit, hour_before: datetime
) -> None:
    services.send_due(now=hour_before)
    mail = mail_of(can_loc)
    page = shown(trang, f"{OUTBOX}{mail.pk}/")
    assert mail.subject in page
    assert "Kính gửi: Huyện ủy Can Lộc" in page
    assert "Máy chủ gửi đã nhận" in page
    assert "Gửi thêm một lần nữa?" in page


WHY = {"why": "Đơn vị báo chưa nhận được"}


def test_the_office_sends_a_failed_message_again_and_says_why(
    planned: list[Reminder], trang: User, can_loc: Unit
) -> None:
    mail = mail_of(can_loc)
    Reminder.objects.filter(pk=mail.pk).update(state=State.FAILED, failure="550 no such user")
    address = f"{OUTBOX}{mail.pk}/"
    assert "Gửi lại tin này?" in shown(trang, address)
    refused = client_of(trang).post(address + "gui-lai/", {"why": "  "})
    assert refused.status_code == 422
    assert "Ghi lý do gửi lại" in refused.content.decode()
    assert client_of(trang).post(address + "gui-lai/", WHY).url == address  # type: ignore[attr-defined]
    mail.refresh_from_db()
    assert (mail.state, mail.asked_by, mail.asked_why, mail.why) == (State.PENDING, trang, WHY["why"], "")
    page = shown(trang, address)
    assert WHY["why"] in page
    assert trang.full_name in page


def test_what_is_still_under_way_is_not_sent_again(
    planned: list[Reminder], trang: User, can_loc: Unit
) -> None:
    response = client_of(trang).post(f"{OUTBOX}{mail_of(can_loc).pk}/gui-lai/", WHY)
    assert response.status_code == 422
    assert "đang ở trạng thái “chờ gửi”" in response.content.decode()


def test_what_was_sent_goes_out_once_more_as_a_message_of_its_own(
    planned: list[Reminder], trang: User, can_loc: Unit, hour_before: datetime
) -> None:
    services.send_due(now=hour_before)
    mail = mail_of(can_loc)
    first = client_of(trang).post(f"{OUTBOX}{mail.pk}/gui-lai/", WHY)
    again = Reminder.objects.get(unit=can_loc, kind=Reminder.Kind.BY_HAND)
    assert first.url == f"{OUTBOX}{again.pk}/"  # type: ignore[attr-defined]
    assert (again.subject, again.body, again.recipient) == (mail.subject, mail.body, mail.recipient)
    assert again.message_id != mail.message_id
    twice = client_of(trang).post(f"{OUTBOX}{mail.pk}/gui-lai/", WHY)
    assert "10 phút" in twice.content.decode()
    assert Reminder.objects.filter(unit=can_loc).count() == 2


def test_the_filters_narrow_by_way_kind_level_and_day(
    planned: list[Reminder], trang: User, can_loc: Unit, nghi_xuan: Unit, hour_before: datetime
) -> None:
    Reminder.objects.filter(unit=can_loc).update(channel=Reminder.Channel.SMS, level="leader")
    day = timezone.localtime(hour_before)
    for query in ("cach=sms", "cap=leader", f"cach=sms&loai=before&ngay={day:%d/%m/%Y}&q=can loc"):
        page = shown(trang, f"{OUTBOX}?{query}")
        assert "Huyện ủy Can Lộc" in page, query
        assert "Huyện ủy Nghi Xuân" not in page, query
    assert "Không có tin nào như vậy" in shown(trang, f"{OUTBOX}?ngay={day - timedelta(days=1):%d/%m/%Y}")
    assert "Huyện ủy Nghi Xuân" in shown(trang, f"{OUTBOX}?ngay=31/02/2026&cach=khong-co")


def test_a_red_way_is_said_with_its_reason_and_tried_when_somebody_asks(
    planned: list[Reminder], trang: User, an: User, meeting: Meeting
) -> None:
    now = timezone.now()
    why = "eSMS 103: Tài khoản eSMS hết tiền: nạp thêm"
    red = ChannelState.objects.create(
        channel="sms", red_since=now, why=why, try_again_at=now + timedelta(hours=1), faults=3
    )
    page = shown(trang)
    assert "Tin nhắn SMS không gửi được từ" in page
    assert why in page
    of_the_board = reverse("outbox_red_ways")
    assert of_the_board in shown(trang, f"/hoi-nghi/{meeting.slug}/theo-doi/")
    assert why in shown(trang, of_the_board)
    address = reverse("outbox_channel_try", args=["sms"])
    assert client_of(an).post(address).status_code == 403
    assert client_of(trang).post(address).status_code == 302
    red.refresh_from_db()
    assert red.try_again_at is not None
    assert red.try_again_at < now + timedelta(minutes=1)
    assert client_of(trang).post(reverse("outbox_channel_try", args=["khong-co"])).status_code == 404


def test_one_message_shows_what_the_gateway_reported(
    planned: list[Reminder], trang: User, can_loc: Unit
) -> None:
    mail = mail_of(can_loc)
    mail.delivery_reports.create(at=timezone.now(), delivered=False, code="5.0.1", detail="SendFailed 1")
    page = shown(trang, f"{OUTBOX}{mail.pk}/")
    assert "Không đến máy" in page
    assert "SendFailed 1" in page


def test_the_outbox_asks_as_often_for_sixty_messages_as_for_three(
    planned: list[Reminder], trang: User, hour_before: datetime
) -> None:
    browser = client_of(trang)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(OUTBOX).status_code == 200
        return len(captured)

    browser.get(OUTBOX)
    few = queries()
    one = planned[0]
    for number in range(60):
        one.pk, one.message_id, one.unit = None, f"<{number}@example.vn>", UnitFactory.create()
        one.save(force_insert=True)
    assert queries() == few <= 15
    assert "Trang <b>1</b>/2" in shown(trang)


# ── By hand ──────────────────────────────────────────────────────────────────────────────────


def test_the_office_reminds_one_unit_from_the_board(
    deadline: datetime, meeting: Meeting, trang: User, can_loc: Unit
) -> None:
    address = reverse("reminder_now", args=[meeting.slug, can_loc.slug])
    response = client_of(trang).post(
        address, headers={"referer": f"http://testserver/hoi-nghi/{meeting.slug}/theo-doi/"}
    )
    assert response.url == f"http://testserver/hoi-nghi/{meeting.slug}/theo-doi/"  # type: ignore[attr-defined]
    assert mail_of(can_loc).kind == Reminder.Kind.BY_HAND


def test_the_office_reminds_all_who_are_missing(
    deadline: datetime,
    meeting: Meeting,
    trang: User,
    can_loc: Unit,
    nghi_xuan: Unit,
    can_loc_invitation: Invitation,
) -> None:
    answer(can_loc_invitation)
    address = f"/hoi-nghi/{meeting.slug}/nhac/"
    units = {"unit": [can_loc.slug, nghi_xuan.slug], "next": "https://example.com/"}
    response = client_of(trang).post(address, units, follow=True)
    assert response.redirect_chain[0][0] == f"{OUTBOX}?hoi_nghi={meeting.slug}"
    page = response.content.decode()
    assert "Thư nhắc 1 đơn vị đi trong nửa phút." in page
    assert "1 đơn vị đã gửi đăng ký" in page
    assert mail_of(nghi_xuan).asked_by == trang


def test_nobody_chosen_is_said(deadline: datetime, meeting: Meeting, trang: User) -> None:
    response = client_of(trang).post(f"/hoi-nghi/{meeting.slug}/nhac/", follow=True)
    assert "Chưa chọn đơn vị nào" in response.content.decode()


def test_a_closed_meeting_says_that_it_cannot_remind(meeting: Meeting, trang: User, can_loc: Unit) -> None:
    Meeting.objects.update(state=Meeting.State.CLOSED)
    address = reverse("reminder_now", args=[meeting.slug, can_loc.slug])
    response = client_of(trang).post(address)
    assert response.status_code == 409
    assert "Hội nghị đã đóng" in response.content.decode()


@pytest.mark.parametrize(
    ("name", "status"), [("an", 403), ("nguyet", 403), ("hung", 404), ("dien", 404), ("cuong", 404)]
)
def test_only_the_office_reminds_by_hand(
    deadline: datetime,
    meeting: Meeting,
    can_loc: Unit,
    request: pytest.FixtureRequest,
    name: str,
    status: int,
) -> None:
    address = reverse("reminder_now", args=[meeting.slug, can_loc.slug])
    assert client_of(request.getfixturevalue(name)).post(address).status_code == status
    assert not Reminder.objects.exists()


def test_a_unit_that_is_not_called_cannot_be_reminded(meeting: Meeting, trang: User) -> None:
    stranger = UnitFactory.create()
    address = reverse("reminder_now", args=[meeting.slug, stranger.slug])
    assert client_of(trang).post(address).status_code == 404
    assert client_of(trang).get(address).status_code == 405


def test_a_message_by_hand_goes_with_the_next_pass(
    deadline: datetime, meeting: Meeting, trang: User, can_loc: Unit, hour_before: datetime
) -> None:
    services.remind_now(meeting=meeting, units=[can_loc], user=trang, now=hour_before)
    assert services.send_due(now=hour_before + timedelta(seconds=20)) == {State.SENT: 1}
