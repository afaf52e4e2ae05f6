"""The pages of a session: a point's own, a commune's by its link, the sums over all; what a device sends."""

import io
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from registrations.attendance_codes import SIDE, code_of
from registrations.models import Attendance, AttendanceEntry, Change
from registrations.services import commune_links
from tests.camera import brightness
from tests.cast import client_of
from tests.factories import (
    AttendanceFactory,
    BridgePointFactory,
    DelegateFactory,
    HeadcountFactory,
    SessionFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def morning(meeting):
    return meeting.sessions.first()


def batch(*entries: dict[str, Any]) -> dict[str, Any]:
    rows = [{"key": str(uuid.uuid4()), "age": 1.5} | entry for entry in entries]
    return {"device": str(uuid.uuid4()), "entries": rows}


def post(client: Client, address: str, sent: Any) -> Any:
    body = sent if isinstance(sent, bytes) else json.dumps(sent)
    return client.post(address, body, content_type="application/json")


def at(name: str, meeting: Any, session: Any, *more: str) -> str:
    return reverse(name, args=[meeting.slug, session.pk, *more])


FORTY = {"present": 40, "excused": 3, "absent": 2, "reason": " Đi\u0000  công tác"}


def test_a_clerk_reports_and_everybody_sees_it(an, trang, nguyet, meeting, morning, can_loc, draft):
    clerk = client_of(an)
    khang = draft.delegates.first()
    page = clerk.get(at("attendance_point", meeting, morning, can_loc.slug))
    assert "Chưa báo buổi này" in page.text
    assert "camera=(self)" in page["Permissions-Policy"]
    assert str(khang.key) in page.text
    answer = post(clerk, at("attendance_sync", meeting, morning, can_loc.slug), batch(FORTY)).json()
    assert [one["state"] for one in answer["results"]] == ["kept"]
    assert (answer["now"]["numbers"]["present"], answer["now"]["numbers"]["reason"]) == (40, "Đi công tác")
    assert "lý do: Đi công tác" in clerk.get(at("attendance_point", meeting, morning, can_loc.slug)).text
    assert AttendanceEntry.objects.get().by == an
    for reader in (trang, nguyet):
        shown = client_of(reader).get(at("attendance_session", meeting, morning)).text
        assert "<b>40</b> có mặt trên 45 đăng ký" in shown
        assert "1/3 điểm cầu đã báo" in shown


def test_a_commune_reports_by_its_link_its_own_point_and_nothing_else(
    desk, meeting, morning, can_loc_communes, close
):
    (link,) = commune_links.make_links(**desk, communes=can_loc_communes[:1])
    point = BridgePointFactory.create(meeting=meeting, unit=can_loc_communes[0])
    close()  # people come after the registration's deadline
    names = [commune_links.token_of(link), morning.pk]
    phone = Client(enforce_csrf_checks=True)
    page = phone.get(reverse("commune_link_attendance", args=names))
    assert "Gửi số" in page.text
    assert page["Referrer-Policy"] == "no-referrer"
    address = reverse("commune_link_attendance_sync", args=names)
    assert post(phone, address, batch(FORTY)).json()["results"][0]["state"] == "kept"
    entry = AttendanceEntry.objects.get()
    assert (entry.point, entry.by, entry.link) == (point, None, link)
    other = reverse("commune_link_attendance_sync", args=[names[0], SessionFactory.create().pk])
    assert post(phone, other, batch(FORTY)).status_code == 404
    commune_links.revoke_link(invitation_id=link.invitation_id, user=desk["user"], link_id=link.pk)
    assert post(phone, address, batch(FORTY)).status_code == 410
    assert AttendanceEntry.objects.count() == 1


def test_what_cannot_be_read_is_refused_and_changes_nothing(an, meeting, morning, can_loc):
    clerk, address = client_of(an), at("attendance_sync", meeting, morning, can_loc.slug)
    wrong = [
        b"", b"[]", b"{", b'{"device": 1, "entries": []}', b"\xff\xfe",
        batch({"present": "40", "excused": 0, "absent": 0}),
        batch({"present": True, "excused": 0, "absent": 0}),
        batch({**FORTY, "age": "NaN"}), batch({**FORTY, "key": "x"}),
        batch({**FORTY, "reason": 1}), batch({**FORTY, "present": 2**40}),
        batch({"delegate": str(uuid.uuid4()), "state": "asleep"}),
        {"device": str(uuid.uuid4()), "entries": [[]] * 3},
        {"device": str(uuid.uuid4()), "entries": [FORTY] * 2001},
    ]  # fmt: skip
    for sent in wrong:
        answer = post(clerk, address, sent)
        assert answer.status_code == 409, sent
        assert answer.json()["why"], sent
    assert not Attendance.objects.exists()


def test_the_office_filters_and_telecom_sees_no_names(trang, hung, meeting, morning, can_loc_point):
    over = AttendanceFactory.create(session=morning, point=can_loc_point, present=7)
    office = client_of(trang)
    page = at("attendance_session", meeting, morning)
    only = office.get(page, {"xem": "vuot"}).text
    assert over.point.unit.called in only
    assert "Nghi Xuân</a></th><td></td>" not in only
    silent = office.get(page, {"xem": "chua-bao", "q": "nghi xuan"}).text
    assert "Chưa báo" in silent
    assert client_of(hung).get(page).status_code == 403
    assert office.get(reverse("attendance", args=[meeting.slug])).url.endswith(f"/{morning.pk}/")


@pytest.mark.parametrize("rows", [1, 8])
def test_pages_ask_as_much_of_the_database_at_any_size(
    an, trang, meeting, morning, can_loc, draft, rows, django_assert_max_num_queries
):
    for number in range(rows):
        point = BridgePointFactory.create(meeting=meeting)
        HeadcountFactory.create(registration=draft, bridge_point=point, role=None, number=number)
        AttendanceFactory.create(session=morning, point=point)
        DelegateFactory.create(registration=draft)
    office, clerk = client_of(trang), client_of(an)
    with django_assert_max_num_queries(15):
        assert office.get(at("attendance_session", meeting, morning)).status_code == 200
    with django_assert_max_num_queries(15):
        page = clerk.get(at("attendance_point", meeting, morning, can_loc.slug))
    assert page.status_code == 200


def test_the_worker_is_ours_and_asked_for_each_time(client):
    answer = client.get(reverse("attendance_worker"))
    assert answer["Content-Type"].startswith("text/javascript")
    assert answer["Cache-Control"] == "no-cache"
    assert "default-src 'none'" in answer["Content-Security-Policy"]


# ── Cards ────────────────────────────────────────────────────────────────────────────────────


def test_a_card_is_taken_at_its_own_point_and_said_whose_it_is_elsewhere(
    an, meeting, morning, can_loc, draft
):
    khang, other = draft.delegates.first(), DelegateFactory.create()
    sits_elsewhere = DelegateFactory.create(
        registration=draft, bridge_point=BridgePointFactory.create(meeting=meeting)
    )
    codes = [code_of(one) for one in (khang, other, sits_elsewhere)]
    typed = [codes[0].lower().replace("-", " "), codes[1], codes[2], codes[0][:-1] + "U", "", "%"]
    sent = batch(*[{"code": code, "state": "present", "scanned": True} for code in typed])
    answer = post(client_of(an), at("attendance_sync", meeting, morning, can_loc.slug), sent).json()
    assert [one["state"] for one in answer["results"]] == [
        "kept", "refused", "elsewhere", "refused", "refused", "refused"
    ]  # fmt: skip
    assert "hội nghị khác" in answer["results"][1]["why"]
    assert "điểm cầu khác" in answer["results"][2]["why"]
    assert "không đúng" in answer["results"][3]["why"]
    assert answer["now"]["people"] == {str(khang.key): "present"}


def test_the_cards_are_a_pdf_and_taking_them_is_written_down(an, meeting, morning, can_loc, draft):
    answer = client_of(an).post(at("attendance_cards", meeting, morning, can_loc.slug))
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "Nguyễn Hữu Khang" in text
    assert code_of(draft.delegates.first()) in text
    assert Change.objects.filter(by=an, kind=Change.Kind.DOWNLOADED).count() == 1


def test_the_portal_reads_a_card_for_a_telephone_that_cannot(
    an, nguyet, meeting, morning, can_loc, draft, desk, can_loc_communes
):
    code = code_of(draft.delegates.first())
    address = at("attendance_read_code", meeting, morning, can_loc.slug)
    card, wall = brightness(code, SIDE, SIDE, dot=6), bytes(SIDE * SIDE)

    def read(client: Client, address: str, picture: bytes) -> Any:
        return client.post(address, picture, content_type="application/octet-stream")

    clerk = client_of(an)
    assert read(clerk, address, card).json() == {"code": code}
    assert read(clerk, address, wall).json() == {"code": ""}
    for odd in (b"", card[:-1], card + b"0"):
        answer = read(clerk, address, odd)
        assert (answer.status_code, "gõ mã ghi dưới ô QR" in answer.json()["why"]) == (400, True)
    assert read(client_of(nguyet), address, card).status_code == 403
    assert not AttendanceEntry.objects.exists()

    (link,) = commune_links.make_links(**desk, communes=can_loc_communes[:1])
    BridgePointFactory.create(meeting=meeting, unit=can_loc_communes[0])
    own = reverse("commune_link_read_code", args=[commune_links.token_of(link), morning.pk])
    phone = Client(enforce_csrf_checks=True)
    assert read(phone, own, card).json() == {"code": code}
    commune_links.revoke_link(invitation_id=link.invitation_id, user=desk["user"], link_id=link.pk)
    assert read(phone, own, card).status_code == 410
