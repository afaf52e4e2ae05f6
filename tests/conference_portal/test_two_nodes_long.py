"""The portal on several "machines" of loopback while its nodes and a worker are killed; in `make faults`.

Two web nodes behind nginx, two workers, two beats, files with a service that speaks S3, and PgBouncer in
front of PostgreSQL where this machine has one (``PGBOUNCER`` or on the path): what is printed says so.
"""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import boto3
import pytest
from django.db import connection
from django.urls import reverse
from moto.server import ThreadedMotoServer

from accounts.clock import database_now
from benchmarks.load import session_of
from conference_portal.local_services import children
from conference_portal.local_services.valkey import free_port
from conference_portal.run import HOST, Child, beat, worker
from registrations import services
from registrations.models import Attempt, Registration, Submission
from reports.freezes import Freeze
from reports.models import ExportJob
from tests.addresses import with_database
from tests.factories import BridgePointFactory, InvitationFactory, UnitFactory, UserFactory
from tests.nodes import Answer, Nodes, two_nodes
from tests.portal import CHECKOUT

UNITS, CLIENTS = 240, 8
SECONDS_BETWEEN_KILLS = 1.0
SECONDS_OF_A_PERSON = 1.0
"""Between two presses of one client: long enough for several nodes to die meanwhile."""

PATIENCE = 120.0
BROKER_DATABASE = "11"


class Draft(NamedTuple):
    """One unit about to submit."""

    path: str
    session: str
    form: dict[str, object]
    registration: int


def drafts(meeting, invitation, parent) -> list[Draft]:
    role = invitation.audience.roles.order_by("position")[1]
    made = []
    for number in range(UNITS):
        unit = UnitFactory.create(name=f"Huyện ủy {number}", tier=invitation.unit.tier, parent=parent)
        called = InvitationFactory.create(meeting=meeting, unit=unit, audience=invitation.audience)
        BridgePointFactory.create(meeting=meeting, unit=unit)
        clerk = UserFactory.create(unit=unit)
        services.set_headcount(
            invitation_id=called.pk, user=clerk, waited=timedelta(0), role_id=role.pk, number=5
        )
        registration = Registration.objects.get(invitation=called)
        form = {"form_uuid": uuid.uuid4(), "version": registration.version}
        path = reverse("registration_submit", args=[meeting.slug, unit.slug])
        made.append(Draft(path, session_of(clerk), form, registration.pk))
    return made


def pooler(var: Path, stack: ExitStack, database: str) -> str:
    """The same database through PgBouncer, as deploy/ configures it; "" where there is none."""
    binary = os.environ.get("PGBOUNCER") or shutil.which("pgbouncer")
    if binary is None:
        return ""
    settings, port = connection.settings_dict, free_port()
    written = (CHECKOUT / "deploy/pgbouncer/pgbouncer.ini").read_text()
    written = written.replace("host=postgresql port=5432 dbname=portal", f"host={settings['HOST']} dbname={database} user={settings['USER']}")  # fmt: skip  # noqa: E501
    written = written.replace("listen_addr = 0.0.0.0", f"listen_addr = {HOST}\nunix_socket_dir =")
    written = written.replace("listen_port = 6432", f"listen_port = {port}")
    written = written.replace("auth_type = scram-sha-256", "auth_type = any")
    written = written.replace("auth_file = /etc/pgbouncer/userlist.txt\n", "")
    (var / "pgbouncer.ini").write_text(written)
    # PgBouncer refuses root; in a namespace of its own it takes itself for somebody else, and root's
    # socket of PostgreSQL can be reached all the same.
    wrap = ["unshare", "--user", "--map-user=65534", "--map-group=65534"] if os.getuid() == 0 else []
    process = children.start([binary, var / "pgbouncer.ini"], log=var / "pgbouncer.log", wrap=wrap)
    stack.callback(children.stop, process, signal.SIGTERM)
    return f"postgres://{settings['USER']}@{HOST}:{port}/portal"


def press_until_answered(nodes: Nodes, draft: Draft, presses: itertools.count[int]) -> Answer:
    """As a person does: once more, with the page that is still open."""
    give_up_at = time.monotonic() + PATIENCE
    while time.monotonic() < give_up_at:
        next(presses)
        answer = nodes.ask(draft.path, draft.session, draft.form)
        if answer.status not in (0, 502, 504):
            return answer
        time.sleep(0.2)
    raise AssertionError("never answered")


class Killing(threading.Thread):
    """Kills one node after the other, each once the other one is back."""

    def __init__(self, nodes: Nodes) -> None:
        super().__init__(daemon=True)
        self.nodes, self.over, self.kills = nodes, threading.Event(), 0

    def run(self) -> None:
        for port in itertools.cycle(self.nodes.ports):
            if self.over.wait(SECONDS_BETWEEN_KILLS):
                return
            self.nodes.kill(port)
            self.kills += 1
            time.sleep(0.5)
            self.nodes.revive(port)
            self.nodes.wait_until_up()


