"""What two rows that look alike are: one person with two posts, or two people. Nothing is ever merged."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.clock import database_now
from accounts.models import User
from registrations.models import Change, Delegate, SamePerson
from registrations.services import locking


@transaction.atomic
def decide(*, first: Delegate, second: Delegate, kind: SamePerson.Kind, user: User) -> SamePerson:
    """Say what two rows of one meeting are. Deciding the same twice gives the same decision.

    Raises ``ValidationError`` when a row is gone, or somebody has decided otherwise meanwhile: the
    decision that stands is taken back first.
    """
    earlier, later = _lock(first, second)
    found = SamePerson.objects.select_related("decided_by").filter(first=earlier, second=later).first()
    if found is None:
        now = database_now()
        _log(earlier, later, kind.label, now, user)
        return SamePerson.objects.create(
            first=earlier, second=later, kind=kind, decided_at=now, decided_by=user
        )
    if found.kind != kind:
        who = f"Đồng chí {found.decided_by}" if found.decided_by else "Người khác"
        said = f"{who} vừa quyết: {found.get_kind_display().lower()}."
        raise ValidationError(f"{said} Muốn đổi, hoàn tác ở mục Đã quyết rồi chọn lại.")
    return found


@transaction.atomic
def take_back(*, first: Delegate, second: Delegate, user: User) -> None:
    """Take a decision back: the two rows are a proposal again. Twice is as good as once."""
    earlier, later = _lock(first, second)
    gone, _ = SamePerson.objects.filter(first=earlier, second=later).delete()
    if gone:
        _log(earlier, later, "hoàn tác", database_now(), user)


def _log(first: Delegate, second: Delegate, said: str, at: datetime, user: User) -> None:
    """Write it down in the registration of each: both sides must know who decided of their people."""
    names = first.full_name if first.full_name == second.full_name else f"{first} và {second}"
    for registration in {row.registration_id: row.registration for row in (first, second)}.values():
        locking.log(registration, Change.Kind.PAIRED, f"{names}: {said.lower()}"[:300], at, user)


def _lock(first: Delegate, second: Delegate) -> list[Delegate]:
    """Lock both registrations, then give the rows as they are now, the earlier first."""
    if first.pk == second.pk:
        raise ValidationError("Một dòng không so với chính nó.")
    invitations = {first.registration.invitation_id, second.registration.invitation_id}
    locking.lock_all(invitations)
    rows = list(
        Delegate.objects.select_related("registration").filter(pk__in=(first.pk, second.pk)).order_by("pk")
    )
    if len(rows) < 2:
        raise ValidationError("Một trong hai dòng vừa được xóa, không còn gì để quyết.")
    return rows
