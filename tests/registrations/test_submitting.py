"""The deadline is fair and firm, and nothing is submitted twice (design, section 5)."""

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import SuspiciousOperation, ValidationError

from accounts.permissions import Role
from invitations.deadlines import GRACE
from invitations.models import Meeting
from registrations import services
from registrations.models import Attempt, Registration, Submission
from registrations.services import locking
from registrations.snapshot import digest
from tests.registrations.conftest import press_submit

pytestmark = pytest.mark.django_db
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture(autouse=True)
def no_time_passes_for_locks(monkeypatch):
    """Nobody else holds a lock here: a millisecond is a millisecond."""
    monkeypatch.setattr(locking, "monotonic", lambda: 0.0)


def test_a_submission_gets_a_receipt_with_code_times_counts_and_hash(desk, draft):
    submission = press_submit(desk, draft).submission
    assert submission.number == 1
    assert submission.code.startswith("HT23-")
    assert (submission.declared, submission.named, submission.points) == (45, 2, 0)
    assert submission.sha256 == digest(submission.content)
    assert submission.arrived_at <= submission.decided_at <= submission.deadline


def test_the_hash_holds_after_the_content_went_through_the_database(desk, draft):
    submission = press_submit(desk, draft).submission
    submission.refresh_from_db()
    assert digest(submission.content) == submission.sha256


def test_the_very_instant_of_the_deadline_is_on_time(desk, draft, meeting):
    outcome = press_submit(desk, draft, clock=lambda: meeting.registration_deadline)
    assert outcome.attempt.result == Attempt.Result.ACCEPTED


def test_one_millisecond_after_the_deadline_is_too_late_and_is_recorded(desk, draft, meeting):
    outcome = press_submit(desk, draft, clock=lambda: meeting.registration_deadline + MILLISECOND)
    assert outcome.submission is None
    assert outcome.attempt.result == Attempt.Result.LATE
    assert outcome.attempt.arrived_at == meeting.registration_deadline + MILLISECOND
    draft.refresh_from_db()
    assert draft.state == Registration.State.DRAFT


def test_what_arrived_in_time_on_a_slow_line_is_on_time(desk, draft, meeting):
    decided = meeting.registration_deadline + GRACE
    outcome = press_submit(desk, draft, waited=GRACE, clock=lambda: decided)
    assert outcome.submission is not None
    assert outcome.submission.arrived_at == meeting.registration_deadline
    assert outcome.submission.decided_at == decided


def test_what_arrived_in_time_but_hung_longer_than_the_grace_is_too_late(desk, draft, meeting):
    decided = meeting.registration_deadline + GRACE + MILLISECOND
    assert press_submit(desk, draft, waited=GRACE * 2, clock=lambda: decided).submission is None


def test_the_same_form_sent_twice_gives_the_same_receipt(desk, draft):
    form = uuid.uuid4()
    first = press_submit(desk, draft, form_uuid=form)
    again = press_submit(desk, draft, form_uuid=form)
    assert again.submission == first.submission
    assert again.attempt.result == Attempt.Result.REPEATED
    assert Submission.objects.count() == 1


def test_the_same_form_gives_the_same_receipt_even_after_the_deadline(desk, draft, close):
    form = uuid.uuid4()
    first = press_submit(desk, draft, form_uuid=form)
    close()
    assert press_submit(desk, draft, form_uuid=form).submission == first.submission


def test_the_form_of_another_unit_is_refused(desk, draft, nghi_xuan_invitation, cuong):
    form = uuid.uuid4()
    press_submit(desk, draft, form_uuid=form)
    with pytest.raises(SuspiciousOperation):
        services.submit(invitation_id=nghi_xuan_invitation.pk, user=cuong, form_uuid=form, version=0)


def test_a_stale_version_is_not_submitted(desk, draft):
    outcome = press_submit(desk, draft, version=draft.version - 1)
    assert outcome.submission is None
    assert outcome.attempt.result == Attempt.Result.STALE


def test_nothing_declared_is_nothing_to_submit(desk):
    outcome = services.submit(**desk, form_uuid=uuid.uuid4(), version=0)
    assert outcome.attempt.result == Attempt.Result.EMPTY


