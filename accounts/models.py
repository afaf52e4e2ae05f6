"""Who takes part (the tree of units) and who signs in (users with a role in a unit)."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import CharField, Q, Value
from django.db.models.functions import Cast, Concat, Substr

from accounts.fields import LineField, PhoneField
from accounts.permissions import Right, Role, may, roles_with
from accounts.systems import SystemKey as SystemKey
from accounts.vietnamese import folded, slug, sort_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.contrib.auth.models import AnonymousUser


class Tier(models.TextChoices):
    """How high a unit or a bridge point stands.

    Tiers are data: since 1 July 2025 a province has no districts, and nothing here branches on one.
    """

    PROVINCE = "province", "Cấp tỉnh"
    DISTRICT = "district", "Huyện, thành, thị ủy"
    AFFILIATED = "affiliated", "Đảng ủy trực thuộc"
    COMMUNE = "commune", "Xã, phường, thị trấn"
    BRANCH = "branch", "Đảng bộ, chi bộ trực thuộc"
    OTHER = "other", "Đơn vị phục vụ"


COMMUNE_TIERS = (Tier.COMMUNE, Tier.BRANCH)
"""Tiers of the units that stand below an invited one and may have a bridge point of their own."""


class UnitQuerySet(models.QuerySet["Unit"]):
    """Which units."""

    def visible_to(self, user: User | AnonymousUser) -> UnitQuerySet:
        """Units in the scope of ``user``: all for those above the units, else the own branch of the tree."""
        if not user.is_authenticated:
            return self.none()
        if may(user, Right.READ_BOARD):
            return self
        if user.unit is None:
            return self.none()
        return self.under(user.unit)

    def under(self, unit: Unit) -> UnitQuerySet:
        """``unit`` and all that is below it."""
        return self.filter(path__startswith=unit.path)

    def below(self, unit: Unit) -> UnitQuerySet:
        """All that is below ``unit``, without itself."""
        return self.under(unit).exclude(pk=unit.pk)

    def communes_of(self, unit: Unit) -> UnitQuerySet:
        """The communes and branches below ``unit``, each of which may have a point of its own."""
        return self.below(unit).filter(tier__in=COMMUNE_TIERS)

    def search(self, text: str) -> UnitQuerySet:
        """Units whose name holds ``text``, marks or no marks."""
        return self.filter(search__contains=folded(text))

    @transaction.atomic
    def plant(self, units: Sequence[Unit]) -> None:
        """Save many new units of one level at once: their parents are saved, their slugs chosen and free."""
        for unit in units:
            unit.compute_keys()
        self.bulk_create(units, batch_size=1000)
        for unit in units:
            unit.path = unit.path_below_parent
        for parent in {unit.parent for unit in units}:
            planted = Unit.objects.filter(parent=parent, path="")
            planted.update(
                path=Concat(Value(parent.path if parent else ""), Cast("pk", CharField()), Value("."))
            )


class Unit(models.Model):
    """An organisation (*đơn vị*) in the tree: province → committee or agency → commune → branch."""

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="Trực thuộc",
    )
    name = LineField("Tên đơn vị", max_length=200)
    short_name = LineField("Tên gọn", max_length=80, blank=True, help_text="Để trống thì dùng tên đơn vị.")
    slug = models.SlugField("Mã trên địa chỉ", max_length=120, unique=True, blank=True)
    tier = models.CharField("Cấp", max_length=12, choices=Tier)
    code = models.CharField(
        "Mã hành chính",
        max_length=12,
        blank=True,
        help_text="Mã của Tổng cục Thống kê; chỉ đúng trong thời gian đơn vị tồn tại.",
    )
    valid_from = models.DateField("Có từ ngày", null=True, blank=True)
    valid_until = models.DateField("Đến hết ngày", null=True, blank=True)
    email = models.EmailField("Thư điện tử", blank=True)
    phone = PhoneField("Điện thoại")
    leader_name = LineField("Lãnh đạo phụ trách", max_length=120, blank=True)
    leader_email = models.EmailField("Thư điện tử của lãnh đạo", blank=True)
    leader_phone = PhoneField("Điện thoại của lãnh đạo")
    position = models.PositiveIntegerField("Thứ tự", default=1000)
    path = models.CharField(max_length=200, editable=False, db_collation="C", db_index=True)
    sort_key = models.CharField(max_length=400, editable=False, db_collation="C")
    search = models.CharField(max_length=400, editable=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = "đơn vị"
        verbose_name_plural = "đơn vị"
        ordering = ["position", "sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                condition=~Q(code=""),
                nulls_distinct=False,
                name="unit_code_once_per_period",
                violation_error_message="Mã hành chính này đã có ở đơn vị khác trong cùng thời gian.",
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_until__gte=models.F("valid_from")),
                name="unit_period_runs_forward",
                violation_error_message="Ngày kết thúc phải sau ngày bắt đầu.",
            ),
        ]

    def __str__(self) -> str:
        """The full name."""
        return self.name

    @property
    def called(self) -> str:
        """The name as tables show it."""
        return self.short_name or self.name

    def covers(self, other: Unit) -> bool:
        """Say whether ``other`` is this unit or below it."""
        return other.path.startswith(self.path)

    @property
    def path_below_parent(self) -> str:
        """The keys from the root, "1.12.45.": one indexed prefix finds a whole branch."""
        return f"{self.parent.path if self.parent else ''}{self.pk}."

    def compute_keys(self) -> None:
        """Set what is stored for order and search."""
        self.sort_key = sort_key(self.name)
        self.search = folded(f"{self.name} {self.short_name} {self.code}")

    def clean(self) -> None:
        """Refuse a circle: no unit is below itself."""
        super().clean()
        if self.parent and self.path and self.parent.path.startswith(self.path):
            raise ValidationError({"parent": "Không chọn chính đơn vị này hoặc đơn vị ở dưới nó."})

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Compute what is stored. Moving a unit moves all below it."""
        self.clean()
        self.slug = self.slug or self._free_slug()
        self.compute_keys()
        moved_from = self.path
        super().save(*args, **kwargs)
        self.path = self.path_below_parent
        if self.path != moved_from:
            Unit.objects.filter(pk=self.pk).update(path=self.path)
            if moved_from:
                Unit.objects.filter(path__startswith=moved_from).update(
                    path=Concat(Value(self.path), Substr("path", len(moved_from) + 1))
                )

    def _free_slug(self) -> str:
        """Return an address made from the name; 2023 and 2025 have communes of the same name."""
        wished = slug(self.name)[:100].strip("-") or "don-vi"
        taken = set(Unit.objects.filter(slug__startswith=wished).values_list("slug", flat=True))
        names = (wished if number == 1 else f"{wished}-{number}" for number in count(1))
        return next(name for name in names if name not in taken)


