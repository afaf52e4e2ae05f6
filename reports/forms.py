"""What is typed on the page of files."""

from __future__ import annotations

from typing import Any

from django import forms

from invitations.deadlines import GRACE
from reports.choices import ALL, choices
from reports.models import ExportJob, ExportSchedule

When = ExportSchedule.When

MOST_MINUTES = 1440


class ScheduleForm(forms.Form):
    """A file by a schedule: what, and when."""

    kind = forms.ChoiceField(label="Nội dung", choices=[(one.kind, one.kind.label) for one in choices()])
    form = forms.ChoiceField(label="Dạng tệp", choices=[(one, one.label) for one in ALL])
    when = forms.ChoiceField(label="Khi nào", choices=When.choices)
    time = forms.TimeField(
        label="Lúc",
        required=False,
        initial="07:00",
        input_formats=["%H:%M"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Lúc: ghi giờ và phút, ví dụ 07:00."},
    )
    minutes = forms.IntegerField(
        label="Số phút sau hạn",
        required=False,
        initial=5,
        min_value=0,
        max_value=MOST_MINUTES,
        error_messages={
            "invalid": "Số phút sau hạn: ghi một số, ví dụ 5.",
            "min_value": "Số phút sau hạn: từ 0 trở lên.",
            "max_value": f"Số phút sau hạn: đến {MOST_MINUTES} (một ngày).",
        },
    )

    def clean(self) -> dict[str, Any]:
        """Ask for the hour of a daily file, and for the minutes of one after the deadline."""
        cleaned = super().clean() or {}
        daily, after = cleaned.get("when") == When.DAILY, cleaned.get("when") == When.DEADLINE
        if daily and not cleaned.get("time") and "time" not in self.errors:
            self.add_error("time", "Lúc: ghi giờ tạo tệp mỗi ngày, ví dụ 07:00.")
        if after and cleaned.get("minutes") is None and "minutes" not in self.errors:
            self.add_error("minutes", "Số phút sau hạn: ghi một số, ví dụ 5.")
        frozen = cleaned.get("kind") in ExportJob.OF_FREEZE
        if daily and frozen:
            self.add_error("when", "Khi nào: danh sách đã chốt chỉ có sau hạn, chọn “Sau hạn đăng ký”.")
        soon = (cleaned.get("minutes") or 0) * 60 <= GRACE.total_seconds()
        if after and soon and frozen and "minutes" not in self.errors:
            self.add_error("minutes", "Số phút sau hạn: danh sách chốt 2 phút sau hạn, ghi từ 3 trở lên.")
        return cleaned

    @property
    def wanted(self) -> dict[str, Any]:
        """What ``make_schedule`` takes."""
        said = self.cleaned_data
        daily = said["when"] == When.DAILY
        return {
            "kind": ExportJob.Kind(said["kind"]),
            "form": ExportJob.Form(said["form"]),
            "at": said["time"] if daily else None,
            "minutes": None if daily else said["minutes"],
        }
