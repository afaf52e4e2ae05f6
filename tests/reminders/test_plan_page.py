"""A meeting's plan: seen before it goes, paused, cancelled, sent at once, and changed by two people."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Unit, User
from invitations.models import Invitation, Meeting
from reminders import defaults, services
from reminders.forecast import to_come, when
from reminders.models import Policy, Reminder, Step
from reminders.policy_forms import StepForm
from reminders.services import by_hand, policies
from tests.cast import client_of
from tests.factories import ExtensionFactory, InvitationFactory, UserFactory
from tests.mail import SmtpServer
from tests.reminders.conftest import answer, mail_of

Kind, State, Objection = Reminder.Kind, Reminder.State, Reminder.Objection


@pytest.fixture
def soon(deadline: datetime, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Two hours before the deadline, as the page's clock shows it: the step of the last hour is to come."""
    at = deadline - timedelta(hours=2)
    Invitation.objects.update(sent_at=deadline - timedelta(hours=3))
    monkeypatch.setattr("reminders.policy_views.database_now", lambda: at)
    monkeypatch.setattr("reminders.services.by_hand.database_now", lambda: at)
    return at


def page(user: User, meeting: Meeting, query: str = "") -> str:
    response = client_of(user).get(reverse("reminder_plan", args=[meeting.slug]) + query)
    assert response.status_code == 200
    return re.sub(r"\s+", " ", response.content.decode())


def coming(meeting: Meeting, now: datetime, **ahead: float) -> list[tuple[str, datetime]]:
    """Which unit gets a message when."""
    table = policies.timetables([meeting])[meeting.pk]
    found = to_come(table, now, now + timedelta(**ahead))
    return [(one.name, instant.slot) for one, instant in found]


def pick_of(unit: Unit, slot: datetime) -> str:
    return f"{unit.pk}|before|{slot.isoformat()}"


def choose(user: User, meeting: Meeting, what: str, *picks: str) -> HttpResponse:
    address = reverse("reminder_plan_picks", args=[meeting.slug])
    return client_of(user).post(address, {"tin": picks, "viec": what})  # type: ignore[return-value]


# ── What is to come ──────────────────────────────────────────────────────────────────────────


def test_the_next_hours_are_seen_before_they_go(
    soon: datetime, meeting: Meeting, trang: User, can_loc: Unit
) -> None:
    shown = page(trang, meeting, "?gio=6")
    assert "6 giờ tới: 6 tin&nbsp;nhắc" in shown  # an hour before, and when it is over
    assert "an@example.vn" in shown
    assert "Kính gửi: Huyện ủy Can Lộc" in shown
    assert "1 giờ trước hạn" in shown
    assert not Reminder.objects.exists()


def test_what_is_shown_is_what_goes(
    soon: datetime, meeting: Meeting, hour_before: datetime, can_loc_invitation: Invitation
) -> None:
    answer(can_loc_invitation)
    told = coming(meeting, soon, hours=1.5)
    services.plan(now=hour_before)
    assert sorted(told) == sorted(
        (row.recipient_name, row.slot) for row in Reminder.objects.exclude(unit=None)
    )
    assert coming(meeting, hour_before, hours=0.5) == []


def test_a_new_deadline_is_the_new_plan_in_the_same_transaction(
    soon: datetime,
    meeting: Meeting,
    hour_before: datetime,
    can_loc_invitation: Invitation,
    smtp_server: SmtpServer,
) -> None:
    """Nothing ahead of time is stored: the transaction already sees the new hours, and the old never go."""
    services.plan(now=hour_before)
    with transaction.atomic():
        meeting.registration_deadline += timedelta(minutes=40)
        meeting.save()
        inside = coming(meeting, hour_before, hours=2)
    moved = hour_before + timedelta(minutes=40)
    assert {slot for _, slot in inside} == {moved, moved + timedelta(hours=1, minutes=2)}
    assert services.send_due(now=hour_before) == {State.CANCELLED: 3}
    assert {row.objection for row in Reminder.objects.all()} == {Objection.MOVED}
    with transaction.atomic():
        until = meeting.registration_deadline + timedelta(hours=5)
        ExtensionFactory.create(invitation=can_loc_invitation, until=until, granted_at=hour_before)
        extended = dict(coming(meeting, hour_before, hours=1))
    assert sorted(extended) == ["Huyện ủy Nghi Xuân", "Sở Y tế"]
    services.plan(now=moved)
    assert services.send_due(now=moved) == {State.SENT: 2}


