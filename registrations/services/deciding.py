"""What the office decides about a submission: back to the unit."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.clock import database_now
from accounts.models import User
from registrations.models import Change, Registration
from registrations.services import locking
from registrations.services.extending import extend


@transaction.atomic
def return_registration(
    *, invitation_id: int, remark: str, user: User, until: datetime | None = None
) -> Registration:
    """Send a submitted registration back with a remark, and with more time where ``until`` is given.

    Raises ``ValidationError`` when nothing is submitted, or when the unit could not submit again
    because its deadline has passed and no new hour is given.
    """
    invitation = locking.lock(invitation_id)
    registration = Registration.objects.filter(invitation=invitation).first()
    if registration is None or not registration.is_answered:
        raise ValidationError("Đơn vị chưa gửi đăng ký, không có gì để trả lại.")
    now = database_now()
    if until is None and locking.deadline_of(invitation) <= now:
        raise ValidationError({"until": "Đã hết hạn: cho đơn vị một giờ để gửi lại."})
    if until is not None:
        extend(invitation_id=invitation_id, until=until, reason=remark, user=user)
        registration.refresh_from_db()
    registration.state = Registration.State.RETURNED
    registration.returned_at, registration.return_remark = now, remark
    registration.save(update_fields=["state", "returned_at", "return_remark"])
    locking.log(registration, Change.Kind.RETURNED, remark[:300], now, user)
    return registration
