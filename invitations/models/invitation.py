"""One unit called to one meeting: sent, seen, confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.fields import LineField, PhoneField
from accounts.models import Unit
from accounts.permissions import Right, may
from invitations.models.audience import Audience
from invitations.models.meeting import Meeting

if TYPE_CHECKING:
    from accounts.models import User


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Which invitations."""

    def visible_to(self, user: User) -> InvitationQuerySet:
        """All for the office; those sent for propaganda; the own unit's and those below for a clerk."""
        if may(user, Right.INVITE):
            return self
        if not may(user, Right.READ_INVITATION):
            return self.none()
        sent = self.sent()
        if may(user, Right.READ_BOARD):
            return sent
        return sent.filter(unit__path__startswith=user.unit.path) if user.unit else self.none()

    def sent(self) -> InvitationQuerySet:
        """Those that went out when their meeting was published."""
        return self.filter(sent_at__isnull=False)


class Invitation(models.Model):
    """One unit called to one meeting (*thư mời gửi một đơn vị*): sent, seen, confirmed."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="invitations")
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="invitations", verbose_name="Đơn vị"
    )
    audience = models.ForeignKey(
        Audience, on_delete=models.PROTECT, related_name="invitations", verbose_name="Nhóm điểm cầu"
    )
    sent_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decline_reason = models.CharField("Lý do không tham dự", max_length=600, blank=True)
    contact_name = LineField("Đầu mối của đơn vị", max_length=120, blank=True)
    contact_phone = PhoneField("Điện thoại đầu mối")
    contact_email = models.EmailField("Thư điện tử đầu mối", blank=True)
    seen_number = models.PositiveSmallIntegerField(default=0)
    """The newest version of the letter that the unit has opened."""
    asked_again_at = models.DateTimeField(null=True, blank=True)
    """A later version changed time or place: the unit's earlier answer was taken back at this moment."""

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = "thư mời"
        verbose_name_plural = "thư mời"
        ordering = ["unit__position", "unit__sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "unit"],
                name="one_invitation_per_unit",
                violation_error_message="Đơn vị này đã có trong danh sách mời.",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(sent_at__isnull=False), name="confirmed_was_sent"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(declined_at__isnull=True),
                name="confirmed_or_declined",
            ),
            models.CheckConstraint(
                condition=Q(declined_at__isnull=True) | ~Q(decline_reason=""), name="declined_says_why"
            ),
        ]

    def __str__(self) -> str:
        """Unit and meeting."""
        return f"{self.unit} · {self.meeting}"
