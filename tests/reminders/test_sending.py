"""How a message goes out, over a real SMTP server."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import Unit, User
from invitations.models import Invitation, Meeting
from registrations.models import Registration
from reminders import services, tasks
from reminders.channels import Answer, Message, Outcome
from reminders.channels.mail import MailChannel, without_addresses
from reminders.models import Policy, Reminder, ReminderAttempt
from reminders.services import asking, policies
from reminders.services.claiming import claim, settle_abandoned
from reminders.services.finishing import Sent, finish
from reminders.services.starting import MOST_RESENDS, start
from tests.factories import ExtensionFactory, five_pm_in
from tests.mail import SmtpServer
from tests.reminders.conftest import answer, mail_of

State = Reminder.State


def outcomes(reminder: Reminder) -> list[str]:
    return list(reminder.tries.values_list("outcome", flat=True))


def test_each_unit_gets_one_mail_per_step(
    smtp_server: SmtpServer, deadline: datetime, meeting: Meeting, can_loc: Unit
) -> None:
    Invitation.objects.update(sent_at=deadline - timedelta(days=10))
    for ahead in (timedelta(days=3), timedelta(days=1), timedelta(hours=4), timedelta(hours=1)):
        for late in (timedelta(0), timedelta(seconds=30), timedelta(seconds=60)):
            services.plan(now=deadline - ahead + late)
            services.send_due(now=deadline - ahead + late)
    to_can_loc = [got for got in smtp_server.messages if got.recipients == ["an@example.vn"]]
    assert len(smtp_server.messages) == 3 * 4
    assert len({got.message["Message-ID"] for got in to_can_loc}) == 4
    mail = to_can_loc[0].message
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Subject"].strip().startswith("Hạn 17:00, ")
    assert "Kính gửi: Huyện ủy Can Lộc" in mail.get_content()


def test_a_sent_mail_keeps_its_attempt(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime, can_loc: Unit
) -> None:
    tally = services.send_due(now=hour_before)
    mail = mail_of(can_loc)
    assert tally == {State.SENT: 3}
    assert (mail.state, mail.sent_at, mail.attempts, mail.lease_until) == (State.SENT, hour_before, 1, None)
    assert outcomes(mail) == [Outcome.SENT]


def test_two_clerks_are_on_one_envelope(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime
) -> None:
    Reminder.objects.filter(pk=planned[0].pk).update(recipient="a@example.vn, b@example.vn")
    services.send_due(now=hour_before)
    assert smtp_server.messages[0].recipients == ["a@example.vn", "b@example.vn"]


def test_what_is_not_yet_due_waits(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime
) -> None:
    services.send_due(now=hour_before - timedelta(seconds=1))
    assert not smtp_server.messages


# ── Asked again at the start ─────────────────────────────────────────────────────────────────


def test_a_unit_that_submitted_after_planning_gets_nothing(
    smtp_server: SmtpServer,
    planned: list[Reminder],
    hour_before: datetime,
    can_loc_invitation: Invitation,
    can_loc: Unit,
) -> None:
    answer(can_loc_invitation)
    assert services.send_due(now=hour_before) == {State.SENT: 2, State.CANCELLED: 1}
    mail = mail_of(can_loc)
    assert mail.why == "Đơn vị đã gửi đăng ký"
    assert "an@example.vn" not in {got.recipients[0] for got in smtp_server.messages}
    assert outcomes(mail) == []


def test_a_submission_between_claim_and_start_stops_the_mail(
    planned: list[Reminder], hour_before: datetime, can_loc_invitation: Invitation, can_loc: Unit
) -> None:
    claimed = claim(now=hour_before, limit=3)
    answer(can_loc_invitation)
    group = start(claimed, clock=lambda: hour_before)
    assert group.ended == {State.CANCELLED: 1}
    assert can_loc.pk not in {one.reminder.unit_id for one in group.started}


def test_negative_control_without_asking_again_the_mail_would_start(
    planned: list[Reminder],
    hour_before: datetime,
    can_loc_invitation: Invitation,
    can_loc: Unit,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(asking, "objections", lambda reminders, now: {})
    claimed = claim(now=hour_before, limit=3)
    answer(can_loc_invitation)
    group = start(claimed, clock=lambda: hour_before)
    assert can_loc.pk in {one.reminder.unit_id for one in group.started}


def test_a_returned_registration_is_chased(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime, can_loc_invitation: Invitation
) -> None:
    answer(can_loc_invitation, Registration.State.RETURNED)
    assert services.send_due(now=hour_before) == {State.SENT: 3}


def test_a_moved_deadline_stops_old_mails_and_plans_new_ones(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime, meeting: Meeting
) -> None:
    meeting.registration_deadline += timedelta(minutes=30)
    meeting.save()
    assert services.send_due(now=hour_before) == {State.CANCELLED: 3}
    assert {reminder.objection for reminder in Reminder.objects.all()} == {Reminder.Objection.MOVED}
    assert services.plan(now=hour_before + timedelta(minutes=30)) == 3
    assert services.send_due(now=hour_before + timedelta(minutes=30)) == {State.SENT: 3}


def test_an_extension_stops_the_old_mail_of_that_unit_only(
    smtp_server: SmtpServer,
    planned: list[Reminder],
    hour_before: datetime,
    deadline: datetime,
    can_loc_invitation: Invitation,
) -> None:
    ExtensionFactory.create(
        invitation=can_loc_invitation, until=deadline + timedelta(hours=2), granted_at=hour_before
    )
    assert services.send_due(now=hour_before) == {State.SENT: 2, State.CANCELLED: 1}


def test_a_cancelled_meeting_stops_its_mails(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime
) -> None:
    Meeting.objects.update(state=Meeting.State.CANCELLED)
    assert services.send_due(now=hour_before) == {State.CANCELLED: 3}


def test_a_mail_that_waited_past_the_next_step_stays_back(
    smtp_server: SmtpServer, deadline: datetime
) -> None:
    Invitation.objects.update(sent_at=deadline - timedelta(days=10))
    services.plan(now=deadline - timedelta(days=3))
    services.plan(now=deadline - timedelta(hours=1))
    assert services.send_due(now=deadline - timedelta(hours=1)) == {State.SENT: 3, State.CANCELLED: 3}
    assert len(smtp_server.messages) == 3


def test_a_unit_taken_off_the_list_gets_nothing(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime, can_loc_invitation: Invitation
) -> None:
    can_loc_invitation.delete()
    assert services.send_due(now=hour_before) == {State.SENT: 2, State.CANCELLED: 1}


# ── Servers that refuse ──────────────────────────────────────────────────────────────────────


def test_an_unknown_mailbox_fails_and_the_others_go(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime, can_loc: Unit
) -> None:
    smtp_server.refusals["an@example.vn"] = "550 5.1.1 <an@example.vn>: no such user"
    assert services.send_due(now=hour_before) == {State.SENT: 2, State.FAILED: 1}
    mail = mail_of(can_loc)
    assert mail.why == "550 5.1.1 …: no such user"
    assert outcomes(mail) == [Outcome.REFUSED]
    assert services.send_due(now=hour_before + timedelta(hours=1)) == {}


def test_a_server_that_asks_to_wait_is_asked_again_later(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime, can_loc: Unit
) -> None:
    smtp_server.refusals["an@example.vn"] = "451 4.7.1 greylisted"
    assert services.send_due(now=hour_before) == {State.SENT: 2, State.PENDING: 1}
    assert services.send_due(now=hour_before) == {}
    smtp_server.refusals.clear()
    assert services.send_due(now=hour_before + timedelta(seconds=30)) == {State.SENT: 1}
    assert outcomes(mail_of(can_loc)) == [Outcome.LATER, Outcome.SENT]


def test_a_message_refused_after_its_content_does_not_end_the_batch(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime
) -> None:
    smtp_server.reply = "554 5.7.1 looks like spam"
    assert services.send_due(now=hour_before) == {State.FAILED: 3}


def test_a_server_that_says_goodbye_ends_the_pass_and_the_others_go_first_in_the_next(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime
) -> None:
    smtp_server.refusals["an@example.vn"] = "421 4.3.2 closing"
    assert services.send_due(now=hour_before) == {State.PENDING: 1}
    assert services.send_due(now=hour_before) == {State.SENT: 2}
    smtp_server.refusals.clear()
    assert services.send_due(now=hour_before + timedelta(seconds=10)) == {State.SENT: 1}


def test_a_server_that_is_not_there_costs_one_attempt_and_loses_nothing(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime, settings: Any
) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    assert services.send_due(now=hour_before) == {State.PENDING: 1}
    assert ReminderAttempt.objects.get().outcome == Outcome.UNREACHABLE
    assert not Reminder.objects.filter(lease_until__isnull=False).exists()
    settings.EMAIL_PORT = port
    assert services.send_due(now=hour_before + timedelta(seconds=30)) == {State.SENT: 3}
    assert len(smtp_server.messages) == 3


def test_an_address_that_is_none_fails(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime, can_loc: Unit
) -> None:
    Reminder.objects.filter(unit=can_loc).update(recipient="an@@example.vn\nBcc: ai@example.vn")
    assert services.send_due(now=hour_before)[State.FAILED] == 1
    assert len(smtp_server.messages) == 2


def test_a_lost_answer_is_settled_by_the_same_mail_again(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime
) -> None:
    Reminder.objects.exclude(pk=planned[0].pk).delete()
    smtp_server.loses_answers = True
    assert services.send_due(now=hour_before) == {State.UNKNOWN: 1}
    smtp_server.loses_answers = False
    assert services.send_due(now=hour_before + timedelta(seconds=30)) == {State.SENT: 1}
    first, second = (got.message["Message-ID"] for got in smtp_server.messages)
    assert first == second == planned[0].message_id


def test_a_mail_whose_answers_are_always_lost_is_left_to_a_person(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime
) -> None:
    Reminder.objects.exclude(pk=planned[0].pk).delete()
    smtp_server.loses_answers = True
    for minutes in (0, 2, 6, 12, 20, 30):
        services.send_due(now=hour_before + timedelta(minutes=minutes))
    mail = Reminder.objects.get()
    assert (mail.state, mail.attempts) == (State.FAILED, MOST_RESENDS)
    assert "đề nghị gọi điện" in mail.why


# ── Senders that die ─────────────────────────────────────────────────────────────────────────


def test_a_sender_that_died_before_it_started_leaves_nothing_behind(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime
) -> None:
    claim(now=hour_before, limit=3)
    assert claim(now=hour_before + timedelta(seconds=59), limit=3) == []
    assert services.send_due(now=hour_before + timedelta(seconds=1)) == {State.SENT: 3}


def test_without_the_turn_of_the_channel_a_lease_must_run_out(
    planned: list[Reminder], hour_before: datetime
) -> None:
    start(claim(now=hour_before, limit=1), clock=lambda: hour_before)
    assert settle_abandoned(now=hour_before + timedelta(seconds=59)) == 0
    assert settle_abandoned(now=hour_before + timedelta(seconds=60)) == 1


def test_a_sender_that_died_while_sending_leaves_a_question_which_is_settled(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime
) -> None:
    first, *_ = claimed = claim(now=hour_before, limit=3)
    start(claimed[:1], clock=lambda: hour_before)
    later = hour_before + timedelta(seconds=1)
    assert settle_abandoned(now=later, channel=first.channel) == 1
    first.refresh_from_db()
    assert (first.state, outcomes(first)) == (State.UNKNOWN, [Outcome.UNKNOWN])
    services.send_due(now=later)
    first.refresh_from_db()
    assert (first.state, outcomes(first)) == (State.SENT, [Outcome.UNKNOWN, Outcome.SENT])
    assert first.message_id in {got.message["Message-ID"] for got in smtp_server.messages}


def test_a_slow_sender_settles_its_message_while_nobody_else_has_it(
    planned: list[Reminder], hour_before: datetime
) -> None:
    [begun] = start(claim(now=hour_before, limit=1), clock=lambda: hour_before).started
    later = hour_before + timedelta(seconds=61)
    settle_abandoned(now=later)
    assert finish([Sent(begun, Answer(Outcome.SENT))], now=later) == {State.SENT: 1}
    assert outcomes(begun.reminder) == [Outcome.UNKNOWN, Outcome.SENT]


def test_a_sender_taken_for_dead_writes_nothing_after_another_took_over(
    planned: list[Reminder], hour_before: datetime
) -> None:
    [begun] = start(claim(now=hour_before, limit=1), clock=lambda: hour_before).started
    later = hour_before + timedelta(seconds=61)
    settle_abandoned(now=later)
    claim(now=later, limit=3)
    refused = Answer(Outcome.REFUSED, "550 too late")
    assert finish([Sent(begun, refused)], now=later) == {}
    assert start([begun.reminder], clock=lambda: later) == ([], {})
    begun.reminder.refresh_from_db()
    assert begun.reminder.state == State.UNKNOWN


def test_a_mail_of_unknown_fate_is_not_repeated_to_a_unit_that_answered_since(
    smtp_server: SmtpServer, planned: list[Reminder], hour_before: datetime, can_loc_invitation: Invitation
) -> None:
    start(claim(now=hour_before, limit=3), clock=lambda: hour_before)
    answer(can_loc_invitation)
    later = hour_before + timedelta(seconds=61)
    assert services.send_due(now=later) == {State.SENT: 2, State.CANCELLED: 1}


def test_a_fault_of_ours_in_one_message_keeps_nobody_else_waiting(
    planned: list[Reminder], hour_before: datetime
) -> None:
    class Broken(MailChannel):
        def send(self, message: Message) -> Answer:
            if message.key == planned[0].message_id:
                raise RuntimeError("boom")
            return Answer(Outcome.SENT)

    services.send_due(now=hour_before, channel=Broken())
    services.send_due(now=hour_before + timedelta(seconds=1), channel=Broken())
    states = set(Reminder.objects.values_list("pk", "state"))
    assert states == {(one.pk, State.UNKNOWN if one == planned[0] else State.SENT) for one in planned}


# ── What the database refuses ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "values",
    [
        {"state": "gone"},
        {"state": State.SENDING},
        {"state": State.SENT},
        {"state": State.FAILED},
        {"state": State.CANCELLED},
        {"objection": Reminder.Objection.ANSWERED},
        {"kind": Reminder.Kind.DIGEST},
        {"unit": None},
    ],
)
def test_a_row_that_contradicts_itself_is_refused(planned: list[Reminder], values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Reminder.objects.filter(pk=planned[0].pk).update(**values)


def test_a_digest_is_written_once_although_it_has_no_unit(deadline: datetime) -> None:
    services.plan(now=deadline + timedelta(minutes=2))
    digest = Reminder.objects.get(unit=None)
    digest.pk, digest.message_id = None, "<another@example.vn>"
    with pytest.raises(IntegrityError), transaction.atomic():
        digest.save(force_insert=True)


# ── Without and with Celery ──────────────────────────────────────────────────────────────────


@pytest.fixture
def due_by_the_real_clock(meeting: Meeting, an: User, cuong: User, lan: User, trang: User) -> None:
    """The deadline is in half an hour by PostgreSQL's clock, the units were called yesterday."""
    from accounts.clock import database_now

    now = database_now()
    Meeting.objects.update(
        registration_deadline=now + timedelta(minutes=30), published_at=now - timedelta(days=1)
    )
    Invitation.objects.update(sent_at=now - timedelta(days=1))
    policies.policy_of(meeting)  # at any hour of the day: no night, and no digest at a fixed hour
    Policy.objects.update(quiet_from=time(0), quiet_until=time(0), digest_at=[])


