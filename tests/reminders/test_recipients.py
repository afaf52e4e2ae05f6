"""Who has the letter: what the office and propaganda see of each unit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Unit, User
from invitations import answering, issuing
from invitations.models import Invitation, LetterIssue, Meeting
from reminders.models import Reminder
from reminders.recipients import Recipients, recipients
from tests.cast import client_of
from tests.factories import InvitationFactory

State = Reminder.State


@pytest.fixture
def issued(meeting: Meeting, trang: User) -> LetterIssue:
    return issuing.first(meeting=meeting, user=trang, now=timezone.now())


def letter_to(unit: Unit, issue: LetterIssue, **values: object) -> Reminder:
    defaults: dict[str, object] = {
        "state": State.SENT, "sent_at": issue.issued_at, "attempts": 1, "recipient": "a@example.vn"
    }  # fmt: skip
    return Reminder.objects.create(
        meeting=issue.meeting, unit=unit, kind=Reminder.Kind.LETTER, slot=issue.issued_at,
        due_at=issue.issued_at, recipient_name=unit.name, subject="Giấy mời", body="Giấy mời",
        message_id=f"<{unit.pk}-{issue.number}-{len(defaults | values)}@example.vn>", **(defaults | values),
    )  # fmt: skip


def read(meeting: Meeting, query: str = "") -> Recipients:
    return recipients(meeting, QueryDict(query))


@pytest.fixture
def world(
    issued: LetterIssue, meeting: Meeting, can_loc: Unit, nghi_xuan: Unit, health: Unit, an: User, lan: User,
    can_loc_invitation: Invitation, health_invitation: Invitation,
) -> Meeting:  # fmt: skip
    """Can Lộc confirmed, Sở Y tế declined, Nghi Xuân has no address and opened nothing."""
    letter_to(can_loc, issued)
    letter_to(health, issued)
    letter_to(
        nghi_xuan, issued, state=State.FAILED, sent_at=None, attempts=0, recipient="", failure="Chưa có"
    )
    answering.confirm(invitation_id=can_loc_invitation.pk, user=an)
    answering.decline(invitation_id=health_invitation.pk, user=lan, reason="Trùng lịch kiểm tra.")
    return meeting


def test_the_numbers_of_all_views_agree_with_their_rows(world: Meeting) -> None:
    numbers = {view.word: view.number for view in read(world).views}
    assert numbers == {
        "Tất cả": 3, "Thư đã đi": 2, "Thư không đi được": 1, "Đã xem": 2, "Chưa xem": 1, "Đã xác nhận": 1,
        "Không tham dự": 1, "Chưa trả lời": 1,
    }  # fmt: skip
    for view in read(world).views:
        assert len(read(world, view.query[1:]).rows) == view.number


def test_the_page_tells_the_office_what_propaganda_sees_too_without_the_outbox(
    world: Meeting, trang: User, nguyet: User
) -> None:
    office = client_of(trang).get(f"/hoi-nghi/{world.slug}/don-vi-nhan/").content.decode()
    assert "2 trên 3 đơn vị đã xem, 1&nbsp;xác nhận, 1&nbsp;không tham dự" in office
    assert "Trùng lịch kiểm tra." in office
    assert "Trần Văn An" in office
    assert "/hop-gui/" in office
    propaganda = client_of(nguyet).get(f"/hoi-nghi/{world.slug}/don-vi-nhan/").content.decode()
    assert "Trùng lịch kiểm tra." in propaganda
    assert "/hop-gui/" not in propaganda


def test_after_a_new_version_mails_and_eyes_begin_anew_and_the_first_opening_stays(
    world: Meeting, trang: User, can_loc: Unit
) -> None:
    for session in world.sessions.all():
        session.date += timedelta(days=7)
        session.save()
    found = issuing.waiting(world)
    issuing.send(meeting_id=world.pk, user=trang, number=1, sha256=found.sha256)
    page = read(world)
    assert (page.count("thu-da-di"), page.count("ban-moi"), page.count("chua-tra-loi")) == (0, 2, 3)
    (row,) = read(world, "q=can loc").rows
    assert row.invitation.unit == can_loc
    assert (row.is_seen, row.is_behind) == (True, True)


def test_an_unknown_view_and_a_foreign_text(world: Meeting, trang: User) -> None:
    assert len(read(world, "loc=khac").rows) == 3
    page = client_of(trang).get(f"/hoi-nghi/{world.slug}/don-vi-nhan/?q=zzz").content.decode()
    assert "Không có đơn vị nào như vậy" in page


def test_the_table_takes_the_same_few_queries_at_any_size(
    issued: LetterIssue, meeting: Meeting, trang: User, district_audience: object
) -> None:
    client, counts = client_of(trang), []
    for _ in range(2):
        for one in InvitationFactory.create_batch(4, meeting=meeting, audience=district_audience):
            letter_to(one.unit, issued)
            Invitation.objects.filter(pk=one.pk).update(
                seen_at=timezone.now(), seen_by=trang, confirmed_at=timezone.now(), confirmed_by=trang
            )
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/hoi-nghi/{meeting.slug}/don-vi-nhan/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
