"""The list of meetings and the page of a letter, by who reads it."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Tier, Unit, User
from invitations.models import AssignedUnit, Assignment, Invitation, Meeting
from tests.cast import client_of
from tests.factories import (
    AssignedUnitFactory,
    AssignmentFactory,
    AudienceFactory,
    ChairFactory,
    ContactFactory,
    DeadlineFactory,
    InvitationFactory,
    InvitedRoleFactory,
    MeetingFactory,
    SessionFactory,
    UnitFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

READERS = ["trang", "nguyet", "an", "lan", "hung", "dien"]


def read(user: User, meeting: Meeting) -> str:
    response = client_of(user).get(f"/hoi-nghi/{meeting.slug}/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("who", READERS)
def test_everybody_called_or_serving_reads_a_published_letter(
    who: str, meeting: Meeting, request: pytest.FixtureRequest
) -> None:
    page = read(request.getfixturevalue(who), meeting)
    assert "GIẤY MỜI HỌP" in page
    assert "Buổi sáng từ 08 giờ; buổi chiều từ 14 giờ" in page
    assert "Thường trực Tỉnh ủy <b>(mời chủ trì)</b>" in page
    assert "0900.000.301" in page
    assert "T/L BAN THƯỜNG VỤ" in page


@pytest.mark.parametrize(
    ("who", "status"), [("trang", 200), ("nguyet", 404), ("an", 404), ("hung", 404), ("dien", 404)]
)
def test_a_draft_does_not_exist_for_anyone_but_the_office(
    who: str, status: int, draft_meeting: Meeting, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(who))
    assert client.get(f"/hoi-nghi/{draft_meeting.slug}/").status_code == status
    listed = draft_meeting.short_title in client.get("/hoi-nghi/").content.decode()
    assert listed is (status == 200)


def test_a_clerk_of_a_unit_that_is_not_called_gets_404(meeting: Meeting) -> None:
    stranger = UserFactory.create(unit=UnitFactory.create(name="Huyện ủy Hương Khê", tier=Tier.DISTRICT))
    assert client_of(stranger).get(f"/hoi-nghi/{meeting.slug}/").status_code == 404
    assert client_of(stranger).post(f"/hoi-nghi/{meeting.slug}/xac-nhan/").status_code == 404


def test_a_stranger_is_sent_to_the_sign_in(meeting: Meeting, client: Client) -> None:
    assert client.get(f"/hoi-nghi/{meeting.slug}/").status_code == 302


def test_the_first_reading_by_the_called_unit_counts_as_seen(
    meeting: Meeting, an: User, can_loc_invitation: Invitation, nghi_xuan_invitation: Invitation
) -> None:
    read(an, meeting)
    can_loc_invitation.refresh_from_db()
    first = can_loc_invitation.seen_at
    assert first is not None
    assert can_loc_invitation.seen_by == an
    read(an, meeting)
    can_loc_invitation.refresh_from_db()
    nghi_xuan_invitation.refresh_from_db()
    assert can_loc_invitation.seen_at == first
    assert nghi_xuan_invitation.seen_at is None


@pytest.mark.parametrize("who", ["trang", "nguyet", "hung", "dien"])
def test_reading_by_others_is_not_seeing(who: str, meeting: Meeting, request: pytest.FixtureRequest) -> None:
    read(request.getfixturevalue(who), meeting)
    assert not Invitation.objects.filter(seen_at__isnull=False).exists()


def test_reading_by_a_commune_is_not_seeing_by_its_district(
    meeting: Meeting, can_loc_communes: list[Unit], can_loc_invitation: Invitation
) -> None:
    read(UserFactory.create(unit=can_loc_communes[0]), meeting)
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.seen_at is None


def test_a_clerk_finds_the_own_part_and_confirms(
    meeting: Meeting, an: User, can_loc_invitation: Invitation
) -> None:
    page = read(an, meeting)
    assert "Xác nhận tham dự" in page
    assert "Dành cho Can Lộc" in page
    assert page.count("is-own") == 1
    response = client_of(an).post(f"/hoi-nghi/{meeting.slug}/xac-nhan/", follow=True)
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.confirmed_by == an
    assert "Xác nhận tham dự</button>" not in response.content.decode()
    assert f"/hoi-nghi/{meeting.slug}/dang-ky/huyen-uy-can-loc/" in response.content.decode()


def test_confirming_again_keeps_the_first_confirmation(
    meeting: Meeting, an: User, can_loc: Unit, can_loc_invitation: Invitation
) -> None:
    colleague = UserFactory.create(unit=can_loc)
    client_of(an).post(f"/hoi-nghi/{meeting.slug}/xac-nhan/")
    client_of(colleague).post(f"/hoi-nghi/{meeting.slug}/xac-nhan/")
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.confirmed_by == an


@pytest.mark.parametrize("who", ["trang", "nguyet", "hung", "dien"])
def test_only_a_clerk_confirms(who: str, meeting: Meeting, request: pytest.FixtureRequest) -> None:
    client = client_of(request.getfixturevalue(who))
    assert client.post(f"/hoi-nghi/{meeting.slug}/xac-nhan/").status_code == 403
    assert not Invitation.objects.filter(confirmed_at__isnull=False).exists()


def test_a_cancelled_meeting_is_read_but_not_confirmed(
    meeting: Meeting, an: User, can_loc_invitation: Invitation
) -> None:
    Meeting.objects.update(state=Meeting.State.CANCELLED)
    assert "đã hủy" in read(an, meeting)
    response = client_of(an).post(f"/hoi-nghi/{meeting.slug}/xac-nhan/", follow=True)
    assert "không cần xác nhận nữa" in response.content.decode()
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.confirmed_at is None


def test_the_margin_tells_an_observer_of_the_own_work_only(
    meeting: Meeting, dien: User, line_assignment: Assignment, power_assignment: Assignment
) -> None:
    AssignedUnit.objects.filter(assignment=line_assignment).update(state=AssignedUnit.State.DOING)
    page = read(dien, meeting)
    margin = page[page.index("Việc của đơn vị đồng chí") :]
    assert "Nguồn điện" in margin
    assert "Chưa nhận" in margin
    assert "Đang làm" not in margin


def test_the_margin_tells_propaganda_how_far_all_are(
    meeting: Meeting, nguyet: User, line_assignment: Assignment, power_assignment: Assignment
) -> None:
    AssignedUnitFactory.create(assignment=line_assignment, state=AssignedUnit.State.DONE)
    page = read(nguyet, meeting)
    assert "1/2 đơn vị xong" in page
    assert "Chưa nhận" in page
    assert "Chưa đơn vị nào mở thư mời" in page


def test_the_empty_list_says_what_to_do(db: None, trang: User, an: User) -> None:
    assert "Soạn hội nghị mới" in client_of(trang).get("/hoi-nghi/").content.decode()
    page = client_of(an).get("/hoi-nghi/").content.decode()
    assert "Chưa có giấy mời nào" in page
    assert "Soạn hội nghị mới" not in page


def fill(meeting: Meeting, rows: int, unit: Unit) -> None:
    """So many rows of every kind of part."""
    for number in range(rows):
        SessionFactory.create(meeting=meeting, date=date(2030, rows, 1 + number))
        audience = AudienceFactory.create(meeting=meeting)
        InvitedRoleFactory.create_batch(rows, audience=audience)
        ChairFactory.create_batch(rows, audience=audience)
        InvitationFactory.create_batch(rows, meeting=meeting, audience=audience)
        DeadlineFactory.create(meeting=meeting)
        ContactFactory.create(meeting=meeting)
        assignment = AssignmentFactory.create(meeting=meeting)
        AssignedUnitFactory.create_batch(rows, assignment=assignment)
        AssignedUnitFactory.create(assignment=assignment, unit=unit)


@pytest.mark.parametrize("who", ["trang", "nguyet", "an", "hung"])
def test_the_letter_takes_the_same_few_queries_at_any_size(
    who: str,
    meeting: Meeting,
    can_loc: Unit,
    request: pytest.FixtureRequest,
) -> None:
    client = client_of(request.getfixturevalue(who))
    counts = []
    for rows in (2, 6):
        fill(meeting, rows, can_loc)
        client.get(f"/hoi-nghi/{meeting.slug}/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/hoi-nghi/{meeting.slug}/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15


def test_the_list_takes_the_same_few_queries_at_any_size(trang: User, an: User, can_loc: Unit) -> None:
    for user in (trang, an):
        client, counts = client_of(user), []
        for _ in range(2):
            for _ in range(4):
                found = MeetingFactory.create(published=True)
                SessionFactory.create_batch(3, meeting=found)
                InvitationFactory.create_batch(2, meeting=found)
                InvitationFactory.create(meeting=found, unit=can_loc)
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/hoi-nghi/").status_code == 200
            counts.append(len(queries))
        assert counts[0] == counts[1] <= 15
