"""Two senders at once, a sender against a submission; and what would happen without the locks."""

from __future__ import annotations

import threading
import uuid
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
from reminders import services
from reminders.channels import Answer, Message, Outcome
from reminders.channels.mail import MailChannel
from reminders.models import Reminder, ReminderAttempt
from reminders.services import sending
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
    at_once(*[lambda: services.send_due(now=hour_before)] * 3)
    ids = [got.message["Message-ID"] for got in smtp_server.messages]
    assert sorted(ids) == sorted(one.message_id for one in many)
    assert ReminderAttempt.objects.count() == len(many)


def test_two_claims_never_share_a_message(many: list[Reminder], hour_before: datetime) -> None:
    """Each sender takes its lease before the other looks: SKIP LOCKED hides what is just being claimed."""
    meet = threading.Barrier(2)

    def claim() -> set[int]:
        meet.wait(PATIENCE)
        return {one.pk for one in sending.claim(now=hour_before, limit=30)}

    first, second = at_once(claim, claim)
    assert not first & second
    assert len(first | second) == 60


def test_negative_control_without_claiming_messages_go_twice(
    many: list[Reminder], hour_before: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Locks, leases and tokens off: two senders read the same rows, and both send them."""
    meet, done = threading.Barrier(2), threading.local()

    def read_only(*, now: datetime) -> list[Reminder]:
        if getattr(done, "it", False):
            return []
        done.it = True
        rows = list(Reminder.objects.due(now))
        meet.wait(PATIENCE)
        return rows

    monkeypatch.setattr(sending, "claim", read_only)
    monkeypatch.setattr(sending, "start", _start_unfenced)
    post = Post()
    at_once(*[lambda: services.send_due(now=hour_before, channel=post)] * 2)
    assert len(set(post.keys)) == len(many)
    assert len(post.keys) == 2 * len(many)


def _start_unfenced(*, claimed: Reminder, now: datetime) -> ReminderAttempt:
    return ReminderAttempt(reminder=claimed, started_at=now)


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


def race(draft: Registration, now: datetime) -> Any:
    """Start the unit's mail while its submission is decided and not yet committed."""
    unit_id = draft.invitation.unit_id
    claimed = next(one for one in sending.claim(now=now) if one.unit_id == unit_id)
    locked, go_on = threading.Event(), threading.Event()

    def start() -> Any:
        locked.wait(PATIENCE)
        threading.Timer(0.5, go_on.set).start()
        return sending.start(claimed=claimed, now=now)

    return at_once(lambda: submit_slowly(draft, locked, go_on), start)[1]


def test_nothing_starts_once_a_submission_is_under_way(draft: Registration, hour_before: datetime) -> None:
    assert race(draft, hour_before) == State.CANCELLED
    assert Registration.objects.get().is_answered


def test_negative_control_without_the_lock_the_mail_starts(
    draft: Registration, hour_before: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "_wait_for_submission", lambda reminder: None)
    assert isinstance(race(draft, hour_before), ReminderAttempt)
    assert Registration.objects.get().is_answered


def test_a_unit_that_is_held_for_long_is_passed_over_until_the_next_pass(
    draft: Registration, hour_before: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "WAIT_FOR_SUBMISSION", "100ms")
    locked, go_on = threading.Event(), threading.Event()
    post = Post()

    def send() -> Any:
        locked.wait(PATIENCE)
        try:
            return services.send_due(now=hour_before, channel=post)
        finally:
            go_on.set()

    _, tally = at_once(lambda: submit_slowly(draft, locked, go_on), send)
    assert tally == {State.SENT: 2, State.PENDING: 1}
    later = hour_before + timedelta(seconds=30)
    assert services.send_due(now=later, channel=post) == {State.CANCELLED: 1}


def test_a_draft_row_saved_meanwhile_delays_and_does_not_stop_the_mail(
    planned: list[Reminder], can_loc_invitation: Invitation, hour_before: datetime
) -> None:
    claimed = next(one for one in sending.claim(now=hour_before) if one.unit_id == can_loc_invitation.unit_id)
    locked = threading.Event()

    def save_a_row() -> None:
        with transaction.atomic():
            Invitation.objects.select_for_update().get(pk=can_loc_invitation.pk)
            locked.set()
            threading.Event().wait(0.3)

    def start() -> Any:
        locked.wait(PATIENCE)
        return sending.start(claimed=claimed, now=hour_before)

    assert isinstance(at_once(save_a_row, start)[1], ReminderAttempt)


def test_the_planners_conflict_clause_lets_each_row_in_once(
    hour_before: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    meet = threading.Barrier(2)
    monkeypatch.setattr(
        "reminders.services.planning._planned", lambda slots: (meet.wait(PATIENCE) and set()) or set()
    )
    at_once(*[lambda: services.plan(now=hour_before)] * 2)
    assert Reminder.objects.count() == 3


def test_senders_skip_locked_rows_and_do_not_wait(many: list[Reminder], hour_before: datetime) -> None:
    with transaction.atomic():
        held = {one.pk for one in Reminder.objects.due(hour_before).select_for_update()[:40]}
        (claimed,) = at_once(lambda: {one.pk for one in sending.claim(now=hour_before, limit=100)})
    assert not claimed & held
    assert len(claimed) == len(many) - 40
