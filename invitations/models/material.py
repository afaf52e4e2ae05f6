"""What is studied: files for some audiences, from an hour on, and who opened them."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import models

from accounts.fields import LineField
from accounts.models import Unit
from accounts.permissions import Right, may
from invitations.models.audience import Audience
from invitations.models.meeting import Meeting, Part

if TYPE_CHECKING:
    from accounts.models import User


class MaterialQuerySet(models.QuerySet["Material"]):
    """Which files."""

    def visible_to(self, user: User, at: datetime) -> MaterialQuerySet:
        """All for the office and propaganda; what is released ``at`` for the units of its audiences."""
        announced = self.announced_to(user)
        return announced if may(user, Right.READ_BOARD) else announced.filter(released_at__lte=at)

    def announced_to(self, user: User) -> MaterialQuerySet:
        """The same with what is not yet released: a unit reads its title and its hour."""
        if may(user, Right.READ_BOARD):
            return self.exclude(meeting__state=Meeting.State.DRAFT)
        standing = self.filter(withdrawn_at__isnull=True)
        if user.unit is None or not may(user, Right.READ_MATERIAL):
            return standing.none()
        return standing.filter(
            models.Q(audiences__invitations__unit__path__startswith=user.unit.path)
            | models.Q(audiences__invitations__unit_id__in=user.unit.path.rstrip(".").split(".")),
            audiences__invitations__sent_at__isnull=False,
        ).distinct()


def _material_name(material: Material, name: str) -> str:
    """A name nobody can guess and nobody chose: what the person called the file is only shown."""
    return f"materials/{uuid4().hex}"


class Material(Part):
    """A file for some audiences (*tài liệu học tập*), open to them from an hour on."""

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    title = LineField("Tên tài liệu", max_length=300)
    file = models.FileField(upload_to=_material_name)
    name = models.CharField("Tên tệp", max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    audiences = models.ManyToManyField(Audience, related_name="materials", verbose_name="Dành cho")
    released_at = models.DateTimeField("Mở từ")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    uploaded_at = models.DateTimeField()
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    objects = MaterialQuerySet.as_manager()

    class Meta(Part.Meta):
        verbose_name = "tài liệu học tập"
        verbose_name_plural = "tài liệu học tập"

    def __str__(self) -> str:
        """The title."""
        return self.title


class MaterialOpening(models.Model):
    """One unit has opened one file: when first and by whom, and how often since."""

    material = models.ForeignKey(Material, on_delete=models.CASCADE, related_name="openings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    first_at = models.DateTimeField("Mở lần đầu")
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    last_at = models.DateTimeField("Mở gần nhất")
    times = models.PositiveIntegerField("Số lần", default=1)

    class Meta:
        verbose_name = "lần mở tài liệu"
        verbose_name_plural = "lần mở tài liệu"
        ordering = ["first_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["material", "unit"], name="one_opening_row_per_unit"),
        ]

    def __str__(self) -> str:
        """Unit and file."""
        return f"{self.unit} · {self.material}"


def _arriving_name(arriving: ArrivingFile, name: str) -> str:
    """Where it will stay: becoming a material changes rows and moves no bytes."""
    return f"materials/{uuid4().hex}"


class ArrivingFile(models.Model):
    """A large file that comes in piece by piece, so that a broken line goes on where it stopped."""

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="+")
    file = models.FileField(upload_to=_arriving_name)
    name = models.CharField("Tên tệp", max_length=200)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    begun_at = models.DateTimeField()
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "tệp đang tải lên"
        verbose_name_plural = "tệp đang tải lên"

    def __str__(self) -> str:
        """As its owner calls it."""
        return self.name
