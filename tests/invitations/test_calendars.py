"""A meeting in calendar programs, read back by another reader; and who may read whose feed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar, Event

from accounts.models import Unit, User
from invitations import calendars, issuing
from invitations.models import CalendarFeed, Invitation, Meeting
from tests.cast import client_of
from tests.factories import InvitationFactory, MeetingFactory, SessionFactory


@pytest.fixture
def issued(meeting: Meeting, trang: User) -> Meeting:
    issuing.first(meeting=meeting, user=trang, now=timezone.now())
    return meeting


@pytest.fixture
def feed(issued: Meeting, an: User) -> CalendarFeed:
    return calendars.make_feed(user=an)


def events(data: bytes) -> dict[str, Event]:
    found = [one for one in Calendar.from_ical(data).walk("VEVENT") if isinstance(one, Event)]
    return {str(one["uid"]).split("@")[0].split("-", 3)[-1]: one for one in found}


def send(meeting: Meeting, user: User) -> None:
    found = issuing.waiting(Meeting.objects.get(pk=meeting.pk))
    issuing.send(meeting_id=meeting.pk, user=user, number=found.number, sha256=found.sha256)


def of(meeting: Meeting, unit: Unit | None = None) -> dict[str, Event]:
    return events(calendars.calendar_of(list(meeting.issues.select_related("meeting")), unit))


def address(feed: CalendarFeed) -> str:
    return reverse("calendar_feed", args=[calendars.token_of(feed)])


# ── One meeting ──────────────────────────────────────────────────────────────────────────────


def test_sessions_line_test_and_deadline_stand_at_their_hours(issued: Meeting, can_loc: Unit) -> None:
    found = of(issued, can_loc)
    assert set(found) == {"buoi-1", "buoi-2", "chay-thu", "han"}
    morning = found["buoi-1"]
    day = issued.sessions.first().date
    begins = morning.decoded("dtstart")
    assert begins.utcoffset() == timedelta(0)
    assert timezone.localtime(begins).strftime("%Y-%m-%d %H:%M") == f"{day} 08:00"
    assert timezone.localtime(morning.decoded("dtend")).strftime("%H:%M") == "11:30"
    assert str(morning["location"]) == "Tại điểm cầu các huyện, thành, thị ủy"
    assert "Có mặt trước 15 phút" in str(morning["description"])
    assert (str(morning["status"]), int(morning["sequence"])) == ("CONFIRMED", 1)
    assert found["han"].decoded("dtend") == issued.registration_deadline
    assert str(found["han"]["transp"]) == "TRANSPARENT"


def test_each_unit_has_its_own_venue(issued: Meeting, health: Unit) -> None:
    assert str(of(issued, health)["buoi-1"]["location"]).startswith("Hội trường tầng 1")


def test_a_session_without_an_hour_takes_the_day(issued: Meeting, trang: User) -> None:
    issued.sessions.update(starts_at=None)
    send(issued, trang)
    assert of(issued)["buoi-1"].decoded("dtstart") == issued.sessions.first().date


def test_a_moved_meeting_keeps_its_identity_and_counts_up(issued: Meeting, trang: User) -> None:
    before = of(issued)["buoi-1"]
    for session in issued.sessions.all():
        session.date += timedelta(days=7)
        session.save()
    send(issued, trang)
    after = of(issued)["buoi-1"]
    assert after["uid"] == before["uid"]
    assert int(after["sequence"]) == 2
    assert after.decoded("dtstart") - before.decoded("dtstart") == timedelta(days=7)


def test_a_dropped_session_is_cancelled_in_the_file(issued: Meeting, trang: User) -> None:
    issued.sessions.last().delete()
    send(issued, trang)
    found = of(issued)
    assert str(found["buoi-2"]["status"]) == "CANCELLED"
    assert str(found["buoi-1"]["status"]) == "CONFIRMED"


@pytest.mark.parametrize(
    ("verb", "status", "mark"),
    [(issuing.postpone, "TENTATIVE", "[Hoãn]"), (issuing.cancel, "CANCELLED", "[Hủy]")],
)
def test_a_meeting_called_off_says_so(
    verb: object, status: str, mark: str, issued: Meeting, trang: User
) -> None:
    verb(meeting_id=issued.pk, user=trang, reason="Bão số 9.")
    for event in of(issued).values():
        assert str(event["status"]) == status
        assert str(event["summary"]).startswith(mark)
        assert "Bão số 9." in str(event["description"])


def test_the_file_is_given_to_who_reads_the_letter(issued: Meeting, an: User) -> None:
    response = client_of(an).get(f"/hoi-nghi/{issued.slug}/lich.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert response["Content-Disposition"].startswith(f'attachment; filename="{issued.slug}.ics"')
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    assert client_of(an).get(f"/hoi-nghi/{MeetingFactory.create().slug}/lich.ics").status_code == 404


# ── The feed ─────────────────────────────────────────────────────────────────────────────────


def test_a_feed_needs_no_sign_in_and_shows_what_its_owner_sees(
    feed: CalendarFeed, client: Client, issued: Meeting, trang: User
) -> None:
    foreign = InvitationFactory.create().meeting
    SessionFactory.create(meeting=foreign)
    issuing.first(meeting=foreign, user=trang, now=timezone.now())
    response = client.get(address(feed))
    assert response.status_code == 200
    body = response.content.decode()
    assert f"hoi-nghi-{issued.pk}-buoi-1" in body
    assert f"hoi-nghi-{foreign.pk}-" not in body
    assert response["Cache-Control"] == "private, no-cache"
    feed.refresh_from_db()
    assert feed.read_at is not None


def test_rights_are_asked_at_each_reading(
    feed: CalendarFeed, client: Client, issued: Meeting, an: User, can_loc_invitation: Invitation
) -> None:
    assert b"VEVENT" in client.get(address(feed)).content
    Invitation.objects.filter(pk=can_loc_invitation.pk).update(sent_at=None)
    assert b"VEVENT" not in client.get(address(feed)).content
    User.objects.filter(pk=an.pk).update(is_active=False)
    assert client.get(address(feed)).status_code == 404


def test_what_has_not_changed_is_not_sent_again(
    feed: CalendarFeed, client: Client, issued: Meeting, trang: User
) -> None:
    etag = client.get(address(feed))["ETag"]
    same = client.get(address(feed), headers={"if-none-match": etag})
    assert (same.status_code, same.content) == (304, b"")
    issuing.postpone(meeting_id=issued.pk, user=trang, reason="Bão số 9.")
    assert client.get(address(feed), headers={"if-none-match": etag}).status_code == 200


@pytest.mark.parametrize("wrong", ["1-", "0-ab", "x", "1", "99999999999999999-ab", "²-ab", "-1-ab"])
def test_a_wrong_address_is_not_there(wrong: str, feed: CalendarFeed, client: Client) -> None:
    assert client.get(f"/lich/{wrong}.ics").status_code == 404
    altered = calendars.token_of(feed)[:-1] + ("0" if calendars.token_of(feed)[-1] != "0" else "1")
    assert client.get(f"/lich/{altered}.ics").status_code == 404


def test_one_persons_key_does_not_open_anothers_feed(feed: CalendarFeed, client: Client, lan: User) -> None:
    other = calendars.make_feed(user=lan)
    mac = calendars.token_of(feed).partition("-")[2]
    assert client.get(f"/lich/{other.pk}-{mac}.ics").status_code == 404


def test_the_row_alone_opens_nothing(feed: CalendarFeed, client: Client) -> None:
    assert len(bytes.fromhex(feed.token)) == 32
    assert feed.token not in address(feed)
    assert client.get(f"/lich/{feed.pk}-{feed.token}.ics").status_code == 404


def test_the_owner_makes_renews_and_revokes_it(issued: Meeting, an: User, client: Client) -> None:
    own = client_of(an)
    assert "Tạo địa chỉ lịch" in own.get("/tai-khoan/lich/").content.decode()
    own.post("/tai-khoan/lich/tao/")
    first = address(CalendarFeed.objects.get())
    page = own.get("/tai-khoan/lich/").content.decode()
    assert first in page
    assert "webcal://" in page
    own.post("/tai-khoan/lich/tao/")
    second = address(CalendarFeed.objects.get())
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    own.post("/tai-khoan/lich/thu-hoi/")
    assert client.get(second).status_code == 404


def test_the_feed_takes_the_same_few_queries_at_any_size(
    feed: CalendarFeed, client: Client, can_loc: Unit, trang: User
) -> None:
    counts = []
    for _ in range(2):
        for _ in range(3):
            meeting = InvitationFactory.create(unit=can_loc).meeting
            SessionFactory.create_batch(2, meeting=meeting)
            issuing.first(meeting=meeting, user=trang, now=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address(feed)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 5
