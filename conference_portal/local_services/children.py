"""Processes that live and die with this one."""

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

LARGEST_LOG = 5_000_000


class LocalServiceError(Exception):
    """A server of this machine cannot be had; the text tells a person, in Vietnamese, what to do."""


def start(
    arguments: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path | None = None,
    ends_with_us: signal.Signals = signal.SIGTERM,
    wrap: Sequence[str] = (),
    user: str | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child whose output goes to ``log``, in a session of its own.

    A session of its own, because Ctrl-C in a terminal reaches every process of the session: the order
    of stopping is ours to decide. The child gets the signal ``ends_with_us`` from the kernel should this
    process be killed, where the machine has ``setpriv`` (every Linux). ``wrap`` is a command that runs
    the child, such as ``unshare``; ``user`` a user to become.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".1.log"))
    bound = (
        ["setpriv", "--pdeathsig", ends_with_us.name.removeprefix("SIG")] if shutil.which("setpriv") else []
    )
    with log.open("ab") as output:
        return subprocess.Popen(
            [*wrap, *bound, *map(str, arguments)],
            cwd=cwd,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            user=user,
        )


def stop(child: subprocess.Popen[bytes], *asks: signal.Signals, seconds: float = 8) -> None:
    """Ask the child to end by each signal in turn, ``seconds`` apart, then kill its whole session.

    Blocks until it has ended: not for a signal handler.
    """
    for ask in asks:
        if child.poll() is not None:
            break
        child.send_signal(ask)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(seconds)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def end_orphan(pid_file: Path, *, cwd: Path, ask: signal.Signals) -> None:
    """End the server that a killed process left behind, and forget its ``pid_file``.

    The number in the file may belong to another process by now, so only a process that works in ``cwd``
    is taken for ours. To be called by whoever owns ``cwd`` (no other process may be starting there).
    """
    try:
        pid = int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return
    patience = time.monotonic() + 10
    while _works_in(pid, cwd):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, ask if time.monotonic() < patience else signal.SIGKILL)
        time.sleep(0.1)
    pid_file.unlink(missing_ok=True)


def package_directory(name: str) -> Path:
    """Where a package is installed, without importing it: the wheels' own Python is not ours to run."""
    found = importlib.util.find_spec(name)
    if not (found and found.origin):
        raise LocalServiceError(f"Thiếu gói {name} trong .venv. Hãy chạy `make setup`.")
    return Path(found.origin).parent


def last_lines(log: Path, count: int = 6) -> str:
    """The end of a log, for a message."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""


def _works_in(pid: int, cwd: Path) -> bool:
    """Whether a living process has ``cwd`` as its directory; a zombie has none."""
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == cwd
    except OSError:
        return False
