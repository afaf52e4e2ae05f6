"""A unit's calendar has the unit's own deadline: the later of the meeting's and its last extension."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Unit, User
from invitations import calendars, issuing
from invitations.models import Invitation, Meeting
from registrations.models import Extension
from tests.cast import client_of
from tests.invitations.test_calendars import events


@pytest.fixture
def issued(meeting: Meeting, trang: User) -> Meeting:
    issuing.first(meeting=meeting, user=trang, now=timezone.now())
    return meeting


def give(invitation: Invitation, until: datetime, by: User, *, at: datetime | None = None) -> Extension:
    return Extension.objects.create(
        invitation=invitation, until=until, reason="bão", granted_at=at or timezone.now(), granted_by=by
    )


def due(client: Client, address: str) -> datetime:
    return events(client.get(address).content)["han"].decoded("dtend")


def test_file_and_feed_have_the_units_own_deadline(
    issued: Meeting, can_loc: Unit, can_loc_invitation: Invitation, an: User, cuong: User, trang: User
) -> None:
    file = reverse("meeting_calendar", args=[issued.slug])
    feed = reverse("calendar_feed", args=[calendars.token_of(calendars.make_feed(user=an))])
    common = issued.registration_deadline.replace(second=0, microsecond=0)
    assert due(client_of(an), file) == due(Client(), feed) == common
    later = common + timedelta(hours=20)
    granted = timezone.now() + timedelta(minutes=5)
    give(can_loc_invitation, later, trang, at=granted)
    assert due(client_of(an), file) == due(Client(), feed) == later
    own = events(client_of(an).get(file).content)["han"]
    assert can_loc.name in str(own["description"])
    assert own.decoded("dtstamp") == granted.replace(microsecond=0), "programs take the later one over"
    assert due(client_of(cuong), file) == common, "another unit has no more time"
    assert due(client_of(trang), file) == common


def test_the_last_extension_counts_and_never_ends_before_the_meetings_deadline(
    issued: Meeting, can_loc_invitation: Invitation, an: User, trang: User
) -> None:
    file = reverse("meeting_calendar", args=[issued.slug])
    common = issued.registration_deadline.replace(second=0, microsecond=0)
    now = timezone.now()
    give(can_loc_invitation, common + timedelta(days=2), trang, at=now - timedelta(hours=1))
    give(can_loc_invitation, common + timedelta(days=1), trang, at=now)
    assert due(client_of(an), file) == common + timedelta(days=1)
    give(can_loc_invitation, common - timedelta(days=1), trang, at=now + timedelta(hours=1))
    assert due(client_of(an), file) == common


def test_the_feed_asks_for_all_extensions_at_once(
    issued: Meeting, can_loc_invitation: Invitation, an: User, trang: User
) -> None:
    address = reverse("calendar_feed", args=[calendars.token_of(calendars.make_feed(user=an))])
    with CaptureQueriesContext(connection) as asked:
        Client().get(address)
    give(can_loc_invitation, issued.registration_deadline + timedelta(days=1), trang)
    give(can_loc_invitation, issued.registration_deadline + timedelta(days=2), trang)
    with CaptureQueriesContext(connection) as again:
        Client().get(address)
    assert len(again) == len(asked) <= 6
