"""More time for one unit: asked for, granted, refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.fields import ParagraphField
from invitations.models import Invitation

if TYPE_CHECKING:
    from accounts.models import User


class Extension(models.Model):
    """More time for one unit (*gia hạn*): until when, who allowed it, why. The last one counts."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="extensions")
    until = models.DateTimeField("Đến lúc")
    reason = ParagraphField("Lý do", max_length=1000)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "gia hạn"
        verbose_name_plural = "gia hạn"
        ordering = ["-granted_at", "-pk"]

    def __str__(self) -> str:
        """Until when."""
        return f"{self.until:%H:%M %d/%m/%Y}"


class ExtensionRequestQuerySet(models.QuerySet["ExtensionRequest"]):
    """Which requests."""

    def visible_to(self, user: User) -> ExtensionRequestQuerySet:
        """Those of the invitations that ``user`` sees."""
        return self.filter(invitation__in=Invitation.objects.visible_to(user))

    def waiting(self) -> ExtensionRequestQuerySet:
        """Those that nobody has answered yet."""
        return self.filter(state=ExtensionRequest.State.WAITING)


class ExtensionRequest(models.Model):
    """A unit that is late asks for more time, with a reason; the office grants or refuses, with a word."""

    class State(models.TextChoices):
        """What became of it."""

        WAITING = "waiting", "Chờ văn phòng"
        GRANTED = "granted", "Đã cho"
        REFUSED = "refused", "Không cho"

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="extension_requests")
    reason = ParagraphField("Lý do", max_length=1000)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    answer = ParagraphField("Trả lời", max_length=1000, blank=True)
    extension = models.OneToOneField(
        Extension, on_delete=models.SET_NULL, null=True, blank=True, related_name="request"
    )

    objects = ExtensionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "đề nghị gia hạn"
        verbose_name_plural = "đề nghị gia hạn"
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["invitation"], condition=Q(state="waiting"), name="one_request_waits_per_unit"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at__isnull=True)
                | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="an_answered_request_says_when",
            ),
        ]

    def __str__(self) -> str:
        """What became of it."""
        return self.get_state_display()
