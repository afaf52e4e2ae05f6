"""How a delivery report proves whose it is: the address eSMS calls, the signature Zalo sends."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings
from django.urls import reverse


def esms_mark(key: str) -> str:
    """Return what stands in the address that eSMS calls back for the message ``key``; "" without a secret.

    Each message has a mark of its own, so that an address read in a log opens nothing else.
    """
    secret = settings.ESMS_CALLBACK_SECRET
    return hmac.new(secret.encode(), key.encode(), hashlib.sha256).hexdigest()[:40] if secret else ""


def esms_report_address(key: str) -> str:
    """Return the address that eSMS calls back for the message ``key``; "" where reports are not set up."""
    mark = esms_mark(key)
    return f"{settings.PORTAL_BASE_URL}{reverse('report_esms', args=[key, mark])}" if mark else ""


def esms_mark_is_right(key: str, mark: str) -> bool:
    """Compare in constant time; where no secret is set, no mark is right."""
    expected = esms_mark(key)
    return bool(expected) and hmac.compare_digest(expected.encode(), mark.encode())


def zalo_signature(body: bytes, timestamp: str) -> str:
    """Return the signature of an event: SHA-256 of application, body, timestamp and the account's secret."""
    parts = (settings.ZALO_APP_ID.encode(), body, timestamp.encode(), settings.ZALO_OA_SECRET_KEY.encode())
    return hashlib.sha256(b"".join(parts)).hexdigest()


def zalo_signature_is_right(body: bytes, timestamp: str, signature: str) -> bool:
    """Compare in constant time, with or without the ``mac=`` before it; without a secret none is right."""
    if not (settings.ZALO_APP_ID and settings.ZALO_OA_SECRET_KEY):
        return False
    given = signature.strip().removeprefix("mac=").lower()
    return hmac.compare_digest(zalo_signature(body, timestamp).encode(), given.encode())
