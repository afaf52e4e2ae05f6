"""Two senders at once, a sender against a submission; and what would happen without the locks."""

from __future__ import annotations

import math
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.clock import database_now
from accounts.models import User
from invitations.models import Invitation
from registrations import services as registrations
from registrations.models import Registration
from reminders import defaults, services
from reminders.channels import Answer, Message, Outcome
from reminders.channels.mail import MailChannel
from reminders.models import Policy, Reminder, ReminderAttempt
from reminders.services import sending, starting
from reminders.services.claiming import claim
from reminders.services.turns import alone
from tests.factories import RegistrationFactory
from tests.mail import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)
State = Reminder.State
PATIENCE = 20


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    """Run each deed in a thread with a connection of its own; return what they returned, in order."""
    results: list[Any] = [None] * len(deeds)
    errors: list[BaseException] = []

    def run(position: int, deed: Callable[[], Any]) -> None:
        try:
            results[position] = deed()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads), "somebody waits for ever"
    if errors:
        raise errors[0]
    return results


class Post(MailChannel):
    """A channel that counts, slowly enough for two senders to meet."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[str] = []
        self.in_transaction = False

    def send(self, message: Message) -> Answer:
        self.in_transaction |= connection.in_atomic_block
        self.keys.append(message.key)
        return Answer(Outcome.SENT)


@pytest.fixture
def many(planned: list[Reminder]) -> list[Reminder]:
    """Sixty mails that are due, to one unit each time by hand."""
    one = planned[0]
    for number in range(60):
        one.pk, one.message_id, one.asked_at = None, f"<{number}@example.vn>", one.slot
        one.slot, one.kind = one.slot - timedelta(seconds=1), Reminder.Kind.BY_HAND
        one.save(force_insert=True)
    return list(Reminder.objects.all())


def test_two_senders_at_once_send_each_message_once(
    many: list[Reminder], hour_before: datetime, smtp_server: SmtpServer
) -> None:
    at_once(*[lambda: sending.send_all("mail", clock=lambda: hour_before)] * 3)
    ids = [got.message["Message-ID"] for got in smtp_server.messages]
    assert sorted(ids) == sorted(one.message_id for one in many)
    assert ReminderAttempt.objects.filter(outcome=Outcome.SENT).count() == len(many)


def test_two_claims_never_share_a_message(many: list[Reminder], hour_before: datetime) -> None:
    """Each sender takes its lease before the other looks: SKIP LOCKED hides what is just being claimed."""
    meet = threading.Barrier(2)

    def claim_half() -> set[int]:
        meet.wait(PATIENCE)
        return {one.pk for one in claim(now=hour_before, limit=30)}

    first, second = at_once(claim_half, claim_half)
    assert not first & second
    assert len(first | second) == 60


def test_negative_control_without_claiming_messages_go_twice(
    many: list[Reminder], hour_before: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turns, locks, leases and tokens off: two senders read the same rows, and both send them."""
    meet, done = threading.Barrier(2), threading.local()

    def read_only(*, now: datetime, **_: Any) -> list[Reminder]:
        if getattr(done, "it", False):
            return []
        done.it = True
        rows = list(Reminder.objects.due(now))
        meet.wait(PATIENCE)
        return rows

    monkeypatch.setattr(sending, "claim", read_only)
    monkeypatch.setattr(sending, "start", _start_unfenced)
    post = Post()
    at_once(*[lambda: sending.send_all("mail", clock=lambda: hour_before, line=post)] * 2)
    assert len(set(post.keys)) == len(many)
    assert len(post.keys) == 2 * len(many)


def _start_unfenced(claimed: list[Reminder], **_: Any) -> starting.Start:
    return starting.Start([starting.Started(one, 0, one.state, math.inf) for one in claimed], Counter())


def test_a_channel_has_one_sender_and_the_second_does_not_wait(
    many: list[Reminder], hour_before: datetime
) -> None:
    with alone("mail") as has_turn:
        assert has_turn
        assert at_once(lambda: services.send_by("mail", now=hour_before, line=Post())) == [{}]
        assert at_once(lambda: services.send_by("portal", now=hour_before)) == [{}]
    assert services.send_by("mail", now=hour_before, line=Post()) == {State.SENT: len(many)}


