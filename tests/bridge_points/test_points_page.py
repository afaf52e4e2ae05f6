"""The list of bridge points: who sees which points and what of them, and that its numbers agree."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Unit, User
from bridge_points.listing import SHOWN, Filter, counts, listing
from bridge_points.models import BridgePoint, LineTest, PointState
from invitations.models import Meeting
from tests.cast import client_of
from tests.factories import (
    BridgePointFactory,
    DelegateFactory,
    LineTestFactory,
    MeetingFactory,
    RegistrationFactory,
    UnitFactory,
)

TECHNICIAN, PHONE, CHAIR, DELEGATE = "Thợ Đường Dây", "0912345678", "Người Chủ Trì", "Tên Đại Biểu"
SHOWN_PHONE = "0912.345.678"


def address(meeting: Meeting, unit: Unit | None = None, what: str = "") -> str:
    place = f"{unit.slug}/" if unit else ""
    return f"/hoi-nghi/{meeting.slug}/diem-cau/{place}{what}"


@pytest.fixture
def known_point(can_loc_point: BridgePoint, can_loc_invitation) -> BridgePoint:
    """Can Lộc's point with everything known, and a delegate who sits there."""
    can_loc_point.venue, can_loc_point.chair = "Hội trường Huyện ủy", CHAIR
    can_loc_point.technician, can_loc_point.technician_phone = TECHNICIAN, PHONE
    can_loc_point.save()
    registration = RegistrationFactory.create(invitation=can_loc_invitation)
    DelegateFactory.create(registration=registration, bridge_point=can_loc_point, full_name=DELEGATE)
    return can_loc_point


# ── Who sees what ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", ["", "?in=1"])
def test_telecom_sees_technicians_and_no_name_of_who_takes_part(
    meeting: Meeting, known_point: BridgePoint, hung: User, page: str
) -> None:
    text = client_of(hung).get(address(meeting) + page).text
    assert "Can Lộc" in text
    assert "Hội trường Huyện ủy" in text
    assert TECHNICIAN in text
    assert SHOWN_PHONE in text
    assert DELEGATE not in text
    assert CHAIR not in text


@pytest.mark.parametrize("page", ["", "?in=1"])
def test_power_and_press_see_points_and_nobodys_name_or_telephone(
    meeting: Meeting, known_point: BridgePoint, dien: User, page: str
) -> None:
    text = client_of(dien).get(address(meeting) + page).text
    assert "Can Lộc" in text
    assert "Hội trường Huyện ủy" in text
    for secret in (TECHNICIAN, PHONE, SHOWN_PHONE, CHAIR, DELEGATE):
        assert secret not in text


def test_power_and_press_have_the_list_and_no_page_of_one_point(
    meeting: Meeting, known_point: BridgePoint, dien: User
) -> None:
    browser = client_of(dien)
    assert browser.get(address(meeting, known_point.unit)).status_code == 403
    assert address(meeting, known_point.unit) not in browser.get(address(meeting)).text


def test_one_point_shows_telecom_every_test_and_no_chair(
    meeting: Meeting, known_point: BridgePoint, hung: User
) -> None:
    for result in LineTest.Result:
        LineTestFactory.create(point=known_point, result=result, note=f"Lần {result}")
    text = client_of(hung).get(address(meeting, known_point.unit)).text
    for result in LineTest.Result:
        assert result.label in text
        assert f"Lần {result}" in text
    assert TECHNICIAN in text
    assert CHAIR not in text
    assert DELEGATE not in text


def test_office_and_propaganda_see_chairs(
    meeting: Meeting, known_point: BridgePoint, trang: User, nguyet: User
) -> None:
    for user in (trang, nguyet):
        text = client_of(user).get(address(meeting)).text
        assert CHAIR in text
        assert TECHNICIAN in text
        assert DELEGATE not in text


def test_a_clerk_sees_the_points_of_the_own_branch_only(
    meeting: Meeting, can_loc_communes: list[Unit], an: User, cuong: User
) -> None:
    BridgePointFactory.create(meeting=meeting, unit=can_loc_communes[0])
    text = client_of(an).get(address(meeting)).text
    assert "Thị trấn Nghèn" in text
    assert "Nghi Xuân" not in text
    assert "Can Lộc" not in client_of(cuong).get(address(meeting)).text


def test_another_units_point_does_not_exist_for_a_clerk(
    meeting: Meeting, can_loc: Unit, cuong: User, an: User
) -> None:
    assert client_of(an).get(address(meeting, can_loc)).status_code == 200
    assert client_of(cuong).get(address(meeting, can_loc)).status_code == 404
    for what in ("thu/", "sua/", "bo/"):
        assert client_of(cuong).get(address(meeting, can_loc, what)).status_code == 404


def test_a_draft_is_the_offices_alone(draft_meeting: Meeting, hung: User, an: User, trang: User) -> None:
    assert client_of(trang).get(address(draft_meeting)).status_code == 200
    for user in (hung, an):
        assert client_of(user).get(address(draft_meeting)).status_code == 404


def test_only_telecom_tests_and_only_the_office_edits(
    meeting: Meeting, can_loc: Unit, hung: User, trang: User, nguyet: User, an: User, dien: User
) -> None:
    for user in (hung, trang, nguyet, an, dien):
        asked = client_of(user)
        assert asked.get(address(meeting, can_loc, "thu/")).status_code == (200 if user == hung else 403)
        for what in ("sua/", "bo/"):
            status = asked.get(address(meeting, can_loc, what)).status_code
            assert status == (200 if user == trang else 403)
        add = asked.get(f"/hoi-nghi/{meeting.slug}/them-diem-cau/")
        assert add.status_code == (200 if user == trang else 403)
        page = asked.get(address(meeting)).text
        assert ("/thu/" in page) == (user == hung)
        assert ("/sua/" in page) == (user == trang)


