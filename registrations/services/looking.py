"""What was changed since somebody of the office last looked at a registration."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce

from accounts.models import User
from accounts.permissions import Right, may
from invitations.models import Invitation, Meeting
from registrations.models import Change, Look, Registration, SignedScan, Submission

MOST_SHOWN = 100
"""Changes that a notice lists; the comparison of versions shows the whole."""


class Unseen(NamedTuple):
    """What others changed since the person's last look: the newest, how many in all, when that look was."""

    changes: list[Change]
    number: int
    since: datetime


def look(*, registration: Registration | None, user: User, now: datetime) -> Unseen | None:
    """Return what is new to ``user`` in a registration, and stamp that it was looked at.

    Only for who follows the board: a clerk leaves no trace. None at the first look and where nothing is
    new. The stamp is the version that was read together with the page, never a later one: what is
    written meanwhile is new the next time.
    """
    if registration is None or not may(user, Right.READ_BOARD):
        return None
    last = Look.objects.filter(user=user, registration=registration).first()
    seen = Look(user=user, registration=registration, version=registration.version, at=now)
    Look.objects.bulk_create(
        [seen],
        update_conflicts=True,
        unique_fields=["user", "registration"],
        update_fields=["version", "at"],
    )
    if last is None:
        return None
    # A change of content counts the version up; what only happens (sent, returned) has its hour.
    new = (
        registration.changes.filter(Q(version__gt=last.version) | Q(version=last.version, at__gt=last.at))
        .exclude(by=user)
        .exclude(kind=Change.Kind.DOWNLOADED)
        .select_related("by")
        .annotate(of=Window(Count("pk")))
    )
    changes: list[Any] = list(new[:MOST_SHOWN])
    return Unseen(changes, changes[0].of, last.at) if changes else None


def with_unseen(meeting: Meeting, user: User) -> QuerySet[Invitation]:
    """Return the meeting's invitations with a registration, newest change first, one query for all.

    Each with ``looked_at`` (None: never), ``unseen`` (changes by others since, all of them where never),
    ``changed`` and ``changed_by`` (the last change), ``sent`` (the last submission's number) and
    ``scanned`` (a signed scan is there).
    """
    mine = Look.objects.filter(user=user, registration__invitation=OuterRef("pk"))
    changes = Change.objects.filter(registration__invitation=OuterRef("pk"))
    changes = changes.exclude(kind=Change.Kind.DOWNLOADED)
    first = Q(version__gt=Coalesce(OuterRef("looked_version"), -1))
    later = Q(version=OuterRef("looked_version"), at__gt=OuterRef("looked_at"))
    new = changes.order_by().filter(first | later).exclude(by=user)
    last = changes.order_by("-at", "-pk")
    sent = Submission.objects.filter(registration__invitation=OuterRef("pk")).order_by("-number")
    scans = SignedScan.objects.filter(submission__registration__invitation=OuterRef("pk"))
    return (
        meeting.invitations.visible_to(user)
        .filter(registration__isnull=False)
        .select_related("unit")
        .annotate(looked_at=Subquery(mine.values("at")), looked_version=Subquery(mine.values("version")))
        .annotate(
            unseen=Coalesce(Subquery(new.values("registration").annotate(n=Count("pk")).values("n")), 0),
            changed=Subquery(last.values("at")[:1]),
            changed_by=Subquery(last.values("by__full_name")[:1]),
            sent=Subquery(sent.values("number")[:1]),
            scanned=Exists(scans),
        )
        .order_by(F("changed").desc(nulls_last=True), "pk")
    )
