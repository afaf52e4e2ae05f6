"""Mail through the server of ``EMAIL_URL``; on a fresh machine into files."""

from __future__ import annotations

import contextlib
from smtplib import (
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
)
from types import TracebackType
from typing import ClassVar, Self

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from reminders.channels.interface import Answer, Message, Outcome
from reminders.channels.words import without_addresses

CLOSING = 421
"""The server says good-bye; whatever comes next needs a new connection."""


class MailChannel:
    """One SMTP connection for a batch; a refused message does not end it, a broken line does."""

    knows_doubles: ClassVar[bool] = True
    """Servers and readers know a double by its Message-ID."""

    @classmethod
    def is_set_up(cls) -> bool:
        """Always: without a mail server the mails are written to files."""
        return True

    def __init__(self) -> None:
        """Connect only when there is something to send."""
        self._connection: BaseEmailBackend | None = None

    def __enter__(self) -> Self:
        """Nothing to do yet."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Say good-bye to the server."""
        self._close()

    def send(self, message: Message) -> Answer:
        """Send one mail with the message's key as its Message-ID."""
        try:
            connection = self._open()
        except (OSError, SMTPException) as error:
            return Answer(Outcome.UNREACHABLE, _words(error))
        if message.is_stale:
            return Answer(Outcome.SKIPPED)
        try:
            connection.send_messages([_mail(message)])
        except SMTPRecipientsRefused as error:
            return self._refused(next(iter(error.recipients.values())))
        except SMTPResponseException as error:
            return self._refused((error.smtp_code, error.smtp_error))
        except (ValueError, SMTPNotSupportedError) as error:
            return Answer(Outcome.REFUSED, f"Địa chỉ không dùng được ({type(error).__name__})")
        except (OSError, SMTPException) as error:
            self._close()
            return Answer(Outcome.UNKNOWN, _words(error))
        return Answer(Outcome.SENT)

    def _open(self) -> BaseEmailBackend:
        if self._connection is None:
            connection: BaseEmailBackend = get_connection()
            connection.open()
            self._connection = connection
        return self._connection

    def _close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError, SMTPException):
                self._connection.close()
            self._connection = None

    def _refused(self, reply: tuple[int, bytes | str]) -> Answer:
        """4xx means "not now", 5xx means "never"; 421 that the server takes nothing from anybody just now."""
        code, text = reply
        words = without_addresses(text.decode("utf-8", "replace") if isinstance(text, bytes) else text)
        if code == CLOSING:
            self._close()
            return Answer(Outcome.UNREACHABLE, f"{code} {words}")
        return Answer(Outcome.LATER if 400 <= code < 500 else Outcome.REFUSED, f"{code} {words}")


def _mail(message: Message) -> EmailMessage:
    mail = EmailMessage(
        subject=message.subject,
        body=message.body,
        to=message.to,
        headers={"Message-ID": message.key, "Auto-Submitted": "auto-generated"},
    )
    for attached in message.attachments:
        mail.attach(attached.name, attached.content, attached.content_type)
    return mail


def _words(error: Exception) -> str:
    return without_addresses(f"{type(error).__name__}: {error}")
