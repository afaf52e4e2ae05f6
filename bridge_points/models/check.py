"""What is looked at in a point's hall beforehand, by whom, and who signed for it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.fields import LineField
from accounts.permissions import Right


class CheckPart(models.TextChoices):
    """Whose part of the list something is."""

    UNIT = "don-vi", "Đơn vị"
    TELECOM = "vien-thong", "Viễn thông"
    POWER = "dien-luc", "Điện lực"

    @property
    def right(self) -> Right:
        """The right to tick what belongs to this part."""
        return {
            CheckPart.UNIT: Right.CHECK_HALL,
            CheckPart.TELECOM: Right.CHECK_LINE,
            CheckPart.POWER: Right.CHECK_POWER,
        }[self]


class CheckItem(models.TextChoices):
    """One thing to be looked at, in the order of the list."""

    HALL = "hoi-truong", "Hội trường, bàn ghế, trang trí"
    SCREEN = "man-hinh", "Màn hình, máy chiếu"
    SOUND = "am-thanh", "Âm thanh, micro"
    LINE = "duong-chinh", "Đường truyền chính"
    SPARE_LINE = "duong-du-phong", "Đường truyền dự phòng"
    TECHNICIAN = "ky-thuat", "Cán bộ kỹ thuật có mặt trước 60 phút"
    POWER = "nguon-dien", "Nguồn điện lưới"
    GENERATOR = "may-phat", "Máy phát điện dự phòng"

    @property
    def part(self) -> CheckPart:
        """Who ticks it."""
        if self in (CheckItem.HALL, CheckItem.SCREEN, CheckItem.SOUND):
            return CheckPart.UNIT
        if self in (CheckItem.POWER, CheckItem.GENERATOR):
            return CheckPart.POWER
        return CheckPart.TELECOM


SIGNED_PARTS = (CheckPart.TELECOM, CheckPart.POWER)


class PointCheck(models.Model):
    """One thing that somebody looked at and found in order; taken back, the row is gone."""

    point = models.ForeignKey("bridge_points.BridgePoint", on_delete=models.CASCADE, related_name="checks")
    item = models.CharField("Việc kiểm tra", max_length=16, choices=CheckItem)
    at = models.DateTimeField("Lúc")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = "việc đã kiểm tra"
        verbose_name_plural = "việc đã kiểm tra"
        constraints = [models.UniqueConstraint(fields=["point", "item"], name="one_tick_per_item")]

    def __str__(self) -> str:
        """What was looked at."""
        return self.get_item_display()


class PointSignature(models.Model):
    """Telecom or the power company signs for its part of a point; withdrawn with a reason, and kept."""

    point = models.ForeignKey(
        "bridge_points.BridgePoint", on_delete=models.CASCADE, related_name="signatures"
    )
    part = models.CharField("Bên ký", max_length=12, choices=CheckPart)
    signed_at = models.DateTimeField("Ký lúc")
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField("Rút lúc", null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    reason = LineField("Lý do rút", max_length=300, blank=True)

    class Meta:
        verbose_name = "chữ ký kiểm tra"
        verbose_name_plural = "chữ ký kiểm tra"
        ordering = ["signed_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["point", "part"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_signature_stands_per_part",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, reason="")
                | (Q(withdrawn_at__gte=models.F("signed_at")) & ~Q(reason="")),
                name="a_withdrawn_signature_says_why",
            ),
        ]

    def __str__(self) -> str:
        """Who signed."""
        return self.get_part_display()
