"""The verbs of a point's list of checks: tick, take back, sign for a part, withdraw what was signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.clock import database_now
from bridge_points.models import BridgePoint, CheckItem, CheckPart, PointCheck, PointSignature
from bridge_points.services import lock_point, why_not_testable

if TYPE_CHECKING:
    from accounts.models import User


def items_of(part: CheckPart) -> list[CheckItem]:
    """What belongs to one part of the list, in its order."""
    return [item for item in CheckItem if item.part == part]


def _locked(point_id: int) -> BridgePoint:
    point = lock_point(point_id)
    if reason := why_not_testable(point):
        raise ValidationError(reason)
    return point


@transaction.atomic
def tick(*, point_id: int, item: CheckItem, user: User, done: bool) -> None:
    """Tick one thing as looked at and in order, or take that back; who was first stands.

    Raises ``ValidationError`` for a part that is signed: its signature must be withdrawn first.
    """
    point = _locked(point_id)
    if _standing(point, item.part) is not None:
        raise ValidationError(f"{item.part.label} đã ký phần này. Rút chữ ký trước rồi sửa.")
    if not done:
        PointCheck.objects.filter(point=point, item=item).delete()
        return
    PointCheck.objects.get_or_create(point=point, item=item, defaults={"at": database_now(), "by": user})


@transaction.atomic
def sign(*, point_id: int, part: CheckPart, user: User) -> PointSignature:
    """Sign for a part whose things are all ticked; signed twice, the first signature stands.

    Raises ``ValidationError`` naming what is not ticked.
    """
    point = _locked(point_id)
    if standing := _standing(point, part):
        return standing
    ticked = set(point.checks.values_list("item", flat=True))
    if missing := [item.label.lower() for item in items_of(part) if item not in ticked]:
        raise ValidationError(f"Chưa ký được, còn chưa kiểm tra: {', '.join(missing)}.")
    return PointSignature.objects.create(point=point, part=part, signed_at=database_now(), signed_by=user)


@transaction.atomic
def withdraw(*, point_id: int, part: CheckPart, user: User, reason: str) -> PointSignature:
    """Withdraw the signature of a part, with the reason; it is kept. Raises ``ValidationError``."""
    point = lock_point(point_id)
    signature = _standing(point, part)
    if signature is None:
        raise ValidationError("Phần này chưa có chữ ký, hoặc chữ ký vừa được rút.")
    if not reason:
        raise ValidationError("Ghi lý do rút chữ ký.")
    signature.withdrawn_at, signature.withdrawn_by, signature.reason = database_now(), user, reason
    signature.save(update_fields=["withdrawn_at", "withdrawn_by", "reason"])
    return signature


def _standing(point: BridgePoint, part: CheckPart) -> PointSignature | None:
    return point.signatures.filter(part=part, withdrawn_at__isnull=True).first()
