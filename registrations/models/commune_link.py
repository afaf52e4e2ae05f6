"""A commune without an account fills in its own point by a signed link from its district."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import Unit
from invitations.models import Invitation
from registrations.models.scope import OfInvitationQuerySet


class CommuneLinkQuerySet(OfInvitationQuerySet["CommuneLink"]):
    """Which links."""

    def standing(self) -> CommuneLinkQuerySet:
        """Those that were not revoked."""
        return self.filter(revoked_at__isnull=True)


class CommuneLink(models.Model):
    """The link that one commune has for one meeting; a revoked one opens nothing any more."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="commune_links")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="commune_links")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    opened_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects = CommuneLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "đường dẫn cho xã"
        verbose_name_plural = "đường dẫn cho xã"
        constraints = [
            models.UniqueConstraint(
                fields=["invitation", "unit"],
                condition=Q(revoked_at__isnull=True),
                name="one_standing_link_per_commune",
            ),
        ]

    def __str__(self) -> str:
        """For which commune."""
        return str(self.unit)


class CommuneAnswer(models.Model):
    """What a commune sent by its link; its district takes it, as it is or corrected, or leaves it."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "Chờ huyện xem"
        ACCEPTED = "accepted", "Đã nhận"
        CORRECTED = "corrected", "Đã nhận, có sửa"
        REPLACED = "replaced", "Xã đã gửi bản sau"
        DECLINED = "declined", "Không dùng"
        LATE = "late", "Đến sau hạn"

    link = models.ForeignKey(CommuneLink, on_delete=models.CASCADE, related_name="answers")
    form_uuid = models.UUIDField(unique=True)
    connects = models.BooleanField(default=True)
    values = models.JSONField()
    """``venue``, ``chair``, ``technician``, ``technician_phone``: texts as ``BridgePoint`` has them."""

    expected = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    arrived_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "xã trả lời"
        verbose_name_plural = "xã trả lời"
        ordering = ["-arrived_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["link"], condition=Q(state="waiting"), name="one_answer_waits_per_link"
            ),
        ]

    def __str__(self) -> str:
        """What became of it."""
        return self.get_state_display()
