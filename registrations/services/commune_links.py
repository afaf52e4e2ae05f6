"""Signed links: a district gives one to each commune, the commune answers by it, the district decides.

A commune has no account. What it sends is an answer that waits; only the district's clerk writes it into
the registration, so that version, changes and snapshots know one way of writing (docs/decisions/0012).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.core import signing
from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import transaction

from accounts.clock import database_now
from accounts.models import Unit, User
from bridge_points.models import BridgePoint
from invitations.deadlines import Verdict, judge
from registrations.models import Change, CommuneAnswer, CommuneLink
from registrations.services import locking
from registrations.services.drafts import Closed, Draft, Stale, editing
from registrations.services.rows import write_commune_connects, write_commune_point

POINT_TEXTS = ("venue", "chair", "technician", "technician_phone")
"""The keys of ``CommuneAnswer.values``."""

MOST_ANSWERS, IN_TIME = 20, timedelta(minutes=10)
"""Nobody changes their mind more often; a machine that sends for ever is told to wait."""


class Revoked(Exception):
    """The link opens nothing any more."""


class TooMany(Exception):
    """The link sent more answers than a person types."""


class Decided(Exception):
    """The answer does not wait any more: carries it as it is now."""

    def __init__(self, answer: CommuneAnswer) -> None:
        super().__init__(answer)
        self.answer = answer


class Said(NamedTuple):
    """What is said of one commune point: by the commune, or by the district that corrects it."""

    connects: bool
    values: dict[str, str]
    expected: int | None


# ── The link ─────────────────────────────────────────────────────────────────────────────────────


def _signer() -> signing.Signer:
    return signing.Signer(salt="registrations.commune_link", sep=".")


def token_of(link: CommuneLink) -> str:
    """Return what stands in the link's address: its key, signed."""
    return _signer().sign(signing.b64_encode(link.key.bytes).decode())


def key_of(token: str) -> UUID | None:
    """Return the key of a link from its address; None where the token was forged or altered."""
    try:
        return UUID(bytes=signing.b64_decode(_signer().unsign(token).encode()))
    except (signing.BadSignature, ValueError):
        return None


def make_links(
    *, invitation_id: int, user: User, waited: timedelta, communes: Iterable[Unit]
) -> list[CommuneLink]:
    """Make a link for each of ``communes`` that has none standing; return the new ones.

    Raises ``Closed``, and ``ValidationError`` for a commune of another unit.
    """
    wanted = {commune.pk: commune for commune in communes}
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        own = set(Unit.objects.communes_of(draft.invitation.unit).values_list("pk", flat=True))
        if not own.issuperset(wanted):
            raise ValidationError(f"Có xã không thuộc {draft.invitation.unit}.")
        standing = CommuneLink.objects.standing().filter(invitation=draft.invitation)
        have = set(standing.values_list("unit", flat=True))
        return CommuneLink.objects.bulk_create(
            CommuneLink(invitation=draft.invitation, unit=commune, made_at=draft.now, made_by=user)
            for pk, commune in wanted.items()
            if pk not in have
        )


def make_links_for_silent(*, invitation_id: int, user: User, waited: timedelta) -> list[CommuneLink]:
    """Make a link for every commune of which nothing is said yet and that never had one.

    A commune whose link was revoked gets a new one only by name (``renew_link``).
    """
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        invitation = draft.invitation
        said = BridgePoint.objects.filter(meeting=invitation.meeting).values("unit")
        had = CommuneLink.objects.filter(invitation=invitation).values("unit")
        silent = Unit.objects.communes_of(invitation.unit).exclude(pk__in=said).exclude(pk__in=had)
        return make_links(invitation_id=invitation_id, user=user, waited=waited, communes=silent)


@transaction.atomic
def revoke_link(*, invitation_id: int, user: User, link_id: int) -> CommuneLink:
    """Close a link for good, also after the deadline; an answer that waits is left unused with it."""
    locking.lock(invitation_id)
    now = database_now()
    link = CommuneLink.objects.select_related("unit").get(pk=link_id, invitation_id=invitation_id)
    if link.revoked_at is None:
        link.revoked_at, link.revoked_by = now, user
        link.save(update_fields=["revoked_at", "revoked_by"])
        _waiting(link).update(state=CommuneAnswer.State.DECLINED, decided_at=now, decided_by=user)
    return link


def renew_link(*, invitation_id: int, user: User, waited: timedelta, link_id: int) -> CommuneLink:
    """Revoke a link, where it stands still, and give the commune a new one. Raises ``Closed``."""
    with transaction.atomic():
        old = revoke_link(invitation_id=invitation_id, user=user, link_id=link_id)
        make_links(invitation_id=invitation_id, user=user, waited=waited, communes=[old.unit])
        return CommuneLink.objects.standing().get(invitation_id=invitation_id, unit=old.unit)


def open_link(*, link: CommuneLink) -> None:
    """Remember when the link was opened first."""
    CommuneLink.objects.filter(pk=link.pk, opened_at__isnull=True).update(opened_at=database_now())


# ── The commune ──────────────────────────────────────────────────────────────────────────────────


