"""Whether the numbers are right: against rows laid out by hand, and against each other."""

import pytest
from django.utils import timezone

from accounts.models import Tier
from accounts.picture import Picture
from bridge_points.models import PointState
from registrations.overview import overview
from reports.counting import read_counts
from reports.counts import BOARD_ORDER, OFFICIAL_ORDER, Figures
from tests.factories import BridgePointFactory, DelegateFactory, InvitationFactory, UnitFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def counts(filled):
    return read_counts(filled, Picture(timezone.now()))


@pytest.fixture
def by_name(counts):
    return {unit.unit.called: unit for unit in counts.units}


def test_numbers_are_those_of_the_rows(by_name):
    assert by_name["Can Lộc"].sum == Figures(declared=45, named=11, missing=4, points=1)


def test_names_too_many_in_one_role_fill_no_gap_in_another(by_name, can_loc_registration, district_roles):
    assert by_name["Nghi Xuân"].sum.missing == 0
    DelegateFactory.create_batch(9, registration=can_loc_registration, role=district_roles[2])
    again = read_counts(can_loc_registration.invitation.meeting, Picture(timezone.now()))
    assert next(u for u in again.units if u.unit.called == "Can Lộc").sum.missing == 4


def test_a_commune_that_does_not_connect_keeps_its_number_and_does_not_count(by_name):
    assert by_name["Can Lộc"].expected_in_communes == 30


def test_each_total_is_the_sum_of_its_rows(counts):
    assert counts.sum == Figures(declared=74, named=17, missing=4, points=2)
    assert Figures.of(group.sum for group in counts.groups(BOARD_ORDER)) == counts.sum
    lines = [line for unit in counts.units for line in unit.lines]
    assert sum(line.declared for line in lines) == counts.sum.declared
    assert sum(line.named for line in lines) == counts.sum.named


def test_totals_by_role_and_by_point_agree_with_the_whole(counts, district_roles):
    by_role, by_point = counts.by_role, counts.by_point
    assert Figures.of(total.sum for total in by_role)[:3] == counts.sum[:3]
    assert [total.subject for total in by_role] == [*district_roles[:2], None]
    assert [total.sum.declared for total in by_role] == [9, 10, 55]
    assert [str(total.subject) for total in by_point] == ["Điểm cầu Can Lộc", "Điểm cầu Nghi Xuân"]
    together = Figures.of([*(total.sum for total in by_point), counts.commune_sum])
    assert together == counts.sum


def test_cells_are_the_communes_by_state(by_name):
    assert [commune.state for commune in by_name["Can Lộc"].communes] == [
        PointState.TESTED,
        PointState.OFF,
        PointState.NONE,
    ]
    assert [commune.state for commune in by_name["Nghi Xuân"].communes] == [
        PointState.REGISTERED,
        PointState.NONE,
        PointState.NONE,
    ]
    assert by_name["Sở Y tế"].communes == []


def test_a_cell_says_its_commune_and_its_state(by_name):
    assert by_name["Can Lộc"].communes[0].title == "Thị trấn Nghèn: đã thử đường truyền"


def test_the_numbers_agree_with_the_units_own_page(by_name):
    for unit in by_name.values():
        page = overview(unit.standing)
        assert unit.sum == Figures(page.declared, page.named, page.names_missing, page.connected)


def test_a_unit_on_the_list_without_a_letter_is_not_counted(filled, district_audience):
    InvitationFactory.create(meeting=filled, audience=district_audience, sent_at=None)
    assert len(read_counts(filled, Picture(timezone.now())).units) == 3


def test_a_commune_below_two_invited_units_belongs_to_the_nearer(filled, can_loc, district_audience):
    cluster = UnitFactory.create(name="Cụm Nghèn", tier=Tier.AFFILIATED, parent=can_loc)
    commune = UnitFactory.create(name="Xã Mới", parent=cluster)
    InvitationFactory.create(meeting=filled, unit=cluster, audience=district_audience)
    units = {unit.unit.name: unit for unit in read_counts(filled, Picture(timezone.now())).units}
    assert [c.unit.pk for c in units["Cụm Nghèn"].communes] == [commune.pk]
    assert len(units["Huyện ủy Can Lộc"].communes) == 3


def test_communes_called_themselves_have_a_row_and_no_cells(filled, province, district_audience):
    commune = UnitFactory.create(name="Đảng ủy phường Thành Sen", parent=province)
    InvitationFactory.create(meeting=filled, unit=commune, audience=district_audience)
    BridgePointFactory.create(meeting=filled, unit=commune)
    counts = read_counts(filled, Picture(timezone.now()))
    called = next(unit for unit in counts.units if unit.unit == commune)
    assert called.communes == []
    assert "Đảng ủy phường Thành Sen" not in {c.unit.name for c in counts.communes}


def test_a_meeting_that_called_nobody_counts_nothing(draft_meeting):
    counts = read_counts(draft_meeting, Picture(timezone.now()))
    assert counts.units == []
    assert counts.sum == Figures()


def test_the_board_begins_with_districts_and_the_official_list_with_the_province(counts):
    assert [group.label for group in counts.groups(BOARD_ORDER)] == [
        "Huyện, thành, thị ủy",
        "Cơ quan cấp tỉnh",
    ]
    assert [group.tier for group in counts.groups(OFFICIAL_ORDER)] == [Tier.PROVINCE, Tier.DISTRICT]


def test_six_queries_whatever_the_size(filled, django_assert_num_queries):
    with django_assert_num_queries(6):
        read_counts(filled, Picture(timezone.now()))