def test_the_command_plans_sends_and_says_how_many(
    smtp_server: SmtpServer, due_by_the_real_clock: None
) -> None:
    said = StringIO()
    call_command("send_reminders", stdout=said)
    assert "lập mới 3, đã gửi 3" in said.getvalue()
    assert len(smtp_server.messages) == 3


def test_the_tasks_do_the_same(
    smtp_server: SmtpServer, due_by_the_real_clock: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.send, "apply_async", lambda channel, expires: tasks.send(*channel))
    tasks.remind()
    tasks.remind()
    assert len(smtp_server.messages) == 3


def test_a_fresh_machine_writes_mails_to_files(
    planned: list[Reminder], hour_before: datetime, settings: Any, tmp_path: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    assert services.send_due(now=hour_before) == {State.SENT: 3}
    assert sum(file.read_text().count("Message-ID: ") for file in (tmp_path / "mail").iterdir()) == 3


def test_addresses_do_not_stay_in_what_servers_said() -> None:
    assert without_addresses("550 5.1.1 <an@example.vn>: Recipient\r\n unknown, x@y.vn") == (
        "550 5.1.1 …: Recipient unknown, …"
    )


def test_the_test_deadline_is_out_of_reach_of_the_real_clock(deadline: datetime) -> None:
    assert deadline == five_pm_in(30)
    assert services.plan() == 0
