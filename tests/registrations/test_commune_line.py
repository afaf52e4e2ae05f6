"""By its link a commune says that its point is ready and what goes wrong, also after the deadline."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse

from bridge_points import incidents
from bridge_points.models import Incident, LineTest, PointLine
from registrations.services import commune_links
from tests.factories import BridgePointFactory, LineTestFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(desk, can_loc_communes):
    (made,) = commune_links.make_links(**desk, communes=can_loc_communes[:1])
    return made


@pytest.fixture
def point(meeting, can_loc_communes):
    return BridgePointFactory.create(meeting=meeting, unit=can_loc_communes[0])


def page(link, what=""):
    return reverse(f"commune_link{what}", args=[commune_links.token_of(link)])


def test_a_commune_says_ready_sees_the_result_and_reports_in_two_taps(link, point, close):
    close()  # lines are tested after the deadline
    phone = Client()
    shown = phone.get(page(link)).text
    assert "Sẵn sàng, chờ thử" in shown
    assert page(link, "_incident") in shown
    for _ in range(2):
        assert phone.post(page(link, "_ready")).status_code == 302
    assert PointLine.objects.get().ready_at
    LineTestFactory.create(point=point, result=LineTest.Result.PICTURE_ONLY, note="Mic tắt")
    shown = phone.get(page(link)).text
    assert "Đã báo sẵn sàng lúc" in shown
    assert "Chỉ có hình" in shown
    key = str(uuid.uuid4())
    for _ in range(2):
        answer = phone.post(page(link, "_incident"), {"kind": "mat-dien", "key": key})
    assert answer.status_code == 302
    assert answer["Referrer-Policy"] == "no-referrer"
    incident = Incident.objects.get()
    assert (incident.point, incident.source, incident.opened_by) == (point, "xa", None)
    assert "Đã báo <b>mất điện</b>" in phone.get(page(link)).text
    refused = phone.post(page(link, "_incident"), {"kind": "im-lang", "key": str(uuid.uuid4())})
    assert refused.status_code == 422


def test_a_link_opens_nothing_else(desk, link, point, meeting, monkeypatch):
    phone = Client()
    sent = {"kind": "khac", "note": "x"}
    monkeypatch.setattr(incidents, "MOST_REPORTS", 1)
    assert phone.post(page(link, "_incident"), sent | {"key": str(uuid.uuid4())}).status_code == 302
    too_many = phone.post(page(link, "_incident"), sent | {"key": str(uuid.uuid4())})
    assert "Đã báo quá nhiều lần" in too_many.text
    meeting.state = meeting.State.CLOSED
    meeting.save()
    assert phone.post(page(link, "_ready")).status_code == 404
    meeting.state = meeting.State.PUBLISHED
    meeting.save()
    commune_links.revoke_link(invitation_id=desk["invitation_id"], user=desk["user"], link_id=link.pk)
    assert phone.post(page(link, "_ready")).status_code == 410
    assert phone.get(page(link, "_incident")).status_code == 410


def test_without_a_point_there_is_no_line(link):
    phone = Client()
    assert "Báo sự cố" not in phone.get(page(link)).text
    assert phone.post(page(link, "_ready")).status_code == 404
