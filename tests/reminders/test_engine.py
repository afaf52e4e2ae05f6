"""What the engine promises beyond one message: groups, freshness, red channels, the next way, proof."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from invitations.models import Meeting
from reminders import services
from reminders.channels import Answer, Message, Outcome
from reminders.channels.mail import MailChannel
from reminders.models import ChannelState, Reminder, ReminderAttempt
from reminders.services import carrying, health, planning, sending, starting
from reminders.services.claiming import claim
from reminders.services.health import may_try, note_answer, red

State = Reminder.State
SENT = Answer(Outcome.SENT)
GONE = Answer(Outcome.UNREACHABLE, "ConnectionRefusedError")


class Way(MailChannel):
    """A channel that answers as it is told; by itself it takes everything."""

    def __init__(self, answers: Callable[[int], Answer] = lambda number: SENT) -> None:
        super().__init__()
        self.keys: list[str] = []
        self._answers = answers

    def send(self, message: Message) -> Answer:
        self.keys.append(message.key)
        return self._answers(len(self.keys))


@pytest.fixture
def many(planned: list[Reminder]) -> list[Reminder]:
    """Forty mails that are due, asked for by hand."""
    one = planned[0]
    rows = []
    for number in range(40):
        row = Reminder(**{field.attname: getattr(one, field.attname) for field in one._meta.concrete_fields})
        row.pk, row.message_id, row.kind = None, f"<{number}@example.vn>", Reminder.Kind.BY_HAND
        row.asked_at, row.slot = one.slot, one.slot - timedelta(seconds=number + 1)
        rows.append(row)
    Reminder.objects.all().delete()
    return Reminder.objects.bulk_create(rows)


def test_a_channel_that_hangs_costs_one_message_and_the_rest_is_not_even_started(
    many: list[Reminder], hour_before: datetime
) -> None:
    assert services.send_due(now=hour_before, channel=Way(lambda number: GONE)) == {State.PENDING: 1}
    assert ReminderAttempt.objects.count() == 1
    assert not Reminder.objects.filter(lease_until__isnull=False).exists()


def test_what_was_started_behind_a_fault_goes_back_and_is_asked_again(
    many: list[Reminder], hour_before: datetime
) -> None:
    """The third group has 16 messages; the second of them meets the fault."""
    way = Way(lambda number: GONE if number == 7 else SENT)
    assert services.send_due(now=hour_before, channel=way) == {State.SENT: 6, State.PENDING: 15}
    assert ReminderAttempt.objects.filter(outcome=Outcome.SKIPPED).count() == 14
    assert not Reminder.objects.filter(state=State.PENDING, attempts__gt=1).exists()
    assert services.send_due(now=hour_before + timedelta(seconds=10), channel=Way()) == {State.SENT: 34}


def test_what_is_not_fresh_any_more_is_not_sent(
    many: list[Reminder], hour_before: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slow channel: three messages go out while a group is fresh, and groups grow no larger than that."""
    shown = [0.0]
    for module in (starting, carrying):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: shown[0]))

    def slowly(number: int) -> Answer:
        shown[0] += 0.45 * starting.FRESH
        return SENT

    way = Way(slowly)
    assert services.send_due(now=hour_before, channel=way)[State.SENT] == 40
    assert len(way.keys) == len(set(way.keys)) == 40
    assert max(Counter(ReminderAttempt.objects.values_list("reminder", flat=True)).values()) > 1
    assert ReminderAttempt.objects.filter(outcome=Outcome.SKIPPED).count() > 40


def test_a_group_takes_the_same_few_queries_at_any_size(many: list[Reminder], hour_before: datetime) -> None:
    counts = []
    for size in (5, 30):
        with CaptureQueriesContext(connection) as queries:
            starting.start(claim(now=hour_before, limit=size), clock=lambda: hour_before)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_lost_answer_lets_the_next_message_go_alone(many: list[Reminder], hour_before: datetime) -> None:
    way = Way(lambda number: Answer(Outcome.UNKNOWN, "timed out") if number == 7 else SENT)
    assert services.send_due(now=hour_before, channel=way) == {
        State.SENT: 39,
        State.UNKNOWN: 1,
        State.PENDING: 14,
    }