def test_a_cancelled_meeting_takes_nothing(desk, draft, meeting):
    meeting.state = Meeting.State.CANCELLED
    meeting.save()
    assert press_submit(desk, draft).attempt.result == Attempt.Result.NOT_OPEN


def test_submitting_again_numbers_a_new_snapshot(desk, submitted, district_roles):
    services.set_headcount(**desk, role_id=district_roles[1].pk, number=50)
    second = press_submit(desk, submitted).submission
    assert (second.number, second.declared) == (2, 50)
    assert Submission.objects.get(number=1).declared == 45


def test_after_the_deadline_the_draft_is_frozen(desk, draft, close, district_roles):
    close()
    with pytest.raises(services.Closed):
        services.set_headcount(**desk, role_id=district_roles[1].pk, number=50)
    assert draft.headcounts.get(role=district_roles[1]).number == 45


def test_an_extension_opens_only_that_unit(desk, draft, close, trang, nghi_xuan_invitation, cuong):
    deadline = close()
    services.extend(
        invitation_id=desk["invitation_id"],
        until=deadline + timedelta(hours=3),
        reason="Mất điện",
        user=trang,
    )
    assert press_submit(desk, draft).submission is not None
    other = services.submit(
        invitation_id=nghi_xuan_invitation.pk, user=cuong, form_uuid=uuid.uuid4(), version=0
    )
    assert other.attempt.result == Attempt.Result.LATE


def test_the_last_extension_counts(desk, draft, close, trang):
    deadline = close(timedelta(hours=1))
    for hours in (5, 2):
        services.extend(
            invitation_id=desk["invitation_id"],
            until=deadline + timedelta(hours=hours),
            reason="Bão",
            user=trang,
        )
    assert press_submit(desk, draft).submission.deadline == deadline + timedelta(hours=2)


def test_a_returned_registration_must_be_submitted_again(desk, submitted, trang):
    services.return_registration(invitation_id=desk["invitation_id"], remark="Thiếu kỹ thuật", user=trang)
    submitted.refresh_from_db()
    assert (submitted.state, submitted.return_remark) == (Registration.State.RETURNED, "Thiếu kỹ thuật")
    assert press_submit(desk, submitted).submission.number == 2
    submitted.refresh_from_db()
    assert submitted.state == Registration.State.SUBMITTED


def test_returning_after_the_deadline_needs_a_new_hour(desk, submitted, trang, close):
    deadline = close()
    with pytest.raises(ValidationError, match="cho đơn vị một giờ"):
        services.return_registration(invitation_id=desk["invitation_id"], remark="Sửa", user=trang)
    services.return_registration(
        invitation_id=desk["invitation_id"], remark="Sửa", user=trang, until=deadline + timedelta(hours=1)
    )
    assert press_submit(desk, submitted).submission is not None


def test_attempts_name_who_pressed(desk, draft, an):
    assert press_submit(desk, draft).attempt.by == an
    assert an.role == Role.CLERK


# ── Names beyond the number ──────────────────────────────────────────────────────────────────


@pytest.fixture
def too_many(desk, draft, district_roles):
    """Two names, one declared."""
    services.set_headcount(**desk, role_id=district_roles[1].pk, number=1)
    return draft


def test_names_beyond_the_number_are_not_sent_unasked(desk, too_many):
    outcome = press_submit(desk, too_many)
    assert outcome.submission is None
    assert outcome.attempt.result == Attempt.Result.BEYOND
    assert too_many.delegates.count() == 2


def test_names_beyond_the_number_are_sent_when_they_are_meant(desk, too_many):
    submission = press_submit(desk, too_many, beyond=True).submission
    assert (submission.declared, submission.named) == (1, 2)


def test_names_of_a_role_without_a_number_are_beyond_it(desk, draft, district_roles):
    services.set_headcount(**desk, role_id=district_roles[1].pk, number=None)
    services.set_headcount(**desk, role_id=district_roles[2].pk, number=3)
    assert press_submit(desk, draft).attempt.result == Attempt.Result.BEYOND
