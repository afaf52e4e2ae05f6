"""What ``make run`` runs: the whole portal on one machine, from nothing to an address.

It starts the local servers that the environment does not name, brings database, sample conference and
static files up to date, then runs web, worker and beat as its children until Ctrl-C. Messages are for
the person at the terminal, in Vietnamese; what the children say goes to ``PORTAL_VAR/log``.
"""

import fcntl
import io
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, NoReturn

from conference_portal.local_services import LocalServiceError, Services, children, running, var_directory

HOST = "127.0.0.1"
SECONDS_TO_ANSWER = 60
SECONDS_BETWEEN_LOOKS = 0.5
CELERY = (sys.executable, "-m", "celery", "-A", "conference_portal")
RESTARTS, RESTART_WINDOW = 5, 300.0
"""A child may end this often within so many seconds before we give up."""

SENDERS = 5
"""Children of the worker that sends: one for each of four channels, should all hang, and one that plans."""

UNUSED_STATIC_FILES = ["bootstrap-*", "bootstrap.css*", "bootstrap*.rtl.*", "bootstrap*.js*"]
"""Of Bootstrap's package we serve bootstrap.min.css; compressing the rest would take seconds."""


class CannotRunError(Exception):
    """The portal cannot run; the text tells a person, in Vietnamese, what to do."""


class Child:
    """One process of the portal, started again when it ends by itself."""

    def __init__(self, name: str, arguments: list[str], log: Path, environment: dict[str, str]) -> None:
        self.name = name
        self.log = log
        self._arguments = arguments
        self._environment = environment
        self._ends: deque[float] = deque(maxlen=RESTARTS)
        self._process = self._start()

    @property
    def pid(self) -> int:
        """The process id of the latest start."""
        return self._process.pid

    def revive(self) -> bool:
        """Start again where it ended; says whether it did.

        Raises ``CannotRunError`` when it ended too often within the window.
        """
        if self._process.poll() is None:
            return False
        now = time.monotonic()
        if len(self._ends) == RESTARTS and now - self._ends[0] < RESTART_WINDOW:
            raise CannotRunError(
                f"{self.name} dừng {RESTARTS + 1} lần liên tiếp. Nhật ký: {self.log}\n"
                f"{children.last_lines(self.log)}"
            )
        self._ends.append(now)
        self.stop()
        self._process = self._start()
        return True

    def stop(self) -> None:
        """End it, in its own time first: a request or a task under way is finished."""
        children.stop(self._process, signal.SIGTERM, signal.SIGQUIT, seconds=5)

    def _start(self) -> subprocess.Popen[bytes]:
        return children.start(self._arguments, log=self.log, environment=self._environment)


def gunicorn(application: str, *, port: int) -> list[str]:
    """The command of the web process; the benchmarks run another application under the same one."""
    return [
        *(sys.executable, "-m", "gunicorn", application, "--bind", f"{HOST}:{port}"),
        *("--config", "python:conference_portal.web"),
    ]


def worker(queue: str, *, children: int) -> list[str]:
    """The command of a Celery worker that takes its work from ``queue``."""
    return [
        *(*CELERY, "worker", "--queues", queue, "--concurrency", f"{children}", "--prefetch-multiplier", "1"),
        *("--hostname", f"{queue}@%h", "--loglevel", "INFO", "--without-gossip", "--without-mingle"),
    ]


def beat(run: Path) -> list[str]:
    """The command of beat, which keeps its schedule in ``run``."""
    schedule = str(run / "beat-schedule")
    return [*CELERY, "beat", "--schedule", schedule, "--pidfile=", "--loglevel", "INFO"]


@contextmanager
def processes(*, port: int, log: Path, run: Path, **environment: str) -> Iterator[list[Child]]:
    """Run web, beat and worker; at the end ask them in this order to stop, and wait for all at once.

    Everything is found through the environment, to which ``environment`` is added. ``run`` keeps beat's
    schedule.
    """
    commands = {
        "web": gunicorn("conference_portal.wsgi", port=port),
        "beat": beat(run),
        "worker": worker("celery", children=2),
        "sender": worker("reminders", children=SENDERS),
    }
    started: list[Child] = []
    try:
        for name, arguments in commands.items():
            started.append(Child(name, arguments, log / f"{name}.log", environment))
        yield started
    finally:
        with ThreadPoolExecutor() as pool:
            list(pool.map(Child.stop, started))


def main() -> int:
    """Run the portal until Ctrl-C or SIGTERM; the exit status."""
    for ask in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ask, _interrupt)
    began = time.monotonic()
    try:
        port, var = _port(), var_directory()
        address = f"http://{HOST}:{port}"
        with _only_one(var, address):
            _check_port(port)
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "conference_portal.settings")
            os.environ["SECRET_KEY"] = os.environ.get("SECRET_KEY") or _secret_key(var)
            _say(f"Cổng hội nghị đang khởi động, dữ liệu ở {var} …")
            with running(var=var, own=True, busy=_say_busy) as services:
                services.announce()
                accounts = _prepare()
                with processes(port=port, log=var / "log", run=var / "run") as portal:
                    _wait_until_it_answers(address, portal)
                    _say(f"{accounts}\nSẵn sàng sau {time.monotonic() - began:.0f} giây: {address}")
                    _say(f"Nhật ký: {var / 'log'}. Dừng: Ctrl-C.")
                    _supervise(portal, services)
    except KeyboardInterrupt:
        _say("Đã dừng. Dữ liệu được giữ cho lần chạy sau.")
        return 0
    except (CannotRunError, LocalServiceError) as error:
        print(error, file=sys.stderr)
        return 1


