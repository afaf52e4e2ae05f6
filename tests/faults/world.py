"""What is due in a run, to whom, by which way; and the units that submit meanwhile."""

import random
import threading
import time
import uuid
from datetime import datetime, timedelta
from datetime import time as time_of_day
from typing import NamedTuple

from django.db import connection, transaction

from accounts.clock import database_now
from accounts.models import Tier, Unit, User
from accounts.permissions import Role
from invitations.models import Audience, Invitation, Meeting
from registrations import services as registrations
from registrations.models import Registration
from reminders.models import Policy, Reminder
from reminders.services import policies

WAYS = (Reminder.Channel.MAIL,) * 12 + (Reminder.Channel.SMS,) * 5 + (
    Reminder.Channel.ZALO,
    Reminder.Channel.PORTAL,
    Reminder.Channel.PORTAL,
)  # fmt: skip
PLANNED = 5
"""One unit in so many gets no message by hand: the policy plans its own."""

ANSWERS = 0.3
"""The share of the units that submit while it all goes on."""

NOBODY = 40
"""One address in so many does not exist."""


class World(NamedTuple):
    """The units with their messages, and who will submit when (seconds after the beginning)."""

    begins: datetime
    planned_at: datetime
    submissions: list[tuple[float, int]]
    clerk: User


@transaction.atomic
def make(messages: int, seconds: float, seed: int, ahead: float) -> World:
    """Make so many messages due within ``seconds``, the first ``ahead`` seconds from now."""
    draw = random.Random(seed)
    begins = database_now() + timedelta(seconds=ahead)
    planned_at = begins + timedelta(seconds=seconds / 2)
    by_hand = _meeting("tay", begins + timedelta(days=5))
    planned = _meeting("lich", planned_at + timedelta(hours=1))
    units = [
        Unit(name=f"Đơn vị {place}", slug=f"dv-{place}", tier=Tier.AFFILIATED, email=_address(place))
        for place in range(messages)
    ]
    Unit.objects.plant(units)
    called = [(planned if place % PLANNED == 0 else by_hand, unit) for place, unit in enumerate(units)]
    audiences = {one.pk: one.audiences.get() for one in (planned, by_hand)}
    called_at = begins - timedelta(minutes=10)
    invitations = Invitation.objects.bulk_create(
        Invitation(meeting=meeting, unit=unit, audience=audiences[meeting.pk], sent_at=called_at)
        for meeting, unit in called
    )
    Registration.objects.bulk_create(Registration(invitation=one, version=1) for one in invitations)
    Reminder.objects.bulk_create(
        _message(meeting, unit, begins + timedelta(seconds=draw.uniform(0, seconds)), draw)
        for meeting, unit in called
        if meeting is by_hand
    )
    answering = draw.sample(invitations, round(ANSWERS * len(invitations)))
    return World(
        begins,
        planned_at,
        sorted((draw.uniform(0, seconds), one.pk) for one in answering),
        User.objects.create_user(username="can-bo", password=None, role=Role.CLERK, unit=units[0]),
    )


def _meeting(slug: str, deadline: datetime) -> Meeting:
    meeting = Meeting.objects.create(
        slug=slug,
        code=slug.upper(),
        title=f"Hội nghị {slug}",
        short_title=slug,
        issuer="Văn phòng",
        state=Meeting.State.PUBLISHED,
        published_at=database_now() - timedelta(days=1),
        registration_deadline=deadline,
    )
    Audience.objects.create(meeting=meeting, heading="Các đơn vị", tier=Tier.AFFILIATED)
    policies.policy_of(meeting)
    whole_day = {"quiet_from": time_of_day(0), "quiet_until": time_of_day(0), "digest_at": []}
    Policy.objects.filter(meeting=meeting).update(**whole_day)
    return meeting


def _address(place: int) -> str:
    return f"{'khong-co' if place % NOBODY == 7 else 'dv'}-{place}@example.vn"


def _message(meeting: Meeting, unit: Unit, due_at: datetime, draw: random.Random) -> Reminder:
    way = draw.choice(WAYS)
    place = int(unit.slug.removeprefix("dv-"))
    phone = way in (Reminder.Channel.SMS, Reminder.Channel.ZALO)
    return Reminder(
        meeting=meeting,
        unit=unit,
        channel=way,
        kind=Reminder.Kind.BY_HAND,
        slot=due_at,
        due_at=due_at,
        asked_at=due_at,
        recipient=f"0912{place:06d}" if phone else unit.email,
        recipient_name=unit.name,
        subject="Nhac dang ky",
        body="Kinh de nghi don vi gui dang ky.\n",
        message_id=f"<{uuid.UUID(int=draw.getrandbits(128))}@faults>",
    )


class Submitting(threading.Thread):
    """Units submit, each at its moment; nothing that is done to the others may hinder them."""

    def __init__(self, world: World, began: float) -> None:
        super().__init__(daemon=True)
        self.refused: list[str] = []
        self.slowest = 0.0
        self._world = world
        self._began = began

    def run(self) -> None:
        for after, invitation in self._world.submissions:
            time.sleep(max(self._began + after - time.monotonic(), 0))
            pressed = time.monotonic()
            try:
                outcome = registrations.submit(
                    invitation_id=invitation, user=self._world.clerk, form_uuid=uuid.uuid4(), version=1
                )
            except Exception as error:
                self.refused.append(repr(error))
            else:
                if outcome.submission is None:
                    self.refused.append(outcome.attempt.result)
            self.slowest = max(self.slowest, time.monotonic() - pressed)
        connection.close()
