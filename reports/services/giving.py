"""Handing a file out: by a link that is one person's, for five minutes, on record before the first byte."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

from django.core import signing

from accounts.clock import database_now
from reports.models import Download, ExportJob

if TYPE_CHECKING:
    from accounts.models import User

OPEN_FOR = timedelta(minutes=5)
_SALT = "reports.download"


def link_to(job: ExportJob, user: User) -> str:
    """Return the token of a link by which ``user``, and nobody else, gets the file for some minutes."""
    return signing.dumps({"job": str(job.pk), "user": user.pk}, salt=_SALT)


def linked(token: str, user: User) -> uuid.UUID | None:
    """Return which job a token opens for ``user``; None where it is another's, too old, or no token."""
    try:
        said = signing.loads(token, salt=_SALT, max_age=OPEN_FOR)
    except signing.BadSignature:
        return None
    return uuid.UUID(said["job"]) if said["user"] == user.pk else None


def record_download(*, job: ExportJob, user: User) -> Download:
    """Write down that ``user`` takes the file of ``job``, before its first byte goes out."""
    return Download.objects.create(job=job, user=user, at=database_now())
