"""Choosing units, publishing, moving the deadline, calling it off."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Tier, Unit, User
from bridge_points.models import BridgePoint
from invitations import answering, issuing, services
from invitations.models import Invitation, Meeting
from tests.cast import client_of
from tests.factories import (
    AssignmentFactory,
    AudienceFactory,
    BridgePointFactory,
    InvitationFactory,
    MeetingFactory,
    UnitFactory,
    five_pm_in,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(trang: User) -> Client:
    return client_of(trang)


def path(meeting: Meeting, rest: str) -> str:
    return f"/hoi-nghi/{meeting.slug}/{rest}/"


def typed(days: int) -> str:
    return f"{timezone.localtime(five_pm_in(days)):%d/%m/%Y %H:%M}"


# ── Units ────────────────────────────────────────────────────────────────────────────────────


def test_the_office_chooses_who_is_called_under_a_heading(
    office: Client, draft_meeting: Meeting, can_loc: Unit, nghi_xuan: Unit, health: Unit
) -> None:
    districts = draft_meeting.audiences.get(tier=Tier.DISTRICT)
    address = path(draft_meeting, f"don-vi-moi/{districts.pk}")
    page = office.get(address).content.decode()
    assert "Chọn cả 2&nbsp;đơn vị" in page
    office.post(address, {"units": [can_loc.pk, nghi_xuan.pk]})
    assert districts.invitations.count() == 2
    office.post(address, {"units": [nghi_xuan.pk]})
    assert [invitation.unit for invitation in districts.invitations.all()] == [nghi_xuan]
    assert not Invitation.objects.sent().exists()


def test_a_unit_chosen_elsewhere_moves_with_a_word_about_it(
    office: Client, draft_meeting: Meeting, can_loc: Unit
) -> None:
    province, districts = draft_meeting.audiences.all()[:2]
    office.post(path(draft_meeting, f"don-vi-moi/{province.pk}"), {"units": [can_loc.pk]})
    assert "đang ở nhóm" in office.get(path(draft_meeting, f"don-vi-moi/{districts.pk}")).content.decode()
    office.post(path(draft_meeting, f"don-vi-moi/{districts.pk}"), {"units": [can_loc.pk]})
    assert Invitation.objects.get().audience == districts


def test_what_was_sent_stays_where_it_is(
    office: Client, meeting: Meeting, can_loc: Unit, health: Unit, propaganda_board: Unit
) -> None:
    districts = meeting.audiences.get(tier=Tier.DISTRICT)
    province = meeting.audiences.get(tier=Tier.PROVINCE)
    office.post(path(meeting, f"don-vi-moi/{districts.pk}"), {"units": []})
    assert districts.invitations.count() == 2
    office.post(path(meeting, f"don-vi-moi/{province.pk}"), {"units": [propaganda_board.pk, can_loc.pk]})
    assert Invitation.objects.get(unit=can_loc).audience == districts
    assert {invitation.unit for invitation in province.invitations.all()} == {health, propaganda_board}


@pytest.mark.parametrize("value", ["0", "x", "99999999"])
def test_a_unit_that_is_none_is_refused(value: str, office: Client, draft_meeting: Meeting) -> None:
    audience = draft_meeting.audiences.all()[0]
    response = office.post(path(draft_meeting, f"don-vi-moi/{audience.pk}"), {"units": [value]})
    assert response.status_code == 422
    assert "units" in response.context["form"].errors


def test_an_audience_of_another_meeting_is_404(office: Client, draft_meeting: Meeting) -> None:
    foreign = InvitationFactory.create().audience
    assert office.get(path(draft_meeting, f"don-vi-moi/{foreign.pk}")).status_code == 404
    assert office.post(path(draft_meeting, f"don-vi-moi/{foreign.pk}"), {"units": []}).status_code == 404


def test_calling_many_units_takes_as_many_queries_as_calling_few() -> None:
    counts = []
    for number in (3, 30):
        audience = AudienceFactory.create()
        units = UnitFactory.create_batch(number)
        with CaptureQueriesContext(connection) as queries:
            services.call_units(audience=audience, units=units)
        counts.append(len(queries))
        assert audience.invitations.count() == number
    assert counts[0] == counts[1]


# ── Publishing ───────────────────────────────────────────────────────────────────────────────


def test_publishing_calls_every_unit_on_the_list(
    office: Client, draft_meeting: Meeting, can_loc: Unit, nghi_xuan: Unit
) -> None:
    districts = draft_meeting.audiences.get(tier=Tier.DISTRICT)
    services.call_units(audience=districts, units=[can_loc, nghi_xuan])
    editor = office.get(path(draft_meeting, "sua")).content.decode()
    assert "Sẵn sàng mời 2&nbsp;đơn vị" in editor
    assert "Công bố và mời 2&nbsp;đơn vị?" in editor
    response = office.post(path(draft_meeting, "cong-bo"), follow=True)
    assert "Đã gửi thư mời cho 2 đơn vị." in response.content.decode()
    draft_meeting.refresh_from_db()
    assert draft_meeting.state == Meeting.State.PUBLISHED
    assert {invitation.sent_at for invitation in Invitation.objects.all()} == {draft_meeting.published_at}


def test_a_meeting_with_missing_parts_is_not_published_and_each_is_named(office: Client) -> None:
    meeting = MeetingFactory.create(registration_deadline=five_pm_in(-1))
    response = office.post(path(meeting, "cong-bo"), follow=True)
    page = response.content.decode()
    for words in ("Chưa có buổi nào", "Chưa có nhóm điểm cầu", "Chưa chọn đơn vị", "Hạn đăng ký đã qua"):
        assert words in page
    assert "Còn 4&nbsp;việc trước khi công bố" in page
    meeting.refresh_from_db()
    assert meeting.is_draft


def test_units_are_not_called_under_a_heading_that_invites_nobody(
    office: Client, draft_meeting: Meeting, can_loc: Unit
) -> None:
    audience = draft_meeting.audiences.get(tier=Tier.DISTRICT)
    audience.roles.all().delete()
    services.call_units(audience=audience, units=[can_loc])
    response = office.post(path(draft_meeting, "cong-bo"), follow=True)
    assert "chưa có thành phần nào" in response.content.decode()
    assert not Invitation.objects.sent().exists()


def test_units_added_after_publishing_are_called_by_publishing_again(
    office: Client, meeting: Meeting, propaganda_board: Unit, health_invitation: Invitation
) -> None:
    first_sent = health_invitation.sent_at
    InvitationFactory.create(
        meeting=meeting, unit=propaganda_board, audience=health_invitation.audience, sent_at=None
    )
    assert "Gửi thư mời cho 1&nbsp;đơn vị mới thêm" in office.get(path(meeting, "sua")).content.decode()
    office.post(path(meeting, "cong-bo"))
    health_invitation.refresh_from_db()
    assert health_invitation.sent_at == first_sent
    assert Invitation.objects.get(unit=propaganda_board).sent_at is not None


@pytest.mark.parametrize(("who", "status"), [("nguyet", 403), ("an", 403), ("hung", 403), ("dien", 403)])
def test_only_the_office_calls_and_moves(
    who: str, status: int, meeting: Meeting, request: pytest.FixtureRequest
) -> None:
    client = client_of(request.getfixturevalue(who))
    audience = meeting.audiences.all()[0]
    for rest in ("cong-bo", "doi-han", "huy", f"don-vi-moi/{audience.pk}"):
        assert client.post(path(meeting, rest)).status_code == status
    meeting.refresh_from_db()
    assert meeting.takes_registrations


@pytest.mark.parametrize("rest", ["cong-bo", "xac-nhan"])
def test_deeds_are_not_done_by_opening_an_address(rest: str, office: Client, meeting: Meeting) -> None:
    assert office.get(path(meeting, rest)).status_code == 405


# ── The deadline ─────────────────────────────────────────────────────────────────────────────


def test_moving_the_deadline_moves_every_hour_that_meant_it(office: Client, meeting: Meeting) -> None:
    other = AssignmentFactory.create(meeting=meeting, due_at=five_pm_in(5))
    same = AssignmentFactory.create(meeting=meeting, due_at=meeting.registration_deadline)
    assert "Dời hạn đăng ký của 3&nbsp;đơn vị" in office.get(path(meeting, "doi-han")).content.decode()
    response = office.post(path(meeting, "doi-han"), {"registration_deadline": typed(4)}, follow=True)
    assert "Hạn đăng ký từ nay là 17:00" in response.content.decode()
    meeting.refresh_from_db()
    same.refresh_from_db()
    other.refresh_from_db()
    assert meeting.registration_deadline == same.due_at == five_pm_in(4)
    assert set(meeting.deadlines.values_list("at", flat=True)) == {five_pm_in(4)}
    assert other.due_at == five_pm_in(5)


@pytest.mark.parametrize(
    ("value", "words"),
    [("", "Điền Hạn mới"), ("05/12/2026", "đủ ngày và giờ"), ("hôm qua", "đủ ngày và giờ")],
)
def test_a_deadline_that_is_none_is_refused(value: str, words: str, office: Client, meeting: Meeting) -> None:
    response = office.post(path(meeting, "doi-han"), {"registration_deadline": value})
    assert response.status_code == 422
    assert words in response.context["form"].errors["registration_deadline"][0]


def test_a_deadline_in_the_past_is_refused_and_stays_in_its_field(office: Client, meeting: Meeting) -> None:
    response = office.post(path(meeting, "doi-han"), {"registration_deadline": typed(-1)})
    assert response.status_code == 422
    assert "Hạn mới phải ở sau giờ này." in response.context["form"].errors["registration_deadline"]
    assert typed(-1) in response.content.decode()


def test_a_deadline_after_the_opening_is_kept_with_a_warning(office: Client, meeting: Meeting) -> None:
    response = office.post(path(meeting, "doi-han"), {"registration_deadline": typed(9)}, follow=True)
    assert "Hạn đăng ký ở sau giờ khai mạc." in response.content.decode()
    meeting.refresh_from_db()
    assert meeting.registration_deadline == five_pm_in(9)


def test_the_editor_doubts_hours_in_an_odd_order(office: Client, draft_meeting: Meeting) -> None:
    Meeting.objects.update(line_test_at=five_pm_in(20), registration_deadline=five_pm_in(9))
    page = office.get(path(draft_meeting, "sua")).content.decode()
    assert "Hạn đăng ký ở sau giờ khai mạc." in page
    assert "Giờ chạy thử đường truyền không ở trước giờ khai mạc." in page


# ── Calling it off ───────────────────────────────────────────────────────────────────────────


def test_a_published_meeting_is_called_off_and_stays_readable(
    office: Client, meeting: Meeting, an: User
) -> None:
    office.post(path(meeting, "huy"), {"reason": "Bão số 9."})
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.CANCELLED
    assert "Hội nghị đã hủy" in client_of(an).get(path(meeting, "sua").replace("sua/", "")).content.decode()
    response = office.post(path(meeting, "cong-bo"), follow=True)
    assert "không công bố được nữa" in response.content.decode()


def test_a_draft_is_deleted_with_all_that_was_written(
    office: Client, draft_meeting: Meeting, can_loc: Unit
) -> None:
    services.call_units(audience=draft_meeting.audiences.all()[1], units=[can_loc])
    response = office.post(path(draft_meeting, "huy"), follow=True)
    assert "Đã xóa bản soạn." in response.content.decode()
    assert not Meeting.objects.exists()


def test_a_draft_whose_points_hang_together_is_kept_with_the_way_out(
    office: Client, draft_meeting: Meeting, provincial_point: BridgePoint, can_loc: Unit
) -> None:
    BridgePointFactory.create(meeting=draft_meeting, unit=can_loc, parent=provincial_point)
    response = office.post(path(draft_meeting, "huy"), follow=True)
    assert "Bỏ các điểm cầu ở trang Điểm cầu trước." in response.content.decode()
    assert draft_meeting.audiences.count() == 3


def test_what_units_know_of_is_not_deleted_and_what_they_do_not_is_not_cancelled(
    draft_meeting: Meeting,
) -> None:
    with pytest.raises(ValidationError):
        issuing.cancel(meeting_id=draft_meeting.pk, user=None, reason="Bão số 9.")
    Meeting.objects.update(state=Meeting.State.PUBLISHED, published_at=timezone.now())
    with pytest.raises(ValidationError):
        services.discard(meeting_id=draft_meeting.pk)


def test_confirming_before_it_was_opened_counts_as_seen(an: User, can_loc_invitation: Invitation) -> None:
    confirmed = answering.confirm(invitation_id=can_loc_invitation.pk, user=an)
    assert confirmed.seen_by == an
    assert confirmed.seen_at == confirmed.confirmed_at
    assert timezone.now() - confirmed.confirmed_at < timedelta(minutes=1)
