"""Which rows of a unit's registration somebody sees: one rule for all that hangs on an invitation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models

from accounts.permissions import Right, may
from invitations.models import Invitation

if TYPE_CHECKING:
    from accounts.models import User

Row = TypeVar("Row", bound=models.Model)


class OfInvitationQuerySet(models.QuerySet[Row]):
    """Rows that name their ``invitation``."""

    def visible_to(self, user: User) -> Self:
        """Those of the invitations that ``user`` sees, for who may read registrations."""
        if not may(user, Right.READ_REGISTRATION):
            return self.none()
        return self.filter(invitation__in=Invitation.objects.visible_to(user))
