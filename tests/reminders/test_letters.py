"""The letter by mail: one to each unit and version, over a real SMTP server, with what belongs to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from icalendar import Calendar

from accounts.models import Unit, User
from invitations import answering, issuing, services
from invitations.models import Invitation, LetterIssue, Meeting
from reminders import letters
from reminders import services as outbox
from reminders.channels import Attachment
from reminders.models import Reminder
from reminders.services import policies
from reminders.services.starting import NO_ATTACHMENT
from tests.factories import ExtensionFactory, InvitationFactory, UnitFactory
from tests.mail import SmtpServer
from tests.reminders.conftest import mail_of

Kind, State, Objection = Reminder.Kind, Reminder.State, Reminder.Objection


@pytest.fixture
def issued(deadline: datetime, meeting: Meeting, trang: User) -> LetterIssue:
    """Version 1; the deadline is a month away, so that nothing else is due."""
    at = meeting.published_at
    assert at is not None
    return issuing.first(meeting=meeting, user=trang, now=at)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No PDF is set where it is not looked at."""
    monkeypatch.setattr(letters, "pdfs_of", lambda contents: [b"%PDF-" for _ in contents])


def change(meeting: Meeting, user: User) -> LetterIssue:
    """The meeting moves by a week, and the units are told."""
    for session in meeting.sessions.all():
        session.date += timedelta(days=7)
        session.save()
    found = issuing.waiting(Meeting.objects.get(pk=meeting.pk))
    return issuing.send(meeting_id=meeting.pk, user=user, number=found.number, sha256=found.sha256)


def to(server: SmtpServer, address: str) -> list[EmailMessage]:
    return [got.message for got in server.messages if address in got.recipients]


def subject(mail: EmailMessage) -> str:
    return str(mail["Subject"]).strip()


def attached(mail: EmailMessage) -> dict[str, bytes]:
    return {str(part.get_filename()): part.get_payload(decode=True) for part in mail.iter_attachments()}


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body()
    assert body is not None
    return " ".join(str(body.get_content()).split())


def test_each_unit_gets_its_letter_once_with_pdf_and_its_own_calendar(
    smtp_server: SmtpServer, issued: LetterIssue, meeting: Meeting, can_loc_invitation: Invitation
) -> None:
    later = meeting.registration_deadline + timedelta(hours=20)
    ExtensionFactory.create(invitation=can_loc_invitation, until=later)
    assert outbox.plan(now=issued.issued_at) == 3
    assert outbox.plan(now=issued.issued_at + timedelta(minutes=1)) == 0
    assert outbox.send_due(now=issued.issued_at) == {State.SENT: 3}
    (mail,) = to(smtp_server, "an@example.vn")
    assert subject(mail) == f"Giấy mời: {meeting.short_title}"
    assert "Đề nghị đơn vị xác nhận tham dự" in text_of(mail)
    assert f"/hoi-nghi/{meeting.slug}/" in text_of(mail)
    files = attached(mail)
    assert set(files) == {f"giay-moi-{meeting.slug}-ban-1.pdf", f"{meeting.slug}-ban-1.ics"}
    assert files[f"giay-moi-{meeting.slug}-ban-1.pdf"].startswith(b"%PDF-")
    entries = Calendar.from_ical(files[f"{meeting.slug}-ban-1.ics"]).walk("VEVENT")
    assert len(entries) == 4
    assert later.replace(microsecond=0) in {entry.decoded("dtend") for entry in entries}