def test_a_transaction_that_fails_leaves_the_old_plan(soon: datetime, meeting: Meeting) -> None:
    before = coming(meeting, soon, hours=2)
    with transaction.atomic():
        Meeting.objects.update(registration_deadline=meeting.registration_deadline + timedelta(days=1))
        transaction.set_rollback(True)
    assert coming(Meeting.objects.get(), soon, hours=2) == before


def test_the_page_asks_as_often_for_many_units_as_for_few(
    soon: datetime, meeting: Meeting, trang: User, can_loc_invitation: Invitation
) -> None:
    counts = []
    page(trang, meeting)
    for _ in range(2):
        for one in InvitationFactory.create_batch(6, meeting=meeting, audience=can_loc_invitation.audience):
            UserFactory.create(unit=one.unit)
        Invitation.objects.update(sent_at=soon - timedelta(hours=1))
        office = client_of(trang)
        with CaptureQueriesContext(connection) as captured:
            office.get(reverse("reminder_plan", args=[meeting.slug]))
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 15


# ── Pause, cancel, send at once ──────────────────────────────────────────────────────────────


def test_a_paused_meeting_plans_nothing_and_goes_on_with_the_latest(
    soon: datetime, meeting: Meeting, hour_before: datetime, trang: User, can_loc: Unit,
    smtp_server: SmtpServer,
) -> None:  # fmt: skip
    address = reverse("reminder_plan_pause", args=[meeting.slug])
    choose(trang, meeting, "gui", pick_of(can_loc, hour_before))
    Reminder.objects.update(asked_at=None)
    client_of(trang).post(address)
    assert "Đang tạm dừng nhắc" in page(trang, meeting)
    assert services.plan(now=hour_before) == 0
    assert services.send_due(now=hour_before) == {}
    client_of(trang).post(address, {"viec": "tiep"})
    assert services.send_due(now=hour_before) == {State.SENT: 1}
    assert services.plan(now=hour_before + timedelta(minutes=20)) == 2


def test_a_cancelled_message_is_never_planned_again(
    soon: datetime, meeting: Meeting, hour_before: datetime, trang: User, can_loc: Unit
) -> None:
    choose(trang, meeting, "huy", pick_of(can_loc, hour_before))
    assert mail_of(can_loc).objection == Objection.WITHDRAWN
    assert services.plan(now=hour_before) == 2
    assert "Huyện ủy Can Lộc" not in [name for name, _ in coming(meeting, soon, hours=2)]
    later = hour_before + timedelta(hours=1, minutes=2)
    assert "Huyện ủy Can Lộc" in [name for name, _ in coming(meeting, soon, hours=4) if later]


def test_what_was_planned_meanwhile_is_cancelled_too(
    soon: datetime,
    meeting: Meeting,
    hour_before: datetime,
    trang: User,
    can_loc: Unit,
    smtp_server: SmtpServer,
) -> None:
    services.plan(now=hour_before)
    came = by_hand.withdraw(
        meeting=meeting, picks=[by_hand.Pick(can_loc.pk, "before", hour_before)], user=trang, now=hour_before
    )
    assert came.done == 1
    assert services.send_due(now=hour_before) == {State.SENT: 2}


