"""The named cast of the tests: a small province, the people in it, one published conference.

Everything is a fixture that makes only what it needs; ``client_of(user)`` is a browser of theirs.
"""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Tier, Unit, User
from accounts.permissions import Role
from bridge_points.models import BridgePoint
from invitations.models import Assignment, Audience, Invitation, InvitedRole, Meeting, Session
from tests.factories import (
    AssignedUnitFactory,
    AssignmentFactory,
    AudienceFactory,
    BridgePointFactory,
    ContactFactory,
    DeadlineFactory,
    InvitationFactory,
    InvitedRoleFactory,
    MeetingFactory,
    SessionFactory,
    UnitFactory,
    UserFactory,
    five_pm_in,
)


def client_of(user: User) -> Client:
    """A browser in which ``user`` is signed in."""
    client = Client()
    client.force_login(user)
    return client


# ── The province ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def province(db: None) -> Unit:
    """Tỉnh ủy Hà Tĩnh, the root of the tree."""
    return UnitFactory.create(name="Tỉnh ủy Hà Tĩnh", tier=Tier.PROVINCE, position=1)


@pytest.fixture
def party_office(province: Unit) -> Unit:
    return UnitFactory.create(name="Văn phòng Tỉnh ủy", parent=province, tier=Tier.PROVINCE, position=100)


@pytest.fixture
def propaganda_board(province: Unit) -> Unit:
    return UnitFactory.create(
        name="Ban Tuyên giáo Tỉnh ủy", parent=province, tier=Tier.PROVINCE, position=101
    )


@pytest.fixture
def health(province: Unit) -> Unit:
    """Sở Y tế: an agency whose delegates sit at the provincial point."""
    return UnitFactory.create(name="Sở Y tế", parent=province, tier=Tier.PROVINCE, position=102)


@pytest.fixture
def can_loc(province: Unit) -> Unit:
    """Huyện ủy Can Lộc; its communes are ``can_loc_communes``."""
    return UnitFactory.create(
        name="Huyện ủy Can Lộc", short_name="Can Lộc", parent=province, tier=Tier.DISTRICT, position=20
    )


@pytest.fixture
def nghi_xuan(province: Unit) -> Unit:
    """Huyện ủy Nghi Xuân; its communes are ``nghi_xuan_communes``."""
    return UnitFactory.create(
        name="Huyện ủy Nghi Xuân", short_name="Nghi Xuân", parent=province, tier=Tier.DISTRICT, position=21
    )


@pytest.fixture
def can_loc_communes(can_loc: Unit) -> list[Unit]:
    communes = [("Thị trấn Nghèn", "18406"), ("Xã Thiên Lộc", "18409"), ("Xã Vượng Lộc", "18436")]
    return [UnitFactory.create(name=name, code=code, parent=can_loc) for name, code in communes]


@pytest.fixture
def nghi_xuan_communes(nghi_xuan: Unit) -> list[Unit]:
    communes = [("Thị trấn Tiên Điền", "18373"), ("Xã Xuân Hội", "18355"), ("Xã Đan Trường", "18358")]
    return [UnitFactory.create(name=name, code=code, parent=nghi_xuan) for name, code in communes]


@pytest.fixture
def telecom(province: Unit) -> Unit:
    return UnitFactory.create(name="Viễn thông Hà Tĩnh", parent=province, tier=Tier.OTHER, position=200)


@pytest.fixture
def power(province: Unit) -> Unit:
    return UnitFactory.create(name="Điện lực Hà Tĩnh", parent=province, tier=Tier.OTHER, position=201)


@pytest.fixture
def newspaper(province: Unit) -> Unit:
    return UnitFactory.create(name="Báo Hà Tĩnh", parent=province, tier=Tier.OTHER, position=202)


# ── The people ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def trang(party_office: Unit) -> User:
    """The office."""
    return UserFactory.create(
        username="trang", full_name="Nguyễn Thị Thu Trang", role=Role.OFFICE, unit=party_office
    )


@pytest.fixture
def nguyet(propaganda_board: Unit) -> User:
    """Propaganda."""
    return UserFactory.create(
        username="nguyet", full_name="Lê Ánh Nguyệt", role=Role.PROPAGANDA, unit=propaganda_board
    )


@pytest.fixture
def an(can_loc: Unit) -> User:
    """The clerk of Huyện ủy Can Lộc."""
    return UserFactory.create(username="an", full_name="Trần Văn An", unit=can_loc)


@pytest.fixture
def cuong(nghi_xuan: Unit) -> User:
    """The clerk of Huyện ủy Nghi Xuân."""
    return UserFactory.create(username="cuong", full_name="Đặng Quốc Cường", unit=nghi_xuan)


@pytest.fixture
def lan(health: Unit) -> User:
    """The clerk of Sở Y tế."""
    return UserFactory.create(username="lan", full_name="Phan Thị Lan", unit=health)


@pytest.fixture
def hung(telecom: Unit) -> User:
    """Telecom."""
    return UserFactory.create(username="hung", full_name="Hồ Sỹ Hùng", role=Role.TELECOM, unit=telecom)


@pytest.fixture
def dien(power: Unit) -> User:
    """Power: an observer."""
    return UserFactory.create(username="dien", full_name="Bùi Công Điện", role=Role.OBSERVER, unit=power)


# ── The conference ───────────────────────────────────────────────────────────────────────────


