"""What units say of a conference when it is over: asked for by propaganda, told by each unit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.fields import ParagraphField
from accounts.permissions import Right, may
from invitations.models import Invitation, Meeting

if TYPE_CHECKING:
    from accounts.models import User

MOST_LETTERS = 4_000
"""Of one part of one unit: a page and a half; hundreds of units are read by one person."""


class ResultRequest(models.Model):
    """The units of a meeting are asked what they have to say for the result report (*đề nghị báo cáo*)."""

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="result_request")
    due_at = models.DateTimeField("Hạn gửi")
    asked_at = models.DateTimeField("Đề nghị lúc")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "đề nghị báo cáo kết quả"
        verbose_name_plural = "đề nghị báo cáo kết quả"

    def __str__(self) -> str:
        """Of which meeting."""
        return f"Đề nghị báo cáo {self.meeting}"


class ResultTellingQuerySet(models.QuerySet["ResultTelling"]):
    """Which answers."""

    def visible_to(self, user: User) -> ResultTellingQuerySet:
        """All for who writes or reads the report; for a clerk those of the own branch."""
        found = self.filter(invitation__in=Invitation.objects.visible_to(user))
        return found if may(user, Right.READ_RESULT) or may(user, Right.TELL_RESULT) else found.none()


class ResultTelling(models.Model):
    """What one unit says (*phần báo cáo của đơn vị*); ``version`` counts what was sent."""

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="telling")
    atmosphere = ParagraphField("Không khí, nền nếp", max_length=MOST_LETTERS, blank=True)
    opinions = ParagraphField("Ý kiến, thảo luận", max_length=MOST_LETTERS, blank=True)
    proposals = ParagraphField("Đề xuất, kiến nghị", max_length=MOST_LETTERS, blank=True)
    version = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField("Gửi lần đầu")
    sent_at = models.DateTimeField("Gửi lúc")
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    PARTS = ("atmosphere", "opinions", "proposals")

    objects = ResultTellingQuerySet.as_manager()

    class Meta:
        verbose_name = "phần báo cáo của đơn vị"
        verbose_name_plural = "phần báo cáo của đơn vị"
        constraints = [
            models.CheckConstraint(
                condition=~Q(atmosphere="", opinions="", proposals=""), name="a_telling_says_something"
            ),
        ]

    def __str__(self) -> str:
        """Whose."""
        return str(self.invitation)
