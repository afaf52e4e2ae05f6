"""What points report of a session: the newest counts, nothing is lost, nothing doubled, doubles are told."""

import uuid
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from invitations import closing
from invitations.deadlines import quick_report_due
from registrations.models import (
    Attendance,
    AttendanceEntry,
    AttendanceMark,
    counting_marks,
    points_of_session,
    silent_points,
)
from registrations.services import attending
from registrations.services.attending import Mark, Numbers, Source
from tests.factories import BridgePointFactory, DelegateFactory, SessionFactory
from tests.together import PATIENCE, at_once, meeting_point, until_held_back

pytestmark = pytest.mark.django_db

PHONE, OTHER_PHONE = uuid.uuid4(), uuid.uuid4()


@pytest.fixture
def morning(meeting):
    return meeting.sessions.first()


def numbers(present: int, excused: int = 0, absent: int = 0, **values: Any) -> Numbers:
    return Numbers(
        **{"key": uuid.uuid4(), "age": 0.0, "present": present, "excused": excused, "absent": absent} | values
    )


def mark(person: Any, state: str = "present", **values: Any) -> Mark:
    return Mark(**{"key": uuid.uuid4(), "age": 0.0, "delegate": person.key, "state": state} | values)


@pytest.fixture
def send(morning, can_loc_point, an):
    def send(*entries: Any, device: uuid.UUID = PHONE, point: Any = can_loc_point) -> list[str]:
        source = Source(device=device, user=an)
        results = attending.record(session_id=morning.pk, point_id=point.pk, source=source, entries=entries)
        return [one.state for one in results]

    return send


def counts(point: Any) -> tuple[int, int, int]:
    return Attendance.objects.get(point=point).numbers


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────


def test_the_newest_by_its_age_counts_whatever_order_they_arrive_in(send, can_loc_point, draft):
    """Rule: made_at is arrival less age, so a phone whose clock is wrong by years changes nothing."""
    assert send(numbers(40, age=60)) == ["kept"]
    assert send(numbers(30, age=3600)) == ["older"]
    assert counts(can_loc_point) == (40, 0, 0)
    assert send(numbers(42, 2, 1)) == ["kept"]
    assert counts(can_loc_point) == (42, 2, 1)
    assert list(AttendanceEntry.objects.values_list("present", "applied")) == [
        (42, True), (40, True), (30, False),
    ]  # fmt: skip


def test_an_age_that_cannot_be_is_put_right(send, can_loc_point, draft):
    assert send(numbers(1, age=-500), numbers(2, age=1e12)) == ["kept", "kept"]
    assert counts(can_loc_point) == (1, 0, 0)


def test_what_is_sent_twice_is_kept_once(send, draft):
    one = numbers(40)
    assert send(one, one) == ["kept", "kept"]
    assert send(one) == ["repeated"]
    assert AttendanceEntry.objects.count() == 1


def test_more_than_declared_is_asked_and_not_refused(send, draft):
    asked = numbers(47)
    assert send(asked) == ["ask"]
    assert not AttendanceEntry.objects.exists()
    assert send(numbers(47, key=asked.key, sure=True)) == ["kept"]


def test_an_impossible_number_is_refused_alone(send, draft):
    assert send(numbers(5001, sure=True), numbers(40, -1), numbers(41)) == ["refused", "refused", "kept"]


def test_two_phones_that_had_not_seen_each_other_are_told(send, can_loc_point, draft):
    send(numbers(45))
    send(numbers(43), device=OTHER_PHONE)
    row = Attendance.objects.get()
    assert (row.present, row.crossed.present) == (43, 45)
    send(numbers(44, base=row.version))
    assert Attendance.objects.get().crossed is None
    send(numbers(40, age=600), device=OTHER_PHONE)
    row = Attendance.objects.get()
    assert (row.present, row.crossed.present) == (44, 40)


def test_a_point_that_does_not_connect_or_a_meeting_that_is_off_takes_nothing(
    send, meeting, can_loc_point, morning, an
):
    can_loc_point.connects = False
    can_loc_point.save()
    with pytest.raises(ValidationError, match="không kết nối"):
        send(numbers(1))
    can_loc_point.connects = True
    can_loc_point.save()
    meeting.state = "cancelled"
    meeting.save()
    with pytest.raises(ValidationError, match="không còn nhận"):
        send(numbers(1))


# ── People ───────────────────────────────────────────────────────────────────────────────────


def test_ticks_count_the_numbers_and_two_phones_are_merged_by_person(send, draft, can_loc_point):
    khang, phuc = draft.delegates.all()
    assert send(mark(khang)) == ["kept"]
    assert send(mark(phuc, "excused", age=300, reason="Ốm"), device=OTHER_PHONE) == ["kept"]
    assert send(mark(khang, reason="Ốm")) == ["kept"]  # who is there needs no reason
    assert list(AttendanceMark.objects.exclude(reason="").values_list("delegate", flat=True)) == [phuc.pk]
    assert counts(can_loc_point) == (1, 1, 0)
    send(mark(phuc, age=900))  # what another phone made before counts no more, and is kept
    assert counts(can_loc_point) == (1, 1, 0)
    send(mark(khang, "cleared"))
    assert counts(can_loc_point) == (0, 1, 0)
    assert AttendanceMark.objects.count() == 5


