"""A meeting that is over is closed: nothing is written after; with a reason it is opened again."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from bridge_points.models import Incident
from conference_portal.closed import STILL
from invitations import closing
from invitations.models import Closing, Meeting
from tests.cast import client_of
from tests.conference_portal.test_every_address import ADDRESSES, NOBODY

pytestmark = pytest.mark.django_db


@pytest.fixture
def over(meeting):
    """The conference, held yesterday."""
    meeting.sessions.update(date=timezone.localdate() - timedelta(days=1))
    return meeting


def test_it_is_closed_when_it_is_over_and_opened_with_a_reason(meeting, trang):
    browser, address = client_of(trang), reverse("meeting_close", args=[meeting.slug])
    early = browser.post(address)
    assert early.status_code == 409
    assert "Buổi cuối bắt đầu" in early.text
    meeting.sessions.update(date=timezone.localdate() - timedelta(days=1))
    assert 'data-open="dlg-dong"' in browser.get(address).text
    assert browser.post(address).status_code == 302
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.CLOSED
    assert "Hội nghị đã đóng lúc" in browser.get(address).text
    with pytest.raises(ValidationError):
        closing.close(meeting_id=meeting.pk, user=trang)
    again = reverse("meeting_reopen", args=[meeting.slug])
    assert "Ghi lý do mở lại" in browser.post(again, {"reason": " "}).text
    assert browser.post(again, {"reason": "Sửa số điểm danh"}).status_code == 302
    meeting.refresh_from_db()
    assert meeting.state == Meeting.State.PUBLISHED
    assert [one.what for one in meeting.closings.all()] == ["reopened", "closed"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Closing.objects.create(meeting=meeting, what="reopened", at=timezone.now())


def test_nothing_is_written_of_a_closed_meeting(over, an, hung, can_loc, can_loc_point, trang):
    incident = reverse("incident_open", args=[over.slug, can_loc.slug])
    closing.close(meeting_id=over.pk, user=trang)
    for user, address in (
        (an, reverse("registration", args=[over.slug, can_loc.slug])),
        (an, reverse("point_edit", args=[over.slug, can_loc.slug])),
        (an, incident),
        (hung, reverse("line_point", args=[over.slug, can_loc.slug])),
        (trang, reverse("meeting_deadline", args=[over.slug])),
        (trang, reverse("meeting_part_add", args=[over.slug, "buoi"])),
    ):
        refused = client_of(user).post(address, {"kind": Incident.Kind.LINE})
        assert (refused.status_code, "Hội nghị đã đóng" in refused.text) == (409, True), address
    assert not Incident.objects.exists()
    closing.reopen(meeting_id=over.pk, user=trang, reason="Thiếu một sự cố")
    assert client_of(an).post(incident, {"kind": Incident.Kind.LINE}).status_code != 409


def test_what_may_still_be_sent_to_is_known():
    assert all(ADDRESSES[name].post != NOBODY for name in STILL)
