"""What stood at the deadline is frozen once, the same whoever does it and however late."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from accounts.clock import database_now
from invitations.deadlines import GRACE
from invitations.models import Meeting
from registrations.models import Change, Registration, Submission
from registrations.services import locking
from registrations.snapshot import digest
from reports import freezing, tasks
from reports.freezes import Freeze
from tests.cast import client_of
from tests.factories import ChangeFactory, ExtensionFactory, SubmissionFactory
from tests.together import PATIENCE, at_once, meeting_point, until_held_back


@pytest.fixture
def over(filled, can_loc_registration) -> Meeting:
    """The deadline passed ten minutes ago; Can Lộc submitted an hour before it."""
    filled.registration_deadline = database_now() - timedelta(minutes=10)
    filled.save(update_fields=["registration_deadline"])
    Submission.objects.update(decided_at=filled.registration_deadline - timedelta(hours=1))
    return filled


def frozen(meeting) -> freezing.Frozen:
    return freezing.settled(meeting, database_now())


def again(registration, at, number=2, **counts) -> Submission:
    return SubmissionFactory.create(registration=registration, number=number, decided_at=at, **counts)


# ── What is frozen ───────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_the_list_names_what_it_consists_of(over, can_loc_registration):
    freeze = freezing.official_list(over)
    assert freeze.as_of == over.registration_deadline + GRACE
    assert freeze.sha256 == digest(freeze.content)
    assert (freeze.number, freeze.units, freeze.submitted, freeze.declared, freeze.named) == (0, 3, 1, 45, 11)
    assert list(freeze.submissions) == list(can_loc_registration.submissions.all())
    assert {slug: line["state"] for slug, line in freeze.lines.items()} == {
        "huyen-uy-can-loc": "submitted",
        "huyen-uy-nghi-xuan": "silent",
        "so-y-te": "silent",
    }


@pytest.mark.django_db
@pytest.mark.parametrize("ago", [-60, 0, 119])
def test_nothing_is_frozen_while_somebody_may_still_be_on_time(filled, ago):
    filled.registration_deadline = database_now() - timedelta(seconds=ago)
    filled.save(update_fields=["registration_deadline"])
    assert freezing.official_list(filled) is None
    assert freezing.settle_all() == 0


@pytest.mark.django_db
def test_who_comes_hours_later_freezes_what_stood_then(over, can_loc_registration, nghi_xuan_registration):
    """A dead beat changes nothing: neither a late submission nor a later return is in the list."""
    moment = over.registration_deadline + GRACE
    again(nghi_xuan_registration, moment + timedelta(seconds=1), number=1)
    again(can_loc_registration, moment + timedelta(seconds=1))
    ChangeFactory.create(
        registration=can_loc_registration, kind=Change.Kind.RETURNED, at=moment + timedelta(seconds=2)
    )
    assert [line["submission"] for line in freezing.official_list(over).content["units"]] == [1, None, None]


@pytest.mark.django_db
def test_what_was_returned_before_the_moment_does_not_stand(over, can_loc_registration):
    ChangeFactory.create(
        registration=can_loc_registration, kind=Change.Kind.RETURNED, at=over.registration_deadline
    )
    assert freezing.official_list(over).submitted == 0


@pytest.mark.django_db
@pytest.mark.parametrize("state", ["cancelled", "postponed"])
def test_a_meeting_that_was_called_off_is_not_frozen(over, state):
    Meeting.objects.update(state=state)
    assert freezing.official_list(Meeting.objects.get(pk=over.pk)) is None
    assert freezing.settle_all() == 0


# ── Who freezes ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.django_db
def test_beat_and_the_first_who_looks_make_the_same_list(over, trang):
    with transaction.atomic():
        tasks.freeze()
        by_beat = Freeze.objects.get().sha256
        transaction.set_rollback(True)
    page = client_of(trang).get(reverse("board", args=[over.slug])).content.decode()
    freeze = Freeze.objects.get()
    assert freeze.sha256 == by_beat
    assert f'mã <b class="code">{freeze.code}</b>' in page
    tasks.freeze()
    assert Freeze.objects.count() == 1


# ── Supplements ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def supplemented(over, nghi_xuan_registration, can_loc_registration, trang) -> Meeting:
    """The list was frozen; Nghi Xuân had more time, and submitted after that."""
    freezing.official_list(over)
    until = over.registration_deadline + GRACE + timedelta(seconds=20)
    ExtensionFactory.create(invitation=nghi_xuan_registration.invitation, until=until)
    Registration.objects.filter(pk=nghi_xuan_registration.pk).update(
        state=Registration.State.SUBMITTED, submitted_at=until
    )
    again(nghi_xuan_registration, until, number=1, declared=29, named=6, points=1)
    frozen(over)
    return over


@pytest.mark.django_db
def test_what_comes_until_the_last_extension_ends_is_a_numbered_supplement(supplemented):
    found = frozen(supplemented)
    assert [str(one) for one in found.freezes] == ["Bổ sung số 1", "Danh sách chính thức"]
    supplement, official = Freeze.objects.all()
    assert supplement.sha256 != official.sha256
    assert supplement.content["before"] == official.sha256
    (correction,) = freezing.corrections(supplement, official)
    assert (correction.unit, correction.words) == ("Huyện ủy Nghi Xuân", "Gửi lần 1 sau khi chốt")
    assert (correction.before["declared"], correction.after["declared"]) == (0, 29)


@pytest.mark.django_db
def test_where_nothing_changed_there_is_no_supplement(over, nghi_xuan_invitation):
    freezing.official_list(over)
    first = Freeze.objects.get()
    ExtensionFactory.create(
        invitation=nghi_xuan_invitation, until=over.registration_deadline + timedelta(seconds=20)
    )
    found = frozen(over)
    assert len(found.freezes) == 1
    assert found.newest.holds_at == first.as_of + timedelta(seconds=20)
    assert not freezing.read(over, database_now()).is_due, "nobody looks at it again"


@pytest.mark.django_db
def test_the_page_shows_the_list_and_what_was_corrected(supplemented, trang):
    page = client_of(trang).get(reverse("freezes", args=[supplemented.slug])).content.decode()
    supplement, official = Freeze.objects.all()
    for words in (
        official.sha256,
        supplement.sha256,
        "Bổ sung số 1",
        "Gửi lần 1 sau khi chốt",
        "Chưa gửi khi chốt",
    ):
        assert words in page


@pytest.mark.django_db
def test_before_the_moment_the_page_says_when(filled, trang):
    page = client_of(trang).get(reverse("freezes", args=[filled.slug])).content.decode()
    assert "Chưa chốt danh sách" in page
    assert "Cổng tự chốt lúc" in page


# ── At once ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def both_have_looked(monkeypatch):
    """Nobody waits for a lock, and both have found nothing before either writes."""
    meet, real = meeting_point(), freezing._write

    def write(freeze):
        meet()
        real(freeze)

    monkeypatch.setattr(locking, "lock_all", lambda ids: [])
    monkeypatch.setattr(freezing, "_write", write)


@pytest.mark.django_db(transaction=True)
def test_two_who_freeze_at_once_make_one_list(over, both_have_looked):
    assert at_once(*[lambda: freezing.settle(over)] * 2) == [None, None]
    assert Freeze.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_constraint_there_would_be_two(over, both_have_looked):
    """The negative control."""
    with connection.schema_editor() as editor:
        (numbered,) = [one for one in Freeze._meta.constraints if one.name == "freezes_are_numbered"]
        editor.remove_constraint(Freeze, numbered)
    try:
        at_once(*[lambda: freezing.settle(over)] * 2)
        assert Freeze.objects.count() == 2
    finally:
        Freeze.objects.all().delete()
        with connection.schema_editor() as editor:
            editor.add_constraint(Freeze, numbered)


def freeze_while_somebody_submits(meeting, registration) -> int:
    """A submission is decided in time and committed after the moment; how many are in the list."""
    decided, frozen = threading.Event(), threading.Event()

    def submit():
        with transaction.atomic():
            locking.lock(registration.invitation_id)
            again(registration, meeting.registration_deadline + timedelta(seconds=1), number=1)
            decided.set()
            until_held_back(frozen)

    def freeze():
        decided.wait(PATIENCE)
        freezing.settle(meeting)
        frozen.set()

    assert at_once(submit, freeze) == [None, None]
    return Freeze.objects.get().submitted


@pytest.mark.django_db(transaction=True)
def test_a_submission_that_was_decided_in_time_is_waited_for(over, nghi_xuan_registration):
    assert freeze_while_somebody_submits(over, nghi_xuan_registration) == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_locks_it_would_be_lost(over, nghi_xuan_registration, monkeypatch):
    """The negative control."""
    monkeypatch.setattr(freezing.locking, "lock_all", lambda ids: [])
    assert freeze_while_somebody_submits(over, nghi_xuan_registration) == 1