class PortalUserManager(UserManager["User"]):
    """Users by name or mail, each with the unit that nearly every page asks for."""

    def get_queryset(self) -> models.QuerySet[User]:
        """Everybody."""
        return super().get_queryset().select_related("unit")

    def clerks_of(self, *units: Unit) -> models.QuerySet[User]:
        """People who register for one of ``units`` itself and can be written to."""
        return self.filter(unit__in=units, role=Role.CLERK, is_active=True).exclude(email="").order_by("pk")

    def who_may(self, right: Right) -> models.QuerySet[User]:
        """People whose role has ``right`` and who can be written to."""
        return self.filter(role__in=roles_with(right), is_active=True).exclude(email="").order_by("pk")


class User(AbstractUser):
    """Someone who signs in, with a role, in a unit."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = LineField("Họ và tên", max_length=120, blank=True)
    role = models.CharField("Vai trò", max_length=12, choices=Role, default=Role.CLERK)
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="users", verbose_name="Đơn vị"
    )
    phone = PhoneField("Điện thoại")

    objects: ClassVar[PortalUserManager] = PortalUserManager()

    class Meta:
        verbose_name = "tài khoản"
        verbose_name_plural = "tài khoản"
        constraints = [
            models.CheckConstraint(
                condition=~Q(role=Role.CLERK)
                | Q(unit__isnull=False)
                | Q(is_active=False)
                | Q(is_superuser=True),
                name="clerk_has_unit",
                violation_error_message="Cán bộ đơn vị phải thuộc một đơn vị.",
            ),
        ]

    def __str__(self) -> str:
        """The name as people say it."""
        return self.full_name or self.username

    def get_full_name(self) -> str:
        """The name as people say it."""
        return str(self)

    def get_short_name(self) -> str:
        """The given name, last in Vietnamese."""
        return str(self).rsplit(" ", maxsplit=1)[-1]
