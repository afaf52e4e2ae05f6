"""The shape of asking for more time, and of answering."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from accounts.fields import MomentFormField, ParagraphFormField
from registrations.services.extending import Chosen

MOST_LETTERS = 1000


class AskExtensionForm(forms.Form):
    """Why the unit needs more time."""

    reason = ParagraphFormField(
        label="Lý do",
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Ghi rõ còn thiếu gì và cần đến mấy giờ. Lý do được lưu vào hồ sơ và in trên biên nhận.",
        error_messages={
            "required": "Ghi lý do xin gia hạn.",
            "max_length": f"Lý do dài quá {MOST_LETTERS} chữ cái. Viết gọn lại.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False


class AnswerForm(forms.Form):
    """Until when, or why not, for the units that are ticked."""

    GRANT, REFUSE = "cho", "khong"

    until = MomentFormField(
        label="Cho đến", required=False, help_text="Ngày/tháng/năm giờ:phút. Để trống khi không cho."
    )
    words = ParagraphFormField(
        label="Lý do, lời trả lời",
        max_length=MOST_LETTERS,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Đơn vị đọc nguyên văn; được lưu vào hồ sơ.",
        error_messages={"required": "Ghi lý do hoặc lời trả lời để đơn vị đọc."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False

    @property
    def refuses(self) -> bool:
        """The button "Không cho" was pressed."""
        return self.data.get("decision") == self.REFUSE

    @property
    def ticked(self) -> list[str]:
        """The boxes as they were ticked."""
        data = self.data
        return data.getlist("unit") if hasattr(data, "getlist") else []

    @property
    def chosen(self) -> Sequence[Chosen]:
        """The units ticked, each with the request that the page showed."""
        pairs = [value.split("-") for value in self.ticked]
        return [
            Chosen(int(pair[0]), int(pair[1]) or None)
            for pair in pairs
            if len(pair) == 2 and all(part.isdecimal() and len(part) < 19 for part in pair)
        ]

    def clean(self) -> dict[str, Any]:
        """Ask for units, and for an hour where time is given."""
        cleaned = super().clean() or {}
        if not self.chosen:
            self.add_error(None, "Chưa chọn đơn vị nào. Đánh dấu ít nhất một đơn vị trong danh sách.")
        if not self.refuses and "until" not in self.errors and not cleaned.get("until"):
            self.add_error("until", "Ghi giờ cho đến, ví dụ 01/12/2026 20:00.")
        return cleaned
