"""Two things at once, on real connections: locks decide, and without them these tests fail."""

import threading
import time
import uuid
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.db import transaction

from accounts.clock import database_now
from invitations.models import Invitation
from registrations import services
from registrations.models import Attempt, Submission
from registrations.services import locking, submitting
from tests.registrations.conftest import press_submit
from tests.together import PATIENCE, at_once, meeting_point, until_held_back

pytestmark = pytest.mark.django_db(transaction=True)


def without_lock(invitation_id: int) -> Invitation:
    """The negative control: the same row, not locked."""
    return Invitation.objects.select_related("meeting", "unit", "audience").get(pk=invitation_id)


@pytest.fixture
def slowly(monkeypatch):
    """Between looking and writing let another get in, if it can."""
    real, meet = submitting.take_snapshot, meeting_point()

    def slow(*args):
        meet()
        return real(*args)

    monkeypatch.setattr(submitting, "take_snapshot", slow)


def test_two_submits_of_the_same_version_are_numbered_one_after_the_other(desk, draft, slowly):
    assert at_once(*[lambda: press_submit(desk, draft, version=draft.version)] * 2) == [None, None]
    assert sorted(Submission.objects.values_list("number", flat=True)) == [1, 2]


def test_a_double_click_gives_one_receipt(desk, draft, slowly):
    form = uuid.uuid4()
    assert at_once(*[lambda: press_submit(desk, draft, form_uuid=form)] * 2) == [None, None]
    assert Submission.objects.count() == 1
    assert set(Attempt.objects.values_list("result", flat=True)) == {"accepted", "repeated"}


def test_without_the_lock_a_double_click_is_no_longer_handled(desk, draft, slowly, monkeypatch):
    monkeypatch.setattr(locking, "lock", without_lock)
    form = uuid.uuid4()
    raised = at_once(*[lambda: press_submit(desk, draft, form_uuid=form)] * 2)
    assert any(raised), "only the constraint stopped the second one, with an error"


def test_a_submit_waits_for_a_row_that_is_being_saved_and_then_is_stale(desk, draft, district_roles):
    seen, saved = draft.version, threading.Event()
    outcome = []

    def save():
        with transaction.atomic():
            services.set_headcount(**desk, role_id=district_roles[1].pk, number=60)
            saved.set()
            until_held_back()

    def send():
        saved.wait(PATIENCE)
        outcome.append(press_submit(desk, draft, version=seen))

    assert at_once(save, send) == [None, None]
    assert outcome[0].attempt.result == Attempt.Result.STALE


def test_without_the_lock_a_submit_misses_the_row_that_is_being_saved(
    desk, draft, district_roles, monkeypatch
):
    seen, saved = draft.version, threading.Event()
    outcome = []

    def save():
        with transaction.atomic():
            services.set_headcount(**desk, role_id=district_roles[1].pk, number=60)
            saved.set()
            until_held_back()  # before the row that it writes, long after it has looked

    def send():
        saved.wait(PATIENCE)
        monkeypatch.setattr(locking, "lock", without_lock)
        outcome.append(Submission.objects.count())
        form = {"form_uuid": uuid.uuid4(), "version": seen}
        with nullcontext():
            outcome.append(services.submit(**desk, **form))

    at_once(save, send)
    assert outcome[1].attempt.result == Attempt.Result.ACCEPTED


def test_two_rows_added_at_once_stand_one_after_the_other(desk, draft, district_roles):
    def add(name):
        rows = [{"key": uuid.uuid4(), "full_name": name, "role": district_roles[0]}]
        return lambda: services.add_delegates(**desk, rows=rows)

    assert at_once(*(add(f"Đại biểu {i}") for i in range(5))) == [None] * 5
    assert list(draft.delegates.values_list("rank", flat=True)) == [1, 2, 3, 4, 5, 6, 7]


# ── Waiting for a lock ───────────────────────────────────────────────────────────────────────


@pytest.fixture
def long_waits(monkeypatch):
    """Count each hundredth of a second before a lock as a quarter of an hour: nobody waits for a deadline."""
    monkeypatch.setattr(locking, "monotonic", lambda: time.monotonic() * 100_000)


@pytest.fixture
def submit_behind_a_lock(desk, draft, meeting, long_waits):
    """Submit before the deadline while somebody holds the unit's row until it has passed."""

    def press() -> str:
        held, outcomes = threading.Event(), []

        def hold() -> None:
            with transaction.atomic():
                locking.lock(desk["invitation_id"])
                held.set()
                until_held_back()
                meeting.registration_deadline = database_now() - timedelta(seconds=10)
                meeting.save(update_fields=["registration_deadline"])

        def submit() -> None:
            held.wait()
            outcomes.append(press_submit(desk, draft))

        assert at_once(hold, submit) == [None, None]
        return outcomes[0].attempt.result

    return press


def test_who_waits_for_a_lock_over_the_deadline_has_arrived_in_time(submit_behind_a_lock):
    assert submit_behind_a_lock() == Attempt.Result.ACCEPTED


def test_without_the_time_of_the_lock_who_waited_would_be_late(submit_behind_a_lock, monkeypatch):
    monkeypatch.setattr(locking, "monotonic", lambda: 0.0)
    assert submit_behind_a_lock() == Attempt.Result.LATE


@pytest.fixture
def submit_while_the_deadline_moves(desk, draft, meeting):
    """The office ends the registration while a submission waits for the unit's row."""

    def press() -> str:
        held, outcomes = threading.Event(), []

        def move() -> None:
            with transaction.atomic():
                locking.lock(desk["invitation_id"])
                held.set()
                meeting.registration_deadline = database_now() - timedelta(minutes=5)
                meeting.save(update_fields=["registration_deadline"])
                until_held_back()

        def submit() -> None:
            held.wait()
            outcomes.append(press_submit(desk, draft))

        assert at_once(move, submit) == [None, None]
        return outcomes[0].attempt.result

    return press


def test_a_deadline_that_moved_while_one_waited_is_the_one_that_counts(submit_while_the_deadline_moves):
    assert submit_while_the_deadline_moves() == Attempt.Result.LATE


def test_read_together_with_the_lock_the_old_deadline_would_count(
    submit_while_the_deadline_moves, monkeypatch
):
    def at_the_same_time(invitation_id: int) -> Invitation:
        locked = Invitation.objects.select_for_update(of=("self",))
        return locked.select_related("meeting", "unit", "audience").get(pk=invitation_id)

    monkeypatch.setattr(locking, "lock", at_the_same_time)
    assert submit_while_the_deadline_moves() == Attempt.Result.ACCEPTED
