"""Who is invited where: the headings of the letter, their roles, and who chairs."""

from __future__ import annotations

from django.db import models

from accounts.fields import LineField
from accounts.models import Tier, Unit
from invitations.models.meeting import Part


class Audience(Part):
    """A heading of the letter with its invited roles: who sits at which kind of bridge point."""

    heading = LineField("Tiêu đề", max_length=300)
    tier = models.CharField("Cấp điểm cầu", max_length=12, choices=Tier)
    venue = LineField("Địa điểm", max_length=300, blank=True)
    note = LineField("Ghi chú trong giấy mời", max_length=600, blank=True)

    class Meta(Part.Meta):
        verbose_name = "nhóm điểm cầu"
        verbose_name_plural = "nhóm điểm cầu"

    def __str__(self) -> str:
        """The heading."""
        return self.heading


class InvitedRole(models.Model):
    """One line under an audience (*thành phần mời*)."""

    audience = models.ForeignKey(
        Audience, on_delete=models.CASCADE, related_name="roles", verbose_name="Nhóm điểm cầu"
    )
    position = models.PositiveSmallIntegerField("Thứ tự", default=0)
    text = LineField("Thành phần", max_length=600)
    short_text = LineField("Tên gọn trong bảng", max_length=80, blank=True)
    chairs = models.BooleanField("Mời chủ trì", default=False)
    open_ended = models.BooleanField("Cấp ủy được mở rộng", default=False)

    class Meta:
        verbose_name = "thành phần mời"
        verbose_name_plural = "thành phần mời"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        """The short text where there is one."""
        return self.short_text or self.text


class Chair(models.Model):
    """A person whom the letter names to chair a bridge point (*chủ trì*)."""

    audience = models.ForeignKey(
        Audience, on_delete=models.CASCADE, related_name="named_chairs", verbose_name="Nhóm điểm cầu"
    )
    position = models.PositiveSmallIntegerField("Thứ tự", default=0)
    name = LineField("Họ và tên", max_length=120)
    post = LineField("Chức vụ", max_length=300, blank=True)
    point = LineField("Chủ trì điểm cầu", max_length=200, blank=True)
    unit = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Đơn vị của điểm cầu",
    )

    class Meta:
        verbose_name = "người chủ trì"
        verbose_name_plural = "người chủ trì"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        """The name."""
        return self.name
