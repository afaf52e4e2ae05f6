"""Who comes by name."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from accounts.fields import LineField, PhoneField, spaced
from accounts.vietnamese import folded, name_sort_key
from bridge_points.models import BridgePoint
from invitations.models import InvitedRole
from registrations.models.registration import Registration

if TYPE_CHECKING:
    from accounts.models import User


class DelegateQuerySet(models.QuerySet["Delegate"]):
    """Which delegates."""

    def visible_to(self, user: User) -> DelegateQuerySet:
        """Delegates of the registrations that ``user`` sees."""
        return self.filter(registration__in=Registration.objects.visible_to(user))

    def search(self, text: str) -> DelegateQuerySet:
        """Delegates whose name, post or organisation holds ``text``, marks or no marks."""
        return self.filter(search__contains=folded(text))


class Delegate(models.Model):
    """A named person at a bridge point (*đại biểu*)."""

    class Origin(models.TextChoices):
        """Where the row came from."""

        TYPED = "typed", "nhập tay"
        ROSTER = "roster", "từ danh sách tải lên"
        COPIED = "copied", "lấy từ hội nghị trước"

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="delegates")
    bridge_point = models.ForeignKey(
        BridgePoint, on_delete=models.PROTECT, related_name="delegates", verbose_name="Điểm cầu"
    )
    role = models.ForeignKey(
        InvitedRole,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="delegates",
        verbose_name="Thành phần",
    )
    full_name = LineField("Họ và tên", max_length=120)
    position = LineField("Chức vụ", max_length=200, blank=True)
    organisation = LineField("Đơn vị công tác", max_length=200, blank=True)
    phone = PhoneField("Điện thoại")
    note = LineField("Ghi chú", max_length=300, blank=True)
    rank = models.PositiveIntegerField("Thứ tự")
    origin = models.CharField("Nguồn", max_length=6, choices=Origin, default=Origin.TYPED, editable=False)
    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    sort_key = models.CharField(max_length=400, editable=False, db_collation="C")
    search = models.CharField(max_length=600, editable=False)

    objects = DelegateQuerySet.as_manager()

    class Meta:
        verbose_name = "đại biểu"
        verbose_name_plural = "đại biểu"
        ordering = ["rank", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(full_name=""), name="delegate_has_a_name"),
        ]
        indexes = [
            models.Index(fields=["registration", "rank", "id"], name="delegates_in_order"),
        ]

    def __str__(self) -> str:
        """The name."""
        return self.full_name

    @property
    def in_words(self) -> str:
        """The row on one line, to set beside another version of it."""
        return " · ".join(
            str(part)
            for part in (
                self.full_name,
                self.position,
                self.organisation,
                self.role,
                spaced(self.phone),
                self.note,
            )
            if part
        )

    def compute_keys(self) -> None:
        """Set what is stored for order and search; ``bulk_create`` needs it called by hand."""
        self.sort_key, self.search = keys_of_delegate(self.full_name, self.position, self.organisation)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep order and search true."""
        self.compute_keys()
        super().save(*args, **kwargs)


def keys_of_delegate(full_name: str, position: str, organisation: str) -> tuple[str, str]:
    """Return what is stored for the order and for the search of one person."""
    return name_sort_key(full_name), folded(f"{full_name} {position} {organisation}")[:600]


class SamePerson(models.Model):
    """What was decided of two rows that look like one person; nothing is ever merged.

    Rows of which nothing was decided are proposals, found anew each time they are asked for.
    """

    class Kind(models.TextChoices):
        """What they are."""

        TWO_POSTS = "posts", "Một người, hai chức vụ"
        DIFFERENT = "other", "Hai người khác nhau"

    first = models.ForeignKey(Delegate, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Delegate, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind)
    decided_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "người trùng"
        verbose_name_plural = "người trùng"
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="two_rows_are_decided_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="the_earlier_row_stands_first"),
        ]

    def __str__(self) -> str:
        """What was decided."""
        return self.get_kind_display()
