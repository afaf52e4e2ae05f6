"""What a letter says, frozen: read in few queries, and cut down to one unit's part."""

from __future__ import annotations

import json
from datetime import date, time
from typing import Any

import pytest

from accounts.models import Tier
from invitations.letters import content
from invitations.models import Audience, Meeting, Session
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
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting() -> Meeting:
    """Two units under the districts' heading, none under the communes'; work for one unit each."""
    meeting = MeetingFactory.create(published=True, number="127-GM/TU", issued_on=date(2023, 11, 24))
    SessionFactory.create(meeting=meeting, date=date(2023, 12, 4), starts_at=time(8), ends_at=time(11, 30))
    hall = AudienceFactory.create(meeting=meeting, position=0, heading="Điểm cầu tỉnh", tier=Tier.PROVINCE)
    own = AudienceFactory.create(meeting=meeting, position=1)
    AudienceFactory.create(meeting=meeting, position=2, heading="Điểm cầu cấp xã", tier=Tier.COMMUNE)
    InvitedRoleFactory.create(audience=hall, chairs=True)
    _call(own, "Huyện ủy Nghi Xuân")
    _call(own, "Huyện ủy Đức Thọ")
    _call(hall, "Sở Nội vụ", tier=Tier.OTHER)
    DeadlineFactory.create(meeting=meeting)
    ContactFactory.create(meeting=meeting)
    AssignmentFactory.create(meeting=meeting, addressee="Các đơn vị", text="Thực hiện nghiêm túc.")
    power = UnitFactory.create(name="Điện lực", tier=Tier.OTHER)
    AssignedUnitFactory.create(assignment=AssignmentFactory.create(meeting=meeting), unit=power)
    return meeting


def _call(audience: Audience, name: str, **more: Any) -> None:
    unit = UnitFactory.create(name=name, **({"tier": Tier.DISTRICT} | more))
    InvitationFactory.create(meeting=audience.meeting, unit=unit, audience=audience)
    InvitedRoleFactory.create(audience=audience)
    ChairFactory.create(audience=audience, unit=unit, name=f"Nguyễn {name}")
    assignment = AssignmentFactory.create(meeting=audience.meeting)
    AssignedUnitFactory.create(assignment=assignment, unit=unit)


def test_all_that_the_letter_says_is_plain_data(meeting: Meeting) -> None:
    said = content.of(meeting)
    assert json.loads(json.dumps(said)) == said
    assert said["issued_on"] == "2023-11-24"
    assert said["sessions"] == [
        {"date": "2023-12-04", "part": Session.PartOfDay.MORNING, "starts_at": "08:00", "ends_at": "11:30"}
    ]
    assert [unit["name"] for unit in said["units"]] == [
        "Huyện ủy Nghi Xuân",
        "Huyện ủy Đức Thọ",
        "Sở Nội vụ",
    ]
    assert said["deadlines"][0]["at"].endswith("T17:00")


def test_it_takes_as_many_queries_for_many_units_as_for_few(
    meeting: Meeting, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(9) as few:
        content.of(meeting)
    for number in range(10):
        _call(meeting.audiences.all()[1], f"Huyện ủy Số {number}")
    with django_assert_max_num_queries(len(few.captured_queries)):
        content.of(meeting)


def test_a_unit_gets_its_own_part_only(meeting: Meeting) -> None:
    whole = content.of(meeting)
    before = json.dumps(whole)
    own = content.for_unit(whole, "huyen-uy-duc-tho")
    assert own["to"] == "Huyện ủy Đức Thọ"
    assert [unit["slug"] for unit in own["units"]] == ["huyen-uy-duc-tho"]
    assert [each["tier"] for each in own["audiences"]] == [Tier.DISTRICT, Tier.COMMUNE]
    assert [chair["name"] for chair in own["audiences"][0]["chairs"]] == ["Nguyễn Huyện ủy Đức Thọ"]
    given = [[share["slug"] for share in each["units"]] for each in own["assignments"]]
    assert given == [["huyen-uy-duc-tho"], []]
    assert json.dumps(whole) == before


def test_who_is_asked_for_work_but_not_called_gets_all_points_and_its_work(meeting: Meeting) -> None:
    own = content.for_unit(content.of(meeting), "dien-luc")
    assert own["to"] == "Điện lực"
    assert len(own["audiences"]) == 3
    assert [len(each["units"]) for each in own["assignments"]] == [0, 1]
    assert own["units"] == []


def test_an_agency_is_not_told_of_the_communes(meeting: Meeting) -> None:
    own = content.for_unit(content.of(meeting), "so-noi-vu")
    assert [each["tier"] for each in own["audiences"]] == [Tier.PROVINCE]
