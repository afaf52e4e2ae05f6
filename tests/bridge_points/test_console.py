"""Telecom's console, and the list of checks: what they show, to whom, in how many queries."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bridge_points import console as desk
from bridge_points.calling import report_ready, take_call
from bridge_points.models import BridgePoint, LineTest, PointCheck, PointSignature
from tests.cast import client_of
from tests.factories import BridgePointFactory, LineTestFactory, UnitFactory, UserFactory

HTMX = {"HX-Request": "true"}


@pytest.fixture
def address(meeting) -> str:
    return reverse("line_console", args=[meeting.slug])


def point_at(point: BridgePoint, what: str = "") -> str:
    return f"/hoi-nghi/{point.meeting.slug}/thu-duong-truyen/{point.unit.slug}/{what}"


def test_the_title_counts_what_is_not_good_and_the_next_is_who_is_ready(
    meeting, address, can_loc_point, hung
):
    LineTestFactory.create(point=BridgePoint.objects.exclude(pk=can_loc_point.pk).first())
    page = client_of(hung).get(address).text
    assert "Còn 2 trên 3 điểm cầu" in page
    report_ready(point_id=can_loc_point.pk)
    page = client_of(hung).get(address).text
    assert "Gọi Can Lộc, đã sẵn sàng" in page
    assert "sẵn sàng, chờ thử từ" in page


def test_another_technician_is_seen_and_what_he_finds_is_kept_beside_mine(
    address, can_loc_point, hung, telecom
):
    mai = UserFactory.create(full_name="Lê Thị Mai", role="telecom", unit=telecom)
    take_call(point_id=can_loc_point.pk, user=mai)
    browser = client_of(hung)
    assert "Lê Thị Mai gọi từ" in browser.get(address).text
    second = browser.post(point_at(can_loc_point, "goi/"))
    assert second.status_code == 409
    assert "Lê Thị Mai" in second.text
    sent = {"result": "sound", "note": "Không thấy hình", "key": str(uuid.uuid4()), "phone_at": "2020-01-01"}
    for _ in range(2):  # a double tap
        answer = browser.post(point_at(can_loc_point) + "?q=can", sent)
    assert answer["Location"] == address + "?q=can"
    client_of(mai).post(point_at(can_loc_point), {"result": "good", "key": str(uuid.uuid4())})
    assert [test.result for test in can_loc_point.line_tests.all()] == ["good", "sound"]
    assert "Hình và tiếng tốt" in browser.get(address).text


def test_states_and_names_without_marks_narrow_the_queue(address, meeting, can_loc_communes, hung):
    for commune in can_loc_communes:
        point = BridgePointFactory.create(meeting=meeting, unit=commune)
    LineTestFactory.create(point=point, result=LineTest.Result.FAILED)
    browser = client_of(hung)
    found = browser.get(address, {"q": "thien loc"}).context["console"]
    assert [row.point.unit.called for row in found.rows] == ["Xã Thiên Lộc"]
    found = browser.get(address, {"tinh_trang": "failed"}).context["console"]
    assert [row.point.unit.called for row in found.rows] == ["Xã Vượng Lộc"]
    below = browser.get(address, {"thuoc": "huyen-uy-can-loc", "in": "1"})
    assert [row.point.unit.called for row in below.context["console"].rows] == [
        "Can Lộc", "Thị trấn Nghèn", "Xã Thiên Lộc", "Xã Vượng Lộc",
    ]  # fmt: skip


def test_telecom_moves_a_point_up(address, meeting, can_loc_point, nghi_xuan, hung):
    client_of(hung).post(f"{address}{nghi_xuan.slug}/thu-tu/", {"truoc": can_loc_point.unit.slug})
    rows = client_of(hung).get(address).context["console"].rows
    assert [row.point.unit.called for row in rows][1:] == ["Nghi Xuân", "Can Lộc"]


def test_a_large_meeting_begins_with_one_committee(address, meeting, can_loc_communes, hung, monkeypatch):
    for commune in can_loc_communes:
        BridgePointFactory.create(meeting=meeting, unit=commune)
    monkeypatch.setattr(desk, "AT_ONCE", 3)
    browser = client_of(hung)
    assert browser.get(address).context["console"].total == 4
    assert browser.get(address, {"thuoc": "tat-ca"}).context["console"].total == 6


def test_the_queue_asks_the_same_for_many_and_is_left_alone_while_nothing_changes(
    address, meeting, can_loc, hung
):
    browser, asked = client_of(hung), []
    for number in (1, 12):
        for _ in range(number):
            unit = UnitFactory.create(parent=can_loc)
            LineTestFactory.create(
                point=BridgePointFactory.create(meeting=meeting, unit=unit), tested_by=hung
            )
        with CaptureQueriesContext(connection) as queries:
            page = browser.get(address)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 12
    seen = {"seen": page.context["console"].fingerprint}
    assert browser.get(address, seen, headers=HTMX).status_code == 204
    take_call(point_id=meeting.bridge_points.first().pk, user=hung)
    assert 'id="console-h1" hx-swap-oob' in browser.get(address, seen, headers=HTMX).text


def test_the_clerk_says_ready_and_sees_the_result(can_loc_point, an, hung):
    clerk = client_of(an)
    page = f"/hoi-nghi/{can_loc_point.meeting.slug}/diem-cau/{can_loc_point.unit.slug}/"
    assert "Sẵn sàng, chờ thử" in clerk.get(page).text
    clerk.post(point_at(can_loc_point, "san-sang/"))
    assert "Đã báo sẵn sàng lúc" in clerk.get(page).text
    news = {"phan": "thu", "seen": clerk.get(page).context["seen"]}
    assert clerk.get(page, news, headers=HTMX).status_code == 204
    client_of(hung).post(point_at(can_loc_point), {"result": "good"})
    assert "Hình và tiếng tốt" in clerk.get(page, news, headers=HTMX).text


# ── What is looked at beforehand ─────────────────────────────────────────────────────────────────


def test_each_ticks_the_own_part_and_a_signature_is_withdrawn_with_a_reason(
    can_loc_point, an, hung, dien, trang, power_assignment
):
    page = f"/hoi-nghi/{can_loc_point.meeting.slug}/diem-cau/{can_loc_point.unit.slug}/"
    checks, sign = page + "kiem-tra/", page + "ky/vien-thong/"
    telecom = client_of(hung)
    assert client_of(an).post(checks + "hoi-truong/").status_code == 302
    assert client_of(an).post(checks + "nguon-dien/").status_code == 403
    assert client_of(dien).post(checks + "nguon-dien/").status_code == 302
    assert "còn chưa kiểm tra: đường truyền chính" in telecom.post(sign, follow=True).text
    for item in ("duong-chinh", "duong-du-phong", "ky-thuat", "ky-thuat"):
        telecom.post(f"{checks}{item}/")
    telecom.post(sign)
    telecom.post(sign)  # a double tap
    assert "Rút chữ ký trước" in telecom.post(f"{checks}ky-thuat/", {"bo": "1"}, follow=True).text
    assert "Ghi lý do" in telecom.post(sign, {"rut": "1", "reason": " "}, follow=True).text
    telecom.post(sign, {"rut": "1", "reason": "Đường dự phòng hỏng"})
    telecom.post(f"{checks}duong-du-phong/", {"bo": "1"})
    seen = client_of(trang).get(checks).text
    assert "Đường dự phòng hỏng" in seen
    assert "Hồ Sỹ Hùng" in seen
    assert PointSignature.objects.get().withdrawn_by == hung
    assert PointCheck.objects.count() == 4
    ready = client_of(trang).get(reverse("assignment_points", args=[can_loc_point.meeting.slug])).text
    assert "4/8" in ready
