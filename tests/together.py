"""Two at once, on real connections: each waits for what the other does, and nobody for a time.

Whether somebody stands before a lock is what PostgreSQL says. So these tests find the same on a machine that
has much to do, and are over as soon as the two have met.
"""

import threading
import time
from collections.abc import Callable

from django.db import connection

PATIENCE = 20.0
"""Seconds until a test goes on without the other one; where all is right nobody waits so long."""


def at_once(*actions: Callable[[], object]) -> list[BaseException | None]:
    """Run each action in a thread of its own, all starting together; give back what each raised."""
    barrier = threading.Barrier(len(actions))
    raised: list[BaseException | None] = [None] * len(actions)

    def run(index: int, action: Callable[[], object]) -> None:
        barrier.wait()
        try:
            action()
        except Exception as error:
            raised[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index, action)) for index, action in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def holds_back() -> bool:
    """Whether somebody waits for a lock that this thread's transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_locks"
            " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
        )
        return bool(cursor.fetchone()[0])


def until_held_back(done: threading.Event | None = None) -> bool:
    """Wait until the other stands before a lock of ours, or is ``done``; whether it stands there."""

    def is_done() -> bool:
        return done is not None and done.is_set()

    _wait_until(lambda: is_done() or holds_back())
    return not is_done()


def meeting_point() -> Callable[[], None]:
    """Return where two wait for each other whenever they come; once one is held back nobody waits."""
    came, counting, apart = 0, threading.Lock(), threading.Event()

    def wait() -> None:
        nonlocal came
        with counting:
            came += 1
            pair = came + came % 2
        if not _wait_until(lambda: came >= pair or apart.is_set() or holds_back()) or came < pair:
            apart.set()

    return wait


def _wait_until(true: Callable[[], bool]) -> bool:
    give_up_at = time.monotonic() + PATIENCE
    while time.monotonic() < give_up_at:
        if true():
            return True
        time.sleep(0.005)
    return False