def kill_who_makes_files(workers: list[Child]) -> None:
    """Kill every worker in the midst of a file, and start them again."""
    give_up_at = time.monotonic() + PATIENCE
    while not ExportJob.objects.filter(state=ExportJob.State.RUNNING).exists():
        assert time.monotonic() < give_up_at, "no worker took it up"
        time.sleep(0.01)
    for each in workers:
        os.killpg(each.pid, signal.SIGKILL)
    for each in workers:
        each.stop()
        each.revive()


@pytest.mark.faults
def test_nodes_and_a_worker_die_and_nothing_is_lost_or_doubled(
    transactional_db, tmp_path, meeting, can_loc_invitation, district_roles, province, trang, nguyet
):
    everyone = drafts(meeting, can_loc_invitation, province)
    name = str(connection.settings_dict["NAME"])
    direct = with_database(os.environ["DATABASE_URL"], name)
    with ExitStack() as stack:
        files = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
        files.start()
        stack.callback(files.stop)
        _, s3 = files.get_host_and_port()
        access = {"aws_access_key_id": "k", "aws_secret_access_key": "s", "region_name": "us-east-1"}
        bucket = boto3.resource("s3", endpoint_url=f"http://{HOST}:{s3}", **access).Bucket("portal")
        bucket.create()
        pooled = pooler(tmp_path, stack, name)
        environment = {
            "DATABASE_URL": pooled or direct,
            "DATABASE_POOLED": "1" if pooled else "0",
            "REDIS_URL": with_database(os.environ["REDIS_URL"], BROKER_DATABASE),
            "STORAGE_URL": f"s3://k:s@{HOST}:{s3}/portal?tls=0",
            "PORTAL_VAR": str(tmp_path / "var"),
        }
        (tmp_path / "var" / "static").mkdir(parents=True)
        workers = []
        for number in (1, 2):
            command = worker("celery", children=1)
            command[command.index("--hostname") + 1] = f"worker{number}@%h"
            workers.append(Child(f"worker{number}", command, tmp_path / f"worker{number}.log", environment))
            (tmp_path / f"beat{number}").mkdir()
            calls = Child(
                f"beat{number}", beat(tmp_path / f"beat{number}"), tmp_path / f"beat{number}.log", environment
            )
            stack.callback(calls.stop)
        stack.callback(lambda: [each.stop() for each in workers])
        nodes = stack.enter_context(two_nodes(tmp_path, **environment))

        killing, presses, began = Killing(nodes), itertools.count(), time.monotonic()
        killing.start()

        def person(draft: Draft) -> Answer:
            time.sleep(SECONDS_OF_A_PERSON)
            return press_until_answered(nodes, draft, presses)

        with ThreadPoolExecutor(CLIENTS) as pool:
            answers = list(pool.map(person, everyone))
        took = time.monotonic() - began
        killing.over.set()
        killing.join()
        for port in nodes.ports:  # the kernel ends a child with the thread that started it
            nodes.kill(port)
            nodes.revive(port)
        nodes.wait_until_up()
        time.sleep(1.1)  # nginx leaves a node alone for a second

        # Everybody has a receipt, and one only.
        assert {answer.status for answer in answers} == {302}
        assert all(answer.location.endswith("/bien-nhan/1/") for answer in answers)
        submitted = list(Submission.objects.values_list("registration_id", flat=True))
        assert sorted(submitted) == sorted(draft.registration for draft in everyone)
        assert Attempt.objects.filter(result="accepted").count() == UNITS
        repeated = Attempt.objects.exclude(result="accepted")
        assert set(repeated.values_list("result", flat=True)) <= {"repeated"}

        # The files that two people ask for twice at once are made once each, though all workers die over it.
        exports = reverse("exports", args=[meeting.slug])
        asking = [Draft(exports, session_of(user), {}, 0) for user in (trang, nguyet)] * 2
        with ThreadPoolExecutor(len(asking)) as pool:
            asked = list(pool.map(lambda one: nodes.ask(one.path, one.session, one.form), asking))
        assert {answer.status for answer in asked} == {302}
        kill_who_makes_files(workers)
        meeting.registration_deadline = database_now() - timedelta(minutes=3)
        meeting.save(update_fields=["registration_deadline"])
        give_up_at = time.monotonic() + PATIENCE
        while time.monotonic() < give_up_at:
            if not ExportJob.objects.under_way().exists() and Freeze.objects.exists():
                break
            time.sleep(0.5)
        time.sleep(1)
        jobs = list(ExportJob.objects.all())
        assert {job.state for job in jobs} == {ExportJob.State.DONE}
        assert len({job.asked_by_id for job in jobs}) == len(jobs), "one each"
        kept = {found.key.rpartition("/")[2] for found in bucket.objects.filter(Prefix="exports/")}
        wanted = {job.file for job in jobs}
        assert {each for each in kept if each.endswith(".xlsx")} == wanted
        assert Freeze.objects.filter(number=0).count() == 1

    pressed = next(presses)
    print(
        f"\n{UNITS} units in {took:.0f} s, {killing.kills} nodes and {len(workers)} workers killed, "
        f"{pressed} presses, {repeated.count()} given the same receipt again, "
        f"{len(jobs)} exports ({max(job.attempts for job in jobs)} attempts at most), 1 freeze; "
        f"{'through PgBouncer' if pooled else 'no PgBouncer on this machine: PostgreSQL directly'}"
    )
