"""Taking over people and points of an earlier meeting: as a draft, each once, never over what was typed."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Tier
from bridge_points.models import BridgePoint
from invitations.models import Invitation
from registrations import services
from registrations.earlier import earlier, plan_of
from registrations.models import Change, Delegate
from registrations.services import copying
from tests.cast import client_of
from tests.factories import (
    AudienceFactory,
    BridgePointFactory,
    DelegateFactory,
    HeadcountFactory,
    InvitationFactory,
    InvitedRoleFactory,
    MeetingFactory,
    RegistrationFactory,
    SessionFactory,
    five_pm_in,
)
from tests.registrations.conftest import row

pytestmark = pytest.mark.django_db
MOST_QUERIES = 15


def held(unit, title, days, roles=(), communes=()):
    """An earlier meeting of ``unit``, with two people for each role and a full point for each commune."""
    meeting = MeetingFactory.create(
        published=True, short_title=title, registration_deadline=five_pm_in(-days)
    )
    SessionFactory.create(meeting=meeting, date=five_pm_in(2 - days).date())
    audience = AudienceFactory.create(meeting=meeting)
    invitation = InvitationFactory.create(meeting=meeting, unit=unit, audience=audience)
    registration = RegistrationFactory.create(invitation=invitation, submitted=True)
    own = BridgePointFactory.create(meeting=meeting, unit=unit, complete=True, venue="Hội trường Huyện ủy")
    for text in roles:
        role = InvitedRoleFactory.create(audience=audience, text=text)
        DelegateFactory.create_batch(2, registration=registration, role=role)
        HeadcountFactory.create(registration=registration, role=role, number=5)
    for commune in communes:
        BridgePointFactory.create(meeting=meeting, unit=commune, complete=True, parent=own)
    return invitation


@pytest.fixture
def before(can_loc, can_loc_communes):
    """A year ago: four people in two roles, of which this letter knows one; two of three communes."""
    return held(
        can_loc,
        "Học tập Nghị quyết Trung ương 7",
        365,
        ["Ủy viên Ban Chấp hành Đảng bộ huyện", "Bí thư các chi bộ"],
        can_loc_communes[:2],
    )


@pytest.fixture
def address(meeting, can_loc):
    return reverse("registration", args=[meeting.slug, can_loc.slug])


@pytest.fixture
def preview(address, before):
    return f"{address}lay-tu-truoc/{before.meeting.slug}/"


def take(desk, source, **chosen):
    return copying.take_over(**desk, source_id=source.pk, **chosen)


# ── Which meetings ───────────────────────────────────────────────────────────────────────────


def test_earlier_meetings_stand_newest_first_with_their_numbers(
    address, an, before, can_loc, nghi_xuan, can_loc_invitation
):
    held(can_loc, "Sơ kết quý I", 100)
    held(nghi_xuan, "Của đơn vị khác", 50)
    InvitationFactory.create(
        unit=can_loc, meeting__published=True, meeting__registration_deadline=five_pm_in(-9)
    )
    found = list(earlier(can_loc_invitation))
    assert [one.meeting.short_title for one in found] == ["Sơ kết quý I", "Học tập Nghị quyết Trung ương 7"]
    assert [(one.people, one.points) for one in found] == [(0, 1), (4, 3)]
    text = client_of(an).get(address + "lay-tu-truoc/").content.decode()
    assert text.index("Sơ kết quý I") < text.index("Học tập Nghị quyết Trung ương 7")
    assert f"{found[1].date:%d/%m/%Y}" in text
    assert "Của đơn vị khác" not in text


def test_without_an_earlier_meeting_the_page_says_what_to_do(address, an):
    text = client_of(an).get(address + "lay-tu-truoc/").content.decode()
    assert "Chưa có hội nghị nào để lấy" in text
    assert "lay-tu-truoc" not in client_of(an).get(address).content.decode()


def test_an_almost_empty_registration_offers_it_and_a_full_one_does_not(
    address, an, before, desk, district_roles
):
    client = client_of(an)
    assert "Lấy từ hội nghị trước" in client.get(address).content.decode()
    services.add_delegates(**desk, rows=[row(f"Lê Văn Số {i}", district_roles[1]) for i in range(5)])
    assert "Lấy từ hội nghị trước" not in client.get(address).content.decode()


# ── What would come ──────────────────────────────────────────────────────────────────────────


def test_the_preview_shows_who_and_what_and_writes_nothing(preview, an, before):
    text = client_of(an).get(preview).content.decode()
    assert "Lấy được 4 người, 3 điểm cầu" in text
    for delegate in Delegate.objects.all():
        assert delegate.full_name in text
    assert "Hội trường Huyện ủy" in text
    assert "Bí thư các chi bộ" in text
    assert Delegate.objects.count() == 4
    assert BridgePoint.objects.filter(meeting__slug="hoc-tap-nghi-quyet", tier=Tier.COMMUNE).count() == 0


def test_roles_are_matched_by_their_words_and_the_others_get_the_usual_one(
    before, can_loc_invitation, district_roles
):
    plan = plan_of(can_loc_invitation, before)
    roles = {(str(line.delegate.role), line.role, line.is_matched) for line in plan.people}
    assert roles == {
        ("Ủy viên Ban Chấp hành Đảng bộ huyện", district_roles[1], True),
        ("Bí thư các chi bộ", district_roles[1], False),
    }
    assert plan.unmatched == ["Bí thư các chi bộ"]


def test_whoever_is_there_already_is_not_doubled(before, desk, can_loc_invitation, district_roles):
    known = Delegate.objects.first()
    services.add_delegates(
        **desk,
        rows=[
            row(
                known.full_name.upper(),
                district_roles[0],
                position=known.position,
                organisation=known.organisation,
                phone=known.phone,
            )
        ],
    )
    plan = plan_of(can_loc_invitation, before)
    assert [line.delegate for line in plan.people if line.is_known] == [known]
    assert take(desk, before).people == 3


def test_nothing_that_was_typed_is_written_over(
    before, desk, can_loc_communes, can_loc_point, can_loc_invitation
):
    services.save_own_point(
        **desk,
        values={"venue": "Nơi mới", "chair": "", "technician": "Người mới", "technician_phone": ""},
        version=1,
    )
    services.save_commune_point(
        **desk, commune=can_loc_communes[0], values={"venue": "Nhà văn hóa"}, expected=7, version=0
    )
    assert take(desk, before).points == 2
    can_loc_point.refresh_from_db()
    then = BridgePoint.objects.get(meeting=before.meeting, unit=before.unit)
    assert (can_loc_point.venue, can_loc_point.chair) == ("Nơi mới", then.chair)
    assert (can_loc_point.technician, can_loc_point.technician_phone) == ("Người mới", "")
    here = {point.unit: point for point in can_loc_invitation.meeting.bridge_points.filter(tier=Tier.COMMUNE)}
    assert here[can_loc_communes[0]].venue == "Nhà văn hóa"
    assert here[can_loc_communes[1]].technician_phone
    assert can_loc_communes[2] not in here


def test_a_commune_that_did_not_take_part_is_left_out(before, desk, can_loc_communes, can_loc_invitation):
    BridgePoint.objects.filter(meeting=before.meeting, unit=can_loc_communes[0]).update(connects=False)
    assert [line.unit for line in plan_of(can_loc_invitation, before).communes] == [can_loc_communes[1]]


def test_an_agency_in_the_provincial_hall_takes_people_and_no_hall(meeting, lan, health, health_invitation):
    then = held(health, "Lần trước", 30, ["Trưởng, phó các sở, ban, ngành"])
    who = {"invitation_id": health_invitation.pk, "user": lan, "waited": timedelta(0)}
    assert copying.take_over(**who, source_id=then.pk) == (2, 0)
    points = Delegate.objects.filter(registration__invitation=health_invitation).values_list(
        "bridge_point__tier", flat=True
    )
    assert set(points) == {Tier.PROVINCE}


# ── Taking ───────────────────────────────────────────────────────────────────────────────────


def test_people_come_over_as_a_draft_marked_and_with_their_history(preview, address, an, before, submitted):
    version = submitted.version
    answered = client_of(an).post(preview, {"people": "on", "points": "on"}, follow=True)
    text = answered.content.decode()
    assert "Đã lấy 4 người, 3 điểm cầu" in text
    assert text.count("từ hội nghị trước</small>") == 4
    copied = Delegate.objects.filter(origin=Delegate.Origin.COPIED)
    assert copied.count() == 4
    submitted.refresh_from_db()
    assert submitted.version == version + 4 + 3
    assert submitted.has_unsent_changes
    assert Change.objects.filter(kind=Change.Kind.DELEGATE_ADDED, by=an).count() == 4 + 2


def test_taking_twice_doubles_nothing(desk, before):
    assert take(desk, before) == (4, 3)
    changes = Change.objects.count()
    assert take(desk, before) == (0, 0)
    assert Delegate.objects.filter(origin=Delegate.Origin.COPIED).count() == 4
    assert Change.objects.count() == changes


def test_taking_twice_doubles_nobody_who_was_corrected_meanwhile(desk, before):
    take(desk, before)
    someone = Delegate.objects.filter(origin=Delegate.Origin.COPIED).first()
    values = {"full_name": "Tên Đã Sửa", "position": "Chức vụ mới", "phone": ""}
    services.change_delegate(**desk, delegate_id=someone.pk, values=values, version=1)
    assert take(desk, before).people == 0


def test_people_and_points_can_be_taken_apart(desk, before):
    assert take(desk, before, points=False) == (4, 0)
    assert take(desk, before, people=False) == (0, 3)


def test_single_people_can_be_left_out(preview, an, before):
    client = client_of(an)
    page = client.get(preview).content.decode()
    assert page.count('name="nguoi"') == page.count("checked> ") == 4
    first, second, *_ = Delegate.objects.filter(registration__invitation=before).order_by("pk")
    chosen = {"people": "on", "chon": "1", "nguoi": [str(first.pk), str(second.pk), "x", "9" * 30]}
    client.post(preview, chosen)
    copied = Delegate.objects.filter(origin=Delegate.Origin.COPIED)
    assert {one.full_name for one in copied} == {first.full_name, second.full_name}
    assert client.get(preview).content.decode().count('name="nguoi"') == 2


def test_nobody_ticked_is_refused_and_what_was_ticked_stays(preview, an, before):
    answered = client_of(an).post(preview, {"people": "on", "chon": "1"})
    assert answered.status_code == 422
    text = answered.content.decode()
    assert "Chưa đánh dấu đại biểu nào" in text
    assert "checked> " not in text
    assert not Delegate.objects.filter(origin=Delegate.Origin.COPIED).exists()


def test_a_choice_of_nothing_is_refused_in_words(preview, an):
    answered = client_of(an).post(preview, {})
    assert answered.status_code == 422
    assert "Chưa chọn gì để lấy" in answered.content.decode()


def test_one_click_removes_who_has_left_and_undo_brings_back_the_mark(preview, address, an, before):
    client = client_of(an)
    client.post(preview, {"people": "on"})
    gone = Delegate.objects.filter(origin=Delegate.Origin.COPIED).first()
    page = client.get(address).content.decode()
    assert f'aria-label="Bỏ {gone.full_name}"' in page
    removed = client.post(f"{address}dai-bieu/{gone.pk}/xoa/", headers={"HX-Request": "true"})
    assert f"Đã xóa {gone.full_name}" in removed.content.decode()
    change = Change.objects.get(kind=Change.Kind.DELEGATE_REMOVED)
    assert "copied" not in change.before_words
    client.post(f"{address}hoan-tac/{change.pk}/", headers={"HX-Request": "true"})
    assert Delegate.objects.get(full_name=gone.full_name, registration=gone.registration).origin == "copied"
    assert "từ hội nghị trước" in client.get(address).content.decode()


def test_after_the_deadline_nothing_comes_over(preview, address, an, before, draft, close):
    close()
    answered = client_of(an).post(preview, {"people": "on"}, follow=True)
    assert "Đã hết hạn, chưa lấy gì" in answered.content.decode()
    assert not Delegate.objects.filter(origin=Delegate.Origin.COPIED).exists()


def test_nothing_of_another_unit_and_nothing_later_can_be_taken(
    address, an, cuong, nghi_xuan, can_loc, before
):
    foreign = held(nghi_xuan, "Của Nghi Xuân", 30)
    later = held(can_loc, "Về sau", -30)
    client = client_of(an)
    for source in (foreign, later):
        assert (
            client.post(f"{address}lay-tu-truoc/{source.meeting.slug}/", {"people": "on"}).status_code == 404
        )
    assert client_of(cuong).get(f"{address}lay-tu-truoc/{before.meeting.slug}/").status_code == 404


def test_pages_cost_the_same_queries_however_many_people(
    address, preview, an, before, can_loc, can_loc_communes
):
    client = client_of(an)
    pages = (address, address + "lay-tu-truoc/", preview)
    few = []
    for page in pages:
        with CaptureQueriesContext(connection) as spent:
            client.get(page)
        few.append(len(spent))
    registration = Invitation.objects.get(pk=before.pk).registration
    DelegateFactory.create_batch(30, registration=registration)
    BridgePointFactory.create(meeting=before.meeting, unit=can_loc_communes[2], complete=True)
    held(can_loc, "Một lần nữa", 20)
    many = []
    for page in pages:
        with CaptureQueriesContext(connection) as spent:
            client.get(page)
        many.append(len(spent))
    assert many == few
    assert max(many) <= MOST_QUERIES


def test_of_more_people_than_can_be_ticked_the_first_are_shown_and_a_link_leads_to_all(
    preview, an, can_loc_invitation, monkeypatch
):
    monkeypatch.setattr("registrations.earlier.MOST_TICKED", 3)
    monkeypatch.setattr("registrations.earlier.AT_ONCE", 2)
    client = client_of(an)
    page = client.get(preview).content.decode()
    assert page.count('class="p-name"') == 2
    assert '<a href="?tat-ca">Xem cả 4 người</a>' in page
    assert client.get(preview + "?tat-ca").content.decode().count('class="p-name"') == 4