@pytest.fixture
def draft_meeting(db: None) -> Meeting:
    """A conference as its letter reads, not yet published, nobody called; deadline in three days."""
    meeting = MeetingFactory.create(
        slug="hoc-tap-nghi-quyet",
        code="HT23",
        title="Hội nghị trực tuyến toàn quốc học tập Nghị quyết Hội nghị Trung ương 8",
        short_title="Học tập Nghị quyết Trung ương 8",
        opening="Tỉnh kết nối đường truyền tới các điểm cầu của tỉnh.",
        sign_on_behalf="T/L Ban Thường vụ",
        sign_title="Chánh Văn phòng",
        sign_name="Trần Minh Quân",
        recipients="Như thành phần mời\nThường trực Tỉnh ủy\nLưu Văn phòng Tỉnh ủy",
        line_test_at=five_pm_in(5) - timedelta(hours=2),
    )
    day = timezone.localdate() + timedelta(days=6)
    SessionFactory.create(meeting=meeting, date=day, part=Session.PartOfDay.MORNING, starts_at=time(8))
    SessionFactory.create(meeting=meeting, date=day, part=Session.PartOfDay.AFTERNOON, starts_at=time(14))

    at_province = AudienceFactory.create(
        meeting=meeting,
        position=0,
        heading="Điểm cầu tỉnh",
        tier=Tier.PROVINCE,
        venue="Hội trường tầng 1, Văn phòng Ủy ban nhân dân tỉnh",
    )
    InvitedRoleFactory.create(
        audience=at_province, position=0, text="Thường trực Tỉnh ủy", short_text="Thường trực", chairs=True
    )
    InvitedRoleFactory.create(
        audience=at_province, position=1, text="Trưởng, phó các sở, ban, ngành", short_text="Trưởng, phó sở"
    )
    at_districts = AudienceFactory.create(
        meeting=meeting, position=1, heading="Tại điểm cầu các huyện, thành, thị ủy", tier=Tier.DISTRICT
    )
    InvitedRoleFactory.create(
        audience=at_districts, position=0, text="Tỉnh ủy viên công tác tại huyện", chairs=True
    )
    InvitedRoleFactory.create(
        audience=at_districts,
        position=1,
        text="Ủy viên ban chấp hành đảng bộ huyện",
        short_text="Huyện ủy viên",
    )
    InvitedRoleFactory.create(
        audience=at_districts, position=2, text="Báo cáo viên, các thành phần khác", open_ended=True
    )
    AudienceFactory.create(
        meeting=meeting, position=2, heading="Điểm cầu các xã, phường, thị trấn", tier=Tier.COMMUNE
    )
    DeadlineFactory.create(meeting=meeting, what="Danh sách điểm cầu cấp xã", to="Viễn thông tỉnh")
    DeadlineFactory.create(meeting=meeting, position=1, what="Số lượng đại biểu")
    ContactFactory.create(meeting=meeting, name="Hồ Sỹ Hùng", phone="0900000301")
    return meeting


@pytest.fixture
def meeting(
    draft_meeting: Meeting, can_loc: Unit, nghi_xuan: Unit, health: Unit, provincial_point: BridgePoint
) -> Meeting:
    """The conference, published; both districts and Sở Y tế are called and have opened nothing yet."""
    draft_meeting.state, draft_meeting.published_at = Meeting.State.PUBLISHED, timezone.now()
    draft_meeting.save()
    at_districts = draft_meeting.audiences.get(tier=Tier.DISTRICT)
    for unit in (can_loc, nghi_xuan):
        InvitationFactory.create(meeting=draft_meeting, unit=unit, audience=at_districts)
        BridgePointFactory.create(meeting=draft_meeting, unit=unit, parent=provincial_point)
    InvitationFactory.create(
        meeting=draft_meeting, unit=health, audience=draft_meeting.audiences.get(tier=Tier.PROVINCE)
    )
    return draft_meeting


@pytest.fixture
def provincial_point(draft_meeting: Meeting, province: Unit) -> BridgePoint:
    """The hall in which the province and its agencies sit."""
    return BridgePointFactory.create(
        meeting=draft_meeting,
        unit=province,
        venue="Hội trường tầng 1, Văn phòng Ủy ban nhân dân tỉnh",
        chair="Thường trực Tỉnh ủy",
    )


@pytest.fixture
def can_loc_invitation(meeting: Meeting, can_loc: Unit) -> Invitation:
    return Invitation.objects.get(meeting=meeting, unit=can_loc)


@pytest.fixture
def nghi_xuan_invitation(meeting: Meeting, nghi_xuan: Unit) -> Invitation:
    return Invitation.objects.get(meeting=meeting, unit=nghi_xuan)


@pytest.fixture
def health_invitation(meeting: Meeting, health: Unit) -> Invitation:
    return Invitation.objects.get(meeting=meeting, unit=health)


@pytest.fixture
def can_loc_point(meeting: Meeting, can_loc: Unit) -> BridgePoint:
    """The district's own bridge point, without venue, chair or technician yet."""
    return BridgePoint.objects.get(meeting=meeting, unit=can_loc)


@pytest.fixture
def district_audience(meeting: Meeting) -> Audience:
    return meeting.audiences.get(tier=Tier.DISTRICT)


@pytest.fixture
def district_roles(district_audience: Audience) -> list[InvitedRole]:
    """The three roles called at the districts' points, in the letter's order."""
    return list(district_audience.roles.all())


@pytest.fixture
def line_assignment(meeting: Meeting, telecom: Unit) -> Assignment:
    """What telecom is asked to do."""
    assignment = AssignmentFactory.create(meeting=meeting)
    AssignedUnitFactory.create(assignment=assignment, unit=telecom)
    return assignment


@pytest.fixture
def power_assignment(meeting: Meeting, power: Unit) -> Assignment:
    """What the power company is asked to do."""
    assignment = AssignmentFactory.create(
        meeting=meeting,
        addressee="Điện lực Hà Tĩnh",
        text="Giữ nguồn điện ổn định tại các điểm cầu.",
        kind=Assignment.Kind.POWER,
    )
    AssignedUnitFactory.create(assignment=assignment, unit=power)
    return assignment
