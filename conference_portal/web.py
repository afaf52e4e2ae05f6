"""How gunicorn serves the portal: ``gunicorn --config python:conference_portal.web …``."""

from __future__ import annotations

import gc
import socket
from typing import Any

workers = 2
threads = 4
"""A slow line that sends a long list holds one of these and nobody else."""

worker_connections = threads
keepalive = 0
"""A process takes no more than it has threads for, and each request anew: who waits, waits in the one
queue of the listening socket for whichever process is free first, and not behind one of them."""

preload_app = True
control_socket_disable = True
graceful_timeout = 4


def post_fork(server: Any, worker: Any) -> None:
    """Let the garbage collector pass over what was loaded before the fork, and come less often."""
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)


def when_ready(server: Any) -> None:
    """Leave connections over which nothing was said yet to the kernel.

    Browsers open some ahead of need; each would hold a thread for five seconds.
    """
    for listener in server.LISTENERS:
        if listener.sock.family != socket.AF_UNIX:
            listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
