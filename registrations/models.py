"""Who comes: what each unit declares for a meeting, every version it submitted, every attempt."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce

from accounts.fields import LineField, ParagraphField, PhoneField, spaced
from accounts.permissions import Right, may
from accounts.vietnamese import folded, name_sort_key
from bridge_points.models import BridgePoint
from invitations.models import Invitation, InvitedRole

if TYPE_CHECKING:
    from accounts.models import User

MOST_IN_A_ROLE = 5000
"""More than any hall of the province holds; a larger number is a slip of the finger."""


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """Which registrations."""

    def visible_to(self, user: User) -> RegistrationQuerySet:
        """Those of the invitations that ``user`` sees, for who may read registrations."""
        if not may(user, Right.READ_REGISTRATION):
            return self.none()
        return self.filter(invitation__in=Invitation.objects.visible_to(user))

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
        self.sort_key = name_sort_key(self.full_name)
        self.search = folded(f"{self.full_name} {self.position} {self.organisation}")[:600]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep order and search true."""
        self.compute_keys()
        super().save(*args, **kwargs)


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


class Extension(models.Model):
    """More time for one unit (*gia hạn*): until when, who allowed it, why. The last one counts."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="extensions")
    until = models.DateTimeField("Đến lúc")
    reason = ParagraphField("Lý do", max_length=1000)
    granted_at = models.DateTimeField()
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "gia hạn"
        verbose_name_plural = "gia hạn"
        ordering = ["-granted_at", "-pk"]

    def __str__(self) -> str:
        """Until when."""
        return f"{self.until:%H:%M %d/%m/%Y}"


class Change(models.Model):
    """One thing that was changed in a registration, by whom and when; rows are only ever added.

    ``before`` and ``after`` hold the values of the row, so that a stale save can show both texts and
    a removal can be taken back.
    """

    class Kind(models.TextChoices):
        """What was touched."""

        HEADCOUNT = "headcount", "số lượng"
        POINT = "point", "điểm cầu"
        DELEGATE_ADDED = "added", "thêm đại biểu"
        DELEGATE_CHANGED = "changed", "sửa đại biểu"
        DELEGATE_REMOVED = "removed", "xóa đại biểu"
        SUBMITTED = "submitted", "gửi đăng ký"
        RETURNED = "returned", "trả lại"
        EXTENDED = "extended", "gia hạn"

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="changes")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    what = models.CharField(max_length=300)
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = "thay đổi"
        verbose_name_plural = "thay đổi"
        ordering = ["-version", "-pk"]
        indexes = [
            models.Index(fields=["registration", "-version"], name="changes_of_a_registration"),
            models.Index(fields=["-at"], name="changes_by_time"),
        ]

    def __str__(self) -> str:
        """What was done."""
        return f"{self.get_kind_display()}: {self.what}"

    @property
    def before_words(self) -> str:
        """The text before, on one line."""
        return _in_words(self.before)

    @property
    def after_words(self) -> str:
        """The text after, on one line."""
        return _in_words(self.after)


def _in_words(values: Any) -> str:
    """The values of a row that a person typed: texts and numbers, without keys and switches."""
    if isinstance(values, dict):
        return " · ".join(str(value) for value in values.values() if isinstance(value, str) and value)
    return "" if values is None else str(values)
