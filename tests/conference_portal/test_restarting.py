"""A node that is started anew turns nobody away: systemd holds its socket, and whoever comes waits there."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager, suppress
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.urls import reverse

from benchmarks.load import session_of
from conference_portal.run import HOST, gunicorn
from conference_portal.web import threads
from registrations import services
from registrations.models import Attempt, Registration, Submission
from tests.addresses import with_database
from tests.conference_portal.test_two_nodes import somebody_waits_for
from tests.nodes import answer_of, request_of, wait_for
from tests.portal import CHECKOUT

AS_SYSTEMD_DOES = """
import os, sys
os.dup2(int(sys.argv[1]), 3)
os.environ.update(LISTEN_PID=f"{os.getpid()}", LISTEN_FDS="1")
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Hands over a socket as sd_listen_fds(3) says."""


@pytest.fixture
def start(transactional_db, tmp_path):
    """Start a node of one process, with the socket that is given or one of its own."""
    database = with_database(os.environ["DATABASE_URL"], str(connection.settings_dict["NAME"]))
    environment = {**os.environ, "DATABASE_URL": database, "SECRET_KEY": settings.SECRET_KEY}
    with ExitStack() as stack:

        def started(port: int, held: socket.socket | None) -> subprocess.Popen[bytes]:
            command = [*gunicorn("conference_portal.wsgi", port=port), "--workers", "1"]
            if held:
                command = [sys.executable, "-c", AS_SYSTEMD_DOES, f"{held.fileno()}", *command]
            log = stack.enter_context((tmp_path / "node.log").open("ab"))
            node = subprocess.Popen(
                command, env=environment, cwd=CHECKOUT, stdout=log, stderr=log, start_new_session=True,
                pass_fds=[held.fileno()] if held else [],
            )  # fmt: skip
            stack.callback(end, node)
            wait_for(port, log=tmp_path / "node.log")
            return node

        yield started


def end(node: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(node.pid, signal.SIGKILL)
    node.wait()


@contextmanager
def address(*, held: bool):
    """A port, and the socket that listens there whatever the node does; None where the node has its own."""
    with socket.create_server((HOST, 0)) as listening:
        port = listening.getsockname()[1]
        if held:
            yield port, listening
            return
    yield port, None


@pytest.mark.parametrize("held", [True, pytest.param(False, marks=pytest.mark.faults)])
def test_who_presses_while_a_node_is_started_anew_is_answered(
    held, start, can_loc_invitation, an, district_roles
):
    """And the control: without the socket that systemd holds, the last one is turned away."""
    whose = {"invitation_id": can_loc_invitation.pk, "user": an, "waited": timedelta(0)}
    services.set_headcount(**whose, role_id=district_roles[1].pk, number=45)
    slugs = [can_loc_invitation.meeting.slug, can_loc_invitation.unit.slug]
    form = {"form_uuid": uuid.uuid4(), "version": Registration.objects.get().version}
    head, body = request_of("", session_of(an), form)

    def press(port: int) -> tuple[int, str]:
        line = http.client.HTTPConnection(HOST, port, timeout=60)
        with suppress(OSError, http.client.HTTPException):
            line.request("POST", reverse("registration_submit", args=slugs), body, head)
            answer = answer_of(line.getresponse())
            return answer.status, answer.location
        return 0, ""

    with address(held=held) as (port, listening), ThreadPoolExecutor() as pool:
        node = start(port, listening)
        with somebody_waits_for(can_loc_invitation.pk) as until_one_waits:
            working = [pool.submit(press, port) for _ in range(threads)]
            until_one_waits()
            time.sleep(0.5)
            queued = pool.submit(press, port)
            time.sleep(0.5)
            node.send_signal(signal.SIGTERM)
            time.sleep(0.5)
        wait(working, timeout=30)
        node.wait(30)
        start(port, listening)
        taken = (302, reverse("receipt", args=[*slugs, 1]))
        assert [one.result(0) for one in working] == [taken] * threads, "what was begun is finished"
        assert queued.result(30) == (taken if held else (0, ""))
    assert Submission.objects.count() == 1
    assert Attempt.objects.count() == threads + held
