"""The result report (*báo cáo kết quả*): what propaganda writes of it, what was signed, its Word template."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.fields import LineField, ParagraphField
from accounts.files.staff_templates import StaffTemplate
from accounts.permissions import Right, may
from invitations.models import Meeting

if TYPE_CHECKING:
    from accounts.models import User

MOST_LETTERS = 20_000
"""Of one written part: some eight pages."""


class ResultDraft(models.Model):
    """The parts of the report that are written and not counted; one for a meeting, made by its first save."""

    meeting = models.OneToOneField(Meeting, on_delete=models.CASCADE, related_name="result_draft")
    atmosphere = ParagraphField("Không khí, nền nếp", max_length=MOST_LETTERS, blank=True)
    opinions = ParagraphField("Ý kiến, thảo luận", max_length=MOST_LETTERS, blank=True)
    proposals = ParagraphField("Đề xuất, kiến nghị", max_length=MOST_LETTERS, blank=True)
    merged = models.JSONField(default=dict, blank=True)
    """Which answers of units were put into the text: the version of each, by the key of its invitation."""
    version = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "bản nháp báo cáo kết quả"
        verbose_name_plural = "bản nháp báo cáo kết quả"

    def __str__(self) -> str:
        """Of which meeting."""
        return f"Báo cáo kết quả {self.meeting}"


class ResultVersionQuerySet(models.QuerySet["ResultVersion"]):
    """Which signed reports."""

    def visible_to(self, user: User) -> ResultVersionQuerySet:
        """Those of the meetings that ``user`` sees, for who may read reports."""
        if not may(user, Right.READ_RESULT):
            return self.none()
        return self.filter(meeting__in=Meeting.objects.visible_to(user))


class ResultVersion(models.Model):
    """The report as it was signed: numbers, words, signature. Rows are only added (migration 0007).

    Word, PDF and workbook are made of ``content`` whenever they are asked for, by the template with which it
    was signed. ``sha256`` is of ``content``, and stands in each file.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="results")
    version = models.PositiveSmallIntegerField("Lần")
    number = LineField("Số, ký hiệu", max_length=60)
    dated_on = models.DateField("Ngày ký")
    sign_name = LineField("Người ký", max_length=120)
    reason = LineField("Vì sao sửa", max_length=300, blank=True)
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)
    template = models.ForeignKey("ResultTemplate", on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField("Chốt lúc", db_default=Now())
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = ResultVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "báo cáo kết quả"
        verbose_name_plural = "báo cáo kết quả"
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "version"], name="result_versions_are_numbered"),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(reason=""), name="a_corrected_result_says_why"
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1) & ~Q(number="") & ~Q(sign_name=""),
                name="a_signed_result_has_number_and_name",
            ),
        ]

    def __str__(self) -> str:
        """Its number, and which time."""
        return self.number if self.version == 1 else f"{self.number} (sửa lần {self.version - 1})"


class ResultDownload(models.Model):
    """Who took a file of a report, signed or not, and when; rows are only added."""

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveSmallIntegerField("Lần", null=True)
    """None for the draft."""
    form = models.CharField("Dạng tệp", max_length=4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("Lúc", db_default=Now())

    class Meta:
        verbose_name = "lượt tải báo cáo"
        verbose_name_plural = "lượt tải báo cáo"
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        """Who."""
        return f"{self.user}: {self.form}"


def _template_name(template: ResultTemplate, name: str) -> str:
    """A name nobody can guess and nobody chose."""
    return f"templates/{uuid.uuid4().hex}.docx"


class ResultTemplate(StaffTemplate):
    """A Word template that staff put in the place of the portal's own; the newest is used."""

    LOCK = 0x7274

    file = models.FileField(upload_to=_template_name)

    class Meta(StaffTemplate.Meta):
        verbose_name = "mẫu báo cáo kết quả"
        verbose_name_plural = "mẫu báo cáo kết quả"