def test_typed_numbers_stand_until_somebody_asks_for_the_count(send, draft, can_loc_point):
    khang, phuc = draft.delegates.all()
    send(mark(khang), numbers(40, age=60), mark(phuc))  # one request of a telephone that had no line
    assert counts(can_loc_point) == (40, 0, 0)
    send(numbers(0, counted=True))
    assert counts(can_loc_point) == (2, 0, 0)
    send(mark(phuc, "absent"))
    assert counts(can_loc_point) == (1, 0, 1)


def test_a_person_seen_at_two_points_counts_once_and_both_are_told(send, draft, can_loc_point, nghi_xuan):
    khang = draft.delegates.first()
    there = BridgePointFactory.create(meeting=can_loc_point.meeting, unit__tier="district")
    send(mark(khang, age=60))
    assert send(mark(khang), point=there) == ["elsewhere"]
    assert send(mark(khang, visiting=True), point=there) == ["kept"]
    assert (counts(can_loc_point), counts(there)) == ((0, 0, 0), (1, 0, 0))
    (counting,) = counting_marks(counted_session(), [khang.pk])
    assert (counting.point, counting.rivals) == (there, [can_loc_point.pk])
    send(mark(khang, "absent"))  # the own point says now that the person is not there
    (counting,) = counting_marks(counted_session(), [khang.pk])
    assert (counting.point, counting.rivals) == (there, [])


def counted_session() -> int:
    return AttendanceMark.objects.values_list("session", flat=True)[0]


def test_a_person_of_another_meeting_is_refused(send, draft):
    stranger = DelegateFactory.create()
    assert send(mark(stranger, visiting=True), mark(draft.delegates.first())) == ["refused", "kept"]


def test_a_thousand_entries_take_no_more_queries_than_two(send, draft, django_assert_max_num_queries):
    khang, phuc = draft.delegates.all()
    send(mark(khang))
    with django_assert_max_num_queries(22) as few:
        send(*[mark(phuc, age=number) for number in range(2)], *[numbers(number) for number in range(2)])
    with django_assert_max_num_queries(len(few)):
        send(*[mark(phuc, age=number) for number in range(500)], *[numbers(40)] * 2)
    assert AttendanceMark.objects.count() == 503


# ── Who is silent, and the sums ──────────────────────────────────────────────────────────────


def test_who_has_not_reported_is_missing_from_the_minute_the_report_is_due(
    send, morning, meeting, can_loc_point, draft
):
    BridgePointFactory.create(meeting=meeting, unit__tier="district", connects=False)
    due = quick_report_due(morning.date, morning.part, morning.starts_at)
    assert f"{due:%H:%M}" == "08:30"
    assert not silent_points(morning, due - timedelta(seconds=1))
    assert set(silent_points(morning, due)) == set(meeting.bridge_points.connected())
    send(numbers(40))
    assert can_loc_point not in silent_points(morning, due)
    afternoon = meeting.sessions.last()
    assert can_loc_point in silent_points(afternoon, due + timedelta(days=1))


def test_a_session_shows_each_point_in_one_query(
    send, morning, can_loc_point, draft, django_assert_num_queries
):
    send(numbers(40, 3, 2))
    with django_assert_num_queries(1):
        rows = {one.pk: one for one in points_of_session(morning)}
    here = rows.pop(can_loc_point.pk)
    assert (here.declared, here.present, here.excused, here.absent) == (45, 40, 3, 2)
    assert {(one.here, one.present) for one in rows.values()} == {(None, None)}
    assert Attendance.objects.filter(session=morning).total() == {
        "points": 1, "present": 40, "excused": 3, "absent": 2,
    }  # fmt: skip


def test_a_moved_session_keeps_what_was_reported(send, morning, can_loc_point, draft):
    """The office moves the hour while people tick: entries name the session, not its hour."""
    send(numbers(40, age=60))
    morning.date += timedelta(days=1)
    morning.save()
    assert send(numbers(41)) == ["kept"]
    assert counts(can_loc_point) == (41, 0, 0)
    assert SessionFactory._meta.model.objects.filter(attendances__present=41).get() == morning


# ── Two at once ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["locked", "negative control"])
def test_two_phones_at_once_are_counted_together(send, draft, can_loc_point, monkeypatch, locked):
    khang, phuc = draft.delegates.all()
    third = DelegateFactory.create(registration=draft)
    send(mark(third))
    real, meet = attending._count_again, meeting_point()

    def slowly(*args: Any) -> None:
        meet()
        real(*args)
        meet()

    monkeypatch.setattr(attending, "_count_again", slowly)
    if not locked:
        monkeypatch.setattr(attending, "_lock_points", list)
    at_once(lambda: send(mark(khang)), lambda: send(mark(phuc), device=OTHER_PHONE))
    assert AttendanceMark.objects.count() == 3
    assert (counts(can_loc_point)[0] == 3) is locked


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("held", [True, False], ids=["held", "negative control"])
def test_who_closes_the_meeting_waits_for_the_entry_that_is_being_written(
    send, morning, trang, can_loc_point, monkeypatch, held
):
    morning.meeting.sessions.update(date=morning.date - timedelta(days=60))
    writing, closed, seen = Event(), Event(), []

    def slowly(ids: Any) -> list[int]:
        writing.set()
        seen.append(not until_held_back(closed))
        return list(ids)

    def close() -> None:
        writing.wait(PATIENCE)
        closing.close(meeting_id=morning.meeting_id, user=trang)
        closed.set()

    monkeypatch.setattr(attending, "_lock_points", slowly)
    if not held:
        monkeypatch.setattr(attending, "_hold_open", lambda session: None)
    assert at_once(lambda: send(numbers(41)), close) == [None, None]
    assert seen == [not held]