def test_no_transaction_is_open_while_the_network_is(planned: list[Reminder], hour_before: datetime) -> None:
    post = Post()
    services.send_due(now=hour_before, channel=post)
    assert len(post.keys) == 3
    assert not post.in_transaction


@pytest.fixture
def draft(planned: list[Reminder], can_loc_invitation: Invitation) -> Registration:
    """What Can Lộc has declared and not yet submitted."""
    draft: Registration = RegistrationFactory.create(invitation=can_loc_invitation, version=1)
    return draft


def submit_slowly(draft: Registration, locked: threading.Event, go_on: threading.Event) -> None:
    """Submit for real; the decision, which is taken under the lock, waits until it may go on."""

    def clock() -> datetime:
        locked.set()
        go_on.wait(PATIENCE)
        return database_now()

    registrations.submit(
        invitation_id=draft.invitation_id,
        user=User.objects.get(username="an"),
        form_uuid=uuid.uuid4(),
        version=draft.version,
        clock=clock,
    )


def race(draft: Registration, now: datetime) -> starting.Start:
    """Start the unit's mail while its submission is decided and not yet committed."""
    claimed = [one for one in claim(now=now, limit=3) if one.unit_id == draft.invitation.unit_id]
    locked, go_on = threading.Event(), threading.Event()

    def begin() -> starting.Start:
        locked.wait(PATIENCE)
        try:
            return starting.start(claimed, clock=lambda: now)
        finally:
            go_on.set()

    began: starting.Start = at_once(lambda: submit_slowly(draft, locked, go_on), begin)[1]
    assert Registration.objects.get().is_answered
    return began


def test_nothing_starts_once_a_submission_is_under_way(draft: Registration, hour_before: datetime) -> None:
    assert race(draft, hour_before) == ([], {})
    waiting = Reminder.objects.get(unit=draft.invitation.unit)
    assert (waiting.state, waiting.lease_until) == (State.PENDING, hour_before + starting.HELD_FOR)
    later = hour_before + timedelta(seconds=2)
    assert services.send_due(now=later, channel=Post()) == {State.CANCELLED: 1, State.SENT: 2}


def test_negative_control_without_the_lock_the_mail_starts(
    draft: Registration, hour_before: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "_being_written", lambda reminders: [])
    assert len(race(draft, hour_before).started) == 1


def test_one_unit_that_writes_keeps_no_other_waiting(
    planned: list[Reminder], can_loc_invitation: Invitation, hour_before: datetime
) -> None:
    """Its mail goes in the next pass: a row of a draft was saved, nothing was submitted."""
    with transaction.atomic():
        Invitation.objects.select_for_update().get(pk=can_loc_invitation.pk)
        assert at_once(lambda: services.send_due(now=hour_before, channel=Post())) == [{State.SENT: 2}]
    later = hour_before + timedelta(seconds=10)
    assert services.send_due(now=later, channel=Post()) == {State.SENT: 1}


def test_the_planners_conflict_clause_lets_each_row_in_once(
    hour_before: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet = threading.Barrier(2)
    monkeypatch.setattr(
        "reminders.services.planning.planned_keys",
        lambda meetings, slots: (meet.wait(PATIENCE) and set()) or set(),
    )
    at_once(*[lambda: services.plan(now=hour_before)] * 2)
    assert Reminder.objects.count() == 3
    assert Policy.objects.get().steps.count() == len(defaults.steps())


def test_senders_skip_locked_rows_and_do_not_wait(many: list[Reminder], hour_before: datetime) -> None:
    with transaction.atomic():
        held = {one.pk for one in Reminder.objects.due(hour_before).select_for_update()[:40]}
        (claimed,) = at_once(lambda: {one.pk for one in claim(now=hour_before, limit=100)})
    assert not claimed & held
    assert len(claimed) == len(many) - 40
