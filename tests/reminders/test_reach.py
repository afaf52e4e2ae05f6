"""Whom a step reaches and by which way, and what a text with named fields becomes."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from accounts.clock import database_now
from accounts.models import Unit, User
from bridge_points.models import BridgePoint
from invitations.deadlines import LINES_TAKE
from invitations.models import Invitation, Meeting
from reminders import composing, services, texts
from reminders.models import ChannelState, Level, Reminder, Step
from reminders.policy import report_due
from reminders.reach import NO_MOBILE, NOT_AN_ADDRESS, Person, reach
from reminders.services import asking, policies
from reminders.services.planning import next_way
from tests.factories import AttendanceFactory, LineTestFactory
from tests.reminders.conftest import answer, mail_of

Kind, State, Objection, Channel = Reminder.Kind, Reminder.State, Reminder.Objection, Reminder.Channel
CONTACT, LEADER, ABOVE = Level.CONTACT, Level.LEADER, Level.ABOVE
ANNA = Person("An", ("an@example.vn",), ("0900000101",), "can-loc")
LEAD = Person("Bình", ("binh@example.vn",), ("02393855123",))
UP = Person("Tỉnh ủy", ("tu@example.vn",), ())


@pytest.mark.parametrize(
    ("levels", "people", "channels", "red", "expected"),
    [
        ([CONTACT], {CONTACT: ANNA}, ["mail", "sms"], [], ["mail an@example.vn"]),
        ([CONTACT], {CONTACT: ANNA}, ["mail", "sms"], ["mail"], ["sms 0900000101"]),
        ([CONTACT], {CONTACT: ANNA}, ["mail"], ["mail"], ["mail an@example.vn"]),
        ([CONTACT], {CONTACT: ANNA._replace(mails=())}, ["mail", "sms"], [], ["sms 0900000101"]),
        ([CONTACT], {CONTACT: Person("An"), LEADER: LEAD}, ["mail"], [], ["mail binh@example.vn"]),
        ([CONTACT], {CONTACT: Person("An"), ABOVE: UP}, ["mail"], [], ["mail tu@example.vn"]),
        (
            [CONTACT, LEADER],
            {CONTACT: Person("An"), LEADER: LEAD, ABOVE: UP},
            ["mail"],
            [],
            ["mail tu@example.vn", "mail binh@example.vn"],
        ),
        ([CONTACT, LEADER], {CONTACT: ANNA, LEADER: ANNA}, ["mail"], [], ["mail an@example.vn"]),
        (
            [CONTACT],
            {CONTACT: LEAD},
            ["sms", "mail"],
            [],
            [f"sms 02393855123 {NO_MOBILE}", "mail binh@example.vn"],
        ),
        (
            [CONTACT],
            {CONTACT: ANNA._replace(mails=("an@@x",))},
            ["mail", "zalo"],
            [],
            [f"mail an@@x {NOT_AN_ADDRESS}", "zalo 0900000101"],
        ),
        ([CONTACT], {CONTACT: LEAD}, ["call"], [], ["call 02393855123"]),
        ([CONTACT], {CONTACT: Person("An")}, ["mail", "sms"], [], []),
    ],
)
def test_the_first_way_that_works_is_taken(
    levels: list[str], people: dict[str, Person], channels: list[str], red: list[str], expected: list[str]
) -> None:
    found = reach(levels, people, channels, red)
    assert [f"{one.channel} {one.recipient} {one.failure}".strip() for one in found] == expected


# ── Texts ────────────────────────────────────────────────────────────────────────────────────


def test_fields_are_filled_in_and_nothing_else_is() -> None:
    text = texts.read("Kính gửi {Đơn vị}: {{0}} {hạn}".replace("{{0}}", "100%"))
    assert text.filled({"đơn_vị": "{hạn} & <b>", "hạn": "17:00"}) == "Kính gửi {hạn} & <b>: 100% 17:00"
    assert text.partly({"hạn": "17:00"}).filled({"đơn_vị": "A"}) == "Kính gửi A: 100% 17:00"


@pytest.mark.parametrize("bad", ["{hạn", "hạn}", "{}", "{hạn.year}", "{0}", "{hạn!r}", "{{hạn}}", "{h\nạn}"])
def test_what_is_no_field_is_refused(bad: str) -> None:
    with pytest.raises(ValidationError):
        texts.read(bad)


@given(st.text(), st.text(max_size=40))
def test_a_short_message_is_one_sms(text: str, end: str) -> None:
    found = texts.short(text, end=end)
    assert found.isascii()
    assert len(found) <= texts.MOST_IN_A_SHORT_MESSAGE


def test_a_short_message_is_read_without_marks() -> None:
    assert texts.short("Hạn 17:00: đăng ký “Đại hội”", end=". Gọi 0900") == (
        'Han 17:00: dang ky "Dai hoi". Goi 0900'
    )


# ── In the outbox ────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def every_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """A portal on which all gateways are set up."""
    monkeypatch.setattr(composing, "is_set_up", lambda channel: True)


def rows_of(unit: Unit) -> list[tuple[str, str, str, str]]:
    rows = Reminder.objects.filter(unit=unit).order_by("pk")
    return [(one.level, one.channel, one.recipient, one.state) for one in rows]


def name_contact(invitation: Invitation, **values: Any) -> None:
    Invitation.objects.filter(pk=invitation.pk).update(
        **{f"contact_{key}": one for key, one in values.items()}
    )


def test_it_grows_from_the_contact_to_the_level_above(
    every_way: None, deadline: datetime, can_loc: Unit, province: Unit, can_loc_invitation: Invitation
) -> None:
    Invitation.objects.update(sent_at=deadline - timedelta(days=10))
    name_contact(can_loc_invitation, name="Lê Thị Bình", email="binh@example.vn", phone="0900000124")
    Unit.objects.filter(pk=can_loc.pk).update(leader_email="bithu@example.vn", leader_name="Hồ Văn Tư")
    Unit.objects.filter(pk=province.pk).update(email="vptu@example.vn")
    services.plan(now=deadline - timedelta(days=3))
    assert rows_of(can_loc) == [("contact", "mail", "binh@example.vn", "pending")]
    assert mail_of(can_loc).recipient_name == "Lê Thị Bình, Huyện ủy Can Lộc"
    Reminder.objects.all().delete()
    services.plan(now=deadline + timedelta(minutes=2))
    assert rows_of(can_loc) == [
        ("contact", "zalo", "0900000124", "pending"),
        ("leader", "mail", "bithu@example.vn", "pending"),
        ("above", "mail", "vptu@example.vn", "pending"),
    ]


def test_what_cannot_go_is_written_as_failed_and_the_next_way_is_taken(
    every_way: None, hour_before: datetime, can_loc: Unit, can_loc_invitation: Invitation
) -> None:
    name_contact(can_loc_invitation, name="Bình", email="binh@example.vn", phone="02393855123")
    services.plan(now=hour_before)
    failed = Reminder.objects.filter(unit=can_loc, state=State.FAILED)
    assert {(one.channel, one.why) for one in failed} == {("zalo", NO_MOBILE), ("sms", NO_MOBILE)}
    assert rows_of(can_loc)[-1] == ("contact", "mail", "binh@example.vn", "pending")


def test_a_short_text_goes_by_sms(every_way: None, hour_before: datetime, can_loc: Unit) -> None:
    Step.objects.filter(policy=policies.policy_of(Meeting.objects.get())).update(channels=["sms"])
    services.plan(now=hour_before)
    sms = mail_of(can_loc)
    assert sms.body.startswith("Can Loc: Han 17:00, ")
    assert len(sms.body) <= texts.MOST_IN_A_SHORT_MESSAGE


def test_the_next_way_is_the_next_channel_then_the_next_level(
    every_way: None, hour_before: datetime, can_loc: Unit, can_loc_invitation: Invitation
) -> None:
    Unit.objects.filter(pk=can_loc.pk).update(leader_email="bithu@example.vn")
    step = policies.policy_of(can_loc_invitation.meeting).steps.get(offset=-timedelta(hours=1))
    Step.objects.filter(pk=step.pk).update(to=["contact"])
    services.plan(now=hour_before)
    row, told = mail_of(can_loc), []
    while row is not None:
        told.append((row.level, row.channel))
        Reminder.objects.filter(pk=row.pk).update(state=State.FAILED, failure="x", attempts=1)
        row = next_way(Reminder.objects.get(pk=row.pk), now=hour_before)  # type: ignore[assignment]
        if row is not None:
            row.save()
    assert told == [("contact", "zalo"), ("contact", "sms"), ("contact", "mail"), ("leader", "mail")]


def test_a_red_channel_is_passed_over(every_way: None, hour_before: datetime, can_loc: Unit) -> None:
    ChannelState.objects.create(channel="zalo", red_since=hour_before, why="sai khóa", faults=3)
    services.plan(now=hour_before)
    assert mail_of(can_loc).channel == Channel.SMS


def test_the_limit_of_a_day_is_kept_and_seen(deadline: datetime, meeting: Meeting, can_loc: Unit) -> None:
    Invitation.objects.update(sent_at=deadline - timedelta(days=10))
    policy = policies.policy_of(meeting)
    policy.most_a_day = 1
    policy.save()
    services.plan(now=deadline - timedelta(hours=4))
    services.plan(now=deadline - timedelta(hours=1))
    states = [(one.state, one.objection) for one in Reminder.objects.filter(unit=can_loc).order_by("slot")]
    assert states == [(State.PENDING, ""), (State.CANCELLED, Objection.LIMIT)]
    assert services.plan(now=deadline - timedelta(hours=1)) == 0


def test_a_message_planned_at_night_waits_for_the_morning(deadline: datetime, meeting: Meeting) -> None:
    Invitation.objects.update(sent_at=deadline - timedelta(days=10))
    night = deadline - timedelta(hours=17)  # midnight; the step of yesterday 17:00 was missed
    services.plan(now=night)
    assert {row.due_at - night for row in Reminder.objects.exclude(unit=None)} == {timedelta(hours=6)}


# ── Before the line test, before the first session, after the end ────────────────────────────


def test_only_units_with_points_not_tested_good_hear_of_the_test(
    deadline: datetime, meeting: Meeting, can_loc: Unit, can_loc_point: BridgePoint, health: Unit
) -> None:
    Invitation.objects.update(sent_at=deadline - timedelta(days=40))
    assert meeting.line_test_at
    before = meeting.line_test_at - timedelta(hours=2)
    services.plan(now=before)
    rows = list(Reminder.objects.filter(kind=Kind.LINE_TEST))
    assert {one.recipient_name for one in rows} == {"Huyện ủy Can Lộc", "Huyện ủy Nghi Xuân"}
    own = Reminder.objects.get(unit=can_loc, kind=Kind.LINE_TEST)
    assert "Điểm cầu chưa thử tốt: Can Lộc." in own.body
    LineTestFactory.create(point=can_loc_point, result="good")
    found = asking.objections(rows, before)
    assert found == {own.pk: Objection.TESTED}


def test_all_that_come_hear_of_the_first_session_and_of_the_report(
    deadline: datetime, meeting: Meeting, can_loc_invitation: Invitation, health_invitation: Invitation
) -> None:
    Invitation.objects.update(sent_at=deadline - timedelta(days=40))
    answer(can_loc_invitation)
    Invitation.objects.filter(pk=health_invitation.pk).update(
        declined_at=database_now(), decline_reason="Trùng lịch"
    )
    first = meeting.sessions.first()
    starts = deadline.combine(first.date, time(8), tzinfo=deadline.tzinfo)
    services.plan(now=starts - timedelta(days=1))
    Meeting.objects.update(state=Meeting.State.CLOSED)
    services.plan(now=starts + timedelta(hours=10))  # until 17:00, and an hour
    told = Reminder.objects.filter(kind__in=[Kind.SESSION, Kind.REPORT]).order_by("slot", "recipient_name")
    assert [(one.kind, one.recipient_name) for one in told] == [
        (Kind.SESSION, "Huyện ủy Can Lộc"),
        (Kind.SESSION, "Huyện ủy Nghi Xuân"),
        (Kind.REPORT, "Huyện ủy Can Lộc"),
        (Kind.REPORT, "Huyện ủy Nghi Xuân"),
    ]


def test_a_batch_is_asked_in_a_few_queries(
    hour_before: datetime,
    meeting: Meeting,
    can_loc_invitation: Invitation,
    django_assert_max_num_queries: Any,
) -> None:
    services.plan(now=hour_before)
    answer(can_loc_invitation)
    rows = list(Reminder.objects.all())
    with django_assert_max_num_queries(5):
        found = asking.objections(rows, hour_before)
    assert list(found.values()) == [Objection.ANSWERED]


def test_the_office_is_told_at_its_hours_who_is_missing(
    deadline: datetime, meeting: Meeting, trang: User
) -> None:
    Meeting.objects.update(published_at=deadline - timedelta(days=9))
    services.plan(now=deadline - timedelta(hours=3, minutes=20))
    digest = Reminder.objects.get(kind=Kind.DIGEST)
    assert (digest.subject, "đã qua" in digest.body) == (
        f"Còn thiếu 3 trên 3 đơn vị: {meeting.short_title}",
        False,
    )
    for invitation in Invitation.objects.all():
        answer(invitation)
    Reminder.objects.all().delete()
    assert services.plan(now=deadline - timedelta(hours=3, minutes=20)) == 0


# ── The silent points of a session, and the lines that were not found good in time ───────────────


def test_only_units_whose_points_have_not_reported_a_session_are_chased(
    deadline: datetime, meeting: Meeting, can_loc: Unit, can_loc_point: BridgePoint, cuong: User
) -> None:
    """Chased again and by more people twenty minutes after the hour; who reported is not, at any moment."""
    Invitation.objects.update(sent_at=deadline - timedelta(days=40))
    session = meeting.sessions.first()
    due = report_due(session)
    services.plan(now=due + timedelta(minutes=1))
    assert not Reminder.objects.filter(kind=Kind.PRESENCE).exists()
    first = due + timedelta(minutes=2)
    services.plan(now=first)
    services.plan(now=first)
    rows = list(Reminder.objects.filter(kind=Kind.PRESENCE, level="contact"))
    assert {one.recipient_name for one in rows} == {"Huyện ủy Can Lộc", "Huyện ủy Nghi Xuân"}
    own = next(one for one in rows if one.unit == can_loc)
    assert "chưa báo: Can Lộc." in own.body
    assert "8 giờ 30" in own.body
    assert f"/{meeting.slug}/diem-danh/" in own.body
    AttendanceFactory.create(session=session, point=can_loc_point)
    assert asking.objections(rows, first) == {own.pk: Objection.REPORTED}
    services.plan(now=due + timedelta(minutes=20))
    again = Reminder.objects.filter(kind=Kind.PRESENCE, slot=due + timedelta(minutes=20))
    assert {one.unit_id for one in again} == {cuong.unit_id}


def test_the_second_session_is_chased_for_itself_and_a_moved_one_not_at_its_old_hour(
    deadline: datetime, meeting: Meeting, can_loc: Unit, can_loc_point: BridgePoint
) -> None:
    Invitation.objects.update(sent_at=deadline - timedelta(days=40))
    morning, afternoon, *_ = meeting.sessions.all()
    AttendanceFactory.create(session=morning, point=can_loc_point)
    due = report_due(afternoon)
    services.plan(now=due + timedelta(minutes=2))
    row = Reminder.objects.get(unit=can_loc, kind=Kind.PRESENCE)
    assert afternoon.get_part_display().lower() in row.body
    afternoon.starts_at = time(16)
    afternoon.save()
    assert asking.objections([row], due + timedelta(minutes=2)) == {row.pk: Objection.MOVED}


def test_a_line_that_was_not_found_good_in_time_is_chased_until_it_is(
    deadline: datetime, meeting: Meeting, can_loc: Unit, can_loc_point: BridgePoint
) -> None:
    Invitation.objects.update(sent_at=deadline - timedelta(days=40))
    assert meeting.line_test_at
    late = meeting.line_test_at + LINES_TAKE
    LineTestFactory.create(point=can_loc_point, result="picture")
    services.plan(now=late)
    row = Reminder.objects.get(unit=can_loc, kind=Kind.UNTESTED)
    assert "chưa thử tốt: Can Lộc." in row.body
    LineTestFactory.create(point=can_loc_point, result="good")
    assert asking.objections([row], late) == {row.pk: Objection.TESTED}
    services.plan(now=late + timedelta(hours=1))
    assert Reminder.objects.filter(unit=can_loc, kind=Kind.UNTESTED).count() == 1