def answer_by_link(
    *,
    link_id: int,
    form_uuid: UUID,
    said: Said,
    waited: timedelta,
    clock: Callable[[], datetime] = database_now,
) -> CommuneAnswer:
    """Keep what a commune sends by its link, to wait for its district.

    The same form sent again is the same answer, even after the deadline (rule 7); a later form takes the
    place of the one that waits. Judged as a submission is (rules 1 to 3): what waits for the lock has
    arrived already. What is too late is recorded as such (rule 4), and counts if it is sent again after an
    extension. Raises ``Revoked``, ``Closed`` and ``TooMany``.
    """
    with transaction.atomic():
        answer, deadline, now = _answer(link_id, form_uuid, said, waited, clock)
    if answer is None or answer.state == CommuneAnswer.State.LATE:
        raise Closed(deadline, now)
    return answer


def _answer(
    link_id: int, form_uuid: UUID, said: Said, waited: timedelta, clock: Callable[[], datetime]
) -> tuple[CommuneAnswer | None, datetime, datetime]:
    """Judge and keep one answer; also say by which deadline and when."""
    link = CommuneLink.objects.get(pk=link_id)
    invitation, waited = locking.lock_arrived(link.invitation_id, waited)
    if not CommuneLink.objects.standing().filter(pk=link.pk).exists():
        raise Revoked
    now, deadline = clock(), locking.deadline_of(invitation)
    earlier = CommuneAnswer.objects.filter(form_uuid=form_uuid).first()
    if earlier is not None and earlier.link_id != link.pk:
        raise SuspiciousOperation("the form of another link")
    if earlier is not None and earlier.state != CommuneAnswer.State.LATE:
        return earlier, deadline, now
    if not invitation.meeting.takes_registrations:
        return None, deadline, now
    if link.answers.filter(arrived_at__gt=now - IN_TIME).count() >= MOST_ANSWERS:
        raise TooMany
    state = CommuneAnswer.State.LATE
    if judge(arrived_at=now - waited, decided_at=now, deadline=deadline) is Verdict.ON_TIME:
        state = CommuneAnswer.State.WAITING
        _waiting(link).update(state=CommuneAnswer.State.REPLACED, decided_at=now)
    sent = {**said._asdict(), "state": state, "arrived_at": now - waited, "link": link}
    answer, _ = CommuneAnswer.objects.update_or_create(form_uuid=form_uuid, defaults=sent)
    return answer, deadline, now


def _waiting(link: CommuneLink) -> Any:
    return CommuneAnswer.objects.filter(link=link, state=CommuneAnswer.State.WAITING)


# ── The district ─────────────────────────────────────────────────────────────────────────────────


def accept_answer(
    *,
    invitation_id: int,
    user: User,
    waited: timedelta,
    answer_id: int,
    version: int,
    corrected: Said | None = None,
) -> CommuneAnswer:
    """Write an answer that waits into the registration, as it is or ``corrected``.

    ``version`` is that of the point as the clerk saw it beside the answer, 0 for none. Raises ``Closed``,
    ``Decided`` where somebody was first (or the commune sent another), ``Stale`` where the point changed.
    """
    with editing(invitation_id=invitation_id, user=user, waited=waited) as draft:
        answer = _to_decide(invitation_id, answer_id)
        commune = answer.link.unit
        _refuse_stale(draft, commune, version)
        sent = Said(answer.connects, answer.values, answer.expected)
        said = corrected or sent
        if said.connects:
            values = said.values | {"connects": True}
            write_commune_point(
                draft, commune=commune, values=values, expected=said.expected, version=version
            )
        else:
            write_commune_connects(draft, commune=commune, connects=False)
        states = CommuneAnswer.State
        answer.state = states.ACCEPTED if said == sent else states.CORRECTED
        _decided(answer, draft.now, user)
        return answer


@transaction.atomic
def decline_answer(*, invitation_id: int, user: User, answer_id: int) -> CommuneAnswer:
    """Leave an answer unused; the registration stays as it is. Raises ``Decided``."""
    locking.lock(invitation_id)
    answer = _to_decide(invitation_id, answer_id)
    answer.state = CommuneAnswer.State.DECLINED
    _decided(answer, database_now(), user)
    return answer


def _to_decide(invitation_id: int, answer_id: int) -> CommuneAnswer:
    answer = CommuneAnswer.objects.select_related("link__unit").get(
        pk=answer_id, link__invitation_id=invitation_id
    )
    if answer.state != CommuneAnswer.State.WAITING:
        raise Decided(answer)
    return answer


def _decided(answer: CommuneAnswer, at: datetime, user: User) -> None:
    answer.decided_at, answer.decided_by = at, user
    answer.save(update_fields=["state", "decided_at", "decided_by"])


def _refuse_stale(draft: Draft, commune: Unit, version: int) -> None:
    point = BridgePoint.objects.filter(meeting=draft.invitation.meeting, unit=commune).first()
    if point is not None and point.version != version:
        kind = Change.Kind.POINT
        changes = draft.registration.changes.select_related("by").filter(kind=kind, after__id=point.pk)
        raise Stale(point, changes.first())