def _prepare() -> str:
    """Bring database, sample conference and static files up to date; what the sample's accounts are."""
    import django
    from django.core.cache import cache
    from django.core.management import call_command
    from django.db import connections

    from conference_portal.tasks import HEARTBEAT_KEY

    django.setup()
    from reminders.tasks import SIGN_OF_LIFE

    accounts = io.StringIO()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_sample", stdout=accounts)
    if not _static_files_are_current():
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=UNUSED_STATIC_FILES)
    cache.delete_many([HEARTBEAT_KEY, SIGN_OF_LIFE])
    connections.close_all()
    return accounts.getvalue().rstrip()


def _static_files_are_current() -> bool:
    """Whether nothing they are made of changed since they were collected: our own, or a package."""
    from django.conf import settings

    try:
        collected = (settings.STATIC_ROOT / "staticfiles.json").stat().st_mtime
    except FileNotFoundError:
        return False
    ours = settings.BASE_DIR / "static"
    sources = [
        ours,
        *ours.rglob("*"),
        settings.BASE_DIR / "requirements.lock",
        Path(__file__).with_name("settings.py"),
    ]
    return all(source.stat().st_mtime < collected for source in sources)


def _wait_until_it_answers(address: str, portal: Iterable[Child]) -> None:
    """Return once the web process answers, and have a worker leave its first sign of life."""
    from conference_portal.tasks import heartbeat

    heartbeat.delay()
    give_up_at = time.monotonic() + SECONDS_TO_ANSWER
    while True:
        try:
            urllib.request.urlopen(f"{address}/healthz", timeout=5).close()  # noqa: S310 (our own address)
        except (OSError, urllib.error.URLError):
            _revive(portal)
            if time.monotonic() > give_up_at:
                raise CannotRunError(f"Cổng không trả lời sau {SECONDS_TO_ANSWER} giây.") from None
            time.sleep(0.1)
        else:
            return


def _supervise(portal: Iterable[Child], services: Services) -> NoReturn:
    """Start again whatever ends, until a signal raises ``KeyboardInterrupt``."""
    while True:
        _revive(services.started)
        _revive(portal)
        time.sleep(SECONDS_BETWEEN_LOOKS)


def _revive(parts: Iterable[Any]) -> None:
    """Start again those that ended, and say so."""
    for part in parts:
        if part.revive():
            _say(f"{part.name} đã dừng bất thường và được khởi động lại. Nhật ký: {part.log}")


@contextmanager
def _only_one(var: Path, address: str) -> Iterator[None]:
    """Hold the one place of a ``make run`` in this ``var``; the kernel frees it however we end."""
    place = var / "run" / "portal.lock"
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        held: IO[str] = place.open("a+")
    except OSError as error:
        raise CannotRunError(
            f"Không ghi được vào {var} ({error.strerror}). Hãy đặt PORTAL_VAR vào một thư mục ghi được."
        ) from error
    with held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            raise CannotRunError(
                f"Cổng hội nghị đang chạy rồi: {held.read().strip()} (dữ liệu ở {var}).\n"
                "Để chạy thêm một bản riêng, hãy đặt PORTAL_VAR và PORT khác."
            ) from None
        held.truncate(0)
        held.write(address)
        held.flush()
        yield


def _port() -> int:
    """``PORT`` as a number, 8000 where it is not set."""
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise CannotRunError(f"PORT={text} không phải là số cổng. Hãy đặt một số từ 1 đến 65535.")
    return int(text)


def _check_port(port: int) -> None:
    """Say so before anything starts where the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CannotRunError(
                f"Không mở được cổng mạng {port} ({error.strerror}): có lẽ một chương trình khác đang dùng.\n"
                f"Hãy chạy với cổng khác, ví dụ: make run PORT={port + 1 if port < 65535 else 8001}"
            ) from error


def _secret_key(var: Path) -> str:
    """The key that signs sessions on this machine, drawn once and kept readable for this user only."""
    path = var / "secret_key"
    try:
        return path.read_text().strip()
    except FileNotFoundError:
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(64))
        return path.read_text()


def _interrupt(*_: object) -> NoReturn:
    """Turn the first signal into ``KeyboardInterrupt``; further ones must not disturb the stopping."""
    for ask in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ask, signal.SIG_IGN)
    raise KeyboardInterrupt


def _say_busy() -> None:
    _say("Một lệnh manage.py đang dùng các máy chủ cục bộ; đang chờ lệnh ấy xong …")


def _say(text: str) -> None:
    """Print for the person at the terminal, who may have closed it."""
    with suppress(OSError):
        print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
