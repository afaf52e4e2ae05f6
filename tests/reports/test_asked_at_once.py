"""A file asked for twice at once, by two presses of one person: one job, and what keeps it so."""

from __future__ import annotations

import pytest
from celery import current_app
from django.db import IntegrityError

from accounts.models import User
from reports import services
from reports.models import ExportJob
from reports.services import asking
from tests.together import at_once, meeting_point

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def two_presses(filled, nguyet, monkeypatch):
    """Press twice; both look before either has written, unless something holds one of them back."""
    wait, known = meeting_point(), asking.state_of
    monkeypatch.setattr(current_app, "send_task", lambda *args, **kwargs: None)
    monkeypatch.setattr(asking, "state_of", lambda *about: (wait(), known(*about))[1])

    def press():
        jobs = []
        ask = lambda: jobs.append(services.ask_export(meeting=filled, user=nguyet))  # noqa: E731
        return at_once(ask, ask), jobs

    return press


def test_two_presses_at_once_are_one_job(two_presses):
    raised, jobs = two_presses()
    assert raised == [None, None]
    assert jobs[0] == jobs[1] == ExportJob.objects.get()


def test_without_the_lock_one_press_would_break(two_presses, monkeypatch):
    """The control: the constraint still keeps a second job out, but a person would see a fault."""
    monkeypatch.setattr(User.objects, "select_for_update", lambda **options: User.objects.all())
    raised, _ = two_presses()
    assert sorted(type(one).__name__ for one in raised) == ["IntegrityError", "NoneType"]
    assert any(isinstance(one, IntegrityError) for one in raised)
    assert ExportJob.objects.count() == 1
