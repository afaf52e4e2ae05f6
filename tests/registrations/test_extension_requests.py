"""A late unit asks for more time; the office answers one or many at once, and nobody is overwritten."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from invitations.models import Invitation
from registrations import services
from registrations.models import Change, Extension, ExtensionRequest, Registration
from registrations.services import extending, locking
from registrations.services.extending import Chosen
from tests.cast import client_of
from tests.factories import (
    ExtensionRequestFactory,
    InvitationFactory,
    RegistrationFactory,
    UserFactory,
    five_pm_in,
)
from tests.registrations.conftest import press_submit
from tests.together import at_once, meeting_point

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15
WHY = "Mất điện từ 14 giờ, còn ba xã chưa báo"


@pytest.fixture
def page(meeting, can_loc):
    return reverse("registration", args=[meeting.slug, can_loc.slug])


@pytest.fixture
def desk_of_the_office(meeting):
    return reverse("extension_requests", args=[meeting.slug])


@pytest.fixture
def late(draft, close):
    """Can Lộc has a draft, and the deadline has passed."""
    close()
    return draft


@pytest.fixture
def asked(late, can_loc_invitation, an):
    return services.ask_extension(invitation_id=can_loc_invitation.pk, user=an, reason=WHY).request


def box(invitation, request=None):
    return f"{invitation.pk}-{request.pk if request else 0}"


def typed(ahead):
    return f"{timezone.localtime() + ahead:%d/%m/%Y %H:%M}"


def answer(client, address, *boxes, decision="cho", **changed):
    form = {"unit": boxes, "until": typed(timedelta(hours=3)), "words": "Đồng ý", "decision": decision}
    return client.post(address, form | changed)


# ── The unit asks ────────────────────────────────────────────────────────────────────────────


def test_a_late_unit_asks_and_sees_that_its_request_waits(page, an, late):
    client = client_of(an)
    assert "Gửi đề nghị" in client.get(page).content.decode()
    assert client.post(page + "xin-gia-han/", {"reason": WHY}).status_code == 302
    closed = client.get(page).content.decode()
    assert "Đã gửi đề nghị gia hạn lúc" in closed
    assert "chờ văn phòng" in closed
    assert WHY in closed
    assert "Gửi đề nghị</button>" not in closed
    assert Change.objects.get(kind=Change.Kind.ASKED).what == WHY


def test_the_first_page_of_a_late_unit_tells_of_its_request_too(an, asked):
    first = client_of(an).get(reverse("todo")).content.decode()
    assert "chờ văn phòng" in first
    assert WHY in first


def test_whoever_is_just_late_finds_that_before_what_was_answered_long_ago(an, can_loc, asked):
    before = InvitationFactory.create(
        unit=can_loc, meeting__published=True, meeting__registration_deadline=five_pm_in(-90)
    )
    RegistrationFactory.create(invitation=before, submitted=True)
    assert "chờ văn phòng" in client_of(an).get(reverse("todo")).content.decode()


def test_a_request_without_a_reason_is_refused_and_names_the_field(page, an, late):
    answered = client_of(an).post(page + "xin-gia-han/", {"reason": " "})
    assert answered.status_code == 422
    assert "Ghi lý do xin gia hạn" in answered.content.decode()


def test_a_second_press_shows_the_first_request_and_loses_nothing(page, an, asked):
    client = client_of(an)
    assert client.post(page + "xin-gia-han/", {"reason": WHY}).status_code == 302
    again = client.post(page + "xin-gia-han/", {"reason": "Lý do khác hẳn"})
    text = again.content.decode()
    assert again.status_code == 409
    assert WHY in text
    assert "Lý do khác hẳn" in text
    assert ExtensionRequest.objects.count() == 1


def test_a_reason_too_long_comes_back_as_it_was_typed(page, an, late):
    reason = "dài " * 300
    answered = client_of(an).post(page + "xin-gia-han/", {"reason": reason})
    assert answered.status_code == 422
    assert reason.strip() in answered.content.decode()


def test_a_unit_that_has_time_left_is_told_so_and_its_words_come_back(page, an, draft):
    answered = client_of(an).post(page + "xin-gia-han/", {"reason": WHY}, follow=True)
    text = answered.content.decode()
    assert "không phải xin gia hạn" in text
    assert WHY in text
    assert not ExtensionRequest.objects.exists()


def test_a_unit_that_has_submitted_is_not_late(submitted, close, can_loc_invitation, an):
    close()
    with pytest.raises(ValidationError, match="đã gửi đăng ký"):
        services.ask_extension(invitation_id=can_loc_invitation.pk, user=an, reason=WHY)


def test_nobody_asks_for_a_meeting_that_is_over(meeting, late, can_loc_invitation, an):
    meeting.state = "closed"
    meeting.save()
    with pytest.raises(ValidationError, match="không nhận đăng ký"):
        services.ask_extension(invitation_id=can_loc_invitation.pk, user=an, reason=WHY)


def test_a_unit_that_declared_nothing_may_ask(page, an, can_loc_invitation, meeting, close):
    close()
    client = client_of(an)
    assert client.post(page + "xin-gia-han/", {"reason": WHY}).status_code == 302
    text = client.get(page).content.decode()
    assert "đơn vị chưa khai gì" in text
    assert "chờ văn phòng" in text


def test_another_unit_and_the_office_cannot_ask_for_it(page, cuong, trang, late):
    assert client_of(cuong).post(page + "xin-gia-han/", {"reason": WHY}).status_code == 404
    assert client_of(trang).post(page + "xin-gia-han/", {"reason": WHY}).status_code == 403


# ── The office answers ───────────────────────────────────────────────────────────────────────


def test_the_office_sees_who_asked_first_and_who_is_late_without_a_word(desk_of_the_office, trang, asked):
    text = client_of(trang).get(desk_of_the_office).content.decode()
    assert "1 đơn vị chờ trả lời về gia hạn" in text
    assert text.index(WHY) < text.index("Huyện ủy Nghi Xuân")
    assert "Sở Y tế" in text
    assert "chưa đề nghị" in text


def test_filters_narrow_the_page(desk_of_the_office, trang, asked):
    client = client_of(trang)
    waiting = client.get(desk_of_the_office + "?xem=cho").content.decode()
    assert WHY in waiting
    assert "Huyện ủy Nghi Xuân" not in waiting
    silent = client.get(desk_of_the_office + "?xem=chua").content.decode()
    assert WHY not in silent
    assert "Huyện ủy Nghi Xuân" in silent


def test_a_grant_reopens_only_those_that_were_chosen(
    desk_of_the_office, trang, an, asked, page, can_loc_invitation, nghi_xuan_invitation, health_invitation
):
    client = client_of(trang)
    boxes = box(can_loc_invitation, asked), box(health_invitation)
    assert answer(client, desk_of_the_office, *boxes).status_code == 302
    assert set(Extension.objects.values_list("invitation_id", flat=True)) == {
        can_loc_invitation.pk,
        health_invitation.pk,
    }
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, asked.answer) == ("granted", trang, "Đồng ý")
    assert asked.extension == Extension.objects.get(invitation=can_loc_invitation)
    opened = client_of(an).get(page).content.decode()
    assert "Gia hạn đến" in opened
    assert "Gửi đăng ký" in opened
    assert Change.objects.filter(kind=Change.Kind.EXTENDED).count() == 2
    text = client.get(desk_of_the_office).content.decode()
    assert "Đã trả lời" in text
    assert "Huyện ủy Nghi Xuân" in text


def test_the_unit_reads_the_grant_on_its_first_page_and_on_its_receipt(
    desk, draft, desk_of_the_office, trang, an, asked, page, can_loc_invitation
):
    answer(client_of(trang), desk_of_the_office, box(can_loc_invitation, asked), words="Vì mất điện")
    assert "Văn phòng cho gia hạn đến" in client_of(an).get(reverse("todo")).content.decode()
    assert press_submit(desk, draft).submission
    receipt = client_of(an).get(page + "bien-nhan/1/").content.decode()
    for part in ("Gia hạn đến", str(trang), "Vì mất điện", "Theo đề nghị của đơn vị lúc", WHY):
        assert part in receipt


def test_a_refusal_is_read_by_the_unit_which_may_ask_again(
    desk_of_the_office, trang, an, asked, page, can_loc_invitation
):
    boxes = [box(can_loc_invitation, asked)]
    refused = answer(
        client_of(trang), desk_of_the_office, *boxes, decision="khong", until="", words="Đã quá muộn"
    )
    assert refused.status_code == 302
    closed = client_of(an).get(page).content.decode()
    assert "Văn phòng không cho gia hạn" in closed
    assert "Đã quá muộn" in closed
    assert "Gửi đề nghị" in closed
    assert not Extension.objects.exists()
    assert Change.objects.get(kind=Change.Kind.REFUSED).what == "Đã quá muộn"
    again = services.ask_extension(invitation_id=can_loc_invitation.pk, user=an, reason="Xin lần nữa")
    assert again.is_new


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"until": "01/12/2023 17:00"}, "phải ở sau giờ này"),
        ({"until": "hôm qua"}, "Ghi đủ ngày và giờ"),
        ({"until": ""}, "Ghi giờ cho đến"),
        ({"words": ""}, "Ghi lý do hoặc lời trả lời"),
        ({"unit": []}, "Chưa chọn đơn vị nào"),
        ({"unit": ["x-1", "1", "-", "9" * 30 + "-0"]}, "Chưa chọn đơn vị nào"),
    ],
)
def test_an_answer_that_cannot_be_keeps_boxes_and_words(
    desk_of_the_office, trang, asked, can_loc_invitation, changed, message
):
    value = box(can_loc_invitation, asked)
    answered = answer(client_of(trang), desk_of_the_office, value, **({"words": "Giữ lấy"} | changed))
    text = answered.content.decode()
    assert answered.status_code == 422
    assert message in text
    if "unit" not in changed:
        assert f'id="u-{value}" aria-label="Chọn Huyện ủy Can Lộc" checked' in text
    if "words" not in changed:
        assert "Giữ lấy" in text
    assert not Extension.objects.exists()


def test_an_hour_before_the_common_deadline_is_refused(meeting, trang, can_loc_invitation):
    with pytest.raises(ValidationError, match="hạn chung"):
        services.grant(
            meeting=meeting,
            chosen=[Chosen(can_loc_invitation.pk, None)],
            until=timezone.now() + timedelta(hours=1),
            reason="x",
            user=trang,
        )


def test_who_was_answered_meanwhile_is_named_and_left_alone(
    desk_of_the_office, trang, asked, can_loc_invitation, nghi_xuan_invitation, health_invitation
):
    colleague = UserFactory.create(full_name="Lê Thị Đồng Nghiệp", role="office", unit=trang.unit)
    first = timezone.now() + timedelta(hours=5)
    for invitation in (can_loc_invitation, nghi_xuan_invitation):
        services.extend(invitation_id=invitation.pk, until=first, reason="trước", user=colleague)
    boxes = [box(can_loc_invitation, asked), box(nghi_xuan_invitation), box(health_invitation)]
    answered = client_of(trang).post(
        desk_of_the_office,
        {"unit": boxes, "until": typed(timedelta(hours=2)), "words": "sau", "decision": "cho"},
        follow=True,
    )
    text = answered.content.decode()
    assert "Giữ nguyên, không ghi đè" in text
    assert "Huyện ủy Can Lộc (đồng chí Lê Thị Đồng Nghiệp đã cho đến" in text
    assert "Huyện ủy Nghi Xuân (đồng chí Lê Thị Đồng Nghiệp đã cho đến" in text
    assert Extension.objects.get(invitation=health_invitation).reason == "sau"
    assert Extension.objects.get(invitation=can_loc_invitation).reason == "trước"
    assert Extension.objects.get(invitation=nghi_xuan_invitation).reason == "trước"


def test_who_submitted_meanwhile_is_named_and_not_reopened(
    desk_of_the_office, trang, submitted, close, can_loc_invitation
):
    close()
    answered = client_of(trang).post(
        desk_of_the_office,
        {
            "unit": [box(can_loc_invitation)],
            "until": typed(timedelta(hours=2)),
            "words": "x",
            "decision": "cho",
        },
        follow=True,
    )
    assert "Huyện ủy Can Lộc (đã gửi đăng ký)" in answered.content.decode()
    submitted.refresh_from_db()
    assert submitted.state == Registration.State.SUBMITTED


def test_the_single_page_answers_the_request_too(page, trang, asked):
    client = client_of(trang)
    assert WHY in client.get(page + "gia-han/").content.decode()
    client.post(page + "gia-han/", {"until": typed(timedelta(hours=2)), "reason": "Đồng ý"})
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by) == ("granted", trang)


def test_the_board_leads_the_office_there_with_the_number_that_waits(meeting, trang, nguyet, asked):
    board = reverse("board", args=[meeting.slug])
    text = client_of(trang).get(board).content.decode()
    assert "Gia hạn: 1 chờ" in text
    assert f"xin gia hạn: {WHY}" in text
    assert "/gia-han/" not in client_of(nguyet).get(board).content.decode()


def test_only_the_office_may_answer(desk_of_the_office, an, nguyet, hung, asked):
    for user in (an, nguyet, hung):
        assert client_of(user).get(desk_of_the_office).status_code == 403


def test_a_unit_of_another_meeting_gets_nothing(meeting, trang):
    other = InvitationFactory.create()
    decided = services.grant(
        meeting=meeting,
        chosen=[Chosen(other.pk, None)],
        until=meeting.registration_deadline + timedelta(hours=1),
        reason="x",
        user=trang,
    )
    assert decided == ([], [])
    assert not Extension.objects.exists()


def test_the_page_costs_the_same_queries_however_many_units(
    desk_of_the_office, meeting, trang, asked, district_audience
):
    client = client_of(trang)
    with CaptureQueriesContext(connection) as few:
        client.get(desk_of_the_office)
    for state in ("waiting", "waiting", "granted", "refused"):
        invitation = InvitationFactory.create(meeting=meeting, audience=district_audience)
        decided_at = None if state == "waiting" else timezone.now()
        ExtensionRequestFactory.create(invitation=invitation, state=state, decided_at=decided_at)
    InvitationFactory.create_batch(5, meeting=meeting, audience=district_audience)
    with CaptureQueriesContext(connection) as many:
        client.get(desk_of_the_office)
    assert len(many) == len(few) <= MOST_QUERIES


def test_pages_of_a_late_unit_stay_within_their_queries(page, an, asked, django_assert_max_num_queries):
    client = client_of(an)
    for address in (page, reverse("todo")):
        with django_assert_max_num_queries(MOST_QUERIES):
            client.get(address)


# ── Two at once ──────────────────────────────────────────────────────────────────────────────


def without_lock(invitation_ids):
    """The negative control: the same rows, not locked."""
    invitations = Invitation.objects.select_related("meeting", "unit", "audience")
    return list(invitations.filter(pk__in=invitation_ids).order_by("pk"))


@pytest.fixture
def slowly(monkeypatch):
    """Between looking and writing let a colleague get in, if that is possible."""
    real, meet = extending._extend, meeting_point()

    def slow(*args):
        meet()
        return real(*args)

    monkeypatch.setattr(extending, "_extend", slow)


def two_colleagues(meeting, chosen, backwards, *users):
    decided = []

    def press(user, order):
        until = meeting.registration_deadline + timedelta(hours=4)
        return lambda: decided.append(
            services.grant(meeting=meeting, chosen=order, until=until, reason=str(user), user=user)
        )

    raised = at_once(press(users[0], chosen), press(users[1], backwards))
    return raised, decided


@pytest.fixture
def pair(asked, can_loc_invitation, nghi_xuan_invitation):
    return [Chosen(can_loc_invitation.pk, asked.pk), Chosen(nghi_xuan_invitation.pk, None)]


@pytest.mark.django_db(transaction=True)
def test_of_two_colleagues_at_once_one_decides_and_the_other_is_told(meeting, trang, pair, slowly):
    colleague = UserFactory.create(role="office", unit=trang.unit)
    raised, decided = two_colleagues(meeting, pair, pair[::-1], trang, colleague)
    assert raised == [None, None]
    assert sorted(len(one.units) for one in decided) == [0, 2]
    assert sorted(len(one.passed) for one in decided) == [0, 2]
    assert Extension.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_colleagues_overwrite_each_other(meeting, trang, pair, slowly, monkeypatch):
    monkeypatch.setattr(locking, "lock_all", without_lock)
    colleague = UserFactory.create(role="office", unit=trang.unit)
    two_colleagues(meeting, pair, pair, trang, colleague)
    assert Extension.objects.count() > 2


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_request(late, can_loc_invitation, an):
    def press():
        services.ask_extension(invitation_id=can_loc_invitation.pk, user=an, reason=WHY)

    assert at_once(press, press) == [None, None]
    assert ExtensionRequest.objects.count() == 1
