"""``python -m benchmarks.post_office PORT FILE``: an SMTP server that takes everything and keeps count.

A process of its own, as a mail server is. When it ends it writes to FILE how many mails came, and how many
different ones.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


class Counting:
    """What is done with a mail: its Message-ID is kept."""

    def __init__(self) -> None:
        self.came = 0
        self.keys: set[bytes] = set()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take it."""
        content = envelope.content
        assert isinstance(content, bytes)
        self.came += 1
        begin = content.index(b"Message-ID: ")
        self.keys.add(content[begin : content.index(b"\r\n", begin)])
        return "250 OK"


async def serve(port: int, file: Path) -> None:
    """Serve until SIGTERM."""
    counting, stopped = Counting(), asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    server = await loop.create_server(lambda: SMTP(counting, hostname="127.0.0.1"), "127.0.0.1", port)
    await stopped.wait()
    server.close()
    file.write_text(f"{counting.came} {len(counting.keys)}")


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2])))