def test_what_is_attached_is_the_units_own_part_of_the_frozen_version(
    smtp_server: SmtpServer, issued: LetterIssue, meeting: Meeting, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_: list[dict[str, object]] = []

    def watched(contents: object) -> list[bytes]:
        set_.extend(contents)  # type: ignore[arg-type]
        return [b"%PDF-" for _ in set_]

    monkeypatch.setattr(letters, "pdfs_of", watched)
    outbox.plan(now=issued.issued_at)
    meeting.sessions.all().delete()
    outbox.send_due(now=issued.issued_at)
    assert sorted(str(content["to"]) for content in set_) == [
        "Huyện ủy Can Lộc",
        "Huyện ủy Nghi Xuân",
        "Sở Y tế",
    ]
    assert all(len(content["sessions"]) == 2 for content in set_)  # type: ignore[arg-type]


def test_a_change_is_told_with_what_it_was_and_asks_again(
    smtp_server: SmtpServer, quick: None, issued: LetterIssue, meeting: Meeting, trang: User
) -> None:
    outbox.plan(now=issued.issued_at)
    outbox.send_due(now=issued.issued_at)
    issue = change(meeting, trang)
    assert outbox.plan(now=issue.issued_at) == 3
    assert outbox.send_due(now=issue.issued_at) == {State.SENT: 3}
    _, mail = to(smtp_server, "an@example.vn")
    assert subject(mail) == f"Giấy mời có thay đổi: {meeting.short_title}"
    day = issue.content["sessions"][0]["date"]
    assert f"- Thời gian: Buổi sáng {day[8:]}/{day[5:7]}/{day[:4]}, từ 08:00 (trước là: Buổi sáng" in text_of(
        mail
    )
    assert "đề nghị đơn vị xác nhận lại" in text_of(mail)
    assert (
        str(Calendar.from_ical(attached(mail)[f"{meeting.slug}-ban-2.ics"]).walk("VEVENT")[0]["sequence"])
        == "2"
    )


def test_a_unit_whose_part_stays_is_told_so_and_not_asked_again(
    smtp_server: SmtpServer, quick: None, issued: LetterIssue, meeting: Meeting, trang: User
) -> None:
    hall = meeting.audiences.first()
    hall.venue = "Nhà văn hóa tỉnh"
    hall.save()
    found = issuing.waiting(meeting)
    issue = issuing.send(meeting_id=meeting.pk, user=trang, number=1, sha256=found.sha256)
    outbox.plan(now=issue.issued_at)
    outbox.send_due(now=issue.issued_at)
    (can_loc,), (health,) = to(smtp_server, "an@example.vn"), to(smtp_server, "lan@example.vn")
    assert "Phần của đơn vị không đổi" in text_of(can_loc)
    assert "xác nhận lại" not in text_of(can_loc)
    assert "Nhà văn hóa tỉnh" in text_of(can_loc)
    assert "đề nghị đơn vị xác nhận lại" in text_of(health)


def test_a_newer_version_stops_the_letter_that_has_not_gone_out(
    smtp_server: SmtpServer, quick: None, issued: LetterIssue, meeting: Meeting, trang: User, can_loc: Unit
) -> None:
    outbox.plan(now=issued.issued_at)
    issue = change(meeting, trang)
    outbox.plan(now=issue.issued_at)
    assert outbox.send_due(now=issue.issued_at) == {State.CANCELLED: 3, State.SENT: 3}
    first, second = Reminder.objects.filter(unit=can_loc).order_by("slot")
    assert (first.objection, first.why) == (Objection.NEWER, "Đã có bản giấy mời mới hơn")
    assert (second.kind, second.state) == (Kind.CHANGE, State.SENT)
    assert len(smtp_server.messages) == 3


@pytest.mark.parametrize(("verb", "word"), [(issuing.postpone, "HOÃN"), (issuing.cancel, "HỦY")])
def test_a_meeting_called_off_says_so_and_reminds_nobody(
    verb: object, word: str, smtp_server: SmtpServer, quick: None, issued: LetterIssue, meeting: Meeting,
    trang: User, hour_before: datetime,
) -> None:  # fmt: skip
    verb(meeting_id=meeting.pk, user=trang, reason="Bão số 9.")  # type: ignore[operator]
    at = meeting.issues.first().issued_at
    outbox.plan(now=at)
    assert outbox.send_due(now=at) == {State.SENT: 3}
    (mail,) = to(smtp_server, "an@example.vn")
    assert subject(mail) == f"{word}: {meeting.short_title}"
    assert "Lý do: Bão số 9." in text_of(mail)
    assert outbox.plan(now=hour_before) == 0


def test_a_unit_called_later_gets_its_first_letter(
    smtp_server: SmtpServer, quick: None, issued: LetterIssue, meeting: Meeting, trang: User, cuong: User
) -> None:
    issue = change(meeting, trang)
    outbox.plan(now=issue.issued_at)
    outbox.send_due(now=issue.issued_at)
    unit = UnitFactory.create(name="Huyện ủy Đức Thọ", tier="district", email="ductho@example.vn")
    services.call_units(audience=meeting.audiences.all()[1], units=[unit])
    services.publish(meeting_id=meeting.pk, user=trang)
    later = Invitation.objects.get(unit=unit).sent_at
    assert outbox.plan(now=later) == 1
    outbox.send_due(now=later)
    (mail,) = to(smtp_server, "ductho@example.vn")
    assert subject(mail).startswith("Giấy mời: ")
    assert "có thay đổi" not in text_of(mail)


def test_a_unit_without_an_address_is_shown_as_such(
    smtp_server: SmtpServer, issued: LetterIssue, meeting: Meeting, district_audience: object
) -> None:
    unit = InvitationFactory.create(meeting=meeting, audience=district_audience).unit
    outbox.plan(now=issued.issued_at)
    mail = mail_of(unit)
    assert (mail.kind, mail.state, mail.why) == (
        Kind.LETTER,
        State.FAILED,
        "Đơn vị chưa có địa chỉ thư điện tử",
    )


def test_a_letter_that_cannot_be_made_keeps_nobody_else_waiting(
    smtp_server: SmtpServer, issued: LetterIssue, can_loc: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = letters.Attachments.of

    def broken(self: letters.Attachments, reminder: Reminder) -> tuple[Attachment, ...]:
        if reminder.unit_id == can_loc.pk:
            raise RuntimeError("boom")
        return real(self, reminder)

    monkeypatch.setattr(letters, "pdfs_of", lambda contents: [b"%PDF-" for _ in contents])
    monkeypatch.setattr(letters.Attachments, "of", broken)
    outbox.plan(now=issued.issued_at)
    assert outbox.send_due(now=issued.issued_at) == {State.FAILED: 1, State.SENT: 2}
    assert mail_of(can_loc).why == NO_ATTACHMENT
    assert mail_of(can_loc).can_be_resent


def test_a_lost_answer_is_settled_by_the_same_letter_again(
    smtp_server: SmtpServer, quick: None, issued: LetterIssue, can_loc: Unit
) -> None:
    outbox.plan(now=issued.issued_at)
    Reminder.objects.exclude(unit=can_loc).delete()
    smtp_server.loses_answers = True
    assert outbox.send_due(now=issued.issued_at) == {State.UNKNOWN: 1}
    smtp_server.loses_answers = False
    assert outbox.send_due(now=issued.issued_at + timedelta(seconds=30)) == {State.SENT: 1}
    first, second = smtp_server.messages
    assert first.message["Message-ID"] == second.message["Message-ID"]
    assert attached(first.message) == attached(second.message)


def test_a_declined_unit_is_not_chased_and_no_longer_on_the_list_of_the_missing(
    issued: LetterIssue, meeting: Meeting, hour_before: datetime, deadline: datetime, can_loc: Unit, an: User,
    can_loc_invitation: Invitation, quick: None, smtp_server: SmtpServer,
) -> None:  # fmt: skip
    outbox.plan(now=hour_before)
    waiting = Reminder.objects.get(unit=can_loc, kind=Kind.BEFORE)
    answering.decline(invitation_id=can_loc_invitation.pk, user=an, reason="Trùng đại hội.")
    outbox.send_due(now=hour_before)
    waiting.refresh_from_db()
    assert waiting.why == "Đơn vị báo không tham dự"
    assert outbox.plan(now=deadline + timedelta(minutes=3)) == 3
    digest = Reminder.objects.get(kind=Kind.DIGEST)
    assert "Đã có 0 trên 3 đơn vị gửi đăng ký" in digest.body
    assert "1 đơn vị báo không tham dự" in digest.body
    assert "Can Lộc" not in digest.body
    asked = outbox.remind_now(meeting=meeting, units=[can_loc], user=an)
    assert (asked.reminded, asked.declined, asked.answered) == (0, 1, 0)


def test_an_old_letter_is_not_sent_after_the_portal_stood_still_for_long(issued: LetterIssue) -> None:
    assert outbox.plan(now=issued.issued_at + letters.LETTER_FOR + timedelta(minutes=1)) == 0


def test_planning_letters_takes_the_same_few_queries_at_any_size(
    issued: LetterIssue, meeting: Meeting, district_audience: object
) -> None:
    counts = []
    policies.policy_of(meeting)
    for _ in range(2):
        InvitationFactory.create_batch(4, meeting=meeting, audience=district_audience)
        with CaptureQueriesContext(connection) as queries:
            assert outbox.plan(now=issued.issued_at) >= 4
        counts.append(len(queries))
        with CaptureQueriesContext(connection) as again:
            assert outbox.plan(now=issued.issued_at) == 0
    assert counts[0] == counts[1] <= 16
    assert len(again) <= 7
