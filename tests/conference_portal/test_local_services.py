"""The servers of a fresh machine: they start, are shared, survive a kill, and end with their owner."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg2
import pytest
from redis import Redis

from conference_portal.local_services import (
    LocalServiceError,
    PostgreSQL,
    Services,
    Valkey,
    postgresql,
    running,
)
from tests.portal import CHECKOUT

IS_ROOT = os.geteuid() == 0

OWNER = """
import sys, time
from conference_portal.local_services import running
with running(fast=True) as services:
    print(services.database_url, services.redis_url, flush=True)
    sys.stdin.readline()
"""
"""A process that has the servers until its input ends."""


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine of its own: nothing in the environment, nothing in ``PORTAL_VAR``."""
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")
    monkeypatch.setenv("PORTAL_VAR", str(tmp_path))
    return tmp_path


@pytest.fixture
def start_owner(var: Path) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Start a process that owns or joins the servers in ``var``; it has them when this returns."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", OWNER],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stdout
        assert "postgres://" in process.stdout.readline()
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def query(services: Services, statement: str) -> object:
    """The first value of a committed statement, ``None`` where it returns no rows."""
    assert services.database_url
    sockets, name = services.database_url.removeprefix("postgres://portal@/").rsplit("/", 1)
    with closing(psycopg2.connect(host=sockets, user="portal", dbname=name)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None  # type: ignore[index]


def broker(services: Services) -> Redis:
    assert services.redis_url
    return Redis.from_url(services.redis_url, socket_timeout=2)


def test_rows_and_messages_are_there_at_the_next_start(var: Path) -> None:
    with running(fast=True) as services:
        query(services, "CREATE TABLE kept AS SELECT 'Hà Tĩnh' AS name")
        broker(services).set("queue", "one")
    with running(fast=True) as services:
        assert query(services, "SELECT name FROM kept") == "Hà Tĩnh"
        assert broker(services).get("queue") == b"one"


def test_only_we_may_enter(var: Path) -> None:
    with running(fast=True) as services:
        assert (var / "postgresql").stat().st_mode & 0o077 == 0
        assert postgresql.socket_directory(var).stat().st_mode & 0o077 == 0
        assert (var / "run" / "services.json").stat().st_mode & 0o077 == 0
        assert query(services, "SHOW listen_addresses") == ""


def test_a_database_named_by_the_environment_is_not_started(
    var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/portal")
    with running() as services:
        assert services.database_url is None
        assert broker(services).ping()
    assert not (var / "postgresql").exists()


def test_nothing_starts_where_the_environment_names_both(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/portal")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    with running() as services:
        assert services == Services(None, None)
    assert not list(var.iterdir())


def test_another_process_joins_the_running_servers(
    var: Path, start_owner: Callable[[], subprocess.Popen[str]]
) -> None:
    start_owner()
    with running(fast=True) as services:
        assert services.started == ()
        assert query(services, "SELECT 1") == 1
        assert broker(services).ping()


def test_a_passing_owner_ends_the_servers_only_after_the_last_joiner(
    var: Path, start_owner: Callable[[], subprocess.Popen[str]]
) -> None:
    owner = start_owner()
    with running(fast=True) as services:
        assert owner.stdin
        owner.stdin.close()
        with pytest.raises(subprocess.TimeoutExpired):
            owner.wait(0.5)
        assert query(services, "SELECT 1") == 1
    assert owner.wait(60) == 0


def test_rows_survive_the_kill_of_the_owner(
    var: Path, start_owner: Callable[[], subprocess.Popen[str]]
) -> None:
    owner = start_owner()
    with running(fast=True) as services:
        query(services, "CREATE TABLE kept AS SELECT generate_series(1, 100) AS row")
    owner.kill()
    owner.wait()
    with running(fast=True) as services:
        assert len(services.started) == 2
        assert query(services, "SELECT count(*) FROM kept") == 100


def test_rows_survive_the_kill_of_the_server_and_its_address_stays(var: Path) -> None:
    with running(fast=True) as services:
        query(services, "CREATE TABLE kept AS SELECT generate_series(1, 100) AS row")
        broker(services).set("queue", "one")
        for server in services.started:
            assert not server.revive()
            assert server.pid
            os.kill(server.pid, signal.SIGKILL)
        give_up_at = time.monotonic() + 60
        for server in services.started:
            while not server.revive():  # it has not ended yet
                assert time.monotonic() < give_up_at
        assert query(services, "SELECT count(*) FROM kept") == 100
        assert broker(services).ping()


def test_a_stale_pid_file_naming_a_stranger_harms_nobody(var: Path) -> None:
    with PostgreSQL(var, fast=True):
        pass
    with subprocess.Popen(["sleep", "60"]) as stranger:
        (var / "postgresql" / "postmaster.pid").write_text(f"{stranger.pid}\n{var / 'postgresql'}\n")
        with PostgreSQL(var, fast=True) as server:
            assert server.pid != stranger.pid
        assert stranger.poll() is None
        stranger.kill()


def test_a_path_too_long_for_a_socket_gets_a_short_one(var: Path) -> None:
    deep = var / "thư mục có dấu" / ("x" * 100)
    with PostgreSQL(deep, fast=True) as server:
        assert len(str(server.sockets)) < 50
        assert server.sockets.stat().st_uid == os.geteuid()
    assert not server.sockets.exists()


def test_data_of_another_version_is_left_alone(var: Path) -> None:
    (var / "postgresql").mkdir()
    (var / "postgresql" / "PG_VERSION").write_text("15\n")
    with pytest.raises(LocalServiceError, match="PostgreSQL 15"), running():
        pass


def test_a_server_that_cannot_start_names_the_setting_that_helps(var: Path) -> None:
    with PostgreSQL(var, fast=True) as server:
        (server.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    broken = PostgreSQL(var, fast=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgresql, "SECONDS_TO_RETRY", 0)
        with pytest.raises(LocalServiceError, match=r"(?s)no_such_setting.*DATABASE_URL"), broken:
            pass


def test_files_of_the_server_stay_ours(var: Path) -> None:
    with PostgreSQL(var, fast=True) as server:
        assert {path.stat().st_uid for path in server.data.rglob("*")} == {os.geteuid()}


@pytest.mark.skipif(not IS_ROOT, reason="only root becomes another user")
def test_root_without_namespaces_runs_the_server_as_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgresql, "_may_unshare", lambda: False)
    reachable = subprocess.run(
        [postgresql.BINARIES / "postgres", "-V"], user="nobody", check=False, capture_output=True
    )
    if reachable.returncode:
        pytest.skip("this checkout lies where nobody but root may look")
    with TemporaryDirectory() as directory:
        var = Path(directory)
        var.chmod(0o711)
        with PostgreSQL(var, fast=True) as server:
            assert Path(f"/proc/{server.pid}").stat().st_uid != 0
        monkeypatch.undo()
        with PostgreSQL(var, fast=True) as server:
            assert query(Services(server.url, None), "SELECT 1") == 1


def test_the_broker_wants_its_password(var: Path) -> None:
    with Valkey(var) as server, socket.create_connection(("127.0.0.1", server.port), timeout=2) as stranger:
        stranger.sendall(b"PING\r\n")
        assert stranger.recv(100).startswith(b"-NOAUTH")