def test_a_channel_that_knows_no_doubles_leaves_the_unknown_to_a_person(
    planned: list[Reminder], hour_before: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    Reminder.objects.exclude(pk=planned[0].pk).delete()
    monkeypatch.setattr(MailChannel, "knows_doubles", False)
    services.send_due(now=hour_before, channel=Way(lambda number: Answer(Outcome.UNKNOWN, "timed out")))
    later = hour_before + timedelta(minutes=1)
    assert services.send_due(now=later, channel=Way()) == {State.FAILED: 1}
    assert Reminder.objects.get().failure == starting.NOT_AGAIN


# ── Red channels ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_three_faults_in_a_row_make_a_channel_red_and_a_sent_message_green() -> None:
    now = datetime.fromisoformat("2026-11-22T08:00:00+07:00")
    note_answer("sms", GONE, now)
    note_answer("sms", GONE, now)
    note_answer("sms", SENT, now)
    note_answer("sms", GONE, now)
    assert red(now) == set()
    note_answer("sms", GONE, now)
    note_answer("sms", GONE, now)
    assert red(now) == {"sms"}
    assert not may_try("sms", now)
    assert may_try("sms", now + health.TRY_AGAIN)
    assert red(now + timedelta(minutes=1), since=health.OTHER_WAY_AFTER) == set()
    note_answer("sms", GONE, now + timedelta(minutes=5))
    assert red(now + timedelta(minutes=5), since=health.OTHER_WAY_AFTER) == {"sms"}
    note_answer("sms", SENT, now)
    assert red(now) == set()
    note_answer("sms", Answer(Outcome.BLOCKED, "eSMS 103: hết tiền"), now)
    assert ChannelState.objects.get().why == "eSMS 103: hết tiền"
    assert not may_try("sms", now + health.TRY_AGAIN)


def test_a_red_channel_is_left_alone_until_it_is_tried_again(
    planned: list[Reminder], hour_before: datetime
) -> None:
    note_answer("mail", Answer(Outcome.BLOCKED, "535 sai mật khẩu"), hour_before)
    assert services.send_due(now=hour_before, channel=Way()) == {}
    again = hour_before + health.TRY_A_KEY_AGAIN
    assert services.send_due(now=again, channel=Way()) == {State.SENT: 3}
    assert red(again) == set()


# ── The next way ─────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def by_sms(monkeypatch: pytest.MonkeyPatch) -> None:
    """The policy names SMS as the next channel of every message."""

    def next_way(gone: Reminder, *, now: datetime) -> Reminder:
        return Reminder(
            **{name: getattr(gone, name) for name in ("meeting", "unit", "kind", "slot", "subject", "body")},
            channel=Reminder.Channel.SMS,
            due_at=now,
            recipient="0912345678",
            message_id=f"<sms-{gone.pk}@example.vn>",
            instead_of=gone,
        )

    monkeypatch.setattr(planning, "next_way", next_way)


def test_a_message_that_failed_for_good_goes_by_the_next_channel(
    planned: list[Reminder], hour_before: datetime, by_sms: None
) -> None:
    Reminder.objects.exclude(pk=planned[0].pk).delete()
    refused = Way(lambda number: Answer(Outcome.REFUSED, "550 no such user"))
    assert services.send_due(now=hour_before, channel=refused)[State.FAILED] == 1
    other = Reminder.objects.get(channel=Reminder.Channel.SMS)
    assert (other.state, other.instead_of_id) == (State.PENDING, planned[0].pk)


def test_a_channel_that_is_red_for_long_loses_its_messages_to_the_next(
    planned: list[Reminder], hour_before: datetime, by_sms: None, meeting: Meeting
) -> None:
    Reminder.objects.update(step=two_ways(meeting))
    note_answer("mail", Answer(Outcome.BLOCKED, "535 sai mật khẩu"), hour_before)
    later = hour_before + timedelta(minutes=5)
    note_answer("mail", Answer(Outcome.BLOCKED, "535 sai mật khẩu"), later)
    assert sending.send_by("mail", now=later) == {}
    gone = Reminder.objects.filter(channel=Reminder.Channel.MAIL)
    assert {one.objection for one in gone} == {Reminder.Objection.OTHER_WAY}
    assert Reminder.objects.filter(channel=Reminder.Channel.SMS, instead_of__in=gone).count() == 3


def two_ways(meeting: Meeting) -> Any:
    """A step that may go by mail or by SMS."""
    from reminders.models import Policy, Step

    policy, _ = Policy.objects.get_or_create(meeting=meeting)
    return Step.objects.create(
        policy=policy,
        offset=timedelta(hours=-7),
        to=["contact"],
        channels=["mail", "sms"],
        subject="Nhắc",
        body="Nhắc",
    )


# ── Attempts are only added ──────────────────────────────────────────────────────────────────


@pytest.fixture
def attempt(planned: list[Reminder], hour_before: datetime) -> ReminderAttempt:
    services.send_due(now=hour_before, channel=Way())
    attempt = ReminderAttempt.objects.first()
    assert attempt is not None
    return attempt


@pytest.mark.parametrize(
    "change",
    [
        lambda one: ReminderAttempt.objects.filter(pk=one.pk).update(detail="khác"),
        lambda one: ReminderAttempt.objects.filter(pk=one.pk).update(outcome="started", ended_at=None),
        lambda one: one.delete(),
        lambda one: one.reminder.delete(),
        lambda one: one.reminder.meeting.delete(),
    ],
    ids=["another detail", "opened again", "removed", "with its message", "with its meeting"],
)
def test_an_attempt_is_completed_once_and_never_changed(
    attempt: ReminderAttempt, change: Callable[[ReminderAttempt], object]
) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        change(attempt)
    assert ReminderAttempt.objects.filter(pk=attempt.pk, outcome=Outcome.SENT).exists()


def test_the_start_of_an_attempt_is_not_moved(planned: list[Reminder], hour_before: datetime) -> None:
    [begun] = starting.start(claim(now=hour_before, limit=1), clock=lambda: hour_before).started
    row = ReminderAttempt.objects.filter(pk=begun.attempt)
    with pytest.raises(IntegrityError), transaction.atomic():
        row.update(outcome=Outcome.SENT, ended_at=hour_before, started_at=hour_before - timedelta(hours=1))
    assert row.update(outcome=Outcome.SENT, ended_at=hour_before)