def test_a_message_sent_at_once_does_not_go_a_second_time(
    soon: datetime,
    meeting: Meeting,
    hour_before: datetime,
    trang: User,
    can_loc: Unit,
    smtp_server: SmtpServer,
) -> None:
    answered = choose(trang, meeting, "gui", pick_of(can_loc, hour_before), "rubbish", "1|before|x")
    assert answered.status_code == 302
    assert (mail_of(can_loc).due_at, mail_of(can_loc).asked_by) == (soon, trang)
    assert services.send_due(now=soon) == {State.SENT: 1}
    assert services.plan(now=hour_before) == 2
    assert services.send_due(now=hour_before) == {State.SENT: 2}
    again = by_hand.send_ahead(
        meeting=meeting, picks=[by_hand.Pick(can_loc.pk, "before", hour_before)], user=trang, now=soon
    )
    assert (again.done, again.gone) == (0, 1)


def test_a_unit_that_answered_meanwhile_gets_nothing_at_once(
    soon: datetime, meeting: Meeting, hour_before: datetime, trang: User, can_loc: Unit,
    can_loc_invitation: Invitation,
) -> None:  # fmt: skip
    answer(can_loc_invitation)
    choose(trang, meeting, "gui", pick_of(can_loc, hour_before))
    assert not Reminder.objects.exists()


# ── The steps ────────────────────────────────────────────────────────────────────────────────


def filled(step: Step, version: int, **changed: Any) -> dict[str, Any]:
    """What the form of a step sends, as its page shows it."""
    form = StepForm.of(step, version)
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in {**values, **changed}.items() if value not in (None, False)}


def test_a_field_that_is_none_is_refused_by_its_name_and_nothing_typed_is_lost(
    meeting: Meeting, trang: User
) -> None:
    policy = policies.policy_of(meeting)
    step = policy.steps.first()
    address = reverse("reminder_step", args=[meeting.slug, step.pk])
    data = filled(step, policy.version, subject="Gấp: {hội_ngị}", body="Thiếu {han}, còn {thiếu")
    answered = client_of(trang).post(address, data)
    shown = answered.content.decode()
    assert answered.status_code == 422
    assert "Không có trường {hội_ngị}. Có phải là {hội_nghị}?" in shown
    assert "Không có trường {han}. Có phải là {hạn}?" in shown
    assert "chưa đủ cặp" in shown
    assert "Gấp: {hội_ngị}" in shown
    step.refresh_from_db()
    assert step.subject == defaults.steps()[0].subject


def test_a_step_is_changed_and_seen_on_real_units_first(
    soon: datetime, meeting: Meeting, trang: User, can_loc: Unit
) -> None:
    policy = policies.policy_of(meeting)
    step = policy.steps.get(offset=-timedelta(hours=1))
    address = reverse("reminder_step", args=[meeting.slug, step.pk])
    data = filled(
        step,
        policy.version,
        subject="{Đơn vị} còn một giờ",
        way0="sms",
        way1="mail",
        number="90",
        unit="phut",
    )
    seen = client_of(trang).post(address, {**data, "xem": "1"}).content.decode()
    assert "Huyện ủy Can Lộc còn một giờ" in seen
    assert Step.objects.get(pk=step.pk).offset == -timedelta(hours=1)
    assert client_of(trang).post(address, data).status_code == 302
    step.refresh_from_db()
    assert (when(step), step.channels) == ("1 giờ 30 phút trước hạn", ["sms", "mail"])
    assert Policy.objects.get().version == policy.version + 1


