"""Lists that clerks upload, and how a unit's own lists are to be read."""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models

from accounts.models import Unit
from invitations.models import Invitation
from registrations.models.scope import OfInvitationQuerySet


class RosterUploadQuerySet(OfInvitationQuerySet["RosterUpload"]):
    """Which lists."""


def _roster_name(upload: RosterUpload, name: str) -> str:
    """A name nobody can guess and nobody chose: what the clerk called the file is only shown."""
    return f"rosters/{uuid4().hex}"


class RosterUpload(models.Model):
    """One list of delegates that a clerk brought: the file as it came, and what was read in it."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="roster_uploads")
    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    file = models.FileField(upload_to=_roster_name)
    name = models.CharField("Tên tệp", max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    sheet = models.CharField("Trang", max_length=100, blank=True)
    columns = models.JSONField("Cột do cán bộ chọn", default=dict, blank=True)
    read = models.TextField("Kết quả đọc", blank=True)
    """As ``roster.written`` writes it; empty where the names were not found."""
    problem = models.CharField("Không đọc được vì", max_length=500, blank=True)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    added = models.PositiveIntegerField(null=True, blank=True)
    known = models.PositiveIntegerField(null=True, blank=True)

    objects = RosterUploadQuerySet.as_manager()

    class Meta:
        verbose_name = "danh sách tải lên"
        verbose_name_plural = "danh sách tải lên"
        ordering = ["-uploaded_at", "-pk"]

    def __str__(self) -> str:
        """As its owner calls it."""
        return self.name


class RosterColumns(models.Model):
    """How one unit's lists with certain headings are to be read, as a clerk has once corrected it."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="roster_columns")
    headings = models.CharField(max_length=64)
    """SHA-256 of the folded headings in their order."""

    columns = models.JSONField()
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = "cách đọc danh sách"
        verbose_name_plural = "cách đọc danh sách"
        constraints = [
            models.UniqueConstraint(fields=["unit", "headings"], name="headings_are_remembered_once"),
        ]

    def __str__(self) -> str:
        """Whose."""
        return str(self.unit)
