"""What a unit declares for a meeting, and how many of which role, before names are known."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from accounts.fields import ParagraphField
from bridge_points.models import BridgePoint
from invitations.models import Invitation, InvitedRole
from registrations.models.scope import OfInvitationQuerySet

MOST_IN_A_ROLE = 5000
"""More than any hall of the province holds; a larger number is a slip of the finger."""


class RegistrationQuerySet(OfInvitationQuerySet["Registration"]):
    """Which registrations."""

    def answered(self) -> RegistrationQuerySet:
        """Those whose unit has submitted and owes nothing."""
        return self.filter(state__in=Registration.ANSWERED)


class Registration(models.Model):
    """What one unit declares for one meeting (*đăng ký*)."""

    class State(models.TextChoices):
        """``draft → submitted → (returned | reopened) → submitted …``."""

        DRAFT = "draft", "Đang soạn"
        SUBMITTED = "submitted", "Đã gửi"
        RETURNED = "returned", "Trả lại"
        REOPENED = "reopened", "Được mở lại"

    ANSWERED = (State.SUBMITTED, State.REOPENED)
    """States in which a submission stands: nobody reminds such a unit."""

    invitation = models.OneToOneField(Invitation, on_delete=models.CASCADE, related_name="registration")
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    version = models.PositiveIntegerField(default=0)
    submitted_version = models.PositiveIntegerField(null=True, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    returned_at = models.DateTimeField(null=True, blank=True)
    return_remark = ParagraphField("Nội dung trả lại", max_length=1000, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = "đăng ký"
        verbose_name_plural = "đăng ký"
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft") | Q(submitted_at__isnull=False),
                name="answered_registration_was_submitted",
            ),
            models.CheckConstraint(
                condition=Q(submitted_version__isnull=True) | Q(submitted_version__lte=F("version")),
                name="submitted_version_exists",
            ),
        ]

    def __str__(self) -> str:
        """Whose and for what."""
        return f"Đăng ký của {self.invitation.unit}"

    @property
    def is_answered(self) -> bool:
        """A submission stands."""
        return self.state in self.ANSWERED

    @property
    def has_unsent_changes(self) -> bool:
        """Something was changed after the last submission."""
        return self.submitted_version is not None and self.submitted_version != self.version


class HeadcountQuerySet(models.QuerySet["Headcount"]):
    """Which declared numbers."""

    def counted(self) -> HeadcountQuerySet:
        """Those at points that take part: an unticked commune keeps its number and does not count."""
        return self.filter(bridge_point__connects=True)

    def total(self) -> int:
        """The sum of the declared numbers."""
        total: int = self.aggregate(total=Coalesce(Sum("number"), 0))["total"]
        return total


class Headcount(models.Model):
    """How many of which role at which bridge point (*số lượng đại biểu*), known before names are.

    A commune point is declared as one number, without a role.
    """

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="headcounts")
    bridge_point = models.ForeignKey(BridgePoint, on_delete=models.CASCADE, related_name="headcounts")
    role = models.ForeignKey(
        InvitedRole, on_delete=models.PROTECT, null=True, blank=True, related_name="headcounts"
    )
    number = models.PositiveIntegerField("Số lượng", validators=[MaxValueValidator(MOST_IN_A_ROLE)])

    objects = HeadcountQuerySet.as_manager()

    class Meta:
        verbose_name = "số lượng đại biểu"
        verbose_name_plural = "số lượng đại biểu"
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "bridge_point", "role"],
                nulls_distinct=False,
                name="one_number_per_role_and_point",
            ),
            models.CheckConstraint(
                condition=Q(number__gte=0, number__lte=MOST_IN_A_ROLE), name="number_is_possible"
            ),
        ]

    def __str__(self) -> str:
        """The number."""
        return str(self.number)