def test_two_editors_lose_nothing(meeting: Meeting, trang: User) -> None:
    policy = policies.policy_of(meeting)
    step = policy.steps.first()
    address = reverse("reminder_step", args=[meeting.slug, step.pk])
    first, second = (filled(step, policy.version, subject=words) for words in ("Lời thứ nhất", "Lời thứ hai"))
    assert client_of(trang).post(address, first).status_code == 302
    answered = client_of(trang).post(address, second)
    shown = answered.content.decode()
    assert answered.status_code == 422
    assert "Người khác vừa sửa kế hoạch này" in shown
    assert "Lời thứ nhất" in shown
    assert "Lời thứ hai" in shown
    assert f'name="version" value="{policy.version + 1}"' in shown
    assert client_of(trang).post(address, {**second, "version": policy.version + 1}).status_code == 302
    step.refresh_from_db()
    assert step.subject == "Lời thứ hai"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"to": []}, "Chọn ít nhất một người nhận."),
        ({"way0": ""}, "Chọn ít nhất một cách gửi."),
        ({"number": "40", "unit": "ngay"}, "Nhiều nhất 30 ngày"),
        ({"number": "1", "unit": "phut", "side": "sau"}, "Sau hạn ít nhất 2 phút"),
        ({"every": "120"}, "ghi nhiều nhất mấy lần"),
        ({"every": "5", "times": "3"}, "Cách nhau ít nhất 10 phút"),
        ({"number": "1", "unit": "ngay"}, "đã có một mốc vào đúng lúc này"),
    ],
)
def test_a_step_that_cannot_be_is_refused_in_words(
    meeting: Meeting, trang: User, changed: dict[str, Any], words: str
) -> None:
    policy = policies.policy_of(meeting)
    step = policy.steps.first()
    address = reverse("reminder_step", args=[meeting.slug, step.pk])
    answered = client_of(trang).post(address, filled(step, policy.version, **changed))
    assert answered.status_code == 422
    assert words in answered.content.decode()


def test_a_step_is_added_removed_and_the_default_comes_back(
    hour_before: datetime, meeting: Meeting, trang: User
) -> None:
    policy = policies.policy_of(meeting)
    office = client_of(trang)
    last = policy.steps.get(offset=-timedelta(hours=1))
    Invitation.objects.update(sent_at=hour_before - timedelta(hours=1))
    services.plan(now=hour_before)
    office.post(reverse("reminder_step_remove", args=[meeting.slug, last.pk]), {"version": policy.version})
    assert {row.objection for row in Reminder.objects.all()} == {Objection.WITHDRAWN}
    assert services.plan(now=hour_before) == 0
    data = filled(last, policy.version + 1, number="30", unit="phut")
    assert office.post(reverse("reminder_step_add", args=[meeting.slug]), data).status_code == 302
    assert services.plan(now=hour_before + timedelta(minutes=30)) == 3
    kept = policy.steps.get(anchor="deadline", offset=-timedelta(days=1))
    office.post(reverse("reminder_plan_restore", args=[meeting.slug]), {"version": policy.version + 2})
    offsets = sorted(policy.steps.values_list("anchor", "offset"))
    assert offsets == sorted((step.anchor.value, step.offset) for step in defaults.steps())
    assert policy.steps.filter(pk=kept.pk, offset=kept.offset).exists()


def test_the_hours_are_changed_and_two_editors_lose_nothing(meeting: Meeting, trang: User) -> None:
    policy = policies.policy_of(meeting)
    address = reverse("reminder_plan_hours", args=[meeting.slug])
    data = {
        "version": policy.version, "quiet_from": "22:00", "quiet_until": "05:30", "office_from": "07:00",
        "office_until": "17:00", "most_a_day": "4", "digest_at": "16h, 08:00",
    }  # fmt: skip
    office = client_of(trang)
    assert office.post(address, data).status_code == 302
    found = Policy.objects.get()
    assert (found.most_a_day, [f"{at:%H:%M}" for at in found.digest_at]) == (4, ["08:00", "16:00"])
    answered = office.post(address, {**data, "most_a_day": "9"})
    assert answered.status_code == 422
    assert "Giờ giấc hiện là" in answered.content.decode()
    for wrong, words in [
        ({"digest_at": "25:00"}, "Không hiểu giờ “25:00”"),
        ({"office_until": "06:00"}, "phải kết thúc sau khi bắt đầu"),
        ({"quiet_from": "06:00", "quiet_until": "05:30"}, "còn ít nhất một giờ để gửi"),
    ]:
        assert words in office.post(address, {**data, **wrong}).content.decode()
