"""The verbs of a meeting: write it, publish it, call units."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import ProtectedError, prefetch_related_objects

from accounts.clock import database_now
from accounts.vietnamese import slug
from invitations import issuing
from invitations.models import Audience, Deadline, Invitation, Meeting

if TYPE_CHECKING:
    from collections.abc import Collection

    from accounts.models import Unit, User

TAKEN_ADDRESSES = frozenset({"moi", "doc-giay-moi", "mau-giay-moi"})
"""Words that stand where a meeting's slug stands: /hoi-nghi/moi/ is the page of a new meeting."""


# ── Writing it ───────────────────────────────────────────────────────────────────────────────


def create(*, meeting: Meeting) -> Meeting:
    """Save a new draft under an address made from its short title, numbered where that is taken."""
    wished = slug(meeting.short_title)[:100].strip("-") or "hoi-nghi"
    for attempt in range(3):
        taken = TAKEN_ADDRESSES.union(
            Meeting.objects.filter(slug__startswith=wished).values_list("slug", flat=True)
        )
        numbered = (f"{wished}-{number}" for number in range(2, len(taken) + 3))
        meeting.slug = next(name for name in (wished, *numbered) if name not in taken)
        try:
            with transaction.atomic():
                meeting.save(force_insert=True)
            break
        except IntegrityError:  # somebody took the same name in this moment
            if attempt == 2:
                raise
    return meeting


@transaction.atomic
def move_part(*, siblings: models.QuerySet[models.Model], pk: int, by: int) -> None:
    """Move one row ``by`` places among ``siblings`` (-1 is up); past either end it stays there.

    Positions are numbered anew, so that rows read out of one letter and rows added by hand mix.
    """
    rows = list(siblings.select_for_update())
    here = next(index for index, row in enumerate(rows) if row.pk == pk)
    rows.insert(max(0, here + by), rows.pop(here))
    for position, row in enumerate(rows):
        row.position = position  # type: ignore[attr-defined]
    siblings.model._default_manager.bulk_update(rows, ["position"])


# ── Publishing it ────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def publish(*, meeting_id: int, user: User | None = None) -> Meeting:
    """Publish a draft meeting: every unit on its list is called at this moment, with version 1 of the letter.

    Publishing again calls the units that were added since. Raises ``ValidationError`` with what is
    missing; nothing is published then.
    """
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    prefetch_related_objects([meeting], "audiences__roles", "audiences__invitations")
    now = database_now()
    if problems := missing_to_publish(meeting, now):
        raise ValidationError(problems)
    if meeting.is_draft:
        meeting.state = Meeting.State.PUBLISHED
        meeting.published_at = now
        meeting.save(update_fields=["state", "published_at"])
    meeting.invitations.filter(sent_at__isnull=True).update(sent_at=now)
    issuing.first(meeting=meeting, user=user, now=now)
    return meeting


def missing_to_publish(meeting: Meeting, now: datetime) -> list[str]:
    """Say what is still missing before units can be called; uses what was prefetched."""
    reasons = []
    if meeting.state in (Meeting.State.CANCELLED, Meeting.State.CLOSED):
        reasons.append("Hội nghị đã hủy hoặc đã kết thúc, không công bố được nữa.")
    if meeting.state == Meeting.State.POSTPONED:
        reasons.append("Hội nghị đang hoãn. Gửi bản mới với ngày họp mới trước, rồi mời thêm đơn vị.")
    if not meeting.sessions.exists():
        reasons.append("Chưa có buổi nào. Thêm ít nhất một buổi họp.")
    audiences = meeting.audiences.all()
    if not audiences:
        reasons.append("Chưa có nhóm điểm cầu nào. Thêm nhóm và thành phần mời.")
    called = [audience for audience in audiences if audience.invitations.exists()]
    if not called:
        reasons.append("Chưa chọn đơn vị nào để mời.")
    for audience in called:
        if not audience.roles.exists():
            reasons.append(f"“{audience}” có đơn vị được mời nhưng chưa có thành phần nào.")
    if meeting.is_draft and meeting.registration_deadline <= now:
        reasons.append("Hạn đăng ký đã qua. Dời hạn trước khi công bố.")
    return reasons


@transaction.atomic
def discard(*, meeting_id: int) -> None:
    """Delete a draft with all that was written of it.

    Raises ``ValidationError`` for a meeting that units know of, or one that already has bridge points
    below others: those are removed first, on their own page.
    """
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    if not meeting.is_draft:
        raise ValidationError("Hội nghị đã công bố thì chỉ hủy được, không xóa.")
    try:
        with transaction.atomic():
            meeting.invitations.all().delete()
            meeting.delete()
    except ProtectedError as error:
        raise ValidationError("Bản soạn đã có điểm cầu. Bỏ các điểm cầu ở trang Điểm cầu trước.") from error


@transaction.atomic
def move_deadline(*, meeting_id: int, to: datetime) -> Meeting:
    """Move the registration deadline for all units, and with it every hour of the letter that meant it.

    Raises ``ValidationError`` when the new hour has already passed (PostgreSQL's clock).
    """
    meeting = Meeting.objects.select_for_update().get(pk=meeting_id)
    if to <= database_now():
        raise ValidationError({"registration_deadline": "Hạn mới phải ở sau giờ này."})
    before = meeting.registration_deadline
    meeting.registration_deadline = to
    meeting.save(update_fields=["registration_deadline"])
    Deadline.objects.filter(meeting=meeting, at=before).update(at=to)
    meeting.assignments.filter(due_at=before).update(due_at=to)
    return meeting


# ── Calling units ────────────────────────────────────────────────────────────────────────────


@transaction.atomic
def call_units(*, audience: Audience, units: Collection[Unit]) -> None:
    """Make the list of units called under ``audience`` just ``units``.

    A unit on the list of another heading moves here. A unit that was already sent its letter stays
    where it is: what was sent cannot be unsent, and what it registered belongs to that heading's
    roles. A unit added after publishing is called by the next ``publish``.
    """
    meeting = Meeting.objects.select_for_update().get(pk=audience.meeting_id)
    waiting = meeting.invitations.filter(sent_at__isnull=True)
    waiting.filter(audience=audience).exclude(unit__in=units).delete()
    waiting.filter(unit__in=units).update(audience=audience)
    listed = set(meeting.invitations.values_list("unit_id", flat=True))
    Invitation.objects.bulk_create(
        Invitation(meeting=meeting, unit=unit, audience=audience) for unit in units if unit.pk not in listed
    )
