"""Sheets over all points: what is studied there, how ready they are, whom to call."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from bridge_points.studying import studying
from invitations.models import Audience, Meeting
from tests.cast import client_of
from tests.factories import (
    BridgePointFactory,
    MaterialFactory,
    MaterialOpeningFactory,
)


def queries(user: User, address: str) -> int:
    browser = client_of(user)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(address).status_code == 200
    return len(asked)


# ── Study materials ──────────────────────────────────────────────────────────────────────────────


def test_a_commune_point_studies_with_its_district_and_the_hall_with_its_agencies(
    meeting: Meeting, can_loc, can_loc_communes, health, district_audience: Audience, trang: User
) -> None:
    commune = BridgePointFactory.create(meeting=meeting, unit=can_loc_communes[0])
    BridgePointFactory.create(meeting=meeting, unit=can_loc_communes[1], connects=False)
    material = MaterialFactory.create(meeting=meeting)
    material.audiences.set(meeting.audiences.all())
    MaterialOpeningFactory.create(material=material, unit=can_loc)

    def cells() -> dict[str, tuple[int, int, bool]]:
        found = studying(meeting, list(meeting.materials.prefetch_related("audiences")), timezone.now())
        return {row.point.unit.called: (c.opened, c.seats, c.own) for row in found.rows for c in row.cells}

    assert cells() == {
        "Tỉnh ủy Hà Tĩnh": (0, 1, False),
        "Can Lộc": (1, 1, True),
        commune.unit.called: (1, 1, False),
        "Nghi Xuân": (0, 1, False),
    }
    MaterialOpeningFactory.create(material=material, unit=health)
    assert cells()["Tỉnh ủy Hà Tĩnh"] == (1, 1, False)
    address = f"/hoi-nghi/{meeting.slug}/tai-lieu/da-mo/diem-cau/"
    text = client_of(trang).get(address).text
    assert "1 trên 4 điểm cầu chưa mở đủ" in text
    assert "cùng Can Lộc" in text
    assert commune.unit.called not in client_of(trang).get(address + "?chua-mo").text


def test_the_sheet_of_materials_asks_as_often_for_many_points(meeting: Meeting, nguyet: User) -> None:
    address = f"/hoi-nghi/{meeting.slug}/tai-lieu/da-mo/diem-cau/?in=1"
    material = MaterialFactory.create(meeting=meeting)
    material.audiences.set(meeting.audiences.all())
    few = queries(nguyet, address)
    for point in BridgePointFactory.create_batch(8, meeting=meeting):
        MaterialOpeningFactory.create(material=material, unit=point.unit)
    assert queries(nguyet, address) == few <= 15
