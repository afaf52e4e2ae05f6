"""What is written into the outbox, for whom, and what it says."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from accounts.models import Unit, User
from invitations.models import Invitation, Meeting
from registrations.models import Registration
from reminders import services
from reminders.models import Reminder
from reminders.services import planning, policies
from tests.factories import (
    DelegateFactory,
    ExtensionFactory,
    HeadcountFactory,
    InvitationFactory,
    InvitedRoleFactory,
    RegistrationFactory,
    UnitFactory,
    UserFactory,
)
from tests.reminders.conftest import answer, mail_of

Kind, State = Reminder.Kind, Reminder.State


def test_every_silent_unit_gets_one_mail(
    planned: list[Reminder], hour_before: datetime, can_loc: Unit
) -> None:
    assert len(planned) == 3
    mail = mail_of(can_loc)
    assert (mail.kind, mail.state, mail.recipient) == (Kind.BEFORE, State.PENDING, "an@example.vn")
    assert mail.slot == mail.due_at == hour_before


def test_planning_again_writes_nothing(planned: list[Reminder], hour_before: datetime) -> None:
    assert services.plan(now=hour_before) == 0
    assert services.plan(now=hour_before + timedelta(minutes=5)) == 0
    assert Reminder.objects.count() == 3


def test_two_planners_at_once_write_each_mail_once(
    planned: list[Reminder], hour_before: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "planned_keys", lambda meetings, slots: set())
    monkeypatch.setattr(planning, "_unwritten", lambda meeting, instant: Q())
    services.plan(now=hour_before)
    assert Reminder.objects.count() == 3


def test_a_new_clerk_does_not_get_an_old_mail_again(
    planned: list[Reminder], hour_before: datetime, can_loc: Unit
) -> None:
    UserFactory.create(unit=can_loc)
    assert services.plan(now=hour_before) == 0


def test_each_step_writes_its_own_mail(deadline: datetime, can_loc: Unit) -> None:
    Invitation.objects.update(sent_at=deadline - timedelta(days=10))
    Meeting.objects.update(published_at=deadline - timedelta(days=10))
    moments = [timedelta(days=-3), timedelta(days=-1), timedelta(hours=-4), timedelta(hours=-1)]
    for moment in [*moments, timedelta(minutes=2)]:
        services.plan(now=deadline + moment)
    kinds = list(Reminder.objects.filter(unit=can_loc).order_by("slot").values_list("kind", flat=True))
    assert kinds == [Kind.BEFORE] * 4 + [Kind.OVERDUE]
    assert Reminder.objects.filter(kind=Kind.DIGEST).count() == 1


def test_a_unit_that_answered_gets_nothing(
    hour_before: datetime, can_loc_invitation: Invitation, can_loc: Unit
) -> None:
    answer(can_loc_invitation)
    assert services.plan(now=hour_before) == 2
    assert not Reminder.objects.filter(unit=can_loc).exists()


def test_a_reopened_registration_still_counts_as_answered(
    hour_before: datetime, can_loc_invitation: Invitation
) -> None:
    answer(can_loc_invitation, Registration.State.REOPENED)
    assert services.plan(now=hour_before) == 2


def test_a_returned_unit_is_chased_again(
    hour_before: datetime, can_loc_invitation: Invitation, can_loc: Unit
) -> None:
    registration = answer(can_loc_invitation, Registration.State.RETURNED)
    registration.return_remark = "Thiếu cán bộ kỹ thuật ở 2 xã"
    registration.save()
    services.plan(now=hour_before)
    assert "Thiếu cán bộ kỹ thuật ở 2 xã" in mail_of(can_loc).body


def test_an_extended_unit_is_chased_by_its_own_deadline(
    hour_before: datetime, deadline: datetime, can_loc_invitation: Invitation, can_loc: Unit
) -> None:
    until = deadline + timedelta(days=1)
    ExtensionFactory.create(invitation=can_loc_invitation, until=until, granted_at=hour_before)
    services.plan(now=deadline)
    mail = mail_of(can_loc)
    assert mail.slot == until - timedelta(days=1)
    assert f"{until.astimezone():%d/%m/%Y}" in mail.subject
    assert "đã gia hạn riêng" in mail.body


@pytest.mark.parametrize("state", [Meeting.State.DRAFT, Meeting.State.CANCELLED, Meeting.State.CLOSED])
def test_a_meeting_that_takes_no_registrations_reminds_nobody(
    hour_before: datetime, meeting: Meeting, state: str
) -> None:
    Meeting.objects.update(state=state)
    assert services.plan(now=hour_before) == 0


def test_a_unit_on_the_list_that_was_not_called_yet_is_left_alone(
    hour_before: datetime, can_loc_invitation: Invitation
) -> None:
    can_loc_invitation.sent_at = None
    can_loc_invitation.save()
    assert services.plan(now=hour_before) == 2


# ── To whom ──────────────────────────────────────────────────────────────────────────────────


def test_the_units_own_address_goes_before_its_clerks(hour_before: datetime, can_loc: Unit) -> None:
    can_loc.email = "vanthu.canloc@example.vn"
    can_loc.save()
    services.plan(now=hour_before)
    assert mail_of(can_loc).addresses == ["vanthu.canloc@example.vn"]


def test_two_clerks_of_a_unit_share_one_mail(hour_before: datetime, can_loc: Unit) -> None:
    UserFactory.create(username="binh", unit=can_loc)
    UserFactory.create(username="nghi-viec", unit=can_loc, is_active=False)
    services.plan(now=hour_before)
    assert mail_of(can_loc).addresses == ["an@example.vn", "binh@example.vn"]


def test_a_unit_without_an_address_stands_in_the_outbox_as_failed(
    hour_before: datetime, can_loc: Unit, an: User
) -> None:
    User.objects.filter(pk=an.pk).update(email="")
    services.plan(now=hour_before)
    mail = mail_of(can_loc)
    assert (mail.state, mail.why) == (State.FAILED, "Đơn vị chưa có địa chỉ thư điện tử")


# ── What it says ─────────────────────────────────────────────────────────────────────────────


def test_the_mail_says_what_by_when_where_and_whom_to_call(
    planned: list[Reminder], deadline: datetime, meeting: Meeting, can_loc: Unit
) -> None:
    mail = mail_of(can_loc)
    day = f"{deadline.astimezone():%d/%m/%Y}"
    assert mail.subject == f"Hạn 17:00, {day}: đăng ký dự {meeting.short_title}"
    assert "Kính gửi: Huyện ủy Can Lộc" in mail.body
    assert "trước 17 giờ thứ" in mail.body or "trước 17 giờ Chủ nhật" in mail.body
    assert f"/hoi-nghi/{meeting.slug}/dang-ky/{can_loc.slug}/" in mail.body
    assert "đồng chí Hồ Sỹ Hùng" in mail.body
    assert "0900.000.301" in mail.body
    assert "Đơn vị chưa khai gì trên cổng" in mail.body
    assert "{" not in mail.body


def test_the_mail_counts_what_a_draft_still_misses(
    hour_before: datetime, can_loc_invitation: Invitation, can_loc: Unit, can_loc_communes: list[Unit]
) -> None:
    registration = RegistrationFactory.create(invitation=can_loc_invitation, version=3)
    role, other = InvitedRoleFactory.create_batch(2, audience=can_loc_invitation.audience)
    HeadcountFactory.create(registration=registration, role=role, number=12)
    HeadcountFactory.create(registration=registration, role=other, number=1)
    DelegateFactory.create_batch(4, registration=registration, role=role)
    DelegateFactory.create_batch(2, registration=registration, role=other)
    services.plan(now=hour_before)
    body = mail_of(can_loc).body
    assert "đã khai 13 đại biểu, đã có tên 6" in body
    assert "còn thiếu 8 tên, 3 xã chưa trả lời" in body


def test_a_meeting_without_contacts_names_the_office(
    hour_before: datetime, meeting: Meeting, can_loc: Unit
) -> None:
    meeting.contacts.all().delete()
    services.plan(now=hour_before)
    assert "- Văn phòng Tỉnh ủy, 0900.000.101" in mail_of(can_loc).body


def test_names_with_an_ampersand_stay_as_they_are(hour_before: datetime, can_loc: Unit) -> None:
    can_loc.name = "Công ty A & B <Hà Tĩnh>"
    can_loc.save()
    services.plan(now=hour_before)
    assert "Kính gửi: Công ty A & B <Hà Tĩnh>" in mail_of(can_loc).body


def test_an_overdue_mail_says_whom_to_call(deadline: datetime, can_loc: Unit) -> None:
    services.plan(now=deadline + timedelta(minutes=2))
    mail = mail_of(can_loc)
    assert mail.kind == Kind.OVERDUE
    assert "Trang đăng ký đã khóa" in mail.body
    assert "cho đến hết hạn" not in mail.body


def test_the_digest_lists_who_is_missing_and_their_phones(
    deadline: datetime,
    meeting: Meeting,
    can_loc_invitation: Invitation,
    nghi_xuan_invitation: Invitation,
    an: User,
    cuong: User,
) -> None:
    answer(can_loc_invitation)
    until = deadline + timedelta(hours=3)
    ExtensionFactory.create(invitation=nghi_xuan_invitation, until=until, granted_at=deadline)
    services.plan(now=deadline + timedelta(minutes=2))
    digest = Reminder.objects.get(kind=Kind.DIGEST)
    assert digest.recipient == "trang@example.vn"
    assert digest.subject == f"Còn thiếu 2 trên 3 đơn vị: {meeting.short_title}"
    assert "Huyện ủy Can Lộc" not in digest.body
    assert f"Huyện ủy Nghi Xuân: được gia hạn đến 20:00, {until.astimezone():%d/%m/%Y}" in digest.body
    assert "Sở Y tế: chưa mở giấy mời" in digest.body
    assert f"{cuong.phone[:4]}.{cuong.phone[4:7]}.{cuong.phone[7:]}" in digest.body


def test_the_digest_says_when_nobody_is_missing(deadline: datetime, meeting: Meeting) -> None:
    for invitation in Invitation.objects.all():
        answer(invitation)
    assert services.plan(now=deadline + timedelta(minutes=2)) == 1
    assert Reminder.objects.get().subject == f"Đủ 3 trên 3 đơn vị: {meeting.short_title}"


# ── How fast ─────────────────────────────────────────────────────────────────────────────────


def test_planning_asks_as_often_for_forty_units_as_for_four(
    deadline: datetime, meeting: Meeting, can_loc_invitation: Invitation
) -> None:
    policies.policy_of(meeting)

    def queries_at(now: datetime) -> int:
        with CaptureQueriesContext(connection) as captured:
            services.plan(now=now)
        return len(captured)

    def call(number: int) -> None:
        for _ in range(number):
            unit = UnitFactory.create()
            UserFactory.create(unit=unit)
            invitation = InvitationFactory.create(
                meeting=meeting, unit=unit, audience=can_loc_invitation.audience
            )
            registration = RegistrationFactory.create(invitation=invitation, version=1)
            HeadcountFactory.create(registration=registration)

    call(1)
    few = queries_at(deadline - timedelta(hours=4)), queries_at(deadline + timedelta(minutes=2))
    Reminder.objects.all().delete()
    call(36)
    many = queries_at(deadline - timedelta(hours=4)), queries_at(deadline + timedelta(minutes=2))
    assert few == many
    assert Reminder.objects.filter(kind=Kind.OVERDUE).count() == 40
    assert max(many) <= 25


# ── By hand ──────────────────────────────────────────────────────────────────────────────────


def test_the_office_reminds_a_silent_unit_at_once(
    hour_before: datetime, meeting: Meeting, can_loc: Unit, trang: User
) -> None:
    asked = services.remind_now(meeting=meeting, units=[can_loc], user=trang, now=hour_before)
    mail = mail_of(can_loc)
    assert asked.reminded == 1
    assert (mail.kind, mail.due_at, mail.asked_by) == (Kind.BY_HAND, hour_before, trang)
    assert "Văn phòng Tỉnh ủy đề nghị đơn vị gửi đăng ký" in mail.body


def test_a_double_click_reminds_once(
    hour_before: datetime, meeting: Meeting, can_loc: Unit, nghi_xuan: Unit, trang: User
) -> None:
    services.remind_now(meeting=meeting, units=[can_loc], user=trang, now=hour_before)
    again = services.remind_now(
        meeting=meeting, units=[can_loc, nghi_xuan], user=trang, now=hour_before + timedelta(minutes=1)
    )
    assert (again.reminded, again.just_reminded) == (1, 1)


def test_by_hand_too_an_answered_or_uncalled_unit_gets_nothing(
    hour_before: datetime, meeting: Meeting, can_loc: Unit, can_loc_invitation: Invitation, trang: User
) -> None:
    answer(can_loc_invitation)
    stranger = UnitFactory.create()
    asked = services.remind_now(meeting=meeting, units=[can_loc, stranger], user=trang, now=hour_before)
    assert (asked.reminded, asked.answered) == (0, 1)
    assert not Reminder.objects.exists()


def test_a_closed_meeting_cannot_remind_by_hand(meeting: Meeting, can_loc: Unit, trang: User) -> None:
    Meeting.objects.update(state=Meeting.State.CLOSED)
    with pytest.raises(ValidationError):
        services.remind_now(meeting=meeting, units=[can_loc], user=trang)


def test_a_failed_mail_is_sent_again_to_the_address_of_today(
    hour_before: datetime, can_loc: Unit, an: User, trang: User
) -> None:
    User.objects.filter(pk=an.pk).update(email="")
    services.plan(now=hour_before)
    with pytest.raises(ValidationError, match="chưa có địa chỉ"):
        services.resend(reminder_id=mail_of(can_loc).pk, user=trang, why="Đã có địa chỉ")
    can_loc.email = "vanthu.canloc@example.vn"
    can_loc.save()
    mail = services.resend(reminder_id=mail_of(can_loc).pk, user=trang, why="Đã có địa chỉ")
    assert (mail.state, mail.recipient, mail.asked_by) == (State.PENDING, "vanthu.canloc@example.vn", trang)
