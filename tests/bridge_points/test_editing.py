"""The office corrects, adds and takes away points; nothing that was typed and nobody's row is lost."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Tier, Unit, User
from bridge_points import services
from bridge_points.models import BridgePoint
from invitations.models import Meeting
from tests.cast import client_of
from tests.factories import (
    BridgePointFactory,
    DelegateFactory,
    HeadcountFactory,
    LineTestFactory,
    MeetingFactory,
    RegistrationFactory,
)

HTMX = {"HX-Request": "true"}


def page(point: BridgePoint, what: str = "sua/") -> str:
    return f"/hoi-nghi/{point.meeting.slug}/diem-cau/{point.unit.slug}/{what}"


def form(point: BridgePoint, **typed: object) -> dict[str, object]:
    """What the browser sends for ``point`` when nothing but ``typed`` was changed."""
    saved = {
        "venue": point.venue,
        "chair": point.chair,
        "technician": point.technician,
        "technician_phone": point.technician_phone,
        "tier": point.tier,
        "parent": point.parent_id or "",
        "connects": "on",
        "version": point.version,
    }
    return {name: value for name, value in (saved | typed).items() if value is not None}


# ── Correcting ───────────────────────────────────────────────────────────────────────────────────


def test_the_office_corrects_a_row(can_loc_point: BridgePoint, trang: User) -> None:
    sent = form(can_loc_point, venue="  Hội trường  tầng 2 ", technician_phone="+84 912 345 678")
    response = client_of(trang).post(page(can_loc_point), sent, headers=HTMX)
    can_loc_point.refresh_from_db()
    assert can_loc_point.venue == "Hội trường tầng 2"
    assert can_loc_point.technician_phone == "0912345678"
    assert can_loc_point.version == 2
    assert response.status_code == 200
    assert "Hội trường tầng 2" in response.text
    assert 'class="is-edit"' not in response.text


def test_a_wrong_telephone_is_refused_at_its_field_and_stays_as_typed(
    can_loc_point: BridgePoint, trang: User
) -> None:
    sent = form(can_loc_point, venue="Hội trường mới", technician_phone="0900.000.31")
    response = client_of(trang).post(page(can_loc_point), sent, headers=HTMX)
    assert response.status_code == 422
    assert 'id="id_technician_phone_error"' in response.text
    assert "Mới có 9 chữ số, cần 10. Điền thêm, hoặc để trống." in response.text
    assert 'value="0900.000.31"' in response.text
    assert 'value="Hội trường mới"' in response.text
    can_loc_point.refresh_from_db()
    assert can_loc_point.venue == ""


def test_who_was_overtaken_sees_both_texts_and_may_still_save(
    can_loc_point: BridgePoint, trang: User
) -> None:
    office = client_of(trang)
    opened = form(can_loc_point, venue="Bản của tôi")
    office.post(page(can_loc_point), form(can_loc_point, venue="Bản của người kia"), headers=HTMX)

    response = office.post(page(can_loc_point), opened, headers=HTMX)
    assert response.status_code == 409
    assert 'value="Bản của tôi"' in response.text
    assert "Bản đang lưu: Bản của người kia" in response.text
    assert response.text.count("Bản đang lưu:") == 1
    can_loc_point.refresh_from_db()
    assert can_loc_point.venue == "Bản của người kia"

    again = office.post(page(can_loc_point), opened | {"version": can_loc_point.version}, headers=HTMX)
    assert again.status_code == 200
    can_loc_point.refresh_from_db()
    assert can_loc_point.venue == "Bản của tôi"


def test_two_who_wrote_the_same_are_not_asked(can_loc_point: BridgePoint, trang: User) -> None:
    sent = form(can_loc_point, venue="Hội trường")
    for _ in range(2):
        assert client_of(trang).post(page(can_loc_point), sent, headers=HTMX).status_code == 200
    can_loc_point.refresh_from_db()
    assert can_loc_point.version == 2


def test_a_parent_of_another_meeting_or_below_the_point_is_refused(
    can_loc_point: BridgePoint, can_loc_communes: list[Unit], trang: User
) -> None:
    foreign = BridgePointFactory.create(meeting=MeetingFactory.create(published=True))
    response = client_of(trang).post(
        page(can_loc_point), form(can_loc_point, parent=foreign.pk), headers=HTMX
    )
    assert response.status_code == 422
    assert "Chọn một điểm cầu của hội nghị này." in response.text

    below = BridgePointFactory.create(
        meeting=can_loc_point.meeting, unit=can_loc_communes[0], parent=can_loc_point
    )
    response = client_of(trang).post(page(can_loc_point), form(can_loc_point, parent=below.pk), headers=HTMX)
    assert response.status_code == 422
    assert "nằm dưới chính điểm cầu đang sửa" in response.text


def test_a_form_without_its_version_changes_nothing(can_loc_point: BridgePoint, trang: User) -> None:
    sent = form(can_loc_point, venue="Lén", version=None)
    assert client_of(trang).post(page(can_loc_point), sent, headers=HTMX).status_code == 422
    can_loc_point.refresh_from_db()
    assert can_loc_point.venue == ""


def test_without_javascript_correcting_is_a_page(can_loc_point: BridgePoint, trang: User) -> None:
    office = client_of(trang)
    assert "<h1>Điểm cầu Can Lộc</h1>" in office.get(page(can_loc_point)).text
    response = office.post(page(can_loc_point), form(can_loc_point, venue="Hội trường"))
    assert response.status_code == 302
    assert response["Location"] == page(can_loc_point, "")


# ── Adding ───────────────────────────────────────────────────────────────────────────────────────


def test_a_new_point_takes_tier_and_parent_from_the_tree(
    meeting: Meeting, can_loc_communes: list[Unit], can_loc_point: BridgePoint, trang: User
) -> None:
    commune = can_loc_communes[1]
    response = client_of(trang).post(
        f"/hoi-nghi/{meeting.slug}/them-diem-cau/", {"unit": commune.pk, "connects": "on"}
    )
    point = BridgePoint.objects.get(meeting=meeting, unit=commune)
    assert response["Location"] == page(point, "")
    assert (point.tier, point.parent, point.connects) == (Tier.COMMUNE, can_loc_point, True)


def test_the_provincial_point_is_offered_where_it_is_missing(trang: User, province: Unit) -> None:
    meeting = MeetingFactory.create(published=True)
    text = client_of(trang).get(f"/hoi-nghi/{meeting.slug}/them-diem-cau/?cap=tinh").text
    assert f'<option value="{province.pk}" selected>' in text


def test_a_second_point_of_a_unit_is_refused(meeting: Meeting, can_loc: Unit, trang: User) -> None:
    response = client_of(trang).post(f"/hoi-nghi/{meeting.slug}/them-diem-cau/", {"unit": can_loc.pk})
    assert response.status_code == 422
    assert "Đơn vị này không có, hoặc đã có điểm cầu trong hội nghị." in response.text
    with pytest.raises(ValidationError, match="đã có điểm cầu trong hội nghị này"):
        services.add_point(meeting=meeting, unit=can_loc, values={})


def test_adding_without_a_unit_says_what_to_do(meeting: Meeting, trang: User) -> None:
    response = client_of(trang).post(f"/hoi-nghi/{meeting.slug}/them-diem-cau/", {"venue": "Hội trường A"})
    assert response.status_code == 422
    assert "Chọn đơn vị có điểm cầu." in response.text
    assert 'value="Hội trường A"' in response.text


# ── Taking away ──────────────────────────────────────────────────────────────────────────────────


def test_a_point_with_tests_only_is_taken_away(can_loc_point: BridgePoint, trang: User) -> None:
    LineTestFactory.create(point=can_loc_point)
    asked = client_of(trang).get(page(can_loc_point, "bo/"), headers=HTMX)
    assert "<dialog" in asked.text
    assert "Bỏ điểm cầu Can Lộc?" in asked.text
    response = client_of(trang).post(page(can_loc_point, "bo/"), follow=True)
    assert "Đã bỏ điểm cầu Can Lộc." in response.text
    assert not BridgePoint.objects.filter(pk=can_loc_point.pk).exists()


def test_a_point_with_people_stays_and_the_page_says_why_and_what_to_do(
    can_loc_point: BridgePoint, can_loc_invitation, can_loc_communes: list[Unit], trang: User
) -> None:
    registration = RegistrationFactory.create(invitation=can_loc_invitation)
    DelegateFactory.create_batch(2, registration=registration, bridge_point=can_loc_point)
    HeadcountFactory.create(registration=registration, bridge_point=can_loc_point)
    BridgePointFactory.create(meeting=can_loc_point.meeting, unit=can_loc_communes[0], parent=can_loc_point)
    response = client_of(trang).post(page(can_loc_point, "bo/"))
    assert response.status_code == 409
    for said in (
        "<b>2</b>&nbsp;dòng đại biểu",
        "<b>1</b>&nbsp;dòng số lượng đại biểu",
        "<b>1</b>&nbsp;dòng điểm cầu cấp dưới",
        "Trả đăng ký lại để đơn vị chuyển đại biểu sang điểm khác",
    ):
        assert said in response.text
    assert BridgePoint.objects.filter(pk=can_loc_point.pk).exists()
    assert registration.delegates.count() == 2
    assert registration.headcounts.count() == 1
