"""The key of the Zalo application, which renews itself: a refresh token is good once.

The one place where a transaction is open while the network is, for fifteen seconds at most: the row is
locked, so that two senders never use one refresh token, and the second finds the key the first brought.
If this process dies between Zalo's answer and the commit, or the answer is lost on the way, the old
refresh token may be spent and the new one is lost. The next renewal is refused then, the channel goes
red, and somebody grants the application anew and sets ``ZALO_REFRESH_TOKEN``: a token in the settings
that is not the one the row began with counts more than the row.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.clock import database_now
from reminders.channels.gateway import ask
from reminders.models import ZaloToken

PATH = "/v4/oa/access_token"
BEFORE_IT_ENDS = timedelta(minutes=10)
USUAL_LIFE = timedelta(hours=25)
"""What Zalo documents, for an answer that does not say."""


class NotRenewed(Exception):
    """Zalo did not give a new key: the settings or the grant must be looked at."""


def access_token(*, instead_of: str = "") -> str:
    """Return a key that is good now, renewed if it ends soon or is ``instead_of``, which Zalo refused.

    Raises ``NotRenewed``, or what ``gateway.ask`` raises.
    """
    with transaction.atomic():
        row = _locked()
        now = database_now()
        if row.access_token and row.access_token != instead_of and now < row.expires_at - BEFORE_IT_ENDS:
            return row.access_token
        _renew(row, now)
        return row.access_token


def _locked() -> ZaloToken:
    """The row of the application, from the settings where they are newer than it."""
    seed = hashlib.sha256(settings.ZALO_REFRESH_TOKEN.encode()).hexdigest()
    ZaloToken.objects.bulk_create(
        [ZaloToken(app_id=settings.ZALO_APP_ID, expires_at=database_now())], ignore_conflicts=True
    )
    row = ZaloToken.objects.select_for_update().get(app_id=settings.ZALO_APP_ID)
    if row.seed != seed:
        row.seed, row.refresh_token, row.access_token = seed, settings.ZALO_REFRESH_TOKEN, ""
    return row


def _renew(row: ZaloToken, now: datetime) -> None:
    reply = ask(
        settings.ZALO_OAUTH_URL,
        PATH,
        form={
            "app_id": settings.ZALO_APP_ID,
            "refresh_token": row.refresh_token,
            "grant_type": "refresh_token",
        },
        headers={"secret_key": settings.ZALO_APP_SECRET},
    )
    given = reply.content
    if not (given.get("access_token") and given.get("refresh_token")):
        raise NotRenewed(f"{given.get('error', f'HTTP {reply.status}')}"[:20])
    row.access_token, row.refresh_token = str(given["access_token"]), str(given["refresh_token"])
    row.expires_at = now + _life(given.get("expires_in"))
    row.save()


def _life(seconds: object) -> timedelta:
    try:
        return timedelta(seconds=int(str(seconds)))
    except ValueError:
        return USUAL_LIFE
