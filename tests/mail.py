"""A real SMTP server that keeps what it gets and refuses what a test tells it to."""

import asyncio
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, NamedTuple

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from conference_portal.local_services.valkey import free_port


class Received(NamedTuple):
    """One message as it came over the wire."""

    sender: str
    recipients: list[str]
    message: EmailMessage


class SmtpServer:
    """An SMTP server on a free port of this machine.

    ``refusals`` maps a recipient to the reply it gets, such as ``550 no such user``. ``reply`` is what
    the server says once it has a message: with a 4xx or 5xx the message is not kept. With
    ``loses_answers`` it keeps the message and hangs up without a word, so the sender cannot know.
    ``delay`` seconds pass before that reply.
    """

    def __init__(self) -> None:
        self.reset()
        self._controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self._controller.start()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    @property
    def url(self) -> str:
        """As ``EMAIL_URL`` writes it."""
        return f"smtp://127.0.0.1:{self.port}"

    def reset(self) -> None:
        """Forget all messages and be a friendly server again."""
        self.messages: list[Received] = []
        self.refusals: dict[str, str] = {}
        self.reply = "250 OK"
        self.loses_answers = False
        self.delay = 0.0

    def stop(self) -> None:
        self._controller.stop()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd calls it so)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refusals:
            return self.refusals[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.reply.startswith("2"):
            content: Any = envelope.content
            message = message_from_bytes(content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.messages.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), message))
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.loses_answers:
            assert server.transport
            server.transport.abort()
        return self.reply


@pytest.fixture(scope="session")
def _smtp_server() -> Iterator[SmtpServer]:
    server = SmtpServer()
    yield server
    server.stop()


@pytest.fixture
def smtp_server(_smtp_server: SmtpServer, settings: Any) -> SmtpServer:
    """A friendly, empty SMTP server, which this process's Django and the running portal send to."""
    _smtp_server.reset()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", _smtp_server.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    return _smtp_server
