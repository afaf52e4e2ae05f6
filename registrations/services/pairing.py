"""What two rows that look alike are: one person with two posts, or two people. Nothing is ever merged."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.clock import database_now
from accounts.models import User
from registrations.models import Delegate, SamePerson
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
        return SamePerson.objects.create(
            first=earlier, second=later, kind=kind, decided_at=database_now(), decided_by=user
        )
    if found.kind != kind:
        who = f"Đồng chí {found.decided_by}" if found.decided_by else "Người khác"
        said = f"{who} vừa quyết: {found.get_kind_display().lower()}."
        raise ValidationError(f"{said} Muốn đổi, hoàn tác ở mục Đã quyết rồi chọn lại.")
    return found


@transaction.atomic
def take_back(*, first: Delegate, second: Delegate) -> None:
    """Take a decision back: the two rows are a proposal again. Twice is as good as once."""
    earlier, later = _lock(first, second)
    SamePerson.objects.filter(first=earlier, second=later).delete()


def _lock(first: Delegate, second: Delegate) -> list[Delegate]:
    """Lock both registrations, then give the rows as they are now, the earlier first."""
    if first.pk == second.pk:
        raise ValidationError("Một dòng không so với chính nó.")
    invitations = {first.registration.invitation_id, second.registration.invitation_id}
    locking.lock_all(invitations)
    rows = list(Delegate.objects.filter(pk__in=(first.pk, second.pk)).order_by("pk"))
    if len(rows) < 2:
        raise ValidationError("Một trong hai dòng vừa được xóa, không còn gì để quyết.")
    return rows
