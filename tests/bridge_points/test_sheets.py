"""Sheets over all points: what is studied there, how ready they are, whom to call."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from bridge_points.models import BridgePoint
from bridge_points.studying import studying
from invitations.models import AssignedUnit, Assignment, Audience, Meeting
from tests.cast import client_of
from tests.factories import (
    AssignedUnitFactory,
    AssignmentFactory,
    BridgePointFactory,
    InvitationFactory,
    LineTestFactory,
    MaterialFactory,
    MaterialOpeningFactory,
    UserFactory,
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


# ── Readiness ────────────────────────────────────────────────────────────────────────────────────


def test_a_point_is_ready_when_its_line_is_good_and_its_work_is_done(
    meeting: Meeting, can_loc, can_loc_communes, power_assignment, line_assignment, trang: User, an: User
) -> None:
    address, office = f"/hoi-nghi/{meeting.slug}/viec/diem-cau/", client_of(trang)
    commune = BridgePointFactory.create(meeting=meeting, unit=can_loc_communes[0])
    hall = AssignmentFactory.create(meeting=meeting, kind=Assignment.Kind.HALL)
    AssignedUnitFactory.create(assignment=hall, unit=can_loc, state=AssignedUnit.State.DONE)
    power_assignment.shares.update(state=AssignedUnit.State.DONE)
    for point in (commune, BridgePoint.objects.get(unit=can_loc)):
        LineTestFactory.create(point=point)
    page = office.get(address)
    assert "2 trên 4 điểm cầu chưa sẵn" in page.text
    rows = {row.point.unit.called: row for row in page.context["page"]}
    assert [(cell.by, bool(cell.work)) for cell in rows[commune.unit.called].cells] == [
        ("Can Lộc", True), ("Điện lực Hà Tĩnh", True), ("", False), ("", False),
    ]  # fmt: skip
    assert [view.number for view in page.context["readiness"].views] == [4, 0, 2, 2]
    Assignment.objects.filter(pk=line_assignment.pk).update(due_at=timezone.now() - timedelta(hours=1))
    late = office.get(address, {"tinh_trang": "qua-han", "q": "nghi xuan"})
    assert [row.point.unit.called for row in late.context["page"]] == ["Nghi Xuân"]
    assert client_of(an).get(address).status_code == 403


def test_the_sheet_of_readiness_asks_as_often_for_many_points(
    meeting: Meeting, power_assignment, nguyet: User
) -> None:
    address = f"/hoi-nghi/{meeting.slug}/viec/diem-cau/?in=1"
    few = queries(nguyet, address)
    for point in BridgePointFactory.create_batch(8, meeting=meeting):
        AssignedUnitFactory.create(assignment=power_assignment, unit=point.unit)
        LineTestFactory.create(point=point)
    assert queries(nguyet, address) == few <= 15


# ── Whom to call ─────────────────────────────────────────────────────────────────────────────────


def test_everybody_calls_whom_they_may_and_telecom_sees_no_clerks(
    meeting: Meeting, can_loc, nghi_xuan, an: User, cuong: User, hung: User, dien: User, trang: User
) -> None:
    address = f"/hoi-nghi/{meeting.slug}/lien-he/"
    for unit, name in ((can_loc, "Võ Kỹ Thuật"), (nghi_xuan, "Lê Máy Móc")):
        BridgePoint.objects.filter(unit=unit).update(technician=name, technician_phone="0912345678")
    texts = {user.username: client_of(user).get(address).text for user in (an, hung, dien, trang)}
    assert all("Hồ Sỹ Hùng" in text for text in texts.values())
    seen = {
        who: [name for name in ("Võ Kỹ Thuật", "Lê Máy Móc", cuong.full_name) if name in text]
        for who, text in texts.items()
    }
    assert seen == {
        "an": ["Võ Kỹ Thuật"],
        "hung": ["Võ Kỹ Thuật", "Lê Máy Móc"],
        "dien": [],
        "trang": ["Võ Kỹ Thuật", "Lê Máy Móc", cuong.full_name],
    }
    assert 'href="tel:0912345678"' in texts["hung"]


def test_people_are_found_without_marks_and_a_group_is_a_message(meeting: Meeting, trang: User) -> None:
    address = f"/hoi-nghi/{meeting.slug}/lien-he/"
    ((group, text),) = client_of(trang).get(address, {"q": "ket noi duong"}).context["groups"]
    assert [person.name for person in group.people] == ["Hồ Sỹ Hùng"]
    assert text == (
        "Theo giấy mời · Học tập Nghị quyết Trung ương 8\n"
        "Hồ Sỹ Hùng, Viễn thông Hà Tĩnh (kết nối đường truyền): 0900.000.301"
    )
    found = client_of(trang).get(address, {"q": "0900.000.301"})
    assert found.context["number"] == 1
    assert "Không tìm thấy ai" in client_of(trang).get(address, {"q": "khong co ai"}).text


def test_the_sheet_of_contacts_asks_as_often_for_many_people(
    meeting: Meeting, district_audience: Audience, trang: User
) -> None:
    address = f"/hoi-nghi/{meeting.slug}/lien-he/"
    few = queries(trang, address)
    for point in BridgePointFactory.create_batch(8, meeting=meeting, complete=True):
        InvitationFactory.create(meeting=meeting, unit=point.unit, audience=district_audience)
        UserFactory.create(unit=point.unit)
    assert queries(trang, address) == few <= 15
