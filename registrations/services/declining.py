"""A unit says that nobody will come, unless a submission of it stands."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.models import User
from invitations import answering
from invitations.models import Invitation
from registrations.models import Registration
from registrations.services import locking

SUBMITTED = "Đơn vị đã gửi đăng ký. Muốn rút, gọi Văn phòng để trả lại đăng ký trước."


@transaction.atomic
def decline(*, invitation_id: int, user: User, reason: str, number: int | None = None) -> Invitation:
    """Decline in the unit's name. Raises ``ValidationError`` as ``answering.decline`` does.

    What was submitted is counted and lies in lists that others took away: only the office undoes it, by
    returning it. The invitation is locked first, so that no submission comes between.
    """
    invitation = locking.lock(invitation_id)
    if Registration.objects.answered().filter(invitation=invitation).exists():
        raise ValidationError(SUBMITTED)
    return answering.decline(invitation_id=invitation_id, user=user, reason=reason, number=number)
