"""The processes of one run: a broker of its own, workers, beats; and how each of them is ill-treated."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from redis import Redis

from conference_portal.local_services import Valkey
from conference_portal.run import SENDERS, Child, beat, worker
from tests.faults.post_box import PostBox
from tests.gateways import ESMS, ZALO, EsmsServer, ZaloServer


class Stage:
    """What runs, and what was done to it, by the wall clock."""

    def __init__(self, var: Path, valkey: Valkey, database: str, without: str) -> None:
        self.var = var
        self.valkey = valkey
        self.mail, self.sms, self.zalo = PostBox(), EsmsServer(), ZaloServer()
        self._without = without
        self._children: dict[str, Child] = {}
        self._log_began: dict[str, int] = {}
        self._environment = {
            "PORTAL_VAR": str(var),
            "DATABASE_URL": database,
            "REDIS_URL": valkey.url,
            "EMAIL_URL": self.mail.url,
            "SECRET_KEY": "only-for-tests-" + "x" * 50,
            **ESMS,
            **ZALO,
            "ESMS_URL": self.sms.url,
            "ZALO_URL": self.zalo.url,
            "ZALO_OAUTH_URL": self.zalo.url,
            "FAULTS_WITHOUT": without,
        }

    def start(self, name: str) -> None:
        """Start a process again, or for the first time: ``sender…`` or ``beat…``."""
        if name in self._children:
            self._children.pop(name).stop()  # what a killed parent left behind goes with it
        if name.startswith("beat"):
            run = self.var / name
            run.mkdir(exist_ok=True)
            command = beat(run)
        else:
            command = worker("reminders", children=SENDERS)
            command[command.index("--hostname") + 1] = f"{name}@%h"
        if self._without:
            command[command.index("-A") + 1] = "tests.faults.unprotected"
        log = self.var / "log" / f"{name}.log"
        self._log_began[name] = log.stat().st_size if log.exists() else 0
        self._children[name] = Child(name, command, log, self._environment)

    def wait_until_ready(self, *names: str, seconds: float = 90) -> None:
        """Return when these workers take up calls."""
        give_up_at = time.monotonic() + seconds
        for name in names:
            while not self.is_up(name):
                if time.monotonic() > give_up_at:
                    raise RuntimeError(f"{name} does not start")
                time.sleep(0.1)

    def is_up(self, name: str) -> bool:
        """Say whether a worker takes up calls, or a beat makes them, since its latest start."""
        said = (self.var / "log" / f"{name}.log").read_bytes()[self._log_began.get(name, 0) :]
        return b" ready." in said or b"beat: Starting" in said

    def kill(self, name: str) -> None:
        """Send SIGKILL to the process itself; its children learn of it by themselves."""
        with suppress(ProcessLookupError):
            os.kill(self._children[name].pid, signal.SIGKILL)

    def kill_busiest_child(self, name: str) -> bool:
        """Send SIGKILL to the child with the most connections open; says whether there was a child."""
        pid = self._children[name].pid
        with suppress(OSError):
            text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            if found := [int(word) for word in text.split()]:
                os.kill(max(found, key=_sockets), signal.SIGKILL)
                return True
        return False

    def freeze_redis(self) -> None:
        """Let the broker stand still with its connections open."""
        os.kill(self._redis, signal.SIGSTOP)

    def thaw_redis(self) -> None:
        """Let it go on."""
        os.kill(self._redis, signal.SIGCONT)

    def kill_redis(self) -> None:
        """Kill the broker."""
        os.kill(self._redis, signal.SIGKILL)

    def revive_redis(self) -> None:
        """Start the broker again where it ended, on the same port."""
        give_up_at = time.monotonic() + 10
        while not self.valkey.revive() and time.monotonic() < give_up_at:
            time.sleep(0.1)

    def flush_redis(self) -> None:
        """Take every call from the broker that nobody has taken up."""
        Redis.from_url(self.valkey.url, socket_timeout=5).flushall()

    def stop(self) -> None:
        """End every process, all asked at once."""
        with suppress(OSError):
            self.thaw_redis()
        for child in self._children.values():
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
        for child in self._children.values():
            child.stop()
        for server in (self.mail, self.sms, self.zalo):
            server.stop()

    @property
    def _redis(self) -> int:
        pid = self.valkey.pid
        assert pid is not None
        return pid


@contextmanager
def stage(var: Path, database: str, without: str) -> Iterator[Stage]:
    """Run a stage with nobody on it yet."""
    with ExitStack() as stack:
        built = Stage(var, stack.enter_context(Valkey(var)), database, without)
        stack.callback(built.stop)
        yield built


def _sockets(pid: int) -> int:
    try:
        return sum(1 for one in Path(f"/proc/{pid}/fd").iterdir() if os.readlink(one).startswith("socket:"))
    except OSError:
        return 0
