"""The letter goes out, again when it changed, and what becomes of the answers."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Unit, User
from invitations import answering, issuing, services
from invitations.models import Answer, Invitation, LetterIssue, Meeting
from tests.cast import client_of
from tests.factories import (
    AudienceFactory,
    ChairFactory,
    ContactFactory,
    InvitationFactory,
    InvitedRoleFactory,
    SessionFactory,
    five_pm_in,
)

Kind = LetterIssue.Kind


@pytest.fixture
def issued(meeting: Meeting, trang: User) -> Meeting:
    """The conference with version 1 of its letter."""
    issuing.first(meeting=meeting, user=trang, now=timezone.now())
    return meeting


def send(meeting: Meeting, user: User) -> LetterIssue:
    """Look, then send what was looked at."""
    found = issuing.waiting(Meeting.objects.get(pk=meeting.pk))
    return issuing.send(meeting_id=meeting.pk, user=user, number=found.number, sha256=found.sha256)


def move_sessions(meeting: Meeting) -> None:
    for session in meeting.sessions.all():
        session.date += timedelta(days=7)
        session.save()


def told(issue: LetterIssue) -> list[tuple[str, str, str]]:
    return [(line["what"], line["before"], line["after"]) for line in issue.changes]


def page(client: Client, meeting: Meeting, rest: str = "") -> str:
    return client.get(f"/hoi-nghi/{meeting.slug}/{rest}").content.decode()


# ── Versions ─────────────────────────────────────────────────────────────────────────────────


def test_publishing_makes_version_1_and_publishing_again_makes_none(
    draft_meeting: Meeting, can_loc: object, health: object, trang: User
) -> None:
    at_districts = draft_meeting.audiences.all()[1]
    services.call_units(audience=at_districts, units=[can_loc])
    services.publish(meeting_id=draft_meeting.pk, user=trang)
    issue = draft_meeting.issues.get()
    assert (issue.number, issue.kind, issue.issued_by, issue.changes) == (1, Kind.CALLED, trang, [])
    services.call_units(audience=draft_meeting.audiences.all()[0], units=[can_loc, health])
    services.publish(meeting_id=draft_meeting.pk, user=trang)
    assert draft_meeting.issues.count() == 1
    added = draft_meeting.invitations.select_related("unit").get(unit=health)
    assert issuing.part_of(issue, added)["to"] == "Sở Y tế"


def test_nothing_new_is_refused(issued: Meeting, trang: User) -> None:
    with pytest.raises(ValidationError, match="Không có gì thay đổi"):
        send(issued, trang)


def test_a_moved_deadline_waits_as_a_change_that_keeps_the_answers(
    issued: Meeting, trang: User, an: User, can_loc_invitation: Invitation
) -> None:
    answering.confirm(invitation_id=can_loc_invitation.pk, user=an)
    services.move_deadline(meeting_id=issued.pk, to=five_pm_in(4))
    assert issued.issues.count() == 1
    issue = send(issued, trang)
    assert (issue.number, issue.kind, issue.asks_again) == (2, Kind.CHANGED, False)
    assert ("Hạn đăng ký", f"17:00, {five_pm_in(3):%d/%m/%Y}", f"17:00, {five_pm_in(4):%d/%m/%Y}") in told(
        issue
    )
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.confirmed_by == an


def test_each_kind_of_part_is_told_with_what_it_was(issued: Meeting, trang: User) -> None:
    Meeting.objects.filter(pk=issued.pk).update(sign_name="Lê Văn Mới", arrive_minutes_before=30)
    audience = issued.audiences.all()[1]
    role = audience.roles.first()
    role.text, role.open_ended = "Tỉnh ủy viên công tác tại các huyện", True
    role.save()
    ChairFactory.create(audience=audience, name="Trần Thị Chủ Trì", post="Bí thư")
    issued.contacts.update(phone="0900000399")
    issued.deadlines.first().delete()
    lines = told(send(issued, trang))
    assert ("Có mặt trước (phút)", "15", "30") in lines
    assert ("Người ký", "Trần Minh Quân", "Lê Văn Mới") in lines
    assert (
        "Thành phần, Tại điểm cầu các huyện, thành, thị ủy",
        "Tỉnh ủy viên công tác tại huyện (mời chủ trì)",
        "Tỉnh ủy viên công tác tại các huyện (mời chủ trì, được mở rộng)",
    ) in lines
    assert ("Chủ trì, Tại điểm cầu các huyện, thành, thị ủy", "", "Trần Thị Chủ Trì, Bí thư") in lines
    assert "0900000399" in next(line[2] for line in lines if line[0] == "Đầu mối liên hệ")
    assert [line[2] for line in lines if line[0] == "Thời hạn"] == [""]


def test_another_order_is_no_change(issued: Meeting) -> None:
    services.move_part(siblings=issued.audiences.all(), pk=issued.audiences.first().pk, by=1)
    services.move_part(siblings=issued.deadlines.all(), pk=issued.deadlines.first().pk, by=1)
    assert issuing.waiting(issued).is_empty


# ── Answers ──────────────────────────────────────────────────────────────────────────────────


def test_another_day_takes_every_answer_back_and_keeps_it_in_the_log(
    issued: Meeting, trang: User, an: User, lan: User, can_loc_invitation: Invitation,
    health_invitation: Invitation, nghi_xuan_invitation: Invitation,
) -> None:  # fmt: skip
    answering.confirm(invitation_id=can_loc_invitation.pk, user=an)
    answering.decline(invitation_id=health_invitation.pk, user=lan, reason="Trùng lịch kiểm tra.")
    move_sessions(issued)
    issue = send(issued, trang)
    assert issue.asks_again
    for invitation in (can_loc_invitation, health_invitation):
        invitation.refresh_from_db()
        assert (invitation.confirmed_at, invitation.declined_at, invitation.decline_reason) == (
            None,
            None,
            "",
        )
        assert invitation.asked_again_at is not None
    nghi_xuan_invitation.refresh_from_db()
    assert nghi_xuan_invitation.asked_again_at is None
    assert {(one.kind, one.reason, one.issue.number) for one in Answer.objects.all()} == {
        ("confirmed", "", 1),
        ("declined", "Trùng lịch kiểm tra.", 1),
    }


def test_another_hall_asks_those_again_who_sit_in_it(
    issued: Meeting, trang: User, an: User, lan: User, can_loc_invitation: Invitation,
    health_invitation: Invitation,
) -> None:  # fmt: skip
    answering.confirm(invitation_id=can_loc_invitation.pk, user=an)
    answering.confirm(invitation_id=health_invitation.pk, user=lan)
    hall = issued.audiences.all()[0]
    hall.venue = "Nhà văn hóa tỉnh"
    hall.save()
    assert send(issued, trang).asks_again
    can_loc_invitation.refresh_from_db()
    health_invitation.refresh_from_db()
    assert can_loc_invitation.confirmed_by == an
    assert health_invitation.confirmed_at is None


def test_who_read_the_earlier_version_reads_the_new_one_before_answering(
    issued: Meeting, trang: User, an: User, can_loc_invitation: Invitation
) -> None:
    client = client_of(an)
    assert 'name="ban" value="1"' in page(client, issued)
    move_sessions(issued)
    send(issued, trang)
    answered = client.post(f"/hoi-nghi/{issued.slug}/xac-nhan/", {"ban": "1"}, follow=True).content.decode()
    assert "Giấy mời vừa có bản mới" in answered
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.confirmed_at is None
    client.post(f"/hoi-nghi/{issued.slug}/xac-nhan/", {"ban": "2"})
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.confirmed_by == an
    assert can_loc_invitation.answers.get().issue.number == 2


def test_a_declined_unit_may_change_its_mind(
    issued: Meeting, an: User, can_loc_invitation: Invitation
) -> None:
    answering.decline(invitation_id=can_loc_invitation.pk, user=an, reason="Bận bầu cử.")
    answering.decline(invitation_id=can_loc_invitation.pk, user=an, reason="Bận bầu cử.")
    answering.confirm(invitation_id=can_loc_invitation.pk, user=an)
    can_loc_invitation.refresh_from_db()
    assert (can_loc_invitation.declined_at, can_loc_invitation.decline_reason) == (None, "")
    assert [one.kind for one in can_loc_invitation.answers.all()] == ["confirmed", "declined"]


def test_a_unit_that_opened_an_earlier_version_finds_what_changed_until_it_has_read_it(
    issued: Meeting, trang: User, an: User, can_loc_invitation: Invitation
) -> None:
    client = client_of(an)
    page(client, issued)
    move_sessions(issued)
    send(issued, trang)
    first = page(client, issued)
    assert 'aria-label="Bản 2"' in first
    assert "đề nghị xác nhận lại" in first
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.seen_number == 2
    assert 'aria-label="Bản 2"' not in page(client, issued)


def test_a_unit_called_later_finds_the_version_it_was_called_by(
    issued: Meeting, trang: User, health: Unit, lan: User
) -> None:
    move_sessions(issued)
    later = send(issued, trang).issued_at
    issued.invitations.filter(unit=health).update(sent_at=later + timedelta(seconds=1))
    letter = page(client_of(lan), issued)
    assert "Giấy mời đã nhận" in letter
    assert "<b>Bản 2</b>" in letter
    assert "<b>Bản 1</b>" not in letter


# ── Pages of the office ──────────────────────────────────────────────────────────────────────


def test_the_office_previews_and_sends(issued: Meeting, trang: User) -> None:
    client = client_of(trang)
    assert "Các đơn vị đã biết mọi điều" in page(client, issued, "ban-moi/")
    move_sessions(issued)
    preview = page(client, issued, "ban-moi/")
    assert "2&nbsp;thay đổi chưa báo các đơn vị" in preview
    assert "phải xác nhận lại" in preview
    notice = client.get(f"/hoi-nghi/{issued.slug}/ban-moi/", headers={"hx-request": "true"}).content.decode()
    assert "Có thay đổi chưa báo các đơn vị:" in notice
    assert "<html" not in notice
    found = issuing.waiting(issued)
    response = client.post(
        f"/hoi-nghi/{issued.slug}/ban-moi/", {"ban": "1", "noi_dung": found.sha256}, follow=True
    )
    assert "Bản 2 của giấy mời đang được gửi cho 3 đơn vị." in response.content.decode()
    again = client.post(
        f"/hoi-nghi/{issued.slug}/ban-moi/", {"ban": "1", "noi_dung": found.sha256}, follow=True
    )
    assert "vừa được sửa hoặc vừa gửi bản mới" in again.content.decode()
    assert issued.issues.count() == 2


def test_what_changed_since_the_preview_is_not_sent_unseen(issued: Meeting, trang: User) -> None:
    move_sessions(issued)
    seen = issuing.waiting(issued)
    Meeting.objects.update(sign_name="Lê Văn Mới")
    with pytest.raises(issuing.Stale):
        issuing.send(meeting_id=issued.pk, user=trang, number=seen.number, sha256=seen.sha256)


@pytest.mark.parametrize(("rest", "state"), [("hoan", "postponed"), ("huy", "cancelled")])
def test_calling_off_asks_for_a_reason_and_says_it_on_the_letter(
    rest: str, state: str, issued: Meeting, trang: User, an: User
) -> None:
    client = client_of(trang)
    refused = client.post(f"/hoi-nghi/{issued.slug}/{rest}/", {"reason": "  "})
    assert refused.status_code == 422
    assert "để các đơn vị biết" in refused.content.decode()
    client.post(f"/hoi-nghi/{issued.slug}/{rest}/", {"reason": "Bão số 9 vào Hà Tĩnh."})
    issued.refresh_from_db()
    assert issued.state == state
    issue = issued.issues.first()
    assert (issue.kind, issue.content["state"], issue.reason) == (state, state, "Bão số 9 vào Hà Tĩnh.")
    letter = page(client_of(an), issued)
    assert "Lý do: Bão số 9 vào Hà Tĩnh." in letter
    assert "Xác nhận tham dự</button>" not in letter


def test_a_postponed_meeting_is_called_again_with_new_days(
    issued: Meeting, trang: User, an: User, can_loc_invitation: Invitation
) -> None:
    answering.confirm(invitation_id=can_loc_invitation.pk, user=an)
    issuing.postpone(meeting_id=issued.pk, user=trang, reason="Bão số 9.")
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.confirmed_by == an
    Meeting.objects.update(registration_deadline=timezone.now() - timedelta(hours=1))
    with pytest.raises(ValidationError, match="Hạn đăng ký đã qua"):
        send(issued, trang)
    Meeting.objects.update(registration_deadline=five_pm_in(9))
    move_sessions(issued)
    issue = send(issued, trang)
    issued.refresh_from_db()
    assert (issue.number, issue.kind, issue.asks_again) == (3, Kind.CALLED, True)
    assert (issued.state, issue.content["state"]) == ("published", "called")
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.confirmed_at is None


def test_a_cancelled_meeting_gets_no_new_version(issued: Meeting, trang: User) -> None:
    issuing.cancel(meeting_id=issued.pk, user=trang, reason="Bão số 9.")
    move_sessions(issued)
    with pytest.raises(ValidationError, match="Chỉ gửi bản mới"):
        send(issued, trang)
    with pytest.raises(ValidationError, match="Chỉ hoãn được"):
        issuing.postpone(meeting_id=issued.pk, user=trang, reason="Bão số 10.")
    client = client_of(trang)
    assert (
        "Có thay đổi"
        not in client.get(
            f"/hoi-nghi/{issued.slug}/ban-moi/", headers={"hx-request": "true"}
        ).content.decode()
    )


def test_the_preview_takes_the_same_few_queries_at_any_size(issued: Meeting, trang: User) -> None:
    client, counts = client_of(trang), []
    for rows in (2, 6):
        for number in range(rows):
            SessionFactory.create(
                meeting=issued, date=timezone.localdate() + timedelta(days=30 * rows + number)
            )
            audience = AudienceFactory.create(meeting=issued)
            InvitedRoleFactory.create_batch(rows, audience=audience)
            ChairFactory.create_batch(rows, audience=audience)
            ContactFactory.create(meeting=issued)
            InvitationFactory.create_batch(rows, meeting=issued, audience=audience)
        client.get(f"/hoi-nghi/{issued.slug}/ban-moi/")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/hoi-nghi/{issued.slug}/ban-moi/").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 15
