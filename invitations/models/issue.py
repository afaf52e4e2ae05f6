"""The letter as it went out: numbered versions, what each changed, and what the units answered to it."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.files.staff_templates import StaffTemplate
from invitations.models.invitation import Invitation
from invitations.models.meeting import Meeting


class LetterIssue(models.Model):
    """One numbered version of a meeting's letter, frozen at the moment it went out (*bản giấy mời*)."""

    class Kind(models.TextChoices):
        """What this version tells the units."""

        CALLED = "called", "Giấy mời"
        CHANGED = "changed", "Thay đổi"
        POSTPONED = "postponed", "Hoãn"
        CANCELLED = "cancelled", "Hủy"

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="issues")
    number = models.PositiveSmallIntegerField("Bản số")
    kind = models.CharField("Loại", max_length=10, choices=Kind)
    content = models.JSONField("Nội dung")
    """All that the letter says, as ``letters.content.of(meeting)`` gives it; never changed afterwards."""
    changes = models.JSONField("Thay đổi so với bản trước", default=list, blank=True)
    """One object per line: ``what``, ``before``, ``after``."""
    asks_again = models.BooleanField("Đề nghị xác nhận lại", default=False)
    """Time or place changed: earlier answers no longer count."""
    reason = models.CharField("Lý do", max_length=600, blank=True)
    sha256 = models.CharField(max_length=64)
    issued_at = models.DateTimeField("Gửi lúc")
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "bản giấy mời"
        verbose_name_plural = "bản giấy mời"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "number"], name="one_letter_per_number"),
        ]

    def __str__(self) -> str:
        """Number and kind."""
        return f"Bản {self.number} · {self.words}"

    @property
    def words(self) -> str:
        """What this version is to its reader; a letter after the first calls again."""
        if self.kind == self.Kind.CALLED and self.number > 1:
            return "Mời lại"
        return str(self.Kind(self.kind).label)


class Answer(models.Model):
    """What a unit answered to one version of its letter: added, never changed."""

    class Kind(models.TextChoices):
        """Yes or no."""

        CONFIRMED = "confirmed", "Xác nhận tham dự"
        DECLINED = "declined", "Không tham dự"

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="answers")
    issue = models.ForeignKey(LetterIssue, on_delete=models.PROTECT, null=True, related_name="answers")
    kind = models.CharField("Trả lời", max_length=10, choices=Kind)
    reason = models.CharField("Lý do", max_length=600, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = "trả lời thư mời"
        verbose_name_plural = "trả lời thư mời"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="confirmed") | ~Q(reason=""), name="who_declines_says_why"
            ),
        ]

    def __str__(self) -> str:
        """Yes or no."""
        return self.get_kind_display()


def _template_name(template: LetterTemplate, name: str) -> str:
    """A name nobody can guess and nobody chose."""
    return f"templates/{uuid4().hex}.docx"


class LetterTemplate(StaffTemplate):
    """A Word template that staff put in the place of the portal's own; the newest of a form is used."""

    LOCK = 0x6C74

    form = models.CharField("Thể thức", max_length=8, choices=Meeting.Form)
    file = models.FileField(upload_to=_template_name)

    class Meta(StaffTemplate.Meta):
        verbose_name = "mẫu giấy mời"
        verbose_name_plural = "mẫu giấy mời"
