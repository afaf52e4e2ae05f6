"""What to take over from an earlier meeting."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from django import forms


class TakeOverForm(forms.Form):
    """People, points, or both."""

    people = forms.BooleanField(label="Đại biểu", required=False, initial=True)
    points = forms.BooleanField(label="Điểm cầu và đầu mối kỹ thuật", required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_tag = False

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two."""
        cleaned = super().clean() or {}
        if not any(cleaned.values()):
            raise forms.ValidationError("Chưa chọn gì để lấy. Đánh dấu đại biểu, điểm cầu, hoặc cả hai.")
        return cleaned
