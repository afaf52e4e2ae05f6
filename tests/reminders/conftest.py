"""A conference whose deadline is far ahead, and the hours before it.

The deadline lies a month ahead so that neither the wall clock nor a portal that runs beside the test
finds anything due: only what a test says with ``now`` happens.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import Unit, User
from invitations.models import Invitation, Meeting
from registrations.models import Registration
from reminders import services
from reminders.models import Reminder
from tests.factories import five_pm_in
from tests.gateways import _esms_server, _zalo_server, esms, zalo  # noqa: F401 (fixtures)


@pytest.fixture
def deadline(meeting: Meeting, an: User, cuong: User, lan: User, trang: User) -> datetime:
    """17:00 in a month; every unit has one clerk, the office one person."""
    meeting.registration_deadline = five_pm_in(30)
    meeting.save()
    return meeting.registration_deadline


@pytest.fixture
def hour_before(deadline: datetime) -> datetime:
    return deadline - timedelta(hours=1)


@pytest.fixture
def planned(hour_before: datetime) -> list[Reminder]:
    """The mails of the last hour, one for each of the three units, none sent yet."""
    services.plan(now=hour_before)
    return list(Reminder.objects.order_by("pk"))


def answer(invitation: Invitation, state: str = Registration.State.SUBMITTED) -> Registration:
    """Let a unit submit, without the ceremony."""
    registration, _ = Registration.objects.update_or_create(
        invitation=invitation,
        defaults={"state": state, "submitted_at": timezone.now(), "version": 1, "submitted_version": 1},
    )
    return registration


def mail_of(unit: Unit) -> Reminder:
    return Reminder.objects.get(unit=unit)
