"""A letter that was dropped in: the file, what was read in it, and what a person made of that."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from django.conf import settings
from django.db import models

from accounts.permissions import Right, may
from invitations.models.meeting import Meeting

if TYPE_CHECKING:
    from accounts.models import User


class LetterReadingQuerySet(models.QuerySet["LetterReading"]):
    """Which readings."""

    def visible_to(self, user: User) -> LetterReadingQuerySet:
        """All for who writes meetings, as drafts are; none for the others."""
        return self if may(user, Right.EDIT_MEETING) else self.none()


def _letter_name(reading: LetterReading, name: str) -> str:
    """A name nobody can guess and nobody chose: what the office called the file is only shown."""
    return f"letters/{uuid4().hex}"


class LetterReading(models.Model):
    """One letter as it came, read by rules, checked group by group, and made a draft meeting."""

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    file = models.FileField(upload_to=_letter_name)
    name = models.CharField("Tên tệp", max_length=200)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    text = models.TextField("Nội dung")
    """As it was read; places point into it."""
    answer = models.JSONField("Kết quả đọc")
    """As ``letters.kept`` gives it; never changed afterwards."""
    places = models.JSONField("Chỗ trong văn bản")
    """As ``letters.places_of`` gives it: first and last character of each value."""
    decisions = models.JSONField("Đã quyết định", default=dict, blank=True)
    """By row: its values as they are to be, and whether each was accepted, changed or left out."""
    ticked = models.JSONField("Chỗ nghi ngờ đã xem", default=list, blank=True)
    seen = models.JSONField("Nhóm đã xem", default=dict, blank=True)
    """By group: when and by whom."""
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.SET_NULL, null=True, blank=True, related_name="letters_read"
    )

    objects = LetterReadingQuerySet.as_manager()

    class Meta:
        verbose_name = "giấy mời đã đọc"
        verbose_name_plural = "giấy mời đã đọc"
        ordering = ["-read_at", "-pk"]

    def __str__(self) -> str:
        """As the office calls the file."""
        return self.name

    @property
    def title(self) -> str:
        """The name of the conference as it was read, else the file's name."""
        return self.answer.get("title") or self.name
