"""Telecom's queue: one technician has a point, the others see it; ready, again, in another order."""

from __future__ import annotations

import uuid
from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.db.models import F

from accounts.clock import database_now
from accounts.models import User
from bridge_points import calling
from bridge_points.calling import Taken, ask_retest, call_before, release_call, report_ready, take_call
from bridge_points.models import CALL_LASTS, BridgePoint, LineState, LineTest, PointLine
from bridge_points.services import record_line_test
from tests.factories import BridgePointFactory, UserFactory
from tests.together import at_once, meeting_point

GOOD, FAILED = LineTest.Result.GOOD, LineTest.Result.FAILED


@pytest.fixture
def mai(telecom) -> User:
    """A second technician."""
    return UserFactory.create(full_name="Lê Thị Mai", role="telecom", unit=telecom)


def state(point: BridgePoint) -> str:
    return BridgePoint.objects.with_line_state().get(pk=point.pk).line_state  # type: ignore[attr-defined]


def test_a_point_goes_from_not_called_to_good_and_back(can_loc_point, hung):
    assert state(can_loc_point) == LineState.NOT_CALLED
    take_call(point_id=can_loc_point.pk, user=hung)
    assert state(can_loc_point) == LineState.CALLING
    record_line_test(point_id=can_loc_point.pk, result=FAILED, note="", user=hung)
    assert state(can_loc_point) == LineState.FAILED
    report_ready(point_id=can_loc_point.pk)
    assert state(can_loc_point) == LineState.RETEST
    record_line_test(point_id=can_loc_point.pk, result=GOOD, note="", user=hung)
    assert state(can_loc_point) == LineState.GOOD
    ask_retest(point_id=can_loc_point.pk)
    assert state(can_loc_point) == LineState.RETEST
    assert can_loc_point.line_tests.count() == 2


def test_who_called_first_has_the_point_until_the_call_is_too_old(can_loc_point, hung, mai):
    take_call(point_id=can_loc_point.pk, user=hung)
    with pytest.raises(Taken) as taken:
        take_call(point_id=can_loc_point.pk, user=mai)
    assert taken.value.by == hung
    release_call(point_id=can_loc_point.pk, user=mai)  # what another took stays
    assert PointLine.objects.get().calling_by == hung
    PointLine.objects.update(calling_since=F("calling_since") - CALL_LASTS)
    assert state(can_loc_point) == LineState.NOT_CALLED
    assert take_call(point_id=can_loc_point.pk, user=mai).calling_by == mai
    release_call(point_id=can_loc_point.pk, user=mai)
    assert state(can_loc_point) == LineState.NOT_CALLED


def test_ready_said_twice_keeps_the_first_hour_and_the_test_takes_it_away(can_loc_point, hung):
    first = report_ready(point_id=can_loc_point.pk).ready_at
    assert report_ready(point_id=can_loc_point.pk).ready_at == first
    record_line_test(point_id=can_loc_point.pk, result=GOOD, note="", user=hung)
    assert PointLine.objects.get().ready_at is None


def test_a_point_that_no_longer_connects_is_neither_called_nor_ready(can_loc_point, hung):
    BridgePoint.objects.update(connects=False)
    for verb in (lambda: take_call(point_id=can_loc_point.pk, user=hung),
                 lambda: report_ready(point_id=can_loc_point.pk)):  # fmt: skip
        with pytest.raises(ValidationError, match="không kết nối"):
            verb()


def test_a_recorded_test_cannot_be_changed(can_loc_point, hung):
    test = record_line_test(point_id=can_loc_point.pk, result=FAILED, note="", user=hung)
    with pytest.raises(DatabaseError, match="is not changed"), transaction.atomic():
        LineTest.objects.filter(pk=test.pk).update(result=GOOD)
    LineTest.objects.update(tested_by=None)  # who tested may go
    assert LineTest.objects.get().tested_by is None


def test_the_telephones_hour_is_noted_and_decides_nothing(can_loc_point, hung):
    wrong = database_now() - timedelta(days=400)
    test = record_line_test(
        point_id=can_loc_point.pk, result=GOOD, note="", user=hung, key=uuid.uuid4(), phone_at=wrong
    )
    assert test.phone_at == wrong
    assert abs(test.at - database_now()) < timedelta(minutes=1)


def test_the_queue_is_that_of_the_tree_until_telecom_moves_a_point(meeting, can_loc_communes, hung):
    for commune in can_loc_communes:
        BridgePointFactory.create(meeting=meeting, unit=commune)

    def queue() -> list[str]:
        return [point.unit.called for point in BridgePoint.objects.select_related("unit").in_queue()]

    before = queue()
    assert before[1:] == ["Can Lộc", "Thị trấn Nghèn", "Xã Thiên Lộc", "Xã Vượng Lộc", "Nghi Xuân"]
    points = {point.unit.called: point.pk for point in BridgePoint.objects.select_related("unit")}
    call_before(point_id=points["Xã Vượng Lộc"], other_id=points["Can Lộc"])
    call_before(point_id=points["Nghi Xuân"], other_id=points["Thị trấn Nghèn"])
    assert queue()[1:] == ["Xã Vượng Lộc", "Can Lộc", "Nghi Xuân", "Thị trấn Nghèn", "Xã Thiên Lộc"]
    with pytest.raises(ValidationError):
        call_before(point_id=points["Can Lộc"], other_id=BridgePointFactory.create().pk)


# ── Two technicians at once ──────────────────────────────────────────────────────────────────────


def both_take(point: BridgePoint, *users: User) -> list[str]:
    """Two take the point at the same moment; give back who has it, by what each was told."""
    told = []

    def take(user: User) -> None:
        try:
            take_call(point_id=point.pk, user=user)
            told.append("has it")
        except Taken:
            told.append("taken")

    assert not any(at_once(*(partial(take, user) for user in users)))
    return sorted(told)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look and the deed wait until another has looked, too, if it can."""
    real, meet = calling.database_now, meeting_point()

    def slow():
        meet()
        return real()

    monkeypatch.setattr(calling, "database_now", slow)


@pytest.mark.django_db(transaction=True)
def test_of_two_technicians_at_once_one_has_the_point(can_loc_point, hung, mai, slowly):
    PointLine.objects.create(point=can_loc_point)
    assert both_take(can_loc_point, hung, mai) == ["has it", "taken"]


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_both_would_call(can_loc_point, hung, mai, slowly, monkeypatch):
    """The negative control of the test above."""
    PointLine.objects.create(point=can_loc_point)
    unlocked = BridgePoint.objects.select_related("unit", "meeting")
    monkeypatch.setattr(calling, "lock_point", lambda point_id: unlocked.get(pk=point_id))
    assert both_take(can_loc_point, hung, mai) == ["has it", "has it"]
