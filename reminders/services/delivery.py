"""What gateways report of messages they had accepted: written down once, and acted upon once."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q

from accounts.clock import database_now
from reminders.models import DeliveryReport, Reminder
from reminders.services.ending import send_otherwise

State = Reminder.State


class Report(NamedTuple):
    """One report: of which message, by our key or the gateway's number, and what it says.

    ``delivered`` is None while the gateway itself does not know. Two reports with one ``code`` are one.
    """

    channel: str
    delivered: bool | None
    code: str
    detail: str = ""
    key: str = ""
    gateway_id: str = ""


def note_report(report: Report, *, now: datetime | None = None) -> bool:
    """Write a report down; False when no message of that channel is known by its key or number.

    The first report that says so sets ``delivered_at``. A report of a message of which nobody knew
    whether it went out settles it as sent. One that says that it did not arrive starts the next way.
    The same report a second time changes nothing.
    """
    with transaction.atomic():
        reminder = _of(report)
        if reminder is None:
            return False
        now = now or database_now()
        if _is_new(report, reminder, now):
            _settle(report, reminder, now)
    return True


def _of(report: Report) -> Reminder | None:
    mine = Q()
    if report.key:
        mine |= Q(message_id__startswith=f"<{report.key}@")
    if report.gateway_id:
        mine |= Q(gateway_id=report.gateway_id)
    if not mine:
        return None
    return Reminder.objects.select_for_update().filter(mine, channel=report.channel).first()


def _is_new(report: Report, reminder: Reminder, now: datetime) -> bool:
    if reminder.delivery_reports.filter(code=report.code[:40]).exists():
        return False
    DeliveryReport.objects.create(
        reminder=reminder,
        at=now,
        delivered=report.delivered,
        code=report.code[:40],
        detail=report.detail[:300],
    )
    return True


def _settle(report: Report, reminder: Reminder, now: datetime) -> None:
    if report.gateway_id and not reminder.gateway_id:
        reminder.gateway_id = report.gateway_id[:80]
    if report.delivered and reminder.delivered_at is None:
        reminder.delivered_at = now
    if reminder.state in (State.UNKNOWN, State.FAILED) and report.delivered is not False:
        reminder.state, reminder.sent_at = State.SENT, now
        reminder.failure, reminder.lease_until = "", None
    reminder.save(update_fields=["gateway_id", "delivered_at", "state", "sent_at", "failure", "lease_until"])
    if report.delivered is False and reminder.state == State.SENT:
        send_otherwise([reminder], now=now)
