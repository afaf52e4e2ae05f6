"""A mail server in bad moods, and what came to it, under which key, when."""

import asyncio
import threading
import time
from typing import NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.mail import SmtpServer

FRIENDLY = ""
HANGS, CLOSES, LATER, REFUSES_ALL = "hangs", "421", "450", "550"


class Arrival(NamedTuple):
    """One mail that came, whether or not its sender heard so."""

    key: str
    recipient: str
    at: float


class PostBox(SmtpServer):
    """``mood`` holds for everybody; who is called ``khong-co-…`` does not exist in any mood.

    ``loses`` so many answers: the mail is kept and the line cut without a word. Each mail takes ``delay``
    seconds, so that a kill finds some under way.
    """

    def reset(self) -> None:
        super().reset()
        self.delay = 0.03
        self.mood = FRIENDLY
        self.loses = 0
        self.arrivals: list[Arrival] = []
        self._came = threading.Event()

    def refuse_connections(self) -> None:
        """Close every line and listen no more."""
        self._controller.stop()

    def listen_again(self) -> None:
        """Listen on the same port as before."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def wait_for_next(self, seconds: float) -> None:
        """Return when the next mail has come and its answer is still to be given, or after ``seconds``."""
        self._came.clear()
        self._came.wait(seconds)

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        while self.mood == HANGS:
            await asyncio.sleep(0.1)
        if self.mood == CLOSES:
            return "421 4.3.2 closing"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.mood == LATER:
            return "450 4.2.1 try later"
        if self.mood == REFUSES_ALL or address.startswith("khong-co-"):
            return "550 5.1.1 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        begin = content.index(b"Message-ID: ") + len(b"Message-ID: ")
        key = content[begin : content.index(b"\r\n", begin)].decode()
        self.arrivals.append(Arrival(key, envelope.rcpt_tos[0], time.time()))
        self._came.set()
        await asyncio.sleep(self.delay)
        if self.loses > 0:
            self.loses -= 1
            assert server.transport
            server.transport.abort()
        return "250 OK"
