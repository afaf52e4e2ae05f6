"""The outbox page: who sees it, what it shows, sending again, reminding by hand."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Unit, User
from invitations.models import Invitation, Meeting
from reminders import services
from reminders.models import Reminder
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
    assert "3 thư chờ" in page
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
    assert "Không có thư nào như vậy" in shown(trang, OUTBOX + "?q=vũ quang")


def test_the_list_is_filtered_by_state_and_meeting(
    planned: list[Reminder], trang: User, meeting: Meeting, can_loc: Unit
) -> None:
    Reminder.objects.filter(unit=can_loc).update(state=State.FAILED, failure="550 no such user")
    page = shown(trang, f"{OUTBOX}?tinh_trang=failed&hoi_nghi={meeting.slug}")
    assert "550 no such user" in page
    assert "Huyện ủy Nghi Xuân" not in page
    assert f"?hoi_nghi={meeting.slug}&amp;tinh_trang=pending" in page
    assert "1 thư không gửi" in page


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
    assert "Gửi lại" not in page


def test_the_office_sends_a_failed_message_again(planned: list[Reminder], trang: User, can_loc: Unit) -> None:
    mail = mail_of(can_loc)
    Reminder.objects.filter(pk=mail.pk).update(state=State.FAILED, failure="550 no such user")
    address = f"{OUTBOX}{mail.pk}/"
    assert "Gửi lại thư này?" in shown(trang, address)
    assert client_of(trang).post(address + "gui-lai/").url == address  # type: ignore[attr-defined]
    mail.refresh_from_db()
    assert (mail.state, mail.asked_by, mail.why) == (State.PENDING, trang, "")


def test_what_did_not_fail_is_not_sent_again(planned: list[Reminder], trang: User, can_loc: Unit) -> None:
    response = client_of(trang).post(f"{OUTBOX}{mail_of(can_loc).pk}/gui-lai/", follow=True)
    assert "không ở trạng thái" in response.content.decode()


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
    response = client_of(trang).post(address, follow=True)
    assert "không nhận đăng ký" in response.content.decode()


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