def test_the_short_address_leads_to_the_newest_meeting(meeting: Meeting, hung: User) -> None:
    response = client_of(hung).get("/diem-cau/")
    assert response.status_code == 302
    assert response["Location"] == address(meeting)


def test_without_a_meeting_the_page_says_what_will_come(hung: User) -> None:
    assert "Chưa có hội nghị nào" in client_of(hung).get("/diem-cau/").text


def test_an_agency_without_a_point_is_told_why(meeting: Meeting, lan: User) -> None:
    text = client_of(lan).get(address(meeting)).text
    assert "Đơn vị chưa có điểm cầu" in text
    assert "điểm cầu cấp tỉnh" in text


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def in_every_state(meeting: Meeting, can_loc: Unit) -> list[BridgePoint]:
    """Below Can Lộc: one point in each state, the failed one after a good test and the other way round."""
    units = [UnitFactory.create(name=f"Xã Thứ {n}", parent=can_loc) for n in range(6)]
    points = [
        BridgePointFactory.create(meeting=meeting, unit=unit, complete=n > 0) for n, unit in enumerate(units)
    ]
    good, bad = LineTest.Result.GOOD, LineTest.Result.SOUND_ONLY
    for point, results in ((points[2], (bad, good)), (points[3], (good, bad)), (points[4], (good,))):
        for result in results:
            LineTestFactory.create(point=point, result=result)
    points[4].connects = False
    points[4].save()
    BridgePoint.objects.filter(pk=points[5].pk).update(technician_phone="")
    return points


def test_the_database_and_python_name_the_same_state(in_every_state: list[BridgePoint]) -> None:
    seen = {point.state: point.shown_state for point in BridgePoint.objects.with_last_test().with_state()}
    assert set(seen) == set(SHOWN)
    assert all(state == shown for state, shown in seen.items())


@pytest.mark.parametrize("q", ["", "thu", "khong co xa nay"])
@pytest.mark.parametrize("area", ["", "huyen-uy-can-loc"])
def test_every_count_is_the_number_of_rows_behind_it(
    meeting: Meeting, in_every_state: list[BridgePoint], hung: User, q: str, area: str
) -> None:
    sums = counts(meeting, hung, Filter(q, area))
    views = dict(zip(["", "connected", *SHOWN], sums.views, strict=True))
    for state, view in views.items():
        assert view.number == len(listing(meeting, hung, Filter(q, area, state), whole=True).rows)
    assert views[""].number == sum(views[state].number for state in SHOWN)
    assert views["connected"].number == views[""].number - views[PointState.OFF].number


def test_search_needs_no_marks(meeting: Meeting, in_every_state: list[BridgePoint], hung: User) -> None:
    rows = listing(meeting, hung, Filter(q="XA THU 3")).rows
    assert [row.point.unit.name for row in rows] == ["Xã Thứ 3"]


def test_a_committee_comes_before_those_below_it_and_heads_them(
    meeting: Meeting, can_loc: Unit, nghi_xuan: Unit, can_loc_communes: list[Unit], hung: User
) -> None:
    for unit in can_loc_communes:
        BridgePointFactory.create(meeting=meeting, unit=unit)
    rows = [(row.heading, row.point.unit.called) for row in listing(meeting, hung, Filter()).rows]
    assert rows == [
        ("Cấp tỉnh", "Tỉnh ủy Hà Tĩnh"),
        ("Can Lộc", "Can Lộc"),
        *(("Can Lộc", unit.called) for unit in can_loc_communes),
        ("Huyện, thành, thị ủy", "Nghi Xuân"),
    ]


def test_a_province_without_districts_lists_its_communes(hung: User, province: Unit) -> None:
    meeting = MeetingFactory.create(published=True)
    for n in range(3):
        BridgePointFactory.create(meeting=meeting, unit=UnitFactory.create(name=f"Xã {n}", parent=province))
    rows = listing(meeting, hung, Filter()).rows
    assert {row.heading for row in rows} == {"Xã, phường, thị trấn"}
    assert len(rows) == 3


def test_a_state_that_does_not_exist_shows_all(meeting: Meeting, hung: User) -> None:
    response = client_of(hung).get(address(meeting), {"tinh_trang": "'; drop", "page": "99", "thuoc": "x"})
    assert response.status_code == 200


def test_the_office_is_told_that_the_provincial_point_is_missing(
    meeting: Meeting, trang: User, hung: User, provincial_point: BridgePoint
) -> None:
    missing = "chưa có điểm cầu cấp tỉnh"
    assert missing not in client_of(trang).get(address(meeting)).text
    BridgePoint.objects.update(parent=None)
    provincial_point.delete()
    assert missing in client_of(trang).get(address(meeting)).text
    assert missing not in client_of(hung).get(address(meeting)).text


# ── Queries ──────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("who", ["trang", "hung", "an", "dien", "nguyet"])
def test_the_list_asks_as_often_for_many_points_as_for_few(
    meeting: Meeting, can_loc: Unit, who: str, request: pytest.FixtureRequest
) -> None:
    browser = client_of(request.getfixturevalue(who))

    def queries(page: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert browser.get(address(meeting) + page).status_code == 200
        return len(asked)

    few = [queries(page) for page in ("", "?in=1")]
    for n in range(70):
        point = BridgePointFactory.create(
            meeting=meeting, unit=UnitFactory.create(parent=can_loc), complete=n % 2 == 0
        )
        if n % 3 == 0:
            LineTestFactory.create(point=point)
    many = [queries(page) for page in ("", "?in=1")]
    assert many == few
    assert max(many) <= 15
