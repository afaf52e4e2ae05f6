"""What units are asked to do, and how far each is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.fields import LineField, ParagraphField
from accounts.files.kept import KeptFile
from accounts.models import Unit
from accounts.permissions import Right, may
from invitations.models.meeting import Meeting, Part

if TYPE_CHECKING:
    from accounts.models import User


class Standing(NamedTuple):
    """How far some work is, as a chip shows it: the name of its mark and the words."""

    mark: str
    words: str


class Assignment(Part):
    """What units are asked to do (*đề nghị*): one line of the letter's last section."""

    class Kind(models.TextChoices):
        """What sort of work it is."""

        MATERIALS = "materials", "Tài liệu, tổng hợp, báo cáo"
        HALL = "hall", "Hội trường"
        REGISTRATION = "registration", "Triệu tập, đăng ký"
        LINE = "line", "Đường truyền"
        POWER = "power", "Nguồn điện"
        PRESS = "reporters", "Phóng viên"
        OTHER = "other", "Việc khác"

    addressee = LineField("Đơn vị được đề nghị", max_length=300)
    text = ParagraphField("Nội dung", max_length=2000)
    kind = models.CharField("Loại việc", max_length=14, choices=Kind, default=Kind.OTHER)
    due_at = models.DateTimeField("Hạn", null=True, blank=True)
    units = models.ManyToManyField(
        Unit, through="AssignedUnit", related_name="assignments", verbose_name="Giao cho"
    )

    class Meta(Part.Meta):
        verbose_name = "đề nghị"
        verbose_name_plural = "đề nghị"

    def __str__(self) -> str:
        """Whom it concerns."""
        return self.addressee


class AssignedUnitQuerySet(models.QuerySet["AssignedUnit"]):
    """Which shares of the work."""

    def visible_to(self, user: User) -> AssignedUnitQuerySet:
        """All for the office and propaganda; for the others those of the own unit and the units below it."""
        published = self.exclude(assignment__meeting__state=Meeting.State.DRAFT)
        if may(user, Right.EDIT_MEETING):
            return self
        if may(user, Right.READ_BOARD):
            return published
        if user.unit is None:
            return self.none()
        return published.filter(unit__path__startswith=user.unit.path)


class AssignedUnit(models.Model):
    """The share of one unit in an assignment, with how far it is."""

    class State(models.TextChoices):
        """How far the work is."""

        ASKED = "asked", "Chưa nhận"
        ACCEPTED = "accepted", "Đã nhận"
        DOING = "doing", "Đang làm"
        DONE = "done", "Xong"

    MARKS = {
        State.ASKED: "invited",
        State.ACCEPTED: "confirmed",
        State.DOING: "draft",
        State.DONE: "submitted",
    }
    """The shape of each state: the fuller the mark, the more is done."""

    assignment = models.ForeignKey(Assignment, on_delete=models.CASCADE, related_name="shares")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="assigned", verbose_name="Đơn vị")
    state = models.CharField("Tình trạng", max_length=10, choices=State, default=State.ASKED)
    remark = models.CharField("Ghi chú", max_length=1000, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = AssignedUnitQuerySet.as_manager()

    class Meta:
        verbose_name = "việc được giao"
        verbose_name_plural = "việc được giao"
        ordering = ["assignment__position", "unit__position", "unit__sort_key"]
        constraints = [
            models.UniqueConstraint(fields=["assignment", "unit"], name="one_share_per_unit"),
        ]

    def __str__(self) -> str:
        """Unit and work."""
        return f"{self.unit}: {self.assignment}"

    @property
    def standing(self) -> Standing:
        """The state as a chip, done work with its day: "Xong 30/11"."""
        state = self.State(self.state)
        if state == self.State.DONE and self.changed_at:
            return Standing(self.MARKS[state], f"{state.label} {timezone.localtime(self.changed_at):%d/%m}")
        return Standing(self.MARKS[state], str(state.label))

    def may_be_marked_by(self, user: User) -> bool:
        """Until the meeting is over the office marks any share, the others those of their own units."""
        own = user.unit is not None and user.unit.covers(self.unit)
        return self.assignment.meeting.takes_registrations and (may(user, Right.EDIT_MEETING) or own)


def standing_of(shares: Sequence[AssignedUnit]) -> Standing:
    """How far the units together are with the one assignment that they share; at least one share."""
    if len(shares) == 1:
        return shares[0].standing
    done = sum(share.state == AssignedUnit.State.DONE for share in shares)
    if done == len(shares):
        return Standing("submitted", f"Xong cả {done} đơn vị")
    begun = any(share.state != AssignedUnit.State.ASKED for share in shares)
    return Standing("draft" if begun else "invited", f"{done}/{len(shares)} đơn vị xong")


class ShareReport(models.Model):
    """What a unit once reported of its share: added, never changed."""

    share = models.ForeignKey(AssignedUnit, on_delete=models.CASCADE, related_name="reports")
    state = models.CharField("Tình trạng", max_length=10, choices=AssignedUnit.State)
    remark = models.CharField("Ghi chú", max_length=1000, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = "báo cáo việc được giao"
        verbose_name_plural = "báo cáo việc được giao"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        """The state."""
        return self.get_state_display()


def _share_file_name(file: ShareFile, name: str) -> str:
    """A name nobody can guess and nobody chose: what the person called the file is only shown."""
    return f"assignments/{uuid4().hex}"


class ShareFile(KeptFile):
    """A photo or a file that shows how far a share is."""

    share = models.ForeignKey(AssignedUnit, on_delete=models.CASCADE, related_name="files")
    file = models.FileField(upload_to=_share_file_name)

    class Meta(KeptFile.Meta):
        verbose_name = "tệp của việc được giao"
        verbose_name_plural = "tệp của việc được giao"
