"""The sample conference says what the letter says, once, and leaves alone what people did."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date, datetime, time, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone

from accounts.clock import database_now
from accounts.models import Tier, Unit, User
from accounts.permissions import Role
from bridge_points.models import BridgePoint
from conference_portal.sample import letter
from invitations.answering import confirm, see
from invitations.models import (
    AssignedUnit,
    Assignment,
    Audience,
    Chair,
    Contact,
    Deadline,
    Invitation,
    InvitedRole,
    Meeting,
    Session,
)
from invitations.services import move_deadline
from registrations.models import Delegate, Registration
from registrations.states import UnitState, standings
from tests.factories import DelegateFactory, ExtensionFactory, RegistrationFactory

pytestmark = pytest.mark.django_db

HA_TINH = ZoneInfo("Asia/Ho_Chi_Minh")
DISTRICTS = {
    "thanh-uy-ha-tinh": 15,
    "thi-uy-hong-linh": 6,
    "thi-uy-ky-anh": 11,
    "huyen-uy-huong-son": 25,
    "huyen-uy-duc-tho": 16,
    "huyen-uy-vu-quang": 10,
    "huyen-uy-nghi-xuan": 17,
    "huyen-uy-can-loc": 18,
    "huyen-uy-huong-khe": 21,
    "huyen-uy-thach-ha": 22,
    "huyen-uy-cam-xuyen": 23,
    "huyen-uy-ky-anh": 20,
    "huyen-uy-loc-ha": 12,
}


def load(*options: str) -> str:
    said = StringIO()
    call_command("load_sample", *options, stdout=said)
    return said.getvalue()


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch) -> Meeting:
    monkeypatch.setenv("PORTAL_SAMPLE_PASSWORD", "mot-mat-khau-mau")
    load()
    return Meeting.objects.get()


def everything() -> dict[str, list[tuple[object, ...]]]:
    return {
        model.__name__: sorted(model._default_manager.values_list(), key=str)
        for app in ("accounts", "invitations", "bridge_points", "registrations")
        for model in apps.get_app_config(app).get_models()
    }


def today() -> date:
    return timezone.localdate(database_now())


# ── What the letter says ─────────────────────────────────────────────────────────────────────


def test_as_written_the_hours_are_those_of_2023(sample: Meeting) -> None:
    load("--as-written")
    sample.refresh_from_db()
    assert sample.registration_deadline == datetime(2023, 12, 1, 17, tzinfo=HA_TINH)
    assert sample.line_test_at == datetime(2023, 12, 3, 15, tzinfo=HA_TINH)
    assert list(sample.sessions.values_list("date", "part", "starts_at")) == [
        (date(2023, 12, 4), Session.PartOfDay.MORNING, time(8)),
        (date(2023, 12, 4), Session.PartOfDay.AFTERNOON, time(14)),
        (date(2023, 12, 5), Session.PartOfDay.MORNING, time(8)),
    ]
    assert (sample.duration_days, sample.arrive_minutes_before) == (1.5, 15)
    assert sample.published_at is not None
    assert sample.published_at.year == 2023


def test_the_meeting_carries_title_signature_and_recipients(sample: Meeting) -> None:
    assert sample.slug == "hoc-tap-nghi-quyet-trung-uong-8"
    assert sample.code == "HT23"
    assert "Hội nghị lần thứ tám Ban Chấp hành Trung ương Đảng khóa XIII" in sample.title
    assert (sample.sign_on_behalf, sample.sign_title) == ("T/L Ban Thường vụ", "Chánh Văn phòng")
    assert sample.sign_name == "Nguyễn Như Dũng"
    assert len(sample.recipient_lines) == 12
    assert (sample.number, sample.issued_on) == ("", None)


def test_five_headings_with_their_roles_and_who_chairs(sample: Meeting) -> None:
    headings = list(sample.audiences.values_list("tier", flat=True))
    assert headings == [Tier.PROVINCE, Tier.DISTRICT, Tier.AFFILIATED, Tier.AFFILIATED, Tier.COMMUNE]
    province, districts, block, police, communes = sample.audiences.all()
    assert province.venue == "Hội trường tầng 1, Văn phòng Ủy ban nhân dân tỉnh"
    assert [audience.roles.count() for audience in sample.audiences.all()] == [8, 5, 3, 3, 1]
    chairing = InvitedRole.objects.filter(audience__meeting=sample, chairs=True)
    assert [role.audience for role in chairing.order_by("audience__position")] == [province, districts]
    widened = InvitedRole.objects.filter(audience__meeting=sample, open_ended=True)
    assert [role.audience for role in widened.order_by("audience__position")] == [districts, communes]
    assert all("mở thêm điểm cầu" in audience.note for audience in (districts, block, police))
    assert all(role.short_text and len(role.short_text) <= 50 for role in InvitedRole.objects.all())


def test_three_chairs_are_named_with_their_points(sample: Meeting) -> None:
    named = Chair.objects.filter(audience__meeting=sample).order_by("audience__position")
    assert [(chair.name, chair.unit.slug) for chair in named if chair.unit] == [
        ("Dương Tất Thắng", "thanh-uy-ha-tinh"),
        ("Đặng Ngọc Sơn", "dang-uy-khoi"),
        ("Nguyễn Hồng Phong", "dang-uy-cong-an-tinh"),
    ]
    for chair in named:
        assert BridgePoint.objects.get(unit=chair.unit).chair == f"{chair.name}, {chair.post}"


def test_two_things_are_due_by_the_deadline(sample: Meeting) -> None:
    communes, numbers = sample.deadlines.all()
    assert communes.at == numbers.at == sample.registration_deadline
    for addressee in ("Văn phòng Ủy ban nhân dân tỉnh", "Ban Tuyên giáo Tỉnh ủy", "Viễn thông tỉnh"):
        assert addressee in communes.to
    assert numbers.to == "Ban Tuyên giáo Tỉnh ủy"


def test_four_contacts_have_made_up_numbers(sample: Meeting) -> None:
    assert sample.contacts.count() == 4
    assert all(re.fullmatch(r"0900000\d{3}", contact.phone) for contact in sample.contacts.all())
    assert "Số lượng" in sample.contacts.get(name="Nguyễn Thị Thanh Lý").about


def test_every_request_goes_to_the_units_meant(sample: Meeting) -> None:
    asked = {
        request.kind: set(request.units.values_list("slug", flat=True))
        for request in sample.assignments.all()
    }
    kind = Assignment.Kind
    assert asked[kind.MATERIALS] == {"ban-tuyen-giao-tinh-uy"}
    assert asked[kind.HALL] == {"van-phong-uy-ban-nhan-dan-tinh"}
    assert asked[kind.REGISTRATION] == set(DISTRICTS) | {
        "dang-uy-khoi",
        "dang-uy-cong-an-tinh",
        "dang-uy-quan-su-tinh",
        "dang-uy-bo-doi-bien-phong-tinh",
    }
    assert asked[kind.LINE] == {"vien-thong-ha-tinh"}
    assert asked[kind.POWER] == {"dien-luc-ha-tinh"}
    assert len(asked[kind.PRESS]) == 2 + 13
    assert sample.assignments.get(kind=kind.REGISTRATION).due_at == sample.registration_deadline


# ── Units ────────────────────────────────────────────────────────────────────────────────────


def test_thirteen_districts_hold_216_communes(sample: Meeting) -> None:
    communes = Unit.objects.filter(tier=Tier.COMMUNE)
    assert Counter(communes.values_list("parent__slug", flat=True)) == DISTRICTS
    kinds = Counter(name.split(" ")[0] for name in communes.values_list("name", flat=True))
    assert kinds == {"Xã": 182, "Phường": 21, "Thị": 13}
    assert communes.values("code").distinct().count() == 216
    assert set(communes.values_list("valid_until", flat=True)) == {date(2025, 6, 30)}


def test_every_unit_stands_in_the_tree(sample: Meeting) -> None:
    root = Unit.objects.get(parent=None)
    assert root.name == "Tỉnh ủy Hà Tĩnh"
    for unit in Unit.objects.select_related("parent").exclude(pk=root.pk):
        assert unit.parent
        assert unit.path == f"{unit.parent.path}{unit.pk}."
        assert unit.sort_key
        assert unit.search


def test_seventeen_committees_and_the_agencies_are_called(sample: Meeting) -> None:
    called = sample.invitations.sent().select_related("unit", "audience")
    places = Counter((row.unit.tier, row.audience.tier) for row in called)
    assert places == {
        (Tier.DISTRICT, Tier.DISTRICT): 13,
        (Tier.AFFILIATED, Tier.AFFILIATED): 2,
        (Tier.AFFILIATED, Tier.PROVINCE): 2,
        (Tier.PROVINCE, Tier.PROVINCE): 32,
    }


def test_each_committee_with_a_point_of_its_own_hangs_on_the_hall(sample: Meeting) -> None:
    hall = BridgePoint.objects.get(parent=None)
    assert (hall.unit.slug, hall.tier, hall.venue) == ("tinh-uy-ha-tinh", Tier.PROVINCE, letter.HALL)
    assert Counter(hall.children.values_list("tier", flat=True)) == {Tier.DISTRICT: 13, Tier.AFFILIATED: 2}


def test_a_districts_clerk_sees_what_its_culture_centre_is_asked(sample: Meeting) -> None:
    clerk = User.objects.get(username="huyen-uy-can-loc")
    shares = AssignedUnit.objects.visible_to(clerk)
    assert [share.unit.name for share in shares] == [
        "Huyện ủy Can Lộc",
        "Trung tâm Văn hóa - Truyền thông huyện Can Lộc",
    ]


# ── A newcomer finds an open form ────────────────────────────────────────────────────────────


def test_the_deadline_is_five_o_clock_three_days_from_today(sample: Meeting) -> None:
    deadline = timezone.localtime(sample.registration_deadline)
    assert (deadline.date(), deadline.time()) == (today() + timedelta(days=3), time(17))
    assert [session.date - deadline.date() for session in sample.sessions.all()] == [
        timedelta(days=3),
        timedelta(days=3),
        timedelta(days=4),
    ]
    assert sample.line_test_at == sample.registration_deadline + timedelta(days=2, hours=-2)


def test_nobody_has_registered_yet(sample: Meeting) -> None:
    office = User.objects.get(username="vanphong")
    states = {row.state for row in standings(sample, office, database_now())}
    assert states == {UnitState.INVITED}
    assert not Registration.objects.exists()


def test_as_written_the_form_is_closed(sample: Meeting) -> None:
    assert "01/12/2023: đã hết hạn" in load("--as-written")
    clerk = User.objects.get(username="huyen-uy-can-loc")
    sample.refresh_from_db()
    (standing,) = standings(sample, clerk, database_now())
    assert (standing.state, standing.is_open) == (UnitState.LATE, False)


def test_as_written_on_an_empty_database_and_back_again(monkeypatch: pytest.MonkeyPatch) -> None:
    load("--as-written")
    meeting = Meeting.objects.get()
    assert meeting.registration_deadline.year == 2023
    assert {row.sent_at.year for row in Invitation.objects.all() if row.sent_at} == {2023}
    load()
    meeting.refresh_from_db()
    assert timezone.localdate(meeting.registration_deadline) == today() + timedelta(days=3)
    assert meeting.published_at is not None
    assert meeting.published_at <= database_now()


# ── Again ────────────────────────────────────────────────────────────────────────────────────


def test_loading_twice_changes_no_row(sample: Meeting) -> None:
    before = everything()
    load()
    assert everything() == before


def test_the_second_time_asks_little_of_the_database(
    sample: Meeting, django_assert_max_num_queries: object
) -> None:
    assert callable(django_assert_max_num_queries)
    with django_assert_max_num_queries(8):
        load()


def test_what_people_did_stays(sample: Meeting) -> None:
    clerk = User.objects.get(username="huyen-uy-can-loc")
    invitation = sample.invitations.get(unit=clerk.unit)
    see(invitation=invitation, user=clerk)
    confirm(invitation_id=invitation.pk, user=clerk)
    registration = RegistrationFactory.create(invitation=invitation)
    DelegateFactory.create(registration=registration)
    move_deadline(meeting_id=sample.pk, to=database_now() + timedelta(hours=5))
    Meeting.objects.update(short_title="Tên do Văn phòng đặt")
    sample.contacts.first().delete()  # type: ignore[union-attr]
    sample.sessions.last().delete()  # type: ignore[union-attr]
    Unit.objects.filter(slug="xa-thien-loc").update(name="Xã đổi tên")
    Unit.objects.get(slug="xa-vuong-loc").delete()
    User.objects.filter(username="dienluc").update(is_active=False, full_name="Người khác")
    User.objects.get(username="baochi").delete()
    before = everything()
    load()
    assert everything() == before


def test_a_sample_whose_deadline_passed_unused_opens_again(sample: Meeting) -> None:
    week = timedelta(days=7)
    before = list(sample.sessions.values_list("date", flat=True))
    Meeting.objects.update(registration_deadline=F("registration_deadline") - week)
    Session.objects.all().delete()
    for session in letter.sessions():
        session.meeting, session.date = sample, session.date + (before[0] - date(2023, 12, 4)) - week
        session.save()
    load()
    sample.refresh_from_db()
    assert timezone.localdate(sample.registration_deadline) == today() + timedelta(days=3)
    assert list(sample.sessions.values_list("date", flat=True)) == before


@pytest.mark.parametrize("used", [RegistrationFactory, ExtensionFactory])
def test_a_sample_in_use_keeps_its_deadline_when_it_has_passed(sample: Meeting, used: object) -> None:
    assert callable(used.create)  # type: ignore[attr-defined]
    Meeting.objects.update(registration_deadline=F("registration_deadline") - timedelta(days=7))
    used.create(invitation=sample.invitations.first())  # type: ignore[attr-defined]
    before = everything()
    load()
    assert everything() == before


def test_as_written_keeps_what_was_registered(sample: Meeting) -> None:
    DelegateFactory.create(registration=RegistrationFactory.create(invitation=sample.invitations.first()))
    load("--as-written")
    assert Delegate.objects.count() == 1


# ── Accounts ─────────────────────────────────────────────────────────────────────────────────


def test_there_is_an_account_for_each_role_and_each_unit_called(sample: Meeting) -> None:
    by_name = dict(User.objects.values_list("username", "role"))
    assert {
        name: by_name.pop(name) for name in ("vanphong", "tuyengiao", "vienthong", "dienluc", "baochi")
    } == {
        "vanphong": Role.OFFICE,
        "tuyengiao": Role.PROPAGANDA,
        "vienthong": Role.TELECOM,
        "dienluc": Role.OBSERVER,
        "baochi": Role.OBSERVER,
    }
    clerks = User.objects.filter(role=Role.CLERK).select_related("unit")
    assert {clerk.unit_id for clerk in clerks} == set(sample.invitations.values_list("unit_id", flat=True))
    for clerk in clerks:
        assert clerk.unit
        assert (clerk.username, clerk.email) == (clerk.unit.slug, f"{clerk.unit.slug}@example.vn")
        assert " " in clerk.full_name
        assert re.fullmatch(r"0900000\d{3}", clerk.phone)


def test_all_share_the_password_that_is_printed(sample: Meeting) -> None:
    said = load()
    assert "mật khẩu chung: mot-mat-khau-mau\n" in said
    assert all(name in said for name in ("vanphong", "tuyengiao", "vienthong", "dienluc", "baochi"))
    assert User.objects.get(username="so-y-te").check_password("mot-mat-khau-mau")
    assert User.objects.values("password").distinct().count() == 1


def test_a_password_is_drawn_at_each_start_where_none_is_set(
    sample: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PORTAL_SAMPLE_PASSWORD")
    drawn = [re.search(r"mật khẩu chung: (\S{14})\n", load()) for _ in range(2)]
    first, second = [found[1] for found in drawn if found]
    assert first != second
    user = User.objects.get(username="vanphong")
    assert user.check_password(second)
    assert not user.check_password(first)


def test_a_password_that_somebody_chose_stays_theirs(
    sample: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = User.objects.get(username="vanphong")
    user.set_password("rieng-cua-van-phong")
    user.save()
    monkeypatch.setenv("PORTAL_SAMPLE_PASSWORD", "mat-khau-mau-khac")
    assert re.search(r"Đã đổi mật khẩu riêng +vanphong\n", load())
    user.refresh_from_db()
    assert user.check_password("rieng-cua-van-phong")
    assert User.objects.get(username="tuyengiao").check_password("mat-khau-mau-khac")


def test_the_sample_invents_no_rows_of_other_kinds(sample: Meeting) -> None:
    counts = {
        model.__name__: model._default_manager.count() for model in (Audience, Deadline, Contact, Assignment)
    }
    assert counts == {"Audience": 5, "Deadline": 2, "Contact": 4, "Assignment": 6}
    assert not any(
        model._default_manager.exists() for model in apps.get_app_config("registrations").get_models()
    )
