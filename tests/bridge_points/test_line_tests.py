"""Telecom tests lines: every test is kept, the last one counts, one sent twice counts once."""

from __future__ import annotations

import threading
import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from accounts.models import User
from bridge_points import services
from bridge_points.models import BridgePoint, LineTest, PointState
from bridge_points.services import record_line_test
from invitations.models import Meeting
from tests.cast import client_of
from tests.together import PATIENCE, until_held_back

GOOD, FAILED = LineTest.Result.GOOD, LineTest.Result.FAILED
HTMX = {"HX-Request": "true"}


def page(point: BridgePoint, what: str = "thu/") -> str:
    return f"/hoi-nghi/{point.meeting.slug}/diem-cau/{point.unit.slug}/{what}"


def state(point: BridgePoint) -> PointState:
    return BridgePoint.objects.with_last_test().get(pk=point.pk).state


def test_the_row_opens_with_four_buttons_a_note_and_the_number_to_call(
    can_loc_point: BridgePoint, hung: User
) -> None:
    BridgePoint.objects.update(technician="Lê Quốc Bảo", technician_phone="0900000320")
    row = client_of(hung).get(page(can_loc_point), headers=HTMX).text
    assert row.lstrip().startswith("<tr")
    for result in LineTest.Result:
        assert f'value="{result}"' in row
        assert result.label in row
    assert 'name="note"' in row
    assert "tel:0900000320" in row


def test_a_press_records_the_test_and_answers_with_row_and_counts(
    can_loc_point: BridgePoint, hung: User
) -> None:
    sent = {"result": "good", "note": "Tiếng rõ"}
    response = client_of(hung).post(page(can_loc_point), sent, headers=HTMX)
    test = can_loc_point.line_tests.get()
    assert (test.result, test.note, test.tested_by) == (GOOD, "Tiếng rõ", hung)
    assert response.status_code == 200
    assert f'id="point-{can_loc_point.pk}"' in response.text
    assert "Đã thử tốt" in response.text
    assert 'id="point-views" aria-label="Lọc theo tình trạng" hx-swap-oob="true"' in response.text
    assert "H\\u00ecnh" in response["HX-Trigger"] or "h\\u00ecnh" in response["HX-Trigger"]
    assert state(can_loc_point) == PointState.TESTED


def test_without_htmx_the_press_leads_to_the_points_page(can_loc_point: BridgePoint, hung: User) -> None:
    response = client_of(hung).post(page(can_loc_point), {"result": "sound"}, follow=True)
    assert response.redirect_chain == [(page(can_loc_point, ""), 302)]
    assert "Chỉ có tiếng" in response.text


def test_every_test_is_kept_and_the_last_one_counts(can_loc_point: BridgePoint, hung: User) -> None:
    for result in (FAILED, GOOD, FAILED):
        record_line_test(point_id=can_loc_point.pk, result=result, note="", user=hung)
    assert [test.result for test in can_loc_point.line_tests.all()] == [FAILED, GOOD, FAILED]
    assert state(can_loc_point) == PointState.FAILED


def test_what_a_bad_line_sends_twice_is_one_test(can_loc_point: BridgePoint, hung: User) -> None:
    sent = {"result": "good", "key": str(uuid.uuid4())}
    for _ in range(2):
        assert client_of(hung).post(page(can_loc_point), sent, headers=HTMX).status_code == 200
    assert can_loc_point.line_tests.count() == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Chọn một kết quả: bấm vào một trong bốn nút."),
        ({"result": "splendid"}, "Không có kết quả này. Bấm vào một trong bốn nút."),
    ],
)
def test_a_test_without_a_result_is_refused_and_the_note_stays(
    can_loc_point: BridgePoint, hung: User, sent: dict[str, str], said: str
) -> None:
    response = client_of(hung).post(page(can_loc_point), {**sent, "note": "Rè nhẹ"}, headers=HTMX)
    assert response.status_code == 422
    assert said in response.text
    assert 'value="Rè nhẹ"' in response.text
    assert not LineTest.objects.exists()


def test_a_note_too_long_is_refused_with_its_field_named(can_loc_point: BridgePoint, hung: User) -> None:
    response = client_of(hung).post(page(can_loc_point), {"result": "good", "note": "x" * 301}, headers=HTMX)
    assert response.status_code == 422
    assert "Ghi chú dài quá 300 chữ. Rút gọn lại." in response.text


def test_a_point_that_does_not_connect_has_no_line(can_loc_point: BridgePoint, hung: User) -> None:
    BridgePoint.objects.filter(pk=can_loc_point.pk).update(connects=False)
    assert "không có đường truyền để thử" in client_of(hung).get(page(can_loc_point)).text
    response = client_of(hung).post(page(can_loc_point), {"result": "good"}, headers=HTMX)
    assert response.status_code == 422
    assert "không có đường truyền để thử" in response.text
    assert not LineTest.objects.exists()


def test_after_the_meeting_nothing_is_tested(can_loc_point: BridgePoint, hung: User) -> None:
    Meeting.objects.update(state=Meeting.State.CLOSED)
    with pytest.raises(ValidationError, match="đã hủy hoặc đã kết thúc"):
        record_line_test(point_id=can_loc_point.pk, result=GOOD, note="", user=hung)


def second_waits(point: BridgePoint, user: User) -> bool:
    """Record a failed test while a good one is still open in another transaction; say whether it waited."""

    done = threading.Event()

    def second() -> None:
        try:
            record_line_test(point_id=point.pk, result=FAILED, note="", user=user)
            done.set()
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    with transaction.atomic():
        record_line_test(point_id=point.pk, result=GOOD, note="", user=user)
        thread.start()
        waits = until_held_back(done)
    thread.join(PATIENCE)
    return waits


@pytest.mark.django_db(transaction=True)
def test_of_two_tests_at_once_both_are_kept_and_the_one_that_waited_is_the_last(
    can_loc_point: BridgePoint, hung: User
) -> None:
    assert second_waits(can_loc_point, hung)
    last, first = can_loc_point.line_tests.all()
    assert (first.result, last.result) == (GOOD, FAILED)
    assert first.at < last.at
    assert state(can_loc_point) == PointState.FAILED


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_second_would_not_wait(
    can_loc_point: BridgePoint, hung: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the test above."""
    unlocked = BridgePoint.objects.select_related("unit", "meeting")
    monkeypatch.setattr(services, "lock_point", lambda point_id: unlocked.get(pk=point_id))
    assert not second_waits(can_loc_point, hung)
