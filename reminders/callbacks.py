"""What gateways call: delivery reports from outside, without a session, each with its proof.

A wrong proof is 403 and one line in the log that says nothing of the content. eSMS asks again only
after a time-out, so an unknown message may be 404. Zalo switches off an address that does not answer
200, and sends there every event of the account: what is no report of ours is 200 and nothing else.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from reminders.channels.signing import esms_mark_is_right, zalo_signature_is_right
from reminders.models import Reminder
from reminders.services.delivery import Report, note_report

log = logging.getLogger(__name__)

ESMS_DONE, ESMS_REJECTED = "5", "4"
ZALO_RECEIVED = "user_received_message"


@csrf_exempt
@login_not_required
@require_http_methods(["GET", "POST"])
def report_esms(request: HttpRequest, key: str, mark: str) -> HttpResponse:
    """Take eSMS's report of one message; its address is the proof."""
    if not esms_mark_is_right(key, mark):
        log.warning("A delivery report of eSMS with a wrong mark was refused")
        raise PermissionDenied
    if not note_report(_esms_report(key, _given(request))):
        raise Http404
    return HttpResponse("OK", content_type="text/plain")


def _given(request: HttpRequest) -> dict[str, str]:
    """What the report says, whether in the query, in a form or as JSON."""
    given: dict[str, Any] = {**request.GET.dict(), **request.POST.dict()}
    if request.content_type == "application/json":
        given |= _json(request.body)
    return {str(name): str(value) for name, value in given.items()}


def _json(body: bytes) -> dict[str, Any]:
    try:
        content = json.loads(body)
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}


def _esms_report(key: str, given: dict[str, str]) -> Report:
    status, good, bad = (given.get(name, "")[:8] for name in ("SendStatus", "SendSuccess", "SendFailed"))
    delivered: bool | None = None
    if status == ESMS_REJECTED:
        delivered = False
    elif status == ESMS_DONE:
        delivered = good not in ("", "0")
    return Report(
        channel=Reminder.Channel.SMS,
        delivered=delivered,
        code=f"{status}.{good}.{bad}",
        detail=f"SendStatus {status}, SendSuccess {good}, SendFailed {bad}",
        key=key,
        gateway_id=given.get("SMSID", "")[:80],
    )


@csrf_exempt
@login_not_required
@require_POST
def report_zalo(request: HttpRequest) -> HttpResponse:
    """Take an event of the Zalo account; a notification that reached a telephone is a report."""
    event = _json(request.body)
    timestamp, signature = str(event.get("timestamp", "")), request.headers.get("X-ZEvent-Signature", "")
    if not zalo_signature_is_right(request.body, timestamp, signature):
        log.warning("An event of Zalo with a wrong signature was refused")
        raise PermissionDenied
    message = event.get("message")
    if event.get("event_name") == ZALO_RECEIVED and isinstance(message, dict):
        known = note_report(
            Report(
                channel=Reminder.Channel.ZALO,
                delivered=True,
                code=ZALO_RECEIVED,
                detail=f"delivery_time {str(message.get('delivery_time', ''))[:20]}",
                key=str(message.get("tracking_id") or "")[:48],
                gateway_id=str(message.get("msg_id") or "")[:80],
            )
        )
        if not known:
            log.info("A delivery report of Zalo is of no message of ours")
    return HttpResponse("OK", content_type="text/plain")
