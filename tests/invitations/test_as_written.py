"""A letter's parts are read once, and anew as soon as any of their rows is another."""

from datetime import date

from invitations import as_written
from invitations.models import (
    Assignment,
    Audience,
    Chair,
    Contact,
    Deadline,
    InvitedRole,
    Meeting,
    Session,
)
from tests.cast import client_of
from tests.factories import ChairFactory

CHANGES = {
    Meeting: {"place": "Hà Tĩnh, đã đổi"},
    Session: {"date": date(2031, 1, 1)},
    Audience: {"heading": "Điểm cầu, đã đổi"},
    InvitedRole: {"text": "Thành phần, đã đổi"},
    Chair: {"name": "Tên, đã đổi"},
    Assignment: {"text": "Việc, đã đổi"},
    Deadline: {"what": "Danh sách, đã đổi"},
    Contact: {"about": "Kỹ thuật, đã đổi"},
}


def test_a_letter_that_nobody_changed_is_asked_for_once(meeting, django_assert_num_queries):
    first = as_written.written(meeting)
    with django_assert_num_queries(1):
        assert as_written.written(meeting) is first


def test_a_change_in_any_row_is_seen_and_one_undone_too(meeting, district_audience, line_assignment):
    ChairFactory.create(audience=district_audience)
    for kind, change in CHANGES.items():
        first = as_written.written(meeting).fingerprint
        row = kind.objects.order_by("pk")[0]
        kind.objects.filter(pk=row.pk).update(**change)
        changed = as_written.written(meeting)
        assert changed.fingerprint != first, kind
        row.save()
        assert as_written.written(meeting) is not changed, kind


def test_one_part_more_and_one_less_are_seen(meeting):
    count = len(as_written.written(meeting).audiences)
    added = Audience.objects.create(meeting=meeting, heading="Điểm cầu cấp xã", tier="commune")
    assert len(as_written.written(meeting).audiences) == count + 1
    added.delete()
    assert len(as_written.written(meeting).audiences) == count


def heading_on_the_page(client, meeting, heading):
    client.get(meeting.get_absolute_url())
    Audience.objects.filter(pk=heading.pk).update(heading="Điểm cầu cấp huyện, đã đổi tên")
    return "đã đổi tên" in client.get(meeting.get_absolute_url()).content.decode()


def test_a_heading_that_was_renamed_is_on_the_page_at_once(meeting, trang):
    assert heading_on_the_page(client_of(trang), meeting, meeting.audiences.first())


def test_without_the_fingerprint_it_would_not_be(meeting, trang, monkeypatch):
    monkeypatch.setattr(as_written, "_fingerprint", lambda meeting: "the same")
    assert not heading_on_the_page(client_of(trang), meeting, meeting.audiences.first())
