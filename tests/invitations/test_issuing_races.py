"""Two offices at once, and a unit that confirms while a new version goes out: locks decide."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone

from accounts.models import User
from invitations import answering, issuing
from invitations.models import Invitation, LetterIssue, Meeting
from tests.together import PATIENCE, at_once, meeting_point, until_held_back

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def moved(meeting: Meeting, trang: User) -> issuing.Waiting:
    """Version 1 went out, then the day changed: what an office sees before it sends."""
    issuing.first(meeting=meeting, user=trang, now=timezone.now())
    for session in meeting.sessions.all():
        session.date += timedelta(days=7)
        session.save()
    return issuing.waiting(meeting)


def send(found: issuing.Waiting, user: User) -> LetterIssue:
    return issuing.send(meeting_id=found.meeting.pk, user=user, number=found.number, sha256=found.sha256)


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking and writing let the other office get in, if it can."""
    real, meet = issuing._freeze, meeting_point()

    def slow(*args: object, **kwargs: object) -> LetterIssue:
        meet()
        return real(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(issuing, "_freeze", slow)


def test_of_two_offices_that_send_at_once_one_is_told_so(
    moved: issuing.Waiting, trang: User, slowly: None
) -> None:
    raised = at_once(*[lambda: send(moved, trang)] * 2)
    assert sorted(type(one).__name__ for one in raised) == ["NoneType", "Stale"]
    assert moved.meeting.issues.count() == 2


def test_negative_control_without_the_lock_the_second_office_meets_an_error(
    moved: issuing.Waiting, trang: User, slowly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "lock", lambda meeting_id: Meeting.objects.get(pk=meeting_id))
    raised = at_once(*[lambda: send(moved, trang)] * 2)
    assert any(isinstance(one, IntegrityError) for one in raised)


@pytest.fixture
def confirming(
    moved: issuing.Waiting,
    trang: User,
    an: User,
    can_loc_invitation: Invitation,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[], list[BaseException | None]]:
    """A version goes out; before it is there the unit presses "Xác nhận" on the one that it has read."""
    real, begun, confirmed = issuing._take_answers_back, threading.Event(), threading.Event()

    def slow(found: issuing.Waiting, now: datetime) -> None:
        real(found, now)
        begun.set()
        until_held_back(confirmed)

    def confirm() -> None:
        begun.wait(PATIENCE)
        answering.confirm(invitation_id=can_loc_invitation.pk, user=an, number=1)
        confirmed.set()

    monkeypatch.setattr(issuing, "_take_answers_back", slow)
    return lambda: at_once(lambda: send(moved, trang), confirm)


def test_who_confirms_while_a_new_version_goes_out_waits_and_is_shown_it(
    confirming: Callable[[], list[BaseException | None]], can_loc_invitation: Invitation
) -> None:
    sent, refused = confirming()
    assert sent is None
    assert isinstance(refused, ValidationError)
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.confirmed_at is None


def test_negative_control_without_the_locks_an_answer_to_the_old_version_stands(
    confirming: Callable[[], list[BaseException | None]],
    can_loc_invitation: Invitation,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(issuing, "lock_called", lambda meeting: list(meeting.invitations.sent()))
    assert confirming() == [None, None]
    can_loc_invitation.refresh_from_db()
    assert can_loc_invitation.confirmed_at is not None
