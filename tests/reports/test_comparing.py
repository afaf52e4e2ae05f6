"""A meeting beside an earlier one: numbers laid out by hand."""

from datetime import timedelta

import pytest
from django.urls import reverse

from reports.comparing import compare
from tests.cast import client_of
from tests.factories import InvitationFactory, RegistrationFactory, SubmissionFactory
from tests.reports.conftest import enlarge, queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def earlier(filled, can_loc, nghi_xuan):
    """Half a year ago: Can Lộc submitted 40 in time, Nghi Xuân 20 a day late; Sở Y tế was not called."""
    then = InvitationFactory.create(
        unit=can_loc,
        meeting__published=True,
        meeting__short_title="Hội nghị lần trước",
        meeting__registration_deadline=filled.registration_deadline - timedelta(days=180),
    )
    meeting = then.meeting
    late = InvitationFactory.create(unit=nghi_xuan, meeting=meeting, audience=then.audience)
    for invitation, declared, after in ((then, 40, -2), (late, 20, 24)):
        SubmissionFactory.create(
            registration=RegistrationFactory.create(invitation=invitation, submitted=True),
            number=1,
            declared=declared,
            decided_at=meeting.registration_deadline + timedelta(hours=after),
        )
    return meeting


def test_who_grew_who_is_late_and_who_was_not_called(filled, earlier, trang):
    found = compare(filled, trang)
    assert found.earlier == earlier
    lines = {line.unit.called: line for line in found.lines}
    assert lines["Can Lộc"].change == 45 - 40
    assert [line.unit.called for line in found.grew] == ["Can Lộc"]
    assert lines["Nghi Xuân"].change is None, "it has not submitted yet"
    assert lines["Sở Y tế"].before is None
    assert [(line.unit.called, line.late, line.meetings) for line in found.late] == [("Nghi Xuân", 1, 1)]
    assert found.title == "1 đơn vị tăng, 0 đơn vị giảm, 1 đơn vị hay trễ"


def test_the_page_says_it_in_words_and_in_as_many_queries_for_many(filled, earlier, nguyet):
    address = reverse("board_compare", args=[filled.slug])
    page = client_of(nguyet).get(address).content.decode()
    for words in ("So với Hội nghị lần trước", "+5", "không mời", "trễ 1 trên 1 hội nghị trước"):
        assert words in page
    few = queries_of(nguyet, address)
    enlarge(filled, units=6, communes=0, delegates=1)
    assert queries_of(nguyet, address) == few <= 15


def test_without_an_earlier_meeting_the_page_says_so(filled, trang):
    page = client_of(trang).get(reverse("board_compare", args=[filled.slug])).content.decode()
    assert "Chưa có hội nghị trước để so sánh" in page
