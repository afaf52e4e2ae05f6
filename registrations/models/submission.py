"""Every version a unit submitted, every attempt, and what was attached or looked at since."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models

from accounts.files.kept import KeptFile
from invitations.models import Invitation
from registrations.models.registration import Registration


class Submission(models.Model):
    """One submission: a numbered snapshot of what was declared, and its receipt."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="submissions")
    number = models.PositiveIntegerField()
    code = models.CharField("Mã biên nhận", max_length=40, unique=True)
    form_uuid = models.UUIDField(unique=True)
    version = models.PositiveIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    declared = models.PositiveIntegerField("đại biểu")
    named = models.PositiveIntegerField("đã có tên")
    points = models.PositiveIntegerField("điểm cầu xã")
    arrived_at = models.DateTimeField()
    decided_at = models.DateTimeField()
    deadline = models.DateTimeField()
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    purged_at = models.DateTimeField(null=True)
    """From here on ``content`` has no people any more; ``sha256`` stays that of what was sent."""

    class Meta:
        verbose_name = "lần gửi"
        verbose_name_plural = "lần gửi"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["registration", "number"], name="submissions_are_numbered"),
        ]

    def __str__(self) -> str:
        """The code on the receipt."""
        return self.code


class Attempt(models.Model):
    """One press of the button "Gửi", accepted or refused, with the reason; rows are only ever added."""

    class Result(models.TextChoices):
        """What came of it."""

        ACCEPTED = "accepted", "Đã nhận"
        REPEATED = "repeated", "Gửi lại cùng một biểu mẫu, trả lại biên nhận cũ"
        LATE = "late", "Không nhận: đến máy chủ sau hạn"
        STALE = "stale", "Không nhận: bản đăng ký đã được người khác sửa"
        EMPTY = "empty", "Không nhận: chưa khai gì"
        BEYOND = "beyond", "Không nhận: số tên nhiều hơn số đã khai mà chưa được xác nhận"
        NOT_OPEN = "not_open", "Không nhận: hội nghị không nhận đăng ký"

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="attempts")
    result = models.CharField(max_length=10, choices=Result)
    form_uuid = models.UUIDField()
    arrived_at = models.DateTimeField()
    decided_at = models.DateTimeField()
    deadline = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    submission = models.ForeignKey(Submission, on_delete=models.SET_NULL, null=True, related_name="attempts")

    class Meta:
        verbose_name = "lần bấm gửi"
        verbose_name_plural = "lần bấm gửi"
        ordering = ["-decided_at", "-pk"]

    def __str__(self) -> str:
        """What came of it."""
        return self.get_result_display()


def _scan_name(scan: SignedScan, name: str) -> str:
    """A name nobody can guess and nobody chose: what the person called the file is only shown."""
    return f"scans/{uuid4().hex}"


class SignedScan(KeptFile):
    """The registration document with signature and seal, as a PDF or a photo, beside one submission."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="scans")
    file = models.FileField(upload_to=_scan_name)

    class Meta(KeptFile.Meta):
        verbose_name = "bản ký đóng dấu"
        verbose_name_plural = "bản ký đóng dấu"


class Look(models.Model):
    """Up to which change somebody of the office has looked at a registration."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="looks")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "lần xem"
        verbose_name_plural = "lần xem"
        constraints = [
            models.UniqueConstraint(fields=["user", "registration"], name="one_look_per_person"),
        ]

    def __str__(self) -> str:
        """The version that was seen."""
        return str(self.version)
