"""Links and answers at the same moment, on real connections: the lock decides, and without it these fail."""

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.clock import database_now
from bridge_points.models import BridgePoint
from registrations.models import CommuneAnswer
from registrations.services import Closed, commune_links, locking
from registrations.services.commune_links import Said
from tests.registrations.conftest import AT_ONCE
from tests.registrations.test_races import long_waits, without_lock
from tests.together import PATIENCE, at_once, meeting_point, until_held_back

__all__ = ["long_waits"]

pytestmark = pytest.mark.django_db(transaction=True)

STATES = CommuneAnswer.State
SAID = Said(True, {"venue": "Hội trường", "chair": "", "technician": "", "technician_phone": ""}, 64)


@pytest.fixture
def slowly(monkeypatch):
    """Between replacing what waits and writing the new answer let another get in, if it can."""
    waiting, meet = commune_links._waiting, meeting_point()

    class Slowly:
        def __init__(self, link):
            self.rows = waiting(link)

        def update(self, **values):
            self.rows.update(**values)
            meet()

    monkeypatch.setattr(commune_links, "_waiting", Slowly)


@pytest.fixture
def link(desk, can_loc_communes):
    (made,) = commune_links.make_links(**desk, communes=can_loc_communes[:1])
    return made


@pytest.fixture
def answer(link):
    return send(link)


def send(link, form=None):
    form = form or uuid.uuid4()
    return commune_links.answer_by_link(link_id=link.pk, form_uuid=form, said=SAID, waited=AT_ONCE)


def test_of_two_answers_at_once_the_later_one_waits(link, slowly):
    assert at_once(lambda: send(link), lambda: send(link)) == [None, None]
    assert sorted(CommuneAnswer.objects.values_list("state", flat=True)) == [STATES.REPLACED, STATES.WAITING]


def test_without_the_lock_only_the_constraint_stops_the_second_answer(link, slowly, monkeypatch):
    monkeypatch.setattr(locking, "lock", without_lock)
    raised = at_once(lambda: send(link), lambda: send(link))
    assert [type(error) for error in raised if error] == [IntegrityError]


def test_a_double_click_is_one_answer(link, slowly):
    form = uuid.uuid4()
    assert at_once(*[lambda: send(link, form)] * 2) == [None, None]
    assert CommuneAnswer.objects.get().state == STATES.WAITING


# ── Accept versus revoke ─────────────────────────────────────────────────────────────────────────


def revoke_while_accepting(desk, link, answer, monkeypatch):
    """Accept slowly, revoke in the middle; give back what the one who revoked saw of the answer."""
    real, seen = commune_links.write_commune_point, []
    inside, revoked = threading.Event(), threading.Event()

    def slow(*args, **kwargs):
        inside.set()
        until_held_back(revoked)
        return real(*args, **kwargs)

    monkeypatch.setattr(commune_links, "write_commune_point", slow)

    def revoke():
        inside.wait(PATIENCE)
        commune_links.revoke_link(invitation_id=desk["invitation_id"], user=desk["user"], link_id=link.pk)
        seen.append(CommuneAnswer.objects.get(pk=answer.pk).state)
        revoked.set()

    raised = at_once(
        lambda: commune_links.accept_answer(**desk, answer_id=answer.pk, version=0),
        revoke,
    )
    return raised, seen[0]


def test_what_is_being_accepted_is_accepted_before_the_link_is_revoked(desk, link, answer, monkeypatch):
    raised, seen = revoke_while_accepting(desk, link, answer, monkeypatch)
    answer.refresh_from_db()
    assert raised == [None, None]
    assert seen == answer.state == STATES.ACCEPTED
    assert BridgePoint.objects.get(unit=link.unit).venue == "Hội trường"


def test_without_the_lock_an_answer_left_unused_is_written_all_the_same(desk, link, answer, monkeypatch):
    monkeypatch.setattr(locking, "lock", without_lock)
    _, seen = revoke_while_accepting(desk, link, answer, monkeypatch)
    answer.refresh_from_db()
    assert (seen, answer.state) == (STATES.DECLINED, STATES.ACCEPTED)


def accept_while_revoking(desk, link, answer):
    revoked, accepted = threading.Event(), threading.Event()

    def revoke():
        with transaction.atomic():
            commune_links.revoke_link(invitation_id=desk["invitation_id"], user=desk["user"], link_id=link.pk)
            revoked.set()
            until_held_back(accepted)

    def accept():
        revoked.wait(PATIENCE)
        commune_links.accept_answer(**desk, answer_id=answer.pk, version=0)
        accepted.set()

    return at_once(revoke, accept)[1]


def test_what_is_being_revoked_is_not_accepted(desk, link, answer):
    assert isinstance(accept_while_revoking(desk, link, answer), commune_links.Decided)
    assert not BridgePoint.objects.filter(unit=link.unit).exists()


def test_without_the_lock_it_is(desk, link, answer, monkeypatch):
    monkeypatch.setattr(locking, "lock", without_lock)
    assert accept_while_revoking(desk, link, answer) is None
    assert BridgePoint.objects.filter(unit=link.unit).exists()


# ── At the deadline ──────────────────────────────────────────────────────────────────────────────


def answer_while_the_clerk_works(desk, link, meeting):
    """The answer arrives before the deadline and gets the lock after it."""
    locked = threading.Event()

    def work():
        with transaction.atomic():
            locking.lock(desk["invitation_id"])
            locked.set()
            until_held_back()
            meeting.registration_deadline = database_now() - timedelta(seconds=10)
            meeting.save(update_fields=["registration_deadline"])

    def answer():
        locked.wait(PATIENCE)
        send(link)

    return at_once(work, answer)[1]


def test_an_answer_that_arrived_in_time_and_waited_for_the_lock_is_on_time(desk, link, meeting, long_waits):
    assert answer_while_the_clerk_works(desk, link, meeting) is None
    answer = CommuneAnswer.objects.get()
    assert answer.arrived_at <= meeting.registration_deadline


def test_without_counting_the_wait_it_would_be_late(desk, link, meeting, monkeypatch):
    monkeypatch.setattr(locking, "monotonic", lambda: 0.0)
    assert isinstance(answer_while_the_clerk_works(desk, link, meeting), Closed)
