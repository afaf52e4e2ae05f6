"""A unit that will not come: what it says, what the others see, and how it changes its mind."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.clock import database_now
from accounts.models import Unit, User
from invitations import answering, issuing
from invitations.models import Answer, Invitation, Meeting
from registrations import services
from registrations.models import Registration
from registrations.services import commune_links
from registrations.services.declining import decline
from registrations.states import UnitState, standings
from reports.board import read_board
from tests.cast import client_of
from tests.factories import InvitationFactory, RegistrationFactory
from tests.registrations.conftest import AT_ONCE, press_submit

WHY = "Trùng đại hội đảng bộ huyện."


@pytest.fixture
def page(meeting: Meeting, can_loc: Unit) -> str:
    return f"/hoi-nghi/{meeting.slug}/dang-ky/{can_loc.slug}/khong-tham-du/"


@pytest.fixture
def clerk(an: User) -> Client:
    return client_of(an)


def state_of(meeting: Meeting, unit: Unit, user: User) -> UnitState:
    found = standings(meeting, user, database_now())
    return next(at.state for at in found if at.invitation.unit_id == unit.pk)


def test_a_clerk_declines_with_a_reason_that_the_office_reads(
    page: str, clerk: Client, meeting: Meeting, can_loc: Unit, trang: User, can_loc_invitation: Invitation
) -> None:
    refused = clerk.post(page, {"reason": " "})
    assert refused.status_code == 422
    assert "Ghi lý do không tham dự" in refused.content.decode()
    response = clerk.post(page, {"reason": WHY}, follow=True).content.decode()
    assert WHY in response
    assert "Xác nhận tham dự</button>" in response
    assert state_of(meeting, can_loc, trang) == UnitState.DECLINED
    answer = Answer.objects.get()
    assert (answer.kind, answer.reason, answer.invitation) == ("declined", WHY, can_loc_invitation)
    board = client_of(trang).get(f"/hoi-nghi/{meeting.slug}/theo-doi/").content.decode()
    assert WHY in board


def test_a_reason_that_is_too_long_stays_in_its_box(page: str, clerk: Client) -> None:
    long = "Vì bận. " * 100
    refused = clerk.post(page, {"reason": long})
    assert refused.status_code == 422
    assert "viết gọn lại" in refused.content.decode()
    assert "Vì bận. Vì bận." in refused.content.decode()


def test_the_unit_above_does_not_answer_for_one_below(
    meeting: Meeting, can_loc_communes: list[Unit], clerk: Client, district_audience: object
) -> None:
    commune = can_loc_communes[0]
    Invitation.objects.create(
        meeting=meeting, unit=commune, audience=district_audience, sent_at=meeting.published_at
    )
    url = f"/hoi-nghi/{meeting.slug}/dang-ky/{commune.slug}/khong-tham-du/"
    assert clerk.post(url, {"reason": WHY}).status_code == 403


def test_what_was_submitted_is_not_declined_away(
    page: str, clerk: Client, an: User, can_loc_invitation: Invitation
) -> None:
    RegistrationFactory.create(invitation=can_loc_invitation, submitted=True)
    refused = clerk.post(page, {"reason": WHY})
    assert refused.status_code == 422
    assert "gọi Văn phòng để trả lại đăng ký" in refused.content.decode()
    assert WHY in refused.content.decode()
    Registration.objects.update(state=Registration.State.RETURNED)
    assert decline(invitation_id=can_loc_invitation.pk, user=an, reason=WHY).declined_by == an


def test_a_submission_after_declining_overrides_it(
    an: User, trang: User, meeting: Meeting, can_loc: Unit, can_loc_invitation: Invitation,
    district_roles: list[object],
) -> None:  # fmt: skip
    decline(invitation_id=can_loc_invitation.pk, user=an, reason=WHY)
    desk = {"invitation_id": can_loc_invitation.pk, "user": an, "waited": AT_ONCE}
    services.set_headcount(**desk, role_id=district_roles[0].pk, number=2)
    assert state_of(meeting, can_loc, trang) == UnitState.DECLINED
    press_submit(desk, can_loc_invitation.registration)
    assert state_of(meeting, can_loc, trang) == UnitState.SUBMITTED
    can_loc_invitation.refresh_from_db()
    assert (can_loc_invitation.declined_at, can_loc_invitation.decline_reason) == (None, "")


def test_a_declined_unit_is_not_late_and_is_shown_what_it_said(
    an: User, clerk: Client, meeting: Meeting, can_loc: Unit, trang: User, can_loc_invitation: Invitation
) -> None:
    decline(invitation_id=can_loc_invitation.pk, user=an, reason=WHY)
    Meeting.objects.update(registration_deadline=timezone.now() - timedelta(hours=1))
    meeting.refresh_from_db()
    assert state_of(meeting, can_loc, trang) == UnitState.DECLINED
    assert "Đã báo không tham dự" in clerk.get("/viec-can-lam/").content.decode()
    form = clerk.get(f"/hoi-nghi/{meeting.slug}/dang-ky/{can_loc.slug}/").content.decode()
    assert f"Lý do:</b> {WHY}" in form or f"Lý do: {WHY}" in form


def test_the_boards_numbers_add_up(
    meeting: Meeting, an: User, can_loc_invitation: Invitation, nghi_xuan_invitation: Invitation
) -> None:
    decline(invitation_id=can_loc_invitation.pk, user=an, reason=WHY)
    RegistrationFactory.create(invitation=nghi_xuan_invitation, submitted=True)
    board = read_board(meeting)
    counts = board.counts
    assert (counts.submitted, counts.declined, len(counts.missing_units), len(counts.units)) == (1, 1, 1, 3)
    assert (
        board.title
        == "1 trên 3 đơn vị đã gửi, 1\N{NO-BREAK SPACE}không tham dự, còn thiếu\N{NO-BREAK SPACE}1"
    )
    assert len(read_board(meeting, state="declined").shown) == 1
    assert len(read_board(meeting, state="missing").shown) == board.shown_submitted == 1


@pytest.mark.parametrize("state", ["postponed", "cancelled", "closed"])
def test_nobody_declines_what_does_not_take_place(
    state: str, an: User, meeting: Meeting, can_loc_invitation: Invitation
) -> None:
    Meeting.objects.update(state=state)
    with pytest.raises(ValidationError, match="không cần xác nhận nữa"):
        decline(invitation_id=can_loc_invitation.pk, user=an, reason=WHY)


def test_the_todo_page_names_the_version_that_was_not_read(
    clerk: Client, meeting: Meeting, trang: User, an: User, can_loc_invitation: Invitation
) -> None:
    issuing.first(meeting=meeting, user=trang, now=timezone.now())
    answering.confirm(invitation_id=can_loc_invitation.pk, user=an)
    assert "bản mới chưa xem" not in clerk.get("/viec-can-lam/").content.decode()
    for session in meeting.sessions.all():
        session.date += timedelta(days=7)
        session.save()
    found = issuing.waiting(meeting)
    issuing.send(meeting_id=meeting.pk, user=trang, number=1, sha256=found.sha256)
    todo = clerk.get("/viec-can-lam/").content.decode()
    assert "Giấy mời có bản mới chưa xem" in todo
    assert "chờ xác nhận lại" in todo
    clerk.get(f"/hoi-nghi/{meeting.slug}/")
    assert "bản mới chưa xem" not in clerk.get("/viec-can-lam/").content.decode()


@pytest.mark.parametrize(
    ("state", "words"), [("postponed", "Hội nghị đã hoãn"), ("cancelled", "Hội nghị đã hủy")]
)
def test_every_page_of_a_meeting_called_off_says_so(
    state: str, words: str, clerk: Client, meeting: Meeting, trang: User, can_loc: Unit, an: User,
    can_loc_communes: list[Unit], can_loc_invitation: Invitation,
) -> None:  # fmt: skip
    desk = {"invitation_id": can_loc_invitation.pk, "user": an, "waited": AT_ONCE}
    (link,) = commune_links.make_links(**desk, communes=can_loc_communes[:1])
    verb = issuing.postpone if state == "postponed" else issuing.cancel
    verb(meeting_id=meeting.pk, user=trang, reason="Bão số 9 vào Hà Tĩnh.")
    unit = f"dang-ky/{can_loc.slug}/"
    office = ["", "sua/", "doi-han/", "theo-doi/", "tong-hop/", "don-vi-nhan/", "diem-cau/", "gia-han/", unit,
              "thay-doi/", "nguoi-trung/", unit + "cap-xa/"]  # fmt: skip
    own = [
        "",
        "diem-cau/",
        unit,
        unit + "cap-xa/",
        unit + "danh-sach/",
        "nguoi-trung/",
        unit + "lay-tu-truoc/",
    ]
    for client, pages in ((client_of(trang), office), (clerk, own)):
        for rest in pages:
            shown = client.get(f"/hoi-nghi/{meeting.slug}/{rest}", follow=True)
            assert shown.status_code == 200, rest
            assert words in shown.content.decode(), rest
            assert "Lý do: Bão số 9 vào Hà Tĩnh." in shown.content.decode(), rest
    assert words in clerk.get("/viec-can-lam/").content.decode()
    assert words in Client().get(f"/xa/{commune_links.token_of(link)}/").content.decode()


def test_the_units_pages_take_the_same_few_queries_with_more_meetings_and_versions(
    clerk: Client, meeting: Meeting, trang: User, can_loc: Unit
) -> None:
    pages = (
        "/viec-can-lam/",
        f"/hoi-nghi/{meeting.slug}/",
        f"/hoi-nghi/{meeting.slug}/dang-ky/{can_loc.slug}/",
    )
    issuing.first(meeting=meeting, user=trang, now=timezone.now())
    counts: list[list[int]] = []
    for _ in range(2):
        for session in meeting.sessions.all():
            session.date += timedelta(days=7)
            session.save()
        found = issuing.waiting(meeting)
        issuing.send(meeting_id=meeting.pk, user=trang, number=found.number, sha256=found.sha256)
        for _ in range(3):
            other = InvitationFactory.create(unit=can_loc).meeting
            issuing.first(meeting=other, user=trang, now=timezone.now())
        spent = []
        for address in pages:
            clerk.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert clerk.get(address).status_code == 200
            spent.append(len(queries))
        counts.append(spent)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 15
