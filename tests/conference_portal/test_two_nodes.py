"""Two web nodes behind nginx: any of them answers anybody, and one that dies takes nothing with it."""

from __future__ import annotations

import os
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from benchmarks.load import session_of
from registrations import services
from registrations.models import Attempt, Registration, Submission
from registrations.services import locking
from tests.addresses import with_database
from tests.nodes import two_nodes


@pytest.fixture
def nodes(transactional_db, tmp_path):
    name = str(connection.settings_dict["NAME"])
    with two_nodes(tmp_path, DATABASE_URL=with_database(os.environ["DATABASE_URL"], name)) as running:
        yield running


@pytest.fixture
def draft(can_loc_invitation, district_roles, an) -> Registration:
    whose = {"invitation_id": can_loc_invitation.pk, "user": an, "waited": timedelta(0)}
    services.set_headcount(**whose, role_id=district_roles[1].pk, number=45)
    return Registration.objects.get()


WAITING = """
    SELECT pg_stat_clear_snapshot();
    SELECT count(*) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()
"""
"""A transaction keeps the list of sessions that it saw first; one that came later must be seen too."""


@contextmanager
def somebody_waits_for(invitation_id: int):
    """Hold the invitation until a node waits for it in the midst of a submission."""
    with transaction.atomic(), connection.cursor() as cursor:
        locking.lock(invitation_id)

        def wait() -> None:
            for _ in range(1200):
                cursor.execute(WAITING)
                if cursor.fetchone()[0]:
                    return
                time.sleep(0.05)
            raise AssertionError("nobody came")

        yield wait


def test_a_node_that_dies_during_a_submission_loses_and_doubles_nothing(nodes, draft, an, can_loc_invitation):
    meeting, unit = can_loc_invitation.meeting, can_loc_invitation.unit
    page, session = reverse("registration_submit", args=[meeting.slug, unit.slug]), session_of(an)

    # No node keeps anything of a session.
    answers = [nodes.ask(page, session) for _ in range(4)]
    assert {answer.status for answer in answers} == {405}, "signed in, and a page that takes forms only"
    assert len({answer.node for answer in answers}) == 2
    assert nodes.ask(page, "nobody").status == 302

    # Killed before anything was written: nginx does not send the form again by itself.
    form = {"form_uuid": uuid.uuid4(), "version": draft.version}
    with ThreadPoolExecutor() as pool:
        with somebody_waits_for(can_loc_invitation.pk) as wait:
            pressed = pool.submit(nodes.ask, page, session, form)
            wait()
            dead = next(port for port in nodes.ports if _serves(port))
            nodes.kill(dead)
            lost = pressed.result(60)
        assert lost.status == 502
        assert "đưa lại đúng giấy biên nhận ấy" in lost.text
    assert not Attempt.objects.exists()

    # The same form once more, over a slow line, with an age that the browser made up.
    taken = nodes.ask_slowly(page, session, form, seconds=1.5)
    receipt = reverse("receipt", args=[meeting.slug, unit.slug, 1])
    assert (taken.status, taken.location) == (302, receipt)
    assert str(dead) not in taken.node.split(", ")[-1]
    attempt = Attempt.objects.get()
    assert 1.5 <= (attempt.decided_at - attempt.arrived_at).total_seconds() < 60

    # And again, because the answer was lost: the same receipt, from either node.
    nodes.revive(dead)
    nodes.wait_until_up()
    again, give_up_at = [], time.monotonic() + 60
    while len({answer.node for answer in again}) < 2 and time.monotonic() < give_up_at:
        again.append(nodes.ask(page, session, form))  # nginx leaves a node alone for a second
    assert {(answer.status, answer.location) for answer in again} == {(302, receipt)}
    assert len({answer.node for answer in again}) == 2
    assert Submission.objects.get().code
    assert set(Attempt.objects.values_list("result", flat=True)) == {"accepted", "repeated"}


def _serves(port: int) -> bool:
    """Whether a node has a request under way: a connection of nginx's is open."""
    wanted = f":{port:04X}"
    with open("/proc/net/tcp") as table:
        rows = [line.split() for line in table.readlines()[1:]]
    return any(row[1].endswith(wanted) and row[3] == "01" for row in rows)
